import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { type Fen, fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import { post } from '../ledger/post.ts'
import { ledgerChecks } from '../ledger/verify.ts'
import { txOf } from '../platform/database/transaction.ts'
import type { Installation } from '../platform/installation.ts'
import { correct } from './correct.ts'
import { type Issue, issue, openTransfers } from './issue.ts'
import { type Reduction, reduce } from './reduce.ts'
import { allotmentChecks } from './verify.ts'
import { type Virement, vire } from './virement.ts'

let here: Installation
const COUNTY = 1
let office: number
let school: number

beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990101000', '样例县', 'county', null, null), (2, '[2018-01-01,)', '990101100', '样例镇', 'township', 1, 1);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '县级清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county'), (1, 1, 'X02', '水利专项资金', 'county'),
      (1, 1, 'X03', '教育专项资金', 'county'), (1, 1, 'X04', '道路专项资金', 'county');
    insert into divisions.agency (division, code, name) values (1, '101001', '样例县水利局'), (1, '101002', '样例县教育局')`)
  const agencies = await here.ownerPool.query<{ id: number }>('select id from divisions.agency order by code')
  office = agencies.rows[0]!.id
  school = agencies.rows[1]!.id
})
afterAll(() => here?.close())

const common = (number: string) => ({
  division: COUNTY,
  fiscalYear: 2018,
  document: { number, title: '关于调整资金的通知', dated: '2018-09-01' },
  effectiveOn: '2018-09-01',
})
const form = (input: Pick<Issue, 'form' | 'lines'> & Partial<Issue>) =>
  here.run(SYSTEM, context => issue(context, { ...common('样财农〔2018〕1号'), ...input }))
const lower = (input: Pick<Reduction, 'form'> & Partial<Reduction>) =>
  here.run(SYSTEM, context => reduce(context, { ...common('样财农〔2018〕20号'), ...input }))
const move = (lines: Virement['lines'], more: Partial<Virement> = {}) =>
  here.run(SYSTEM, context => vire(context, { ...common('样财农〔2018〕30号'), lines, ...more }))
const standing = async (allotment: bigint): Promise<Record<number, bigint>> =>
  Object.fromEntries(
    (
      await here.ownerPool.query<{ account: number; balance_fen: bigint }>(
        'select account, balance_fen from ledger.published_balance where allotment = $1 and balance_fen <> 0 order by account',
        [allotment],
      )
    ).rows.map(row => [row.account, row.balance_fen]),
  )
const refused = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => [fault.row, fault.code]) : String(error)),
  )
const counted = async (): Promise<unknown> =>
  (
    await here.ownerPool.query(
      'select (select count(*) from ledger.batch) as batches, (select count(*) from ledger.document) as documents, (select count(*) from allotments.allotment) as lines',
    )
  ).rows[0]
/** An own budget of a fund, assigned, and refined in parts. */
async function budget(fund: number, amount: number, parts: readonly number[], agency = office) {
  const [root] = (await form({ form: 'register', lines: [{ fund, amount: fen(amount) }] })).lines
  const [assigned] = (await form({ form: 'assign', lines: [{ source: root!, amount: fen(amount) }] })).lines
  const lines =
    parts.length === 0
      ? []
      : (await form({ form: 'refine', lines: parts.map(part => ({ source: assigned!, amount: fen(part), agency })) }))
          .lines
  return { root: root!, assigned: assigned!, lines }
}

test('own budget that is added in the year is a line of its own, marked as an adjustment, and so is what is made from it', async () => {
  const added = await form({ form: 'add', lines: [{ fund: 1, amount: fen(1000) }] })
  const [assigned] = (await form({ form: 'assign', lines: [{ source: added.lines[0]!, amount: fen(600) }] })).lines
  expect(await standing(added.lines[0]!)).toEqual({ 1001: 400n, 4001: 1000n })
  const { rows } = await here.ownerPool.query(
    'select form, budget_origin from allotments.published_line where id = any ($1) order by id',
    [[added.lines[0], assigned]],
  )
  expect(rows).toEqual([
    { form: 'add', budget_origin: 2 },
    { form: 'assign', budget_origin: 2 },
  ])
})

test('a cut takes own budget back in black: authority and revenue fall together, from what is unassigned or assigned', async () => {
  const { root, assigned } = await budget(2, 1000, [700])
  await lower({ form: 'cut', lines: [{ line: assigned, amount: fen(100) }] })
  expect(await standing(root)).toEqual({ 4001: 900n })
  expect(await standing(assigned)).toEqual({ 5001: 200n })
  const { rows } = await here.ownerPool.query(
    "select debit, credit, amount_fen, corrects_batch from ledger.published_entry where form = 'cut' order by line",
  )
  expect(rows).toEqual([
    { debit: 1001, credit: 5001, amount_fen: 100n, corrects_batch: null },
    { debit: 4001, credit: 1001, amount_fen: 100n, corrects_batch: null },
  ])
})

test('what is refined is not cut before it is withdrawn; more than is left is refused with what is left, all faults at once', async () => {
  const { root, assigned, lines } = await budget(2, 1000, [700])
  const before = await counted()
  const cut = lower({
    form: 'cut',
    lines: [
      { line: assigned, amount: fen(200) },
      { line: assigned, amount: fen(101) },
      { line: lines[0]!, amount: fen(1) },
      { line: 999_999n, amount: fen(1) },
      { line: root, amount: fen(0) },
    ],
  })
  const refusal = await cut.catch(error => error as Refusal)
  expect((refusal as Refusal).faults.map(fault => [fault.row, fault.code])).toEqual([
    [2, 'over-allotted'],
    [3, 'source-wrong-form'],
    [4, 'source-missing'],
    [5, 'amount-not-positive'],
  ])
  expect((refusal as Refusal).faults[0]!.zh).toContain('余额 1.00 元')
  expect((refusal as Refusal).faults[0]!.en).toContain('the 1.00 yuan left')
  expect(await refused(lower({ form: 'cut', fiscalYear: 2019, lines: [{ line: assigned, amount: fen(1) }] }))).toEqual([
    [1, 'source-wrong-year'],
  ])
  expect(await refused(lower({ form: 'cut' }))).toEqual([[undefined, 'no-lines']])
  expect(await counted()).toEqual(before)
})

test('what a superior sent is not cut here, neither by the form nor by the ledger beneath it', async () => {
  const [transfer] = await here.run(SYSTEM, context =>
    openTransfers(context, {
      sender: null,
      fiscalYear: 2018,
      document: { number: '省财农〔2018〕8号', title: '通知', dated: '2018-01-10' },
      lines: [
        {
          receiver: COUNTY,
          senderAllotment: null,
          fund: 1,
          sourceLevel: 'province',
          direct: false,
          functionSubject: null,
          fundNature: null,
          note: null,
          externalId: null,
          path: '{}',
          sent: fen(500),
        },
      ],
    }),
  )
  const received = await form({ form: 'receive', lines: [{ transfer: transfer!, amount: fen(500) }] })
  const [assigned] = (await form({ form: 'assign', lines: [{ source: received.lines[0]!, amount: fen(300) }] })).lines
  for (const line of [received.lines[0]!, assigned!])
    expect(await refused(lower({ form: 'cut', lines: [{ line, amount: fen(1) }] }))).toEqual([[1, 'source-wrong-form']])
  const line = received.lines[0]!
  const straight = here.run(SYSTEM, context =>
    post(context, {
      ...common(''),
      form: 'cut',
      document: null,
      lines: [{ debitAllotment: line, debit: 4001, creditAllotment: line, credit: 1001, amount: fen(1) }],
    }),
  )
  expect(await refused(straight)).toEqual([[undefined, 'no-such-order']])
  // Withdrawn from an agency it may be: it stays in the division.
  const refined = await form({ form: 'refine', lines: [{ source: assigned!, amount: fen(300), agency: school }] })
  const back = await lower({ form: 'withdraw', spread: { amount: fen(120), documentNumber: '省财农[2018]8号' } })
  expect(back.parts).toEqual([{ line: refined.lines[0]!, amount: 120n, left: 180n }])
})

test('a withdrawal goes back to the assigned line, from own spending first and then from the plan; what was paid stays paid', async () => {
  const { assigned, lines } = await budget(2, 1000, [1000])
  const line = lines[0]!
  await form({ form: 'plan', lines: [{ source: line, amount: fen(600) }] })
  await here.run(SYSTEM, context =>
    post(context, {
      ...common(''),
      form: 'pay',
      document: null,
      lines: [{ debitAllotment: line, debit: 5201, creditAllotment: line, credit: 5101, amount: fen(250) }],
    }),
  )
  expect(await refused(lower({ form: 'withdraw', lines: [{ line, amount: fen(751) }] }))).toEqual([
    [1, 'over-allotted'],
  ])
  const back = await lower({ form: 'withdraw', lines: [{ line, amount: fen(500) }] })
  expect(back.parts).toEqual([{ line, amount: 500n, left: 250n }])
  expect(await standing(line)).toEqual({ 5101: 250n, 5201: 250n })
  expect(await standing(assigned)).toEqual({ 5001: 500n })
})

test('a spread goes over all live lines of a fund in proportion to what is left of each, and sums to the fen', async () => {
  const { lines } = await budget(3, 1000, [300, 300, 100])
  await lower({ form: 'withdraw', lines: [{ line: lines[2]!, amount: fen(100) }] })
  const spread = { amount: fen(101), fund: 3 }
  const before = await counted()
  const look = await lower({ form: 'withdraw', spread, checkOnly: true })
  expect(look).toMatchObject({ batch: null, document: null })
  expect(look.parts).toEqual([
    { line: lines[0]!, amount: 51n, left: 249n },
    { line: lines[1]!, amount: 50n, left: 250n },
  ])
  expect(await counted()).toEqual(before)
  const stored = await lower({ form: 'withdraw', spread })
  expect(stored.parts).toEqual(look.parts)
  expect(await standing(lines[1]!)).toEqual({ 500201: 250n })
  expect(await refused(lower({ form: 'withdraw', spread: { amount: fen(500), fund: 3 } }))).toEqual([
    [undefined, 'over-allotted'],
  ])
  expect(await refused(lower({ form: 'withdraw', spread: { amount: fen(1), fund: 3, agency: school } }))).toEqual([
    [undefined, 'nothing-to-reduce'],
  ])
  expect(await refused(lower({ form: 'withdraw', spread: { amount: fen(1) } }))).toEqual([
    [undefined, 'spread-unnamed'],
  ])
  expect(await refused(lower({ form: 'withdraw', spread: { amount: fen(0), fund: 3 } }))).toEqual([
    [undefined, 'amount-not-positive'],
  ])
})

test('a cut that names a document is spread over what was registered by it, unassigned and assigned', async () => {
  const root = await form({
    form: 'register',
    document: { number: '样财农〔2018〕77号', title: '预算', dated: '2018-02-01' },
    lines: [{ fund: 4, amount: fen(900) }],
  })
  const [assigned] = (await form({ form: 'assign', lines: [{ source: root.lines[0]!, amount: fen(600) }] })).lines
  const cut = await lower({ form: 'cut', spread: { amount: fen(90), documentNumber: '样财农[2018]77号' } })
  expect(cut.parts).toEqual([
    { line: root.lines[0]!, amount: 30n, left: 270n },
    { line: assigned!, amount: 60n, left: 540n },
  ])
  expect(await standing(root.lines[0]!)).toEqual({ 1001: 270n, 4001: 810n })
})

test('a virement moves money to another agency in one batch; its tree neither gains nor loses, and the new line can be paid from', async () => {
  const { root, assigned, lines } = await budget(2, 1000, [1000])
  await form({ form: 'plan', lines: [{ source: lines[0]!, amount: fen(900) }] })
  const before = await standing(assigned)
  const moved = await move([{ source: lines[0]!, amount: fen(400), agency: school }])
  const [line] = moved.lines
  expect(await standing(lines[0]!)).toEqual({ 5101: 600n })
  expect(await standing(line!)).toEqual({ 500201: 400n })
  expect(await standing(assigned)).toEqual(before)
  const { rows } = await here.ownerPool.query(
    'select form, budget_origin, agency, fund, source, path from allotments.allotment where id = $1',
    [line],
  )
  expect(rows).toEqual([
    { form: 'refine', budget_origin: 3, agency: school, fund: 2, source: assigned, path: [root, assigned, line] },
  ])
  await form({ form: 'plan', lines: [{ source: line!, amount: fen(400) }] })
  expect(await standing(line!)).toEqual({ 5101: 400n })
})

test('a virement that changes nothing, changes the fund, or takes too much is refused', async () => {
  const { assigned, lines } = await budget(2, 100, [100])
  const source = lines[0]!
  expect(
    await refused(
      move([
        { source, amount: fen(10) },
        { source, amount: fen(10), agency: school, fund: 1 },
        { source, amount: fen(81), agency: school },
        { source: assigned, amount: fen(1), agency: school },
        { source: 999_999n, amount: fen(1), agency: school },
      ]),
    ),
  ).toEqual([
    [3, 'over-allotted'],
    [4, 'source-wrong-form'],
    [5, 'source-missing'],
    [1, 'virement-same-use'],
    [2, 'virement-other-fund'],
  ])
  expect(await refused(move([]))).toEqual([[undefined, 'no-lines']])
})

test('the same request twice lowers once and answers the same lines, sent one after the other or at once', async () => {
  const { lines } = await budget(2, 1000, [1000])
  const withdraw = () =>
    lower({ form: 'withdraw', requestKey: 'withdraw-1', lines: [{ line: lines[0]!, amount: fen(10) }] })
  const [first, second] = await Promise.all([withdraw(), withdraw()])
  expect(second).toEqual(first)
  expect((await withdraw()).parts).toEqual([{ line: lines[0]!, amount: 10n, left: 990n }])
  const vired = () => move([{ source: lines[0]!, amount: fen(10), agency: school }], { requestKey: 'virement-1' })
  const [once, again] = await Promise.all([vired(), vired()])
  expect(again).toEqual({ ...once, repair: null })
  expect(await standing(lines[0]!)).toEqual({ 500201: 980n })
  const cut = await budget(2, 100, [])
  const both = () =>
    lower({
      form: 'cut',
      requestKey: 'cut-both-1',
      lines: [
        { line: cut.assigned, amount: fen(20) },
        { line: cut.assigned, amount: fen(5) },
      ],
    })
  const one = await both()
  expect((await both()).parts).toEqual(one.parts)
  expect(one.parts.map(part => part.amount)).toEqual([20n, 5n])
})

test('two clerks who withdraw the same last fen: one gets it, the others are told that it is gone', async () => {
  const { lines } = await budget(2, 100, [100])
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () =>
      refused(lower({ form: 'withdraw', lines: [{ line: lines[0]!, amount: fen(60) }] })),
    ),
  )
  expect(outcomes.filter(outcome => outcome === 'done')).toHaveLength(1)
  expect(outcomes.filter(outcome => outcome !== 'done')).toEqual(Array(4).fill([[1, 'over-allotted']]))
})

test('a cut made in error is corrected in red, and the money is there again', async () => {
  const { root } = await budget(2, 100, [])
  const [line] = (await form({ form: 'register', lines: [{ fund: 1, amount: fen(100) }] })).lines
  const cut = await lower({ form: 'cut', lines: [{ line: line!, amount: fen(40) }] })
  await here.run(SYSTEM, context =>
    correct(context, { ...common('样财农〔2018〕21号'), batch: cut.batch!, line: 1, amount: 40n as Fen }),
  )
  expect(await standing(line!)).toEqual({ 1001: 100n, 4001: 100n })
  expect(await standing(root)).toEqual({ 4001: 100n })
})

const findings = async (check: (place: string) => boolean = () => true): Promise<string[]> => {
  const client = await here.ownerPool.connect()
  try {
    const found: string[] = []
    for (const one of [...ledgerChecks, ...allotmentChecks])
      found.push(...(await one.run(txOf(client))).differences.map(difference => `${one.code} ${difference.place}`))
    return found.filter(check)
  } finally {
    client.release()
  }
}

test('verify finds nothing in all of this, and names a reduction that took from one line and gave to another', async () => {
  expect(await findings()).toEqual([])
  const one = await budget(2, 100, [100])
  const other = await budget(2, 100, [100])
  const astray = await here.run(SYSTEM, context =>
    post(context, {
      ...common(''),
      form: 'withdraw',
      document: null,
      lines: [
        { debitAllotment: other.assigned, debit: 5001, creditAllotment: one.lines[0]!, credit: 500201, amount: fen(7) },
      ],
    }),
  )
  expect(await findings(place => place.startsWith('reductions'))).toEqual([`reductions entry ${COUNTY}/${astray}/1`])
  const half = await here.run(SYSTEM, context =>
    post(context, {
      ...common(''),
      form: 'virement',
      document: null,
      lines: [
        { debitAllotment: one.assigned, debit: 5001, creditAllotment: one.lines[0]!, credit: 500201, amount: fen(3) },
      ],
    }),
  )
  expect(await findings(place => place.startsWith('reductions batch'))).toEqual([
    `reductions batch ${COUNTY}/${half} of allotment ${one.assigned}`,
  ])
})
