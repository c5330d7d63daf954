import { afterEach, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { correct } from '../allotments/correct.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import type { Fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { type DecisionInput, decide } from './decide.ts'
import { endHabit, habits } from './habit.ts'
import { importer } from './import-payments.ts'
import { matchHistory, matchingCase, matchingQueue } from './queue-store.ts'
import { takeBackMatch } from './take-back-match.ts'
import { arrange, county, type TestRow, table } from './test-fixture.ts'
import { paymentChecks } from './verify.ts'

let here: Installation
beforeEach(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
})
afterEach(() => here.close())

const take = (rows: TestRow[]) => importer.run(here.run, SYSTEM, { source: table(rows), division: null })
const query = async (sql: string, values: unknown[] = []) => (await here.ownerPool.query(sql, values)).rows
const idOf = async (voucher: string): Promise<bigint> =>
  (await query('select id from payments.payment where voucher_no = $1', [voucher]))[0].id
const stateOf = async (voucher: string) =>
  (
    await query(
      `select p.match, p.match_score as score, p.match_differs as differs, p.allotment, u.reason from payments.payment p
       left join payments.unposted u on u.division = p.division and u.payment = p.id where p.voucher_no = $1`,
      [voucher],
    )
  )[0]
const paidOf = async (allotment: bigint) =>
  Number(
    (
      await query('select balance_fen from ledger.published_balance where allotment = $1 and account = 5201', [
        allotment,
      ])
    )[0]?.balance_fen ?? 0n,
  )
const decideNow = (input: Partial<DecisionInput> & Pick<DecisionInput, 'payments' | 'parts'>) =>
  here.run(SYSTEM, context =>
    decide(context, { division: 2, reason: '按合同核对', habit: false, requestKey: 'key-0001', ...input }),
  )
const takeBack = (payment: bigint, requestKey = 'back-0001') =>
  here.run(SYSTEM, context => takeBackMatch(context, { division: 2, payment, reason: '指定错了', requestKey }))
const faultsOf = (work: Promise<unknown>): Promise<string[]> =>
  work.then(
    () => [],
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : Promise.reject(error)),
  )
const differences = () =>
  here.run(SYSTEM, async ({ tx }) =>
    (await Promise.all(paymentChecks.map(check => check.run(tx)))).flatMap(one => one.differences),
  )

/** Two lines that agree in all that the voucher states. */
const twoLines = async () =>
  [
    await arrange(here, { externalId: 'A1', fen: 10_000n }),
    await arrange(here, { externalId: 'A2', fen: 30_000n, document: '样财农〔2026〕2号' }),
  ] as const
const AMBIGUOUS = { PRO_CODE: 'P1', EXP_FUNC_CODE: '2130504' }

test('a line that differs in the subject alone is taken with its score and what differs; one that differs in the project is not', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 100_000n })
  const document = '样财农〔2026〕1号'
  await take([
    { PAY_CERT_NO: 'V1', PRO_CODE: 'P1', EXP_FUNC_CODE: '2130504', COR_BGT_DOC_NO: document },
    { PAY_CERT_NO: 'V2', PRO_CODE: 'P1', EXP_FUNC_CODE: '2130599', COR_BGT_DOC_NO: document },
    { PAY_CERT_NO: 'V3', PRO_CODE: 'P2', EXP_FUNC_CODE: '2130504', COR_BGT_DOC_NO: document },
    { PAY_CERT_NO: 'V4', PRO_CODE: 'P1', EXP_FUNC_CODE: '2130599' },
    { PAY_CERT_NO: 'V5', COR_BGT_DOC_NO: document },
    { PAY_CERT_NO: 'V6' },
  ])
  expect(await stateOf('V1')).toMatchObject({ match: 'by-elements', score: 100, differs: null, allotment: line })
  expect(await stateOf('V2')).toMatchObject({
    match: 'by-elements',
    score: 85,
    differs: 'function-subject',
    allotment: line,
  })
  expect(await stateOf('V3')).toMatchObject({ match: 'none', score: null, reason: 'no-allotment' })
  expect(await stateOf('V4')).toMatchObject({ match: 'none' })
  expect(await stateOf('V5')).toMatchObject({ match: 'by-elements', score: 100 })
  expect(await stateOf('V6')).toMatchObject({ match: 'none' })
})

