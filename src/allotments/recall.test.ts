import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import { post } from '../ledger/post.ts'
import type { Installation } from '../platform/installation.ts'
import { correct } from './correct.ts'
import { hanging } from './hanging.ts'
import { type Issue, issue } from './issue.ts'
import { type Recall, recall } from './recall.ts'
import { listRecallable } from './recall-reads.ts'
import { listRecoverables, recover } from './recoverable.ts'
import { findings, fromOutside, plain } from './test-recall.ts'

// A city, its two counties, and a township of the first; each of their divisions has one agency.
const [CITY, COUNTY, OTHER, TOWN] = [1, 2, 3, 4] as const
let here: Installation
const agencies = new Map<number, number>()

beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null), (3, null), (4, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990100000', '样例市', 'city', null, null), (2, '[2018-01-01,)', '990101000', '样例县', 'county', 1, 1),
      (3, '[2018-01-01,)', '990102000', '邻县', 'county', 1, 1), (4, '[2018-01-01,)', '990101100', '样例镇', 'township', 2, 2);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '市级清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'S01', '扶贫专项资金', 'city'), (1, 1, 'S02', '水利专项资金', 'city');
    insert into divisions.agency (division, code, name) select id, '101001', '样例局' from divisions.division`)
  const { rows } = await here.ownerPool.query<{ division: number; id: number }>(
    'select division, id from divisions.agency',
  )
  for (const row of rows) agencies.set(row.division, row.id)
})
afterAll(() => here?.close())

let numbers = 0
const common = (division: number) => ({
  division,
  fiscalYear: 2018,
  document: { number: `样财农〔2018〕${++numbers}号`, title: '关于资金的通知', dated: '2018-09-01' },
  effectiveOn: '2018-09-01',
})
const as = (scope: number): Actor => ({ ...SYSTEM, scope })
const form = (division: number, input: Pick<Issue, 'form' | 'lines'> & Partial<Issue>) =>
  here.run(SYSTEM, context => issue(context, { ...common(division), ...input }))
const call = (input: Partial<Recall>, actor = SYSTEM) =>
  here.run(actor, context => recall(context, { ...common(CITY), form: 'recall', ...input }))
const pay = (division: number, line: bigint, amount: number, credit = 500201) =>
  here.run(SYSTEM, context =>
    post(context, {
      ...common(division),
      form: 'pay',
      document: null,
      lines: [{ debitAllotment: line, debit: 5201, creditAllotment: line, credit, amount: fen(amount) }],
    }),
  )
const refused = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => [fault.row, fault.code]) : String(error)),
  )
const standing = async (allotment: bigint): Promise<Record<number, bigint>> =>
  Object.fromEntries(
    (
      await here.ownerPool.query<{ account: number; balance_fen: bigint }>(
        'select account, balance_fen from ledger.published_balance where allotment = $1 and balance_fen <> 0 order by account',
        [allotment],
      )
    ).rows.map(row => [row.account, row.balance_fen]),
  )
const transfer = async (id: bigint): Promise<[sent: bigint, taken: bigint]> => {
  const { rows } = await here.ownerPool.query('select sent_fen, taken_fen from ledger.transfer where id = $1', [id])
  return [rows[0].sent_fen, rows[0].taken_fen]
}
const counted = async (): Promise<unknown> =>
  (
    await here.ownerPool.query(
      `select (select count(*) from ledger.batch) as batches, (select count(*) from ledger.document) as documents, (select count(*) from allotments.recall) as recalls`,
    )
  ).rows[0]
/** What the city sends to a county by one document: that much in transit, unassigned, unrefined, own spending, planned and paid there. */
async function sent(
  to: number,
  stands: Partial<Record<'transit' | 'toAssign' | 'toRefine' | 'own' | 'plan' | 'paid', number>>,
  fund = 1,
  number?: string,
) {
  const { transit = 0, toAssign = 0, toRefine = 0, own = 0, plan = 0, paid = 0 } = stands
  const received = toAssign + toRefine + own + plan + paid
  const [root] = (await form(CITY, { form: 'register', lines: [{ fund, amount: fen(transit + received) }] })).lines
  const [assigned] = (await form(CITY, { form: 'assign', lines: [{ source: root!, amount: fen(transit + received) }] }))
    .lines
  const passed = await form(CITY, {
    form: 'pass-down',
    ...(number && { document: { number, title: '下达', dated: '2018-03-01' } }),
    lines: [{ source: assigned!, amount: fen(transit + received), toDivision: to }],
  })
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    'select id from ledger.transfer where sender_allotment = $1',
    [passed.lines[0]],
  )
  const id = rows[0]!.id
  const line: { received?: bigint; assigned?: bigint; refined?: bigint } = {}
  if (received > 0)
    line.received = (await form(to, { form: 'receive', lines: [{ transfer: id, amount: fen(received) }] })).lines[0]!
  if (received > toAssign)
    line.assigned = (
      await form(to, { form: 'assign', lines: [{ source: line.received!, amount: fen(received - toAssign) }] })
    ).lines[0]!
  if (own + plan + paid > 0) {
    line.refined = (
      await form(to, {
        form: 'refine',
        lines: [{ source: line.assigned!, amount: fen(own + plan + paid), agency: agencies.get(to)! }],
      })
    ).lines[0]!
    if (plan + paid > 0) await form(to, { form: 'plan', lines: [{ source: line.refined, amount: fen(plan + paid) }] })
    if (paid > 0) await pay(to, line.refined, paid, 5101)
  }
  return { transfer: id, passed: passed.lines[0]!, assigned: assigned!, below: line as Required<typeof line> }
}

test('a recall takes what is in transit, unassigned, unrefined, own and planned, on both sides in one step; what was paid stays', async () => {
  const all = await sent(COUNTY, { transit: 10, toAssign: 20, toRefine: 30, own: 40, plan: 50, paid: 60 })
  const look = await call({ lines: [{ transfer: all.transfer, amount: fen(130) }], checkOnly: true })
  expect(await transfer(all.transfer)).toEqual([210n, 200n])
  const done = await call({ lines: [{ transfer: all.transfer, amount: fen(130) }] })
  expect(done.view.parts).toEqual(look.view.parts)
  expect(done.view.parts).toMatchObject([
    {
      inTransitFen: '10',
      takenFen: '120',
      goneFen: '0',
      receiver: { code: '990101000' },
      recoverable: null,
      below: [
        { line: String(all.below.received), amountFen: '20' },
        { line: String(all.below.assigned), amountFen: '30' },
        { line: String(all.below.refined), amountFen: '70' },
      ],
    },
  ])
  expect(await transfer(all.transfer)).toEqual([80n, 80n])
  expect(await standing(all.below.received)).toEqual({ 4001: 80n })
  expect(await standing(all.below.assigned)).toEqual({})
  // Own spending goes before the plan.
  expect(await standing(all.below.refined)).toEqual({ 5101: 20n, 5201: 60n })
  expect(await standing(all.passed)).toEqual({ 500202: 80n })
  expect(await standing(all.assigned)).toEqual({ 5001: 130n })
  const { rows } = await here.ownerPool.query(
    "select form, division, other_division, other_batch = (select max(id) from ledger.batch o where o.division = b.other_division) as pair from ledger.batch b where form in ('recall', 'recalled') order by id",
  )
  expect(rows).toEqual([
    { form: 'recall', division: CITY, other_division: COUNTY, pair: true },
    { form: 'recalled', division: COUNTY, other_division: CITY, pair: true },
  ])
  expect(await findings(here)).toEqual([])
})

test('what is gone becomes a claim; more than was sent and is not claimed is refused', async () => {
  const all = await sent(COUNTY, { own: 30, paid: 70 })
  const done = await call({ form: 'settle', lines: [{ transfer: all.transfer, amount: fen(80) }] })
  expect(done.view.parts).toMatchObject([{ inTransitFen: '0', takenFen: '30', goneFen: '50' }])
  expect(await transfer(all.transfer)).toEqual([70n, 70n])
  const mine = (await here.run(SYSTEM, ({ tx }) => listRecoverables(tx, CITY, 2018, true))).find(
    row => row.transfer === String(all.transfer),
  )!
  expect(plain(mine)).toMatchObject({
    form: 'settle',
    amountFen: '50',
    recoveredFen: '0',
    openFen: '50',
    debtor: { code: '990101000' },
  })
  expect(await refused(call({ lines: [{ transfer: all.transfer, amount: fen(21) }] }))).toEqual([[1, 'recall-exceeds']])

  // 20 fen come back from the payee and are taken below; 30 are paid in to the city's treasury.
  const bring = (amount: number, way: 'recall' | 'paid-in', requestKey?: string) =>
    here.run(SYSTEM, context =>
      recover(context, {
        ...common(CITY),
        recoverable: BigInt(mine.id),
        amount: fen(amount),
        way,
        // Under one key it is one request: the document too is the same.
        ...(requestKey
          ? { document: { number: `样财农〔2018〕${requestKey}`, title: '追回', dated: '2018-09-01' } }
          : {}),
        requestKey: requestKey ?? null,
      }),
    )
  expect(await refused(bring(20, 'recall'))).toEqual([[undefined, 'claim-not-back']])
  await here.run(SYSTEM, context =>
    post(context, {
      ...common(COUNTY),
      form: 'refund',
      document: null,
      lines: [
        {
          debitAllotment: all.below.refined,
          debit: 500201,
          creditAllotment: all.below.refined,
          credit: 5201,
          amount: fen(20),
        },
      ],
    }),
  )
  const [first, twin] = await Promise.all([bring(20, 'recall', 'claim-key-1'), bring(20, 'recall', 'claim-key-1')])
  expect(twin.recovered).toBe(first.recovered)
  expect(await transfer(all.transfer)).toEqual([50n, 50n])
  expect(await refused(bring(31, 'paid-in'))).toEqual([[undefined, 'claim-exceeded']])
  const rivals = await Promise.all([refused(bring(30, 'paid-in')), refused(bring(30, 'paid-in'))])
  expect(rivals.filter(one => one === 'done')).toHaveLength(1)
  const after = (await here.run(SYSTEM, ({ tx }) => listRecoverables(tx, CITY, null, false))).find(
    row => row.id === mine.id,
  )!
  expect(plain(after)).toMatchObject({ amountFen: '50', recoveredFen: '50', openFen: '0' })
  expect(await findings(here)).toEqual([])
})

test('a spread goes over all transfers of a document in proportion to what is unspent, and claims the rest in proportion to what is gone', async () => {
  const number = '样财农〔2018〕777号'
  const one = await sent(COUNTY, { own: 60, paid: 40 }, 2, number)
  const two = await sent(OTHER, { transit: 30, paid: 10 }, 2, number)
  const done = await call({ spread: { amount: fen(100), documentNumber: '样财农[2018]777号' } })
  expect(done.view.parts).toMatchObject([
    { transfer: String(one.transfer), inTransitFen: '0', takenFen: '60', goneFen: '8' },
    { transfer: String(two.transfer), inTransitFen: '30', takenFen: '0', goneFen: '2' },
  ])
  expect(await refused(call({ spread: { amount: fen(1000), fund: 2 } }))).toEqual([[undefined, 'recall-exceeds']])
  expect(await refused(call({ spread: { amount: fen(1) } }))).toEqual([[undefined, 'spread-unnamed']])
  const rows = await here.run(as(CITY), ({ tx }) => listRecallable(tx, CITY, { year: 2018, from: 'below', q: '777' }))
  expect(rows.map(row => [row.receiver.name, row.sentFen, row.unspentFen, row.spentFen, row.claimedFen])).toEqual([
    ['邻县', '10', '0', '10', '2'],
    ['样例县', '40', '0', '40', '8'],
  ])
  expect(await findings(here)).toEqual([])
})

test('what was passed further is recalled from below first, and the refusal lists the chain, the lowest document first', async () => {
  const all = await sent(COUNTY, { toRefine: 100 })
  const down = await form(COUNTY, {
    form: 'pass-down',
    lines: [{ source: all.below.assigned, amount: fen(100), toDivision: TOWN }],
  })
  const before = await counted()
  const outcome = await call({ lines: [{ transfer: all.transfer, amount: fen(100) }] }).catch(error => error as Refusal)
  const { faults } = outcome as Refusal
  expect(faults.map(fault => [fault.row, fault.code])).toEqual([
    [undefined, 'recall-passed-on'],
    [1, 'undo-first'],
  ])
  expect(faults[1]!.zh).toContain(`样例县以`)
  expect(faults[1]!.zh).toContain('样例镇')
  expect(faults[1]!.en).toContain('1.00 yuan')
  expect(await counted()).toEqual(before)
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    'select id from ledger.transfer where sender_allotment = $1',
    [down.lines[0]],
  )
  await call({ ...common(COUNTY), lines: [{ transfer: rows[0]!.id, amount: fen(100) }] })
  await call({ lines: [{ transfer: all.transfer, amount: fen(100) }] })
  expect(await transfer(all.transfer)).toEqual([0n, 0n])
  expect(await findings(here)).toEqual([])
})

test('a locked book below refuses both sides, and the ledger takes no half of a recall by itself', async () => {
  const all = await sent(OTHER, { toAssign: 10 })
  await here.ownerPool.query("update ledger.book set locked_through = '2018-12-01' where division = $1", [OTHER])
  const before = await counted()
  expect(await refused(call({ lines: [{ transfer: all.transfer, amount: fen(10) }] }))).toEqual([
    [undefined, 'book-locked'],
  ])
  await here.ownerPool.query('update ledger.book set locked_through = null where division = $1', [OTHER])
  expect(await counted()).toEqual(before)
  const line = all.below.received
  const half = here.run(SYSTEM, context =>
    post(context, {
      ...common(OTHER),
      form: 'recalled',
      document: null,
      lines: [{ debitAllotment: line, debit: 4001, creditAllotment: line, credit: 1001, amount: fen(5) }],
      transfers: [{ division: OTHER, transfer: all.transfer, amount: fen(-5) }],
    }),
  )
  expect(await refused(half)).toEqual([[undefined, 'interlock-broken']])
  const above = (amount: number) =>
    here.run(SYSTEM, context =>
      post(context, {
        ...common(CITY),
        form: 'recall',
        document: null,
        lines: [
          { debitAllotment: all.assigned, debit: 5001, creditAllotment: all.passed, credit: 500202, amount: fen(5) },
        ],
        transfers: [{ division: OTHER, transfer: all.transfer, amount: fen(amount) }],
      }),
    )
  expect(await refused(above(-4))).toEqual([[undefined, 'interlock-broken']])
  expect(await refused(above(-5))).toEqual([[undefined, 'transfer-exceeded']])
  expect(await refused(call({ ...common(COUNTY), lines: [{ transfer: all.transfer, amount: fen(1) }] }))).toEqual([
    [1, 'source-missing'],
  ])
  expect(await refused(call({}))).toEqual([[undefined, 'no-lines']])
  expect(await refused(call({ fiscalYear: 2017, lines: [{ transfer: all.transfer, amount: fen(0) }] }))).toEqual([
    [1, 'amount-not-positive'],
    [1, 'source-wrong-year'],
  ])
})

test('a superior outside this installation takes back on one side: its document lowers what it sent', async () => {
  const id = await fromOutside(here, CITY, 100)
  await form(CITY, { form: 'receive', lines: [{ transfer: id, amount: fen(80) }] })
  const done = await call({ form: 'recalled', lines: [{ transfer: id, amount: fen(50) }] })
  expect(done.view.parts).toMatchObject([{ inTransitFen: '20', takenFen: '30', goneFen: '0', line: null }])
  expect(await transfer(id)).toEqual([50n, 50n])
  const { rows } = await here.ownerPool.query('select transfer, effective_on, amount_fen from ledger.sent_lowered')
  expect(rows).toEqual([{ transfer: id, effective_on: '2018-09-01', amount_fen: 50n }])
  expect(await refused(call({ form: 'recall', lines: [{ transfer: id, amount: fen(1) }] }))).toEqual([
    [1, 'source-missing'],
  ])
  // In error by ten: the red letter puts back what was sent, and what was taken.
  const batch = (
    await here.ownerPool.query<{ id: bigint }>(
      "select max(id) as id from ledger.batch where form = 'recalled' and division = 1",
    )
  ).rows[0]!.id
  await here.run(SYSTEM, context => correct(context, { ...common(CITY), batch, line: 1, amount: fen(10) }))
  expect(await transfer(id)).toEqual([60n, 60n])
  expect(await findings(here)).toEqual([])
})

test('the same request twice recalls once, sent one after the other or at once', async () => {
  const all = await sent(COUNTY, { own: 50, paid: 10 })
  const { document } = common(CITY)
  const again = () =>
    call({ document, requestKey: 'recall-once-1', lines: [{ transfer: all.transfer, amount: fen(55) }] })
  const [first, second] = await Promise.all([again(), again()])
  expect(second.view).toEqual(first.view)
  expect((await again()).view).toEqual(first.view)
  expect(
    await refused(call({ document, requestKey: 'recall-once-1', lines: [{ transfer: all.transfer, amount: fen(5) }] })),
  ).toEqual([[undefined, 'request-key-reused']])
  expect(await transfer(all.transfer)).toEqual([10n, 10n])
})

test('a recall that races with payments of the same line: each fen is either paid or taken back, the rest is claimed', async () => {
  const all = await sent(COUNTY, { own: 100 })
  const [called, ...payments] = await Promise.all([
    call({ lines: [{ transfer: all.transfer, amount: fen(100) }] }),
    ...Array.from({ length: 4 }, () => refused(pay(COUNTY, all.below.refined, 30))),
  ])
  const paid = BigInt(payments.filter(one => one === 'done').length * 30)
  const part = called!.view.parts[0]!
  expect(BigInt(part.takenFen) + BigInt(part.goneFen)).toBe(100n)
  const stands = await standing(all.below.refined)
  expect(stands[5201] ?? 0n).toBe(paid)
  expect(BigInt(part.takenFen)).toBe(100n - paid)
  expect(await findings(here)).toEqual([])
})

test('a recall that races with the receipt of the same transfer, and with its refining, takes it from wherever it then is', async () => {
  for (let round = 0; round < 4; round++) {
    const all = await sent(COUNTY, { transit: 50, toRefine: 50 })
    const [called] = await Promise.all([
      call({ lines: [{ transfer: all.transfer, amount: fen(100) }] }),
      refused(form(COUNTY, { form: 'receive', lines: [{ transfer: all.transfer, amount: fen(50) }] })),
      refused(
        form(COUNTY, {
          form: 'refine',
          lines: [{ source: all.below.assigned, amount: fen(50), agency: agencies.get(COUNTY)! }],
        }),
      ),
    ])
    const part = called!.view.parts[0]!
    expect(BigInt(part.inTransitFen) + BigInt(part.takenFen)).toBe(100n)
    expect(await transfer(all.transfer)).toEqual([0n, 0n])
  }
  expect(await findings(here)).toEqual([])
})

test('a recall in error is corrected from above: the money is in transit again, and the receiver corrects its side, or is told to wait', async () => {
  const all = await sent(COUNTY, { toAssign: 100 })
  const done = await call({ lines: [{ transfer: all.transfer, amount: fen(40) }] })
  const { rows } = await here.ownerPool.query<{ batch: bigint; below_batch: bigint }>(
    'select batch, below_batch from allotments.recall_part where recall = $1',
    [done.view.recall],
  )
  const { batch, below_batch: below } = rows[0]!
  const red = (division: number, of: bigint, amount: number) =>
    here.run(SYSTEM, context => correct(context, { ...common(division), batch: of, line: 1, amount: fen(amount) }))
  expect(await refused(red(COUNTY, below, 15))).toEqual([[undefined, 'transfer-exceeded']])
  await red(CITY, batch, 15)
  expect(await transfer(all.transfer)).toEqual([75n, 60n])
  await red(COUNTY, below, 15)
  expect(await transfer(all.transfer)).toEqual([75n, 75n])
  expect(await standing(all.below.received)).toEqual({ 1001: 75n, 4001: 75n })
  expect(await findings(here)).toEqual([])
})

test('what hangs on an entry is listed at all levels from the bottom up, and so is it in the refusal of its correction', async () => {
  const all = await sent(COUNTY, { toRefine: 20, own: 30, plan: 10, paid: 40 })
  const batchOf = async (line: bigint, account: number) =>
    (
      await here.ownerPool.query<{ batch: bigint }>(
        'select min(batch) as batch from ledger.entry where debit_allotment = $1 and debit = $2',
        [line, account],
      )
    ).rows[0]!.batch
  const batch = await batchOf(all.assigned, 5001)
  const { rows, freeFen, leftFen } = await here.run(as(CITY), ({ tx }) => hanging(tx, CITY, batch, 1))
  expect([freeFen, leftFen]).toEqual(['0', '100'])
  expect(rows.map(row => [row.division.name, row.kind, row.form, String(row.amountFen)])).toEqual([
    ['样例县', 'paid', 'pay', '40'],
    ['样例县', 'plan', 'plan', '10'],
    ['样例县', 'line', 'refine', '80'],
    ['样例县', 'line', 'assign', '100'],
    ['样例县', 'line', 'receive', '100'],
    ['样例市', 'line', 'pass-down', '100'],
  ])
  const outcome = await here
    .run(SYSTEM, context => correct(context, { ...common(CITY), batch, line: 1, amount: fen(1) }))
    .catch(error => error as Refusal)
  const { faults } = outcome as Refusal
  expect(faults.map(fault => fault.code)).toEqual(['over-allotted', ...Array(6).fill('undo-first')])
  expect(faults[1]!.en).toContain('the treasury refunds it')
  // From the bottom up it goes: the unspent part of the refined line, and of each line above it.
  const red = (division: number, of: bigint, amount: number) =>
    here.run(SYSTEM, context => correct(context, { ...common(division), batch: of, line: 1, amount: fen(amount) }))
  await red(COUNTY, await batchOf(all.below.refined, 500201), 30)
  await red(COUNTY, await batchOf(all.below.assigned, 5001), 50)
  await red(COUNTY, await batchOf(all.below.received, 1001), 50)
  await red(CITY, await batchOf(all.passed, 500202), 50)
  await red(CITY, batch, 50)
  expect(await standing(all.assigned)).toEqual({})
  expect(await standing(all.passed)).toEqual({ 500202: 50n })
  expect(await findings(here)).toEqual([])
})
