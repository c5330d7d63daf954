import { afterAll, beforeAll, expect, test } from 'vitest'
import { correct } from '../allotments/correct.ts'
import { reduce } from '../allotments/reduce.ts'
import { vire } from '../allotments/virement.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { reopen } from '../ledger/book.ts'
import { closeYear, lookAtYear, takeBack, type YearEnd } from './close.ts'
import { COUNTY, refused, TOWN, World } from './test-world.ts'

let world: World
let root: bigint
let assigned: bigint
let water: bigint
let school: bigint
let own: bigint

const close = (more: Partial<YearEnd> = {}) =>
  world.here.run(SYSTEM, context =>
    closeYear(context, {
      division: COUNTY,
      fiscalYear: 2018,
      document: { number: '样财预〔2018〕99号', title: '关于2018年度结转的通知', dated: '2018-12-31' },
      requestKey: 'close-2018',
      ...more,
    }),
  )
const look = (lapse = {}) =>
  world.here.run(SYSTEM, context => lookAtYear(context, COUNTY, 2018, lapse), { readOnly: true })
const count = async (table: string) =>
  Number((await world.here.ownerPool.query<{ n: bigint }>(`select count(*) as n from ${table}`)).rows[0]!.n)

beforeAll(async () => {
  world = await World.open()
  const transfer = await world.sent(1, 1000)
  ;[root] = (
    await world.form({
      form: 'receive',
      lines: [{ transfer, amount: fen(1000), poverty: 'part', monitored: fen(600) }],
    })
  ).lines as [bigint]
  ;[assigned] = (await world.form({ form: 'assign', lines: [{ source: root, amount: fen(900) }] })).lines as [bigint]
  const [bureau, education] = world.agencies as [number, number]
  ;[water, school] = (
    await world.form({
      form: 'refine',
      lines: [
        {
          source: assigned,
          amount: fen(500),
          agency: bureau,
          project: 1n,
          functionSubject: '2130504',
          externalId: 'BGT-1',
        },
        { source: assigned, amount: fen(200), agency: education },
      ],
    })
  ).lines as [bigint, bigint]
  await world.form({ form: 'pass-down', lines: [{ source: assigned, amount: fen(50), toDivision: TOWN }] })
  ;[own] = (await world.form({ form: 'register', lines: [{ fund: 2, amount: fen(70) }] })).lines as [bigint]
  // Of the 500: 300 planned, 120 of it paid. Of the 200, nothing.
  await world.form({ form: 'plan', lines: [{ source: water, amount: fen(300) }] })
  await world.entry('pay', water, 5201, 5101, 120)
})
afterAll(() => world?.here.close())

test('a look shows what would be carried and what would lapse, and stores nothing', async () => {
  const before = await count('ledger.batch')
  expect(await look({ funds: [2] })).toMatchObject({
    blocks: [],
    lines: 5,
    restFen: '900',
    carriedFen: '830',
    lapsedFen: '70',
    overdueFen: '0',
    limitYears: 2,
  })
  expect(await count('ledger.batch')).toBe(before)
})

test('what is under way to a payee, waits, or is not received keeps the year open, all said at once', async () => {
  await world.entry('pay', school, 5201, 500201, 1)
  const held = await world.sent(2, 40)
  await world.here.ownerPool.query(
    `insert into ledger.order_line (form, first_year, step, debit, credit) values ('pay', 2015, 90, 5102, 500201)`,
  )
  await world.entry('pay', school, 5102, 500201, 5)
  world.on('2018-12-30')
  expect(await refused(close())).toEqual(['year-not-over', 'payments-in-transit', 'transfers-waiting'])
  world.on('2018-12-31')
  await world.entry('pay', school, 5201, 5102, 5)
  await world.form({ form: 'receive', lines: [{ transfer: held, amount: fen(40) }] })
  expect((await look()).blocks).toEqual([])
})

