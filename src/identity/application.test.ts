import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import type { Installation } from '../platform/installation.ts'
import type { Source } from '../platform/part.ts'
import type { ApplicationLineBody } from './contract.ts'
import { giveOpinion, resubmit, withdraw } from './decide-application.ts'
import { executeApplication, found } from './execute-application.ts'
import { fillApplication } from './fill-application.ts'
import { importApplications } from './import-applications.ts'
import { applicationOf } from './read-applications.ts'
import { showPerson } from './secure-account.ts'
import { activate } from './set-password.ts'
import { codesOf, identityWorld, inventedNumber, line, person } from './test-world.ts'

let here: Installation
let clerk: Actor
let boss: Actor
let lead: Actor
let office: Actor
beforeAll(async () => {
  here = await identityWorld(clockAt('2026-03-02'))
  clerk = await person(here, 'clerk', [{ division: 2, post: 'allotment' }])
  boss = await person(here, 'boss', [{ division: 2, post: 'leader' }])
  lead = await person(here, 'lead', [{ division: 2, post: 'lead' }])
  office = await person(here, 'office', [{ division: 2, post: 'information' }])
})
afterAll(() => here.close())

let keys = 0
const fill = (lines: ApplicationLineBody[], by = clerk, requestKey = `key-${String(++keys).padStart(8, '0')}`) =>
  here.run(by, context => fillApplication(context, 2, { requestKey, unit: '甲县财政局农业股', lines }))
const filled = (lines: ApplicationLineBody[]) => codesOf(fill(lines))
const agree = (id: string, step: 'agree-unit' | 'agree-department', by: Actor, yes = true) =>
  here.run(by, context => giveOpinion(context, 2, id, step, { agree: yes, opinion: yes ? '同意' : '职务有误' }))
const execute = (id: string, by = office) =>
  here.run(by, context => executeApplication(context, 2, id, { agree: true, opinion: '已办理' }))
const through = async (lines: ApplicationLineBody[]) => {
  const id = await fill(lines)
  await agree(id, 'agree-unit', boss)
  await agree(id, 'agree-department', lead)
  return execute(id)
}
const heldBy = async (signInName: string) =>
  (
    await here.ownerPool.query(
      `select h.post, h.division, h.office, h.agency, lower(h.valid)::text as from, h.ended_at is not null as ended from identity.holding h
       join identity.account a on a.id = h.account where a.sign_in_name = $1 order by h.id`,
      [signInName],
    )
  ).rows
const account = async (signInName: string) =>
  (await here.ownerPool.query<{ id: bigint }>('select id from identity.account where sign_in_name = $1', [signInName]))
    .rows[0]!
const stateOf = async (id: string) => (await here.run(clerk, ({ tx }) => applicationOf(tx, 2, id)))!.state