test('two lines that differ alike are both left to a person; the weights are data', async () => {
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  await arrange(here, { externalId: 'A2', fen: 100_000n })
  const stated = { PRO_CODE: 'P1', EXP_FUNC_CODE: '2130599', COR_BGT_DOC_NO: '样财农〔2026〕1号' }
  await take([{ PAY_CERT_NO: 'V1', ...stated }])
  expect(await stateOf('V1')).toMatchObject({ match: 'ambiguous', reason: 'ambiguous', allotment: null })
  await query(`insert into payments.match_weight values (2026, 30, 30, 15, 25, 100, 45)`)
  await take([{ PAY_CERT_NO: 'V2', ...stated }])
  expect(await stateOf('V2')).toMatchObject({ match: 'none' })
})

test('the queue shows payments that state the same together, with lines that may be theirs, what agrees and what is left', async () => {
  const [one, two] = await twoLines()
  await take([
    { PAY_CERT_NO: 'V1', PAY_AMT: '60.00', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V2', PAY_AMT: '40.00', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V3', PRO_CODE: 'P9' },
  ])
  const first = await idOf('V1')
  await here.run(SYSTEM, async ({ tx }) => {
    const queue = await matchingQueue(tx, 2, 2026)
    expect(queue).toMatchObject({ payments: 3, amountFen: '10100', complete: true })
    expect(queue.rows).toMatchObject([
      {
        first: String(first),
        match: 'ambiguous',
        count: 2,
        amountFen: '10000',
        agencyCode: '101001',
        projectName: '甲村饮水工程',
      },
      { match: 'none', count: 1, projectCode: 'P9' },
    ])
    const found = await matchingCase(tx, 2, String(first), undefined)
    expect(found).toMatchObject({ alike: 2, payments: [{ voucherNo: 'V1' }, { voucherNo: 'V2' }] })
    expect(found!.candidates).toMatchObject([
      {
        allotment: String(two),
        score: 100,
        ownFen: '30000',
        agrees: { agency: 'agrees', project: 'agrees', functionSubject: 'agrees', documentNumber: 'unstated' },
      },
      { allotment: String(one), ownFen: '10000' },
    ])
    const other = await matchingCase(tx, 2, String(await idOf('V3')), '2号')
    expect(other!.candidates).toMatchObject([{ allotment: String(two), agrees: { project: 'differs' } }])
  })
})