test('closing moves each rest to 5901 or 5902 and opens the next year’s lines where the old ones stood', async () => {
  world.on('2019-01-05')
  const closed = await close({ lapse: { lines: [String(own)] } })
  expect(closed).toMatchObject({ no: 1, carriedFen: '864', lapsedFen: '70', lapsedLines: 1 })
  expect(await world.standing(root)).toEqual({ 4001: 1000n, 5901: 100n })
  expect(await world.standing(assigned)).toEqual({ 5901: 150n })
  expect(await world.standing(water)).toEqual({ 5201: 120n, 5901: 380n })
  expect(await world.standing(own)).toEqual({ 4001: 70n, 5902: 70n })

  const line = await world.carriedFrom(water)
  expect(line).toMatchObject({
    fiscal_year: 2019,
    form: 'refine',
    amount_fen: 380n,
    source_type: 'carried-over',
    source_level: 'province',
    superior_number: '省财农〔2018〕7号',
    direct: true,
    fund: 1,
    agency: world.agencies[0],
    project: 1n,
    function_subject: '2130504',
    external_id: 'BGT-1',
    poverty: 'part',
    transfer: null,
  })
  const newAssigned = await world.carriedFrom(assigned)
  const newRoot = await world.carriedFrom(root)
  expect(line.source).toBe(newAssigned.id)
  expect(line.path).toEqual([root, assigned, water, newRoot.id, newAssigned.id, line.id])
  // The plan stays a plan; what an agency had may be spent at once.
  expect(await world.standing(line.id)).toEqual({ 500201: 200n, 5101: 180n })
  expect(await world.standing(newAssigned.id)).toEqual({ 5001: 150n })
  expect(await world.standing(newRoot.id)).toEqual({ 1001: 100n, 4001: 824n })
  expect(newRoot).toMatchObject({ form: 'carry', amount_fen: 824n, monitored_fen: 494n })
  expect(await world.carriedFrom(own)).toBeUndefined()
  expect(await world.differences()).toEqual([])
})

test('the same request key again answers the first closing, and a closed book takes nothing more', async () => {
  const before = await count('ledger.batch')
  const lapse = { lines: [String(own)] }
  expect(await close({ lapse })).toMatchObject({ no: 1, carriedFen: '864', lapsedFen: '70' })
  // Under the same key another closing is none: what lapses was not what was asked then.
  expect(await refused(close())).toEqual(['request-key-reused'])
  expect(await refused(close({ requestKey: 'close-2018-again' }))).toEqual(['book-closed'])
  expect(await refused(world.form({ form: 'register', lines: [{ fund: 1, amount: fen(1) }] }))).toEqual(['book-locked'])
  expect(await count('ledger.batch')).toBe(before)
})

test('carried lines are worked with like any other: assigned, refined, planned, paid, withdrawn, vired', async () => {
  const newRoot = await world.carriedFrom(root)
  const newAssigned = await world.carriedFrom(assigned)
  const line = await world.carriedFrom(school)
  const later = { fiscalYear: 2019, effectiveOn: '2019-02-01' }
  await world.form({ form: 'assign', lines: [{ source: newRoot.id, amount: fen(30) }], ...later })
  const [fresh] = (
    await world.form({
      form: 'refine',
      lines: [{ source: newAssigned.id, amount: fen(10), agency: world.agencies[1]! }],
      ...later,
    })
  ).lines
  await world.entry('pay', line.id, 5201, 500201, 44, '2019-02-02')
  const at = { division: COUNTY, fiscalYear: 2019, effectiveOn: '2019-02-03', document: world.document(2019) }
  await world.here.run(SYSTEM, context =>
    reduce(context, { ...at, form: 'withdraw', lines: [{ line: line.id, amount: fen(20) }] }),
  )
  const vired = await world.here.run(SYSTEM, context =>
    vire(context, {
      ...at,
      document: world.document(2019),
      lines: [{ source: line.id, amount: fen(25), agency: world.agencies[0]! }],
    }),
  )
  expect(await world.standing(vired.lines[0]!)).toEqual({ 500201: 25n })
  expect(await world.standing(fresh!)).toEqual({ 500201: 10n })
  expect(await world.standing(line.id)).toEqual({ 500201: 105n, 5201: 44n })
  expect(await world.differences()).toEqual([])
})

const back = (lines: bigint[] | undefined, requestKey: string) =>
  world.here.run(SYSTEM, context =>
    takeBack(context, {
      division: COUNTY,
      fiscalYear: 2018,
      document: { number: '样财预〔2019〕3号', title: '关于撤回结转的通知', dated: '2019-02-10' },
      reason: '误将应支付款项结转',
      requestKey,
      ...(lines && { lines: lines.map(String) }),
    }),
  )

