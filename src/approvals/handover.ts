import { POSTS } from '../identity/posts.ts'
import { sm3 } from '../kernel/digest.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { HANDOVER_ROLES, type HandoverBody, type HandoverRole } from './contract.ts'
import { holdingFor } from './delegate.ts'
import { openItems } from './open-items.ts'
import { addEvent } from './store.ts'

export interface HandoverRow {
  id: bigint
  giver: bigint
  taker: bigint
  witness: bigint
  holdings: string[]
  state: 'open' | 'done' | 'dropped'
  digest: Buffer
}

/**
 * Begins a handover (交接): draws up the list of what is open with the giver's posts. Refuses `handover-not-yours`, `handover-people`,
 * `handover-holding`; the same request key answers the first.
 */
export async function beginHandover(
  context: Context,
  division: number,
  body: HandoverBody,
  arranges: boolean,
): Promise<{ id: string }> {
  const { tx, actor } = context
  if (Number(body.giver) !== actor.id && !arranges)
    refuse(
      'forbidden',
      'handover-not-yours',
      '只有移交人本人或牵头股室可以办理交接。',
      'Only who gives, or the lead office, begins a handover.',
      { field: 'giver', value: body.giver },
    )
  if (new Set([body.giver, body.taker, body.witness].map(Number)).size < 3)
    refuse(
      'input',
      'handover-people',
      '移交人、接收人、监交人须是三个人。',
      'Giver, taker and witness must be three people.',
      { field: 'witness', value: body.witness },
    )
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, $2))', [body.requestKey, division])
  const known = await tx.maybe<{ id: bigint }>(
    'select id from approvals.handover where division = $1 and request_key = $2',
    [division, body.requestKey],
  )
  if (known) return { id: String(known.id) }
  const posts: string[] = []
  for (const id of new Set(body.holdings)) {
    const holding = await holdingFor(context, division, id)
    if (holding?.kind !== 'business' || holding.division !== division || String(holding.account) !== body.giver)
      refuse(
        'input',
        'handover-holding',
        `岗位 ${id} 不是移交人在本区划担任的业务岗位：请从列表中选择。`,
        `Post ${id} is no post of business that the giver holds in this division: choose from the list.`,
        { field: 'holdings', value: id },
      )
    posts.push(holding.post)
  }
  const items = JSON.stringify(await openItems(tx, division, body.giver, posts))
  const { id } = await tx.one<{ id: bigint }>(
    `insert into approvals.handover (division, giver, taker, witness, holdings, reason, items, digest, request_key)
     values ($1, $2, $3, $4, $5::bigint[], $6, $7, $8, $9) returning id`,
    [
      division,
      body.giver,
      body.taker,
      body.witness,
      [...new Set(body.holdings)],
      body.reason.trim(),
      items,
      sm3(items),
      body.requestKey,
    ],
  )
  await context.audit({
    division,
    action: 'handover-begun',
    subject: String(id),
    detail: { giver: Number(body.giver), taker: Number(body.taker), witness: Number(body.witness), posts },
  })
  return { id: String(id) }
}

const locked = async (context: Context, division: number, id: string): Promise<HandoverRow> =>
  (await context.tx.maybe<never>(
    'select id, giver, taker, witness, holdings::text[] as holdings, state, digest from approvals.handover where division = $1 and id = $2 for update',
    [division, id],
  )) ?? refuse('missing', 'handover-missing', `没有交接 ${id}。`, `There is no handover ${id}.`, { value: id })

/**
 * Signs a handover in one's role; at the last of three signatures the posts and what their holder made move to the taker. A second signature
 * does nothing. Refuses `handover-missing`, `handover-not-yours`, `handover-over`, `handover-holding-gone`, `handover-taker`.
 */
export async function signHandover(context: Context, division: number, id: string): Promise<{ state: string }> {
  const { tx, actor } = context
  const row = await locked(context, division, id)
  const role: HandoverRole | undefined = HANDOVER_ROLES.find(one => Number(row[one]) === actor.id)
  if (!role)
    refuse(
      'forbidden',
      'handover-not-yours',
      '交接只由移交人、接收人、监交人签字。',
      'A handover is signed by giver, taker and witness alone.',
      { value: id },
    )
  const signed = await tx.query<{ role: HandoverRole }>(
    'select role from approvals.handover_signature where division = $1 and handover = $2',
    [division, id],
  )
  if (signed.some(one => one.role === role)) return { state: row.state }
  if (row.state !== 'open')
    refuse('conflict', 'handover-over', `交接 ${id} 已结束。`, `Handover ${id} is over.`, { value: id })
  await tx.query(
    'insert into approvals.handover_signature (division, handover, role, signer, digest) values ($1, $2, $3, $4, $5)',
    [division, id, role, actor.id, row.digest],
  )
  await context.audit({ division, action: 'handover-signed', subject: id, detail: { role } })
  if (signed.length < 2) return { state: 'open' }
  await moveAll(context, division, row)
  await tx.query(
    `update approvals.handover set state = 'done', done_on = platform.today() where division = $1 and id = $2`,
    [division, id],
  )
  await context.audit({
    division,
    action: 'handover-done',
    subject: id,
    detail: { giver: Number(row.giver), taker: Number(row.taker), holdings: row.holdings },
  })
  return { state: 'done' }
}

