import { FaultList, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { type AccountState, accountState } from './account-state.ts'
import { addEvent, endHoldings, type LineToDo, linesToDo } from './application-store.ts'
import type { Executed, FoundingBody } from './contract.ts'
import { readyFor, sendBack } from './decide-application.ts'
import { draftsOf, storeApplication } from './fill-application.ts'
import { judgeLines } from './judge-lines.ts'
import { POSTS } from './posts.ts'
import { revokeSessionsOf } from './session-store.ts'
import { issueCode } from './set-password.ts'
import { insertAccount, insertHolding } from './store.ts'

/**
 * Executes an application: opens, changes, revokes what its lines say, from today. Answers one-time codes of new accounts, told this
 * once. `agree: false` sends it back with the reason. Refuses, besides what `readyFor` refuses, what the database holds to:
 * `posts-exclude-each-other`, `post-held-already`, `village-has-no-post`, and `holding-missing`, `own-account`.
 */
export async function executeApplication(
  context: Context,
  division: number,
  id: string,
  input: { agree: boolean; opinion: string },
): Promise<Executed> {
  await readyFor(context, division, id, 'execute')
  if (!input.agree) {
    await sendBack(context, division, id, 'execute', input.opinion)
    return { id, codes: [] }
  }
  const codes = await carryOut(context, division, id)
  await close(context, division, id, input.opinion)
  return { id, codes }
}

/**
 * The first posts of an installation that has nobody yet to give an opinion or to execute: the system administrator opens them from
 * the form that was signed on paper. Refuses `founded` once an information office and a leader are there.
 */
export async function found(context: Context, division: number, body: FoundingBody): Promise<Executed> {
  const { tx } = context
  const there = await tx.one<{ n: bigint }>(
    `select count(distinct h.post) as n from identity.holding h join divisions.scope_division s on s.scope = h.division and s.division = $1
     where h.post in ('information', 'leader') and h.ended_at is null and h.valid @> platform.today()`,
    [division],
  )
  if (there.n >= 2n)
    refuse(
      'conflict',
      'founded',
      '信息办与领导岗均已开通：请按权限申请表办理，由单位、部门签署意见后由信息办执行。',
      'An information office and a leader are there: file a permission application and let them agree and execute.',
    )
  const faults = new FaultList()
  const lines = await judgeLines(context, division, draftsOf(body.lines), faults, true)
  faults.throwIfAny()
  const id = await storeApplication(context, division, { ...body, lines })
  const { unitOpinion, departmentOpinion } = body
  const words = (one: FoundingBody['unitOpinion']) => `${one.opinion}（${one.signer}，纸质签署）`
  const updated = await tx.query(
    `update identity.application set on_paper = true, state = 'department-agreed', unit_opinion = $3, unit_on = $4, department_opinion = $5, department_on = $6
     where division = $1 and id = $2 and state = 'filled' returning id`,
    [division, id, words(unitOpinion), unitOpinion.on, words(departmentOpinion), departmentOpinion.on],
  )
  // The same request again: it was executed then, and its codes were told.
  if (updated.length === 0) return { id, codes: [] }
  await addEvent(tx, division, id, 'paper', `${words(unitOpinion)} ${words(departmentOpinion)}`)
  const codes = await carryOut(context, division, id)
  await close(context, division, id, '初始开通')
  return { id, codes }
}

async function close(context: Context, division: number, id: string, opinion: string): Promise<void> {
  await context.tx.query(
    `update identity.application set state = 'executed', executed_by = $3, executed_on = $4 where division = $1 and id = $2`,
    [division, id, context.actor.id, context.clock.today()],
  )
  await addEvent(context.tx, division, id, 'execute', opinion.trim())
  await context.audit({ division, action: 'application-executed', subject: id })
}

async function carryOut(context: Context, division: number, id: string): Promise<Executed['codes']> {
  const { tx, clock } = context
  const now = clock.now()
  const codes: Executed['codes'] = []
  const changed = new Set<bigint>()
  const touched = new Map<bigint, { signInName: string; before: AccountState | undefined }>()
  for (const line of await linesToDo(tx, division, id)) {
    const known = await tx.maybe<{ id: bigint; closed: boolean }>(
      `select id, closed_at is not null as closed from identity.account where sign_in_name = $1 for update`,
      [line.sign_in_name],
    )
    if (known && Number(known.id) === context.actor.id)
      refuse(
        'forbidden',
        'own-account',
        '不能为本人办理权限：请由信息办其他人员办理。',
        'You cannot execute your own permission: somebody else of the office must.',
        { row: line.line },
      )
    if (known?.closed)
      refuse(
        'conflict',
        'account-closed',
        `账号“${line.sign_in_name}”已注销：请退回申请表改用新的登录名。`,
        `The account “${line.sign_in_name}” is closed: send the application back for another sign-in name.`,
        { row: line.line },
      )
    const account = known?.id ?? (await open(context, line, codes))
    // The state before the first line that concerns the account; a new one had none.
    if (!touched.has(account))
      touched.set(account, {
        signInName: line.sign_in_name,
        before: known ? await accountState(tx, { id: account }) : undefined,
      })
    await tx.query(`update identity.account set person = coalesce(person, $2), office = $3, duty = $4 where id = $1`, [
      account,
      line.person,
      line.office_name,
      line.duty,
    ])
    await takePhone(context, line)
    if (line.kind === 'revoke') {
      if ((await endHoldings(tx, account, { line }, now)) === 0)
        refuse(
          'conflict',
          'holding-missing',
          `“${line.sign_in_name}”没有这个岗位（${POSTS[line.post]?.zh ?? line.post}）：请退回申请表核对。`,
          `“${line.sign_in_name}” does not hold this post (${POSTS[line.post]?.en ?? line.post}): send the application back.`,
          { row: line.line },
        )
      continue
    }
    // A change replaces what the person holds in the applying division; further lines of the same person add to it.
    if (line.kind === 'change' && !changed.has(account)) await endHoldings(tx, account, { below: division }, now)
    changed.add(account)
    await give(context, account, line)
  }
  for (const [account, { signInName, before }] of touched) {
    const isClosed = await closeIfIdle(context, account, now)
    const after = await accountState(tx, { id: account })
    await context.audit({
      division,
      action: isClosed ? 'account-closed' : before ? 'account-changed' : 'account-opened',
      subject: signInName,
      detail: { application: id },
      ...(before ? { before: { ...before } } : {}),
      after: { ...after },
    })
  }
  return codes
}

async function open(context: Context, line: LineToDo, codes: Executed['codes']): Promise<bigint> {
  const { tx, clock } = context
  const account = await insertAccount(tx, {
    signInName: line.sign_in_name,
    name: line.name,
    office: line.office_name,
    duty: line.duty,
    person: line.person,
    hash: null,
    now: clock.now(),
    mustChange: true,
    demo: false,
  }).catch(error => {
    if ((error as { constraint?: string }).constraint === 'one_open_account_a_person')
      refuse(
        'conflict',
        'person-has-account',
        `${line.name}已有账号（一人一号）：请退回申请表核对登录名。`,
        `${line.name} has an account (one each): send the application back for its name.`,
        { row: line.line },
      )
    throw error
  })
  if (account === null) throw new Error('the account was looked for under lock')
  codes.push({ signInName: line.sign_in_name, name: line.name, code: await issueCode(context, account) })
  return account
}

async function give(context: Context, account: bigint, line: LineToDo): Promise<void> {
  await insertHolding(context.tx, account, {
    division: line.at_division,
    post: line.post,
    office: line.at_office,
    fund: line.at_fund,
    agency: line.at_agency,
    from: context.clock.today(),
    until: line.until,
  }).catch(error => {
    const { constraint, message } = error as { constraint?: string; message?: string }
    const at = { row: line.line, field: 'post', value: line.post }
    const who = line.sign_in_name
    if (constraint === 'administrators_exclude_each_other_and_business_posts')
      refuse(
        'conflict',
        'posts-exclude-each-other',
        `系统、安全、审计三类管理员互斥，且不得兼任业务岗位：“${who}”的岗位有冲突，请退回。`,
        `System, security and audit administrators exclude each other and business posts: the posts of “${who}” conflict, send it back.`,
        at,
      )
    if (constraint === 'one_holding_at_a_time')
      refuse(
        'conflict',
        'post-held-already',
        `“${who}”已有这个岗位：请退回申请表核对。`,
        `“${who}” holds this post already: send the application back.`,
        at,
      )
    if (message?.includes('villages_have_no_post'))
      refuse(
        'conflict',
        'village-has-no-post',
        '村级不设填报岗位（不得要求村级填表报数）：请退回。',
        'Villages hold no post and fill in no tables: send it back.',
        at,
      )
    throw error
  })
}

/** What was told on the form is the number by which the person is reached from now on. */
async function takePhone({ tx, vault }: Context, line: LineToDo): Promise<void> {
  if (!line.phone_ciphertext) return
  const phone = vault.decrypt(line.phone_ciphertext).toString()
  const sealed = vault.seal(phone)
  await tx.query(
    'update identity.person set phone_digest = $2, phone_ciphertext = $3, phone_masked = $4 where id = $1',
    [line.person, sealed.matches[0], sealed.ciphertext, line.phone_masked],
  )
}

/** An account that holds no post, anywhere, now or later, is closed, and its sessions end at once. */
async function closeIfIdle({ tx }: Context, account: bigint, now: Date): Promise<boolean> {
  const closed = await tx.maybe<{ sign_in_name: string }>(
    `update identity.account a set closed_at = $2 where a.id = $1 and a.closed_at is null and not identity.holds_elsewhere(a.id)
       and not exists (select from identity.holding h where h.account = a.id and h.ended_at is null
         and (upper(h.valid) is null or upper(h.valid) > platform.today()))
     returning a.sign_in_name`,
    [account, now],
  )
  if (closed) await revokeSessionsOf(tx, account, now, null)
  return closed !== undefined
}