test('a decision posts at once what there is room for; what exceeds it waits and is not refused', async () => {
  const [one] = await twoLines()
  await take([
    { PAY_CERT_NO: 'V1', PAY_AMT: '60.00', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V2', PAY_AMT: '70.00', ...AMBIGUOUS },
  ])
  const payments = [await idOf('V1'), await idOf('V2')]
  const decided = await decideNow({ payments, parts: [{ allotment: one }] })
  expect(decided).toMatchObject({ payments: 2, waiting: 1 })
  expect(await stateOf('V1')).toMatchObject({ match: 'by-person', allotment: one, reason: null })
  expect(await stateOf('V2')).toMatchObject({ match: 'by-person', allotment: one, reason: 'beyond-available' })
  expect(await paidOf(one)).toBe(6_000)
  // The answer was lost and the clerk presses again: the same decision, nothing twice.
  expect(await decideNow({ payments, parts: [{ allotment: one }] })).toEqual(decided)
  expect(await differences()).toEqual([])
})

test('a payment is split over several lines as decided, or in proportion to what each has left; each part has its entry', async () => {
  const [one, two] = await twoLines()
  await take([
    { PAY_CERT_NO: 'V1', PAY_AMT: '100.01', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V2', PAY_AMT: '60.00', ...AMBIGUOUS },
  ])
  const [first, second] = [await idOf('V1'), await idOf('V2')]
  const parts = [{ allotment: one }, { allotment: two }]
  await decideNow({ payments: [first], parts, requestKey: 'key-split-1' })
  // 100 to 300 yuan left: a quarter and three quarters, to the fen.
  expect([await paidOf(one), await paidOf(two)]).toEqual([2_500, 7_501])
  const given = (a: bigint, b: bigint) => [
    { allotment: one, amount: a as Fen },
    { allotment: two, amount: b as Fen },
  ]
  expect(
    await faultsOf(decideNow({ payments: [second], parts: given(5_000n, 999n), requestKey: 'key-split-2' })),
  ).toEqual(['parts-do-not-sum'])
  await decideNow({ payments: [second], parts: given(5_000n, 1_000n), requestKey: 'key-split-3' })
  expect([await paidOf(one), await paidOf(two)]).toEqual([7_500, 8_501])
  expect(
    await query('select payment, allotment, count(*)::int from payments.posting group by 1, 2 order by 1, 2'),
  ).toEqual([first, second].flatMap(payment => [one, two].map(allotment => ({ payment, allotment, count: 1 }))))
  expect(await differences()).toEqual([])
})

test('a split payment waits whole while one of its parts has no room', async () => {
  const [one, two] = await twoLines()
  await take([{ PAY_CERT_NO: 'V1', PAY_AMT: '150.00', ...AMBIGUOUS }])
  const parts = [
    { allotment: one, amount: 12_000n as Fen },
    { allotment: two, amount: 3_000n as Fen },
  ]
  expect(await decideNow({ payments: [await idOf('V1')], parts })).toMatchObject({ waiting: 1 })
  expect(await stateOf('V1')).toMatchObject({ match: 'by-person', allotment: one, reason: 'beyond-available' })
  expect([await paidOf(one), await paidOf(two)]).toEqual([0, 0])
  expect(await differences()).toEqual([])
})

test('a split voucher that the bank has not confirmed lies on 5102 with each part, and is paid on the bank’s day, the rest going back', async () => {
  const [one, two] = await twoLines()
  const sent = { PAY_CERT_NO: 'V1', PAY_AMT: '30.00', XPAY_DATE: '', ...AMBIGUOUS }
  await take([sent])
  const payment = await idOf('V1')
  const parts = [
    { allotment: one, amount: 1_000n as Fen },
    { allotment: two, amount: 2_000n as Fen },
  ]
  await decideNow({ payments: [payment], parts })
  const transit = () => query('select allotment, account from payments.in_transit order by 1')
  expect(await transit()).toEqual([
    { allotment: one, account: 500201 },
    { allotment: two, account: 500201 },
  ])
  expect(await stateOf('V1')).toMatchObject({ reason: null })
  expect(await query('select in_transit from payments.published_payment')).toEqual([{ in_transit: true }])
  expect(await differences()).toEqual([])
  await take([{ ...sent, XPAY_DATE: '2026-03-05', XPAY_AMT: '24.00' }])
  expect([await paidOf(one), await paidOf(two)]).toEqual([800, 1_600])
  expect(await transit()).toEqual([])
  expect(
    await query(
      `select form, effective_on::text as day, debit, credit, amount_fen::int as fen from ledger.published_entry where payment is not null order by batch, line`,
    ),
  ).toEqual([
    { form: 'send', day: '2026-03-01', debit: 5102, credit: 500201, fen: 1_000 },
    { form: 'send', day: '2026-03-01', debit: 5102, credit: 500201, fen: 2_000 },
    { form: 'pay', day: '2026-03-05', debit: 5201, credit: 5102, fen: 800 },
    { form: 'pay', day: '2026-03-05', debit: 5201, credit: 5102, fen: 1_600 },
    { form: 'release', day: '2026-03-05', debit: 500201, credit: 5102, fen: 200 },
    { form: 'release', day: '2026-03-05', debit: 500201, credit: 5102, fen: 400 },
  ])
  expect(await differences()).toEqual([])
})

test('a split voucher in transit is taken back from 5102 with all its parts; one without room for a part waits whole', async () => {
  const [one, two] = await twoLines()
  await take([{ PAY_CERT_NO: 'V1', PAY_AMT: '150.00', XPAY_DATE: '', ...AMBIGUOUS }])
  const payment = await idOf('V1')
  const part = (first: bigint) => [
    { allotment: one, amount: first as Fen },
    { allotment: two, amount: (15_000n - first) as Fen },
  ]
  await decideNow({ payments: [payment], parts: part(11_000n) })
  expect(await stateOf('V1')).toMatchObject({ reason: 'beyond-available' })
  await takeBack(payment)
  await decideNow({ payments: [payment], parts: part(5_000n), requestKey: 'key-again' })
  expect(await query('select allotment from payments.in_transit')).toHaveLength(2)
  await takeBack(payment, 'back-0002')
  expect(await query('select allotment from payments.in_transit')).toEqual([])
  expect(await query('select sum(balance_fen)::int as fen from ledger.published_balance where account = 5102')).toEqual(
    [{ fen: 0 }],
  )
  expect(await differences()).toEqual([])
})

test('a split payment of which the bank had paid less before it was decided: the parts keep their proportion', async () => {
  const [one, two] = await twoLines()
  const sent = { PAY_CERT_NO: 'V1', PAY_AMT: '40.00', XPAY_DATE: '', ...AMBIGUOUS }
  await take([sent])
  const parts = [
    { allotment: one, amount: 1_000n as Fen },
    { allotment: two, amount: 3_000n as Fen },
  ]
  await take([{ ...sent, XPAY_DATE: '2026-03-05', XPAY_AMT: '20.00' }])
  await decideNow({ payments: [await idOf('V1')], parts })
  expect([await paidOf(one), await paidOf(two)]).toEqual([500, 1_500])
  expect(await differences()).toEqual([])
})

test('two clerks decide the same payment at once: one is recorded, the other is told who was first', async () => {
  const [one, two] = await twoLines()
  await take([{ PAY_CERT_NO: 'V1', PAY_AMT: '10.00', ...AMBIGUOUS }])
  const payments = [await idOf('V1')]
  const ends = await Promise.all(
    [one, two].map((allotment, index) =>
      faultsOf(decideNow({ payments, parts: [{ allotment }], requestKey: `clerk-000${index}` })),
    ),
  )
  expect(ends.map(faults => faults.join()).sort()).toEqual(['', 'payment-decided'])
  expect(await query('select count(*)::int as n from payments.decision')).toEqual([{ n: 1 }])
  expect((await paidOf(one)) + (await paidOf(two))).toBe(1_000)
})

test('a decision is taken back by red letter, stays on record, and the payment waits for a person and is decided anew', async () => {
  const [one, two] = await twoLines()
  await take([{ PAY_CERT_NO: 'V1', PAY_AMT: '10.00', ...AMBIGUOUS }])
  const payment = await idOf('V1')
  await decideNow({ payments: [payment], parts: [{ allotment: one }, { allotment: two }] })
  const entry = (await query('select batch, line from ledger.entry where payment = $1 order by 1, 2', [payment]))[0]
  const elsewhere = here.run(SYSTEM, context =>
    correct(context, {
      division: 2,
      fiscalYear: 2026,
      effectiveOn: '2026-06-30',
      document: { number: '样财农〔2026〕9号', title: '更正', dated: '2026-06-30' },
      batch: entry.batch,
      line: entry.line,
      amount: 1n as Fen,
    }),
  )
  expect(await faultsOf(elsewhere)).toEqual(['correction-of-payment'])
  const taken = await takeBack(payment)
  expect(await takeBack(payment)).toEqual(taken)
  expect([await paidOf(one), await paidOf(two)]).toEqual([0, 0])
  expect(await stateOf('V1')).toMatchObject({ match: 'none', allotment: null, reason: 'no-allotment' })
  expect(
    await query(
      `select form, effective_on::text as day, amount_fen::int as fen, corrects_batch is not null as red from ledger.published_entry where payment = $1 order by batch, line`,
      [payment],
    ),
  ).toEqual([
    { form: 'pay', day: '2026-03-02', fen: 250, red: false },
    { form: 'pay', day: '2026-03-02', fen: 750, red: false },
    { form: 'correct', day: '2026-06-30', fen: -250, red: true },
    { form: 'correct', day: '2026-06-30', fen: -750, red: true },
  ])
  expect(await differences()).toEqual([])
  await decideNow({ payments: [payment], parts: [{ allotment: two }], requestKey: 'key-again', reason: '改归二号' })
  expect(await paidOf(two)).toBe(1_000)
  const history = await here.run(SYSTEM, ({ tx }) => matchHistory(tx, 2, String(payment)))
  expect(history!.events.map(event => [event.kind, event.reason])).toEqual([
    ['decided', '改归二号'],
    ['taken-back', '指定错了'],
    ['decided', '按合同核对'],
  ])
  expect(await differences()).toEqual([])
})

test('a voucher in transit is taken back from 5102, and the bank’s confirmation posts it where it was decided anew', async () => {
  const [one, two] = await twoLines()
  const sent = { PAY_CERT_NO: 'V1', PAY_AMT: '10.00', XPAY_DATE: '', ...AMBIGUOUS }
  await take([sent])
  const payment = await idOf('V1')
  await decideNow({ payments: [payment], parts: [{ allotment: one }] })
  expect(await query('select allotment from payments.in_transit')).toEqual([{ allotment: one }])
  await takeBack(payment)
  expect(await query('select allotment from payments.in_transit')).toEqual([])
  await decideNow({ payments: [payment], parts: [{ allotment: two }], requestKey: 'key-again' })
  await take([{ ...sent, XPAY_DATE: '2026-03-05', XPAY_AMT: '10.00' }])
  expect([await paidOf(one), await paidOf(two)]).toEqual([0, 1_000])
  expect(await differences()).toEqual([])
})

test('what the machine matched can be taken back too, and is not matched by it again; what the treasury’s id names cannot', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([
    { PAY_CERT_NO: 'V1', PAY_AMT: '10.00', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V2', PAY_AMT: '10.00', BGT_ID: 'A1' },
  ])
  expect(await faultsOf(takeBack(await idOf('V2')))).toEqual(['match-by-treasury'])
  await takeBack(await idOf('V1'))
  expect(await stateOf('V1')).toMatchObject({ match: 'none', reason: 'no-allotment' })
  expect(await faultsOf(takeBack(await idOf('V1'), 'back-0002'))).toEqual(['nothing-to-take-back'])
  expect(await paidOf(line)).toBe(1_000)
  expect(await differences()).toEqual([])
})

test('a rule of thumb sends the next payments that state the same to the same line, until it is ended', async () => {
  const [, two] = await twoLines()
  await take([
    { PAY_CERT_NO: 'V1', PAY_AMT: '10.00', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V2', PAY_AMT: '10.00', ...AMBIGUOUS },
  ])
  await decideNow({ payments: [await idOf('V1')], parts: [{ allotment: two }], habit: true })
  expect(await stateOf('V2')).toMatchObject({ match: 'by-habit', allotment: two, reason: null })
  await take([{ PAY_CERT_NO: 'V3', PAY_AMT: '10.00', ...AMBIGUOUS }])
  expect(await stateOf('V3')).toMatchObject({ match: 'by-habit', allotment: two, reason: null })
  await here.run(SYSTEM, async context => {
    const [habit] = await habits(context.tx, 2, 2026)
    await endHabit(context, 2, BigInt(habit!.id), '项目已完工')
    expect(await habits(context.tx, 2, 2026)).toEqual([])
  })
  await take([{ PAY_CERT_NO: 'V4', PAY_AMT: '10.00', ...AMBIGUOUS }])
  expect(await stateOf('V4')).toMatchObject({ match: 'ambiguous' })
  expect(await differences()).toEqual([])
})

test('what cannot be decided is refused with its sentence, and nothing is recorded', async () => {
  const [one, two] = await twoLines()
  await take([
    { PAY_CERT_NO: 'V1', PAY_AMT: '10.00', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V2', PAY_AMT: '10.00', ...AMBIGUOUS },
    { PAY_CERT_NO: 'V3', PAY_AMT: '10.00', PRO_CODE: 'P9' },
  ])
  const [v1, v2, v3] = [await idOf('V1'), await idOf('V2'), await idOf('V3')]
  const root = (await query(`select id from allotments.allotment where form = 'register' limit 1`))[0].id
  const refused = async (input: Parameters<typeof decideNow>[0]) => (await faultsOf(decideNow(input))).join()
  expect(await refused({ payments: [9_999n], parts: [{ allotment: one }] })).toBe('payment-missing')
  expect(await refused({ payments: [v1, v3], parts: [{ allotment: one }] })).toBe('elements-differ')
  expect(await refused({ payments: [v1, v2], parts: [{ allotment: one }, { allotment: two }] })).toBe('bulk-one-line')
  expect(await refused({ payments: [v1], parts: [{ allotment: one }, { allotment: one }] })).toBe('line-twice')
  expect(await refused({ payments: [v1], parts: [{ allotment: root }] })).toBe('line-not-own-spending')
  expect(
    await refused({ payments: [v1], parts: [{ allotment: one, amount: 1_000n as Fen }, { allotment: two }] }),
  ).toBe('parts-incomplete')
  expect(await refused({ payments: [v1], parts: [{ allotment: one }, { allotment: two }], habit: true })).toBe(
    'habit-one-line',
  )
  expect(await query('select count(*)::int as n from payments.decision')).toEqual([{ n: 0 }])
})