async function moveAll(context: Context, division: number, row: HandoverRow): Promise<void> {
  const { tx, clock } = context
  const given = await tx.query<{
    post: string
    office: number | null
    fund: number | null
    agency: number | null
    until: string | null
  }>(
    `update identity.holding h set ended_at = $3, valid = daterange(lower(h.valid), platform.today() + 1)
     from (select id, upper(valid) as until from identity.holding where id = any ($1::bigint[]) for update) was
     where h.id = was.id and h.account = $2 and h.ended_at is null and h.valid @> platform.today()
     returning h.post, h.office, h.fund, h.agency, (was.until - 1)::text as until`,
    [row.holdings, row.giver, clock.now()],
  )
  if (given.length !== row.holdings.length)
    refuse(
      'conflict',
      'handover-holding-gone',
      '移交的岗位已有变化：请作废本交接，重新办理。',
      'A post of the list is no longer held by the giver: drop this handover and begin anew.',
      { value: String(row.id) },
    )
  try {
    for (const { post, office, fund, agency, until } of given)
      if (POSTS[post])
        await tx.query(
          `insert into identity.holding (account, division, post, office, fund, agency, valid)
           select $1, $2, $3, $4, $5, $6, daterange(platform.today(), $7::date + 1)
           where not exists (select from identity.holding h where h.account = $1 and h.division = $2 and h.post = $3 and h.office is not distinct from $4
             and h.fund is not distinct from $5 and h.agency is not distinct from $6 and h.ended_at is null and h.valid @> platform.today() and upper_inf(h.valid))`,
          [row.taker, division, post, office, fund, agency, until],
        )
  } catch (error) {
    if ((error as { code?: string }).code !== '23P01') throw error
    refuse(
      'conflict',
      'handover-taker',
      '接收人不能担任该岗位（三员与业务岗位互斥，或期间重叠）：请换接收人。',
      'The taker cannot hold that post (administrators and business exclude each other, or days overlap): choose another taker.',
      { field: 'taker', value: String(row.taker) },
    )
  }
  // What the giver made and is not carried out goes on with the taker. Where the taker has signed it, it comes back unsigned.
  const moved = await tx.query<{ id: bigint }>(
    `update approvals.submission s set state = 'returned' where division = $1 and maker = $2 and state in ('waiting', 'returned') returning id`,
    [division, row.giver],
  )
  for (const { id } of moved) {
    await tx.query('savepoint hand_over')
    try {
      await tx.query('update approvals.submission set maker = $3, maker_for = $3 where division = $1 and id = $2', [
        division,
        id,
        row.taker,
      ])
      await addEvent(tx, division, id, 'handed-over', { standsFor: row.giver })
    } catch (error) {
      if ((error as { code?: string }).code !== '23514') throw error
      await tx.query('rollback to savepoint hand_over')
      await tx.query(`update approvals.submission set state = 'withdrawn' where division = $1 and id = $2`, [
        division,
        id,
      ])
      await addEvent(tx, division, id, 'withdrawn')
    }
  }
  await tx.query(
    `update approvals.delegation set ended_at = $3, ended_by = platform.actor() where division = $1 and holding = any ($2::bigint[]) and ended_at is null`,
    [division, row.holdings, clock.now()],
  )
}

/** Drops a handover that is not done, by one of its three or the lead office. */
export async function dropHandover(context: Context, division: number, id: string, arranges: boolean): Promise<void> {
  const row = await locked(context, division, id)
  if (!arranges && !HANDOVER_ROLES.some(role => Number(row[role]) === context.actor.id))
    refuse(
      'forbidden',
      'handover-not-yours',
      '只有当事人或牵头股室可以作废交接。',
      'Only the three or the lead office drop a handover.',
      {
        value: id,
      },
    )
  if (row.state === 'dropped') return
  if (row.state === 'done')
    refuse('conflict', 'handover-over', `交接 ${id} 已结束。`, `Handover ${id} is over.`, { value: id })
  await context.tx.query(`update approvals.handover set state = 'dropped' where division = $1 and id = $2`, [
    division,
    id,
  ])
  await context.audit({ division, action: 'handover-dropped', subject: id })
}