describe('a permission application', () => {
  test('goes from the clerk to the unit, the department and the information office, which opens the account', async () => {
    const id = await fill([line(1, { office: '02' })])
    expect(await stateOf(id)).toBe('filled')
    await agree(id, 'agree-unit', boss)
    await agree(id, 'agree-department', lead)
    const { codes } = await execute(id)
    expect(codes).toEqual([{ signInName: 'clerk.1', name: '样例人1', code: expect.stringMatching(/^[A-Z2-9-]{14}$/) }])
    expect(await heldBy('clerk.1')).toEqual([
      { post: 'handler', division: 2, office: 2, agency: null, from: '2026-03-02', ended: false },
    ])
    const done = (await here.run(clerk, ({ tx }) => applicationOf(tx, 2, id)))!
    expect(done).toMatchObject({
      state: 'executed',
      unitBy: { name: '样例boss' },
      departmentBy: { name: '样例lead' },
      executedBy: { name: '样例office' },
    })
    expect(done.events.map(event => event.step)).toEqual(['fill', 'agree-unit', 'agree-department', 'execute'])
    // There is no password until the person sets one by the code.
    const activated = await here.run(SYSTEM, context =>
      activate(context, { name: 'clerk.1', code: codes[0]!.code, password: 'Fresh-Start-2026' }),
    )
    expect(activated).toEqual({ done: true })
  })

  test('takes no step out of order', async () => {
    const id = await fill([line(2)])
    expect(await codesOf(agree(id, 'agree-department', lead))).toBe('application-state')
    expect(await codesOf(execute(id))).toBe('application-state')
    expect(await codesOf(agree('999999', 'agree-unit', boss))).toBe('application-missing')
    await agree(id, 'agree-unit', boss)
    expect(await codesOf(agree(id, 'agree-unit', boss))).toBe('application-state')
  })

  test('is not agreed or executed by who filled it in, nor executed by who agreed', async () => {
    const id = await fill([line(3)], lead)
    expect(await codesOf(agree(id, 'agree-unit', lead))).toBe('maker-is-checker')
    await agree(id, 'agree-unit', boss)
    expect(await codesOf(agree(id, 'agree-department', lead))).toBe('maker-is-checker')
    await agree(id, 'agree-department', boss)
    expect(await codesOf(execute(id, boss))).toBe('maker-is-checker')
    expect(await codesOf(execute(id, lead))).toBe('maker-is-checker')
    // The database holds to it as well.
    const sign = (set: string) => here.ownerPool.query(`update identity.application set ${set} where id = ${id}`)
    await expect(sign(`unit_by = ${lead.id}`)).rejects.toThrow(/who_fills_in_does_not_agree/)
    await expect(sign(`executed_by = ${boss.id}`)).rejects.toThrow(/who_executes_neither_filled_in_nor_agreed/)
    await expect(
      here.ownerPool.query(
        `insert into identity.application (division, unit, applied_on, state, filled_by, request_key) values (2, 'x', '2026-01-01', 'executed', 1, 'k')`,
      ),
    ).rejects.toThrow(/application_state_has_its_signatures/)
  })

  test('is agreed by nobody for whom it opens or changes a post; giving a post back is one’s own to agree', async () => {
    const state = (signInName: string, kind: 'change' | 'revoke') => line(8, { signInName, kind })
    await through([line(8, { signInName: 'chief.8', post: 'leader' })])
    const chief = { ...boss, id: Number((await account('chief.8')).id) }
    const id = await fill([state('chief.8', 'change')])
    expect(await codesOf(agree(id, 'agree-unit', chief))).toBe('own-account')
    await agree(id, 'agree-unit', boss)
    expect(await codesOf(agree(id, 'agree-department', chief))).toBe('own-account')
    const leaving = await fill([{ ...state('chief.8', 'revoke'), post: 'leader' }])
    expect(await codesOf(agree(leaving, 'agree-unit', chief))).toBe('done')
  })

  test('that is sent back can be mended and handed in again, by who filled it in alone', async () => {
    const id = await fill([line(4)])
    await agree(id, 'agree-unit', boss)
    await agree(id, 'agree-department', lead, false)
    const back = (await here.run(clerk, ({ tx }) => applicationOf(tx, 2, id)))!
    expect(back).toMatchObject({ state: 'returned', unitBy: null, unitOpinion: null })
    expect(back.events.at(-1)).toMatchObject({ step: 'return', opinion: '职务有误' })
    const again = (by: Actor, lines = [line(4, { duty: '股长' })]) =>
      codesOf(here.run(by, context => resubmit(context, 2, id, { unit: '农业股', lines })))
    expect(await again(lead)).toBe('application-not-yours')
    expect(await again(clerk, [line(4, { post: 'king' })])).toBe('post-unknown')
    expect(await again(clerk)).toBe('done')
    expect((await here.run(clerk, ({ tx }) => applicationOf(tx, 2, id)))!.lines[0]!.duty).toBe('股长')
    await here.run(clerk, context => withdraw(context, 2, id))
    expect(await codesOf(agree(id, 'agree-unit', boss))).toBe('application-state')
  })

  test('that is sent twice by a nervous hand is one application', async () => {
    expect(await fill([line(5)], clerk, 'same-key-1')).toBe(await fill([line(5)], clerk, 'same-key-1'))
  })

  test('changes the posts of a person from that day, and what was held is kept as history', async () => {
    await through([line(6)])
    await through([line(6, { kind: 'change', post: 'reviewer' }), line(6, { kind: 'change', post: 'supervisor' })])
    expect(await heldBy('clerk.6')).toMatchObject([
      { post: 'handler', ended: true },
      { post: 'reviewer', ended: false },
      { post: 'supervisor', ended: false },
    ])
  })

  test('revokes, and an account without a post is closed for good with its sessions', async () => {
    await through([line(7)])
    await here.ownerPool.query(
      `insert into identity.session (token_digest, account, csrf, ends_at) select 'x', id, 'c', now() + interval '1 day' from identity.account where sign_in_name = 'clerk.7'`,
    )
    expect(await codesOf(through([line(7, { kind: 'revoke', post: 'reviewer' })]))).toBe('holding-missing')
    await through([line(7, { kind: 'revoke' })])
    const { rows } = await here.ownerPool.query(
      `select a.closed_at is not null as closed, s.revoked_at is not null as ended from identity.account a join identity.session s on s.account = a.id where a.sign_in_name = 'clerk.7'`,
    )
    expect(rows).toEqual([{ closed: true, ended: true }])
    expect(await filled([line(7)])).toBe('account-closed')
    await through([line(7, { signInName: 'clerk.7b' })])
  })
})