test('a closing is never corrected in red on one side; it is taken back in both years, after the year was reopened by a document', async () => {
  const entry = (
    await world.here.ownerPool.query<{ batch: bigint; line: number }>(
      `select batch, line from ledger.published_entry where form = 'carry' and debit_allotment = $1`,
      [(await world.carriedFrom(root)).id],
    )
  ).rows[0]!
  expect(
    await refused(
      world.here.run(SYSTEM, context =>
        correct(context, {
          division: COUNTY,
          fiscalYear: 2019,
          effectiveOn: '2019-02-10',
          document: world.document(2019),
          ...entry,
          amount: fen(1),
        }),
      ),
    ),
  ).toEqual(['year-end-not-corrected'])
  expect(await refused(back([water], 'take-back-1'))).toEqual(['book-locked'])
  const open = { division: COUNTY, fiscalYear: 2018, document: world.document(2019), requestKey: 'reopen-2018' }
  expect(await refused(world.here.run(SYSTEM, context => reopen(context, { ...open, reason: ' ' })))).toEqual([
    'reason-missing',
  ])
  const no = await world.here.run(SYSTEM, context => reopen(context, { ...open, reason: '补记十二月凭证' }))
  expect(await world.here.run(SYSTEM, context => reopen(context, { ...open, reason: '补记十二月凭证' }))).toBe(no)

  expect(await refused(back([school], 'take-back-2'))).toEqual(['over-allotted'])
  expect(await back([water, own], 'take-back-3')).toMatchObject({ carriedFen: '380', lapsedFen: '70' })
  expect(await back([water, own], 'take-back-3')).toMatchObject({ carriedFen: '380' })
  expect(await world.standing(water)).toEqual({ 500201: 200n, 5101: 180n, 5201: 120n })
  expect(await world.standing((await world.carriedFrom(water)).id)).toEqual({})
  expect(await world.standing(own)).toEqual({ 1001: 70n, 4001: 70n })
  expect(await refused(back([water], 'take-back-4'))).toEqual(['nothing-to-take-back'])
  expect(await world.differences()).toEqual([])
})

test('closed again, only what came back is carried, on a line of its own', async () => {
  await world.entry('pay', water, 5201, 5101, 100, '2018-12-31')
  const again = await close({ requestKey: 'close-2018-again' })
  expect(again).toMatchObject({ no: 3, carriedFen: '350', lapsedFen: '0' })
  expect(await world.standing((await world.carriedFrom(water)).id)).toEqual({ 500201: 200n, 5101: 80n })
  expect(await world.standing(water)).toEqual({ 5201: 220n, 5901: 280n })
  expect(await world.differences()).toEqual([])
})

test('what is carried a second time keeps all of its lineage, is overdue by the two-year limit, and may lapse by it', async () => {
  world.on('2019-12-31')
  const ahead = await world.here.run(SYSTEM, context => lookAtYear(context, COUNTY, 2019, { overdue: true }))
  expect(BigInt(ahead.overdueFen)).toBe(BigInt(ahead.restFen))
  expect(ahead.lapsedFen).toBe(ahead.restFen)
  const first = await world.carriedFrom(water)
  const [fresh] = (await world.form({ form: 'register', lines: [{ fund: 2, amount: fen(33) }], fiscalYear: 2019 }))
    .lines as [bigint]
  const closed = await close({ fiscalYear: 2019, requestKey: 'close-2019', lapse: { agencies: [world.agencies[1]!] } })
  const second = await world.carriedFrom(first.id)
  expect(second.path.slice(0, first.path.length)).toEqual(first.path)
  expect(second).toMatchObject({ fiscal_year: 2020, superior_number: '省财农〔2018〕7号', agency: world.agencies[0] })
  expect(BigInt(closed.carriedFen) + BigInt(closed.lapsedFen)).toBe(BigInt(ahead.restFen) + 33n)
  expect((await world.carriedFrom(fresh)).source_type).toBe('carried-over')
  expect(await world.differences()).toEqual([])
})

test('verify names a closing that lost money on its way into the new year', async () => {
  const client = await world.here.ownerPool.connect()
  try {
    await client.query('begin')
    await client.query(`select set_config('fundwatch.scope', '0', true)`)
    await client.query(`update ledger.entry e set amount_fen = amount_fen - 1 from ledger.batch b
      where b.division = e.division and b.id = e.batch and b.form = 'carry' and e.line = 1`)
    const { yearEndChecks } = await import('./verify.ts')
    const { txOf } = await import('../platform/database/transaction.ts')
    expect((await yearEndChecks[0]!.run(txOf(client))).count).toBeGreaterThan(0)
  } finally {
    await client.query('rollback')
    client.release()
  }
})