describe('what is filled in', () => {
  test('is judged whole: every fault with its line, no number in the clear, and nothing is stored', async () => {
    const before = await here.ownerPool.query('select count(*) from identity.application')
    const wrong = `${inventedNumber(20).slice(0, 17)}${inventedNumber(20)[17] === '1' ? '2' : '1'}`
    const refused = await fill([
      line(20, { number: wrong }),
      line(21, { phone: '12' }),
      line(22, { post: 'king' }),
      line(23, { signInName: 'Ä' }),
      line(24, { division: '990102000' }),
      line(25, { until: '2026-02-30' }),
      line(26, { office: '99' }),
      line(27, { post: 'treasury', office: '01' }),
      line(28, { post: 'agency-clerk' }),
    ]).catch(error => error)
    expect(refused.faults.map((fault: { row: number; code: string }) => `${fault.row} ${fault.code}`)).toEqual([
      '1 identity-number-invalid',
      '2 phone-invalid',
      '3 post-unknown',
      '4 sign-in-name-malformed',
      '5 division-outside-scope',
      '6 date-impossible',
      '7 office-unknown',
      '8 post-not-narrow',
      '9 agency-missing',
    ])
    expect(JSON.stringify(refused.faults)).not.toContain(wrong)
    expect((await here.ownerPool.query('select count(*) from identity.application')).rows).toEqual(before.rows)
  })
  test('opens no post for a village, neither by its code nor by its committee; the database refuses it too', async () => {
    expect(await filled([line(30, { division: '990101001002' })])).toBe('village-has-no-post')
    expect(await filled([line(30, { post: 'agency-clerk', agency: '102' })])).toBe('village-has-no-post')
    const put = (division: number, agency: number | null) =>
      here.ownerPool.query(
        `insert into identity.holding (account, division, post, agency) values ($1, $2, 'viewer', $3)`,
        [clerk.id, division, agency],
      )
    await expect(put(2, 2)).rejects.toThrow(/villages_have_no_post/)
    await expect(put(4711, null)).rejects.toThrow(/post_is_held_over_a_division/)
  })
  test('gives one person one account, and nobody another’s', async () => {
    await through([line(31)])
    expect(await filled([line(31, { signInName: 'second' })])).toBe('person-has-account')
    expect(await filled([line(32, { signInName: 'clerk.31' })])).toBe('sign-in-name-taken')
    expect(await filled([line(31, { name: '另一人' })])).toBe('person-name-differs')
    expect(await filled([line(33, { kind: 'change' })])).toBe('account-unknown')
    expect(await filled([line(34), line(34)])).toBe('line-duplicated')
  })
  test('keeps system, security and audit administrators apart from each other and from business', async () => {
    await through([line(40, { post: 'auditor' })])
    for (const post of ['security-admin', 'system-admin', 'handler'])
      expect(await filled([line(40, { post })])).toBe('posts-exclude-each-other')
    expect(await filled([line(41, { post: 'handler' }), line(41, { post: 'auditor' })])).toBe(
      'posts-exclude-each-other',
    )
    // Two applications that were each in order when they were filled in: the second is refused when it is executed.
    const first = await fill([line(42, { post: 'handler' })])
    const second = await fill([line(42, { post: 'auditor' })])
    for (const id of [first, second]) {
      await agree(id, 'agree-unit', boss)
      await agree(id, 'agree-department', lead)
    }
    await execute(first)
    expect(await codesOf(execute(second))).toBe('posts-exclude-each-other')
    expect(await stateOf(second)).toBe('department-agreed')
    await expect(
      here.ownerPool.query(`insert into identity.holding (account, division, post) values ($1, 2, 'auditor')`, [
        clerk.id,
      ]),
    ).rejects.toThrow(/administrators_exclude_each_other_and_business_posts/)
  })
  test('is nobody’s own permission to execute', async () => {
    await through([line(45, { post: 'information', signInName: 'it.2' })])
    const { rows } = await here.ownerPool.query(`select id::int from identity.account where sign_in_name = 'it.2'`)
    const it2: Actor = { ...office, id: rows[0].id }
    const id = await fill([line(45, { kind: 'change', post: 'leader', signInName: 'it.2' })])
    await agree(id, 'agree-unit', boss)
    await agree(id, 'agree-department', lead)
    expect(await codesOf(execute(id, it2))).toBe('own-account')
  })
})

test('a fresh installation begins with the posts that the system administrator opens from signed paper, and then no more', async () => {
  const root = await person(here, 'root', [{ division: 0, post: 'system-admin' }])
  const signed = { signer: '样例局长', opinion: '同意', on: '2026-03-01' }
  const begin = (division: number, lines: ApplicationLineBody[], requestKey: string) =>
    here.run(root, context =>
      found(context, division, {
        requestKey,
        unit: '乙县财政局',
        lines,
        unitOpinion: signed,
        departmentOpinion: signed,
      }),
    )
  expect(await codesOf(begin(3, [line(50, { post: 'treasury' })], 'founding-0'))).toBe('post-not-founding')
  const lines = [
    line(51, { post: 'information' }),
    line(52, { post: 'leader' }),
    line(53, { post: 'security-admin', division: '0' }),
  ]
  const { codes, id } = await begin(3, lines, 'founding-1')
  expect(codes).toHaveLength(3)
  expect(await begin(3, lines, 'founding-1').catch(error => error.faults[0].code)).toBe('founded')
  expect(await heldBy('clerk.53')).toMatchObject([{ post: 'security-admin', division: 0 }])
  const paper = (await here.run(root, ({ tx }) => applicationOf(tx, 3, id)))!
  expect(paper).toMatchObject({
    onPaper: true,
    state: 'executed',
    unitOpinion: '同意（样例局长，纸质签署）',
    unitBy: null,
  })
})

test('identity numbers and phones are nowhere in the clear, and a look at one is an entry with its purpose', async () => {
  await through([line(60)])
  const dump = await here.ownerPool.query<{ text: string }>(
    `select row_to_json(p)::text as text from identity.person p union all select row_to_json(l)::text from identity.application_line l
     union all select row_to_json(e)::text from audit.entry e`,
  )
  const all = dump.rows.map(row => row.text).join('\n')
  const hex = (text: string) => Buffer.from(text).toString('hex')
  for (const secret of [inventedNumber(60), '13900000060']) {
    expect(all).not.toContain(secret)
    expect(all).not.toContain(hex(secret))
  }
  expect(all).toContain(`990101********${inventedNumber(60).slice(-4)}`)
  const { rows } = await here.ownerPool.query(`select id::text from identity.account where sign_in_name = 'clerk.60'`)
  expect(await here.run(office, context => showPerson(context, rows[0].id, '电话核实'))).toEqual({
    number: inventedNumber(60),
    phone: '13900000060',
  })
  const entry = await here.ownerPool.query(
    `select detail from audit.entry where action = 'personal.look' order by id desc limit 1`,
  )
  expect(entry.rows[0].detail).toEqual({ purpose: '电话核实' })
})

describe('a sheet of applications', () => {
  const sheet = (rows: string[]): Source => ({
    fileName: '申请.csv',
    open: () =>
      Readable.from([
        `申请单位,股室,姓名,身份证号,职务,联系电话,权限,办理类别,登录名,备注\n${rows.join('\n')}\n`,
      ]) as never,
  })
  const bring = (rows: string[], checkOnly = false) =>
    here.run(clerk, context =>
      importApplications(context, { source: sheet(rows), division: 2, checkOnly, importId: '1' }),
    )
  const row = (unit: string, serial: number, post = '股室经办岗', number = inventedNumber(serial)) =>
    `${unit},农业股,样例人${serial},${number},科员,1390000${String(serial).padStart(4, '0')},${post},开通,clerk.${serial},`
  test('files one application for each unit, once', async () => {
    const rows = [row('农业股', 70), row('农业股', 71, '审核岗'), row('社保股', 72)]
    expect(await bring(rows, true)).toMatchObject({ rows: 3, taken: 0 })
    expect(await bring(rows)).toMatchObject({ rows: 3, taken: 3, figures: { applications: 2 } })
    await bring(rows)
    const { rows: filed } = await here.ownerPool.query(
      `select unit, count(*)::int as n from identity.application where unit in ('农业股', '社保股') and request_key like 'sheet%' group by 1 order by 1`,
    )
    expect(filed).toEqual([
      { unit: '农业股', n: 1 },
      { unit: '社保股', n: 1 },
    ])
  })
  test('with a fault files nothing, and says which row, without the number', async () => {
    const bad = inventedNumber(73).replace('1980', '1981')
    const refused = await bring([row('教育股', 74), row('教育股', 73, '股室经办岗', bad)]).catch(error => error)
    expect(refused.faults).toMatchObject([{ code: 'identity-number-invalid', row: 3 }])
    expect(JSON.stringify(refused.faults)).not.toContain(bad)
    const { rows } = await here.ownerPool.query(`select from identity.application where unit = '教育股'`)
    expect(rows).toHaveLength(0)
  })
})
