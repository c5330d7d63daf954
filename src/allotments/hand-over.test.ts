import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { balanceSheet } from '../books/balance-sheet.ts'
import { viewOf } from '../books/clocks.ts'
import { COMPARE } from '../books/compare.ts'
import { carryOutChanges } from '../divisions/carry-out-change.ts'
import type { ChangeInput } from '../divisions/change.ts'
import { treeOn } from '../divisions/change-store.ts'
import { part as divisionsPart } from '../divisions/part.ts'
import { divisionsByCode, versionsOf } from '../divisions/store.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import { ledgerChecks } from '../ledger/verify.ts'
import { overviewOf } from '../overview/overview.ts'
import { txOf } from '../platform/database/transaction.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { type HandOver, handOver } from './hand-over.ts'
import { handOverCheck, handOverRests } from './hand-over-store.ts'
import { type Issue, issue } from './issue.ts'
import { linePage } from './reads.ts'
import { recall } from './recall.ts'
import { allotmentChecks } from './verify.ts'

let here: Installation
const [PROVINCE, EAST, WEST, NORTH, SOUTH, TOWN] = [1, 11, 12, 21, 22, 31]
const FUND = 1
let agency: number
const today = { clock: clockAt('2019-03-01') }

beforeAll(async () => {
  here = await testInstallation(today)
  await here.ownerPool.query(`
    insert into divisions.division (id) values (1), (11), (12), (21), (22), (31);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2010-01-01,)', '990000000', '样例省', 'province', null, null),
      (11, '[2010-01-01,)', '990100000', '东市', 'city', 1, 1), (12, '[2010-01-01,)', '990200000', '西市', 'city', 1, 1),
      (21, '[2010-01-01,)', '990101000', '北县', 'county', 11, 11), (22, '[2010-01-01,)', '990102000', '南县', 'county', 11, 11),
      (31, '[2010-01-01,)', '990101001', '北镇', 'township', 21, 21);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '省级清单');
    insert into funds.fund (catalogue, division, code, name, level, poverty) values (1, 1, 'P01', '专项扶贫资金', 'province', 'part');
    insert into divisions.agency (division, code, name) values (21, '101001', '北县水利局'), (22, '101001', '南县水利局')`)
  agency = (await here.ownerPool.query<{ id: number }>('select id from divisions.agency where division = 21')).rows[0]!
    .id
})
afterAll(() => here?.close())

const form = (division: number, input: Pick<Issue, 'form' | 'lines'>, year = 2018, on = `${year}-03-01`) =>
  here.run(SYSTEM, context =>
    issue(context, {
      division,
      fiscalYear: year,
      effectiveOn: on,
      document: { number: `样财农〔${year}〕${division}号`, title: '关于下达专项资金的通知', dated: on },
      ...input,
    }),
  )
const transferTo = async (sent: bigint): Promise<bigint> =>
  (await here.ownerPool.query<{ id: bigint }>('select id from ledger.transfer where sender_allotment = $1', [sent]))
    .rows[0]!.id
const order = (more: Partial<ChangeInput> & Pick<ChangeInput, 'kind' | 'codes'>): ChangeInput => ({
  row: 1,
  effectiveOn: '2018-07-01',
  document: { number: '样政〔2018〕7号', title: '关于调整行政区划的决定', dated: '2018-06-20' },
  note: null,
  name: null,
  code: null,
  parts: [],
  ends: false,
  ...more,
})
const change = (input: ChangeInput, more = {}) =>
  here.run(SYSTEM, context => carryOutChanges(context, [input], { division: PROVINCE, ...more }))
const give = (input: Partial<HandOver> = {}) =>
  here.run(SYSTEM, context =>
    handOver(context, {
      division: NORTH,
      to: SOUTH,
      fiscalYear: 2018,
      effectiveOn: '2018-07-01',
      document: { number: '样财〔2018〕70号', title: '关于划转北县指标余额的通知', dated: '2018-06-28' },
      lines: 'all',
      ...input,
    }),
  )
const overview = (division: number, year: number, day = `${year}-12-31`) =>
  here.run(SYSTEM, context => overviewOf(context.tx, division, year, day), { readOnly: true })
const codes = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : String(error)),
  )
const verify = () =>
  here.run(SYSTEM, async ({ tx }) => {
    const found = []
    for (const check of [...ledgerChecks, ...allotmentChecks, handOverCheck])
      found.push(...(await check.run(tx)).differences)
    return found
  })
const standing = async (division: number) =>
  Object.fromEntries(
    (
      await here.ownerPool.query<{ account: number; fen: bigint }>(
        `select account, sum(balance_fen)::bigint as fen from ledger.published_balance where division = $1 and balance_fen <> 0 group by 1 order by 1`,
        [division],
      )
    ).rows.map(row => [row.account, row.fen]),
  )

let received: bigint
let refined: bigint

test('a county receives, refines, plans; half a year later it is merged into its neighbour, and the township goes along', async () => {
  const [own] = (await form(PROVINCE, { form: 'register', lines: [{ fund: FUND, amount: fen(100_000) }] })).lines
  const [assigned] = (await form(PROVINCE, { form: 'assign', lines: [{ source: own!, amount: fen(100_000) }] })).lines
  const [down] = (
    await form(PROVINCE, {
      form: 'pass-down',
      lines: [{ source: assigned!, amount: fen(80_000), toDivision: NORTH, poverty: 'part', monitored: fen(30_000) }],
    })
  ).lines
  received = (
    await form(NORTH, { form: 'receive', lines: [{ transfer: await transferTo(down!), amount: fen(70_000) }] })
  ).lines[0]!
  const [toAssign] = (await form(NORTH, { form: 'assign', lines: [{ source: received, amount: fen(50_000) }] })).lines
  refined = (await form(NORTH, { form: 'refine', lines: [{ source: toAssign!, amount: fen(30_000), agency }] }))
    .lines[0]!
  await form(NORTH, { form: 'plan', lines: [{ source: refined, amount: fen(12_000) }] })

  const [looked] = await change(order({ kind: 'merge', codes: ['990101000'], code: '990102000' }), { checkOnly: true })
  expect(looked).toMatchObject({ id: null, plan: { from: [NORTH], into: [SOUTH] } })
  await change(order({ kind: 'merge', codes: ['990101000'], code: '990102000' }), { requestKey: 'merge-of-north' })
  await change(order({ kind: 'merge', codes: ['990101000'], code: '990102000' }), { requestKey: 'merge-of-north' })
  const { rows } = await here.ownerPool.query('select count(*)::int as n from divisions.change')
  expect(rows).toEqual([{ n: 1 }])
  const tree = (on: string) =>
    here.run(SYSTEM, async ({ tx }) =>
      (await treeOn(tx, PROVINCE, on)).map(node => [node.name, node.administrativeParent, node.endedOn]),
    )
  expect(await tree('2018-06-30')).toEqual([
    ['样例省', null, null],
    ['东市', '990000000', null],
    ['北县', '990100000', null],
    ['北镇', '990101000', null],
    ['南县', '990100000', null],
    ['西市', '990000000', null],
  ])
  expect((await tree('2018-12-31')).find(([name]) => name === '北县')).toEqual(['北县', '990100000', '2018-07-01'])
  expect((await tree('2018-12-31')).find(([name]) => name === '北镇')).toEqual(['北镇', '990102000', null])
  expect((await tree('2019-01-01')).map(([name]) => name)).toEqual(['样例省', '东市', '北镇', '南县', '西市'])
})

test('what is left in the merged county goes to the other by one document; both books tie, and a retried request moves nothing', async () => {
  expect(await standing(NORTH)).toEqual({ 1001: 20_000n, 4001: 70_000n, 5001: 20_000n, 5101: 12_000n, 500201: 18_000n })
  const looked = await give({ checkOnly: true })
  expect(looked).toMatchObject({ batch: null, toBatch: null })
  expect(looked.parts.map(part => part.amount)).toEqual([20_000n, 20_000n, 30_000n])
  expect(await standing(SOUTH)).toEqual({})
  const done = await give({ requestKey: 'north-to-south' })
  expect(await give({ requestKey: 'north-to-south' })).toEqual(done)
  expect(await standing(NORTH)).toEqual({ 4001: 70_000n, 500202: 70_000n })
  expect(await standing(SOUTH)).toEqual({ 1001: 70_000n, 4001: 70_000n })
  expect(await verify()).toEqual([])
  expect(await codes(give())).toEqual(['nothing-to-hand-over'])
  expect(await here.run(SYSTEM, ({ tx }) => handOverRests(tx, NORTH, 2018))).toEqual([])
  // In the taker's books it was handed over, and did not come from above: no settlement sheet of the superior's knows of it.
  const { sources, differences } = await here.run(SYSTEM, async ({ tx }) => ({
    ...(await balanceSheet(tx, SOUTH, 2018, viewOf({}), 'fund')),
    ...(await COMPARE.settlement(tx, SOUTH, 2018, [])),
  }))
  expect(sources.map(row => [row.origin, String(row.fen)])).toEqual([['handed-over', '70000']])
  expect(differences).toEqual([])
})

test('lineage goes along: the line taken over names the superior’s document, and its path runs from the province', async () => {
  const { rows } = await here.ownerPool.query(
    `select superior_number, source_level, poverty, path @> array[$1::bigint] as through from allotments.allotment where form = 'take-over' order by id`,
    [received],
  )
  expect(rows).toHaveLength(3)
  for (const row of rows)
    expect(row).toEqual({
      superior_number: '样财农〔2018〕1号',
      source_level: 'province',
      poverty: 'part',
      through: true,
    })
  // The money can be used where it is now.
  const { rows: own } = await here.ownerPool.query<{ id: bigint }>(
    `select id from allotments.allotment where form = 'take-over' order by id limit 1`,
  )
  const assigned = await form(
    SOUTH,
    { form: 'assign', lines: [{ source: own[0]!.id, amount: fen(20_000) }] },
    2018,
    '2018-07-02',
  )
  expect(assigned.lines).toHaveLength(1)
})

test('the old name stands on the old documents, after a rename too', async () => {
  await change(order({ kind: 'rename', codes: ['990102000'], name: '南北区', effectiveOn: '2018-09-01' }))
  const old = await here.run(SYSTEM, ({ tx }) => linePage(tx, NORTH, String(received)))
  expect(old!.line.division).toEqual({ code: '990101000', name: '北县' })
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    `select id from allotments.allotment where form = 'take-over' order by id limit 1`,
  )
  const taken = await here.run(SYSTEM, ({ tx }) => linePage(tx, SOUTH, String(rows[0]!.id)))
  expect(taken!.line.division.name).toBe('南县')
  expect(taken!.path.map((step: { division: { name: string } }) => step.division.name)).toContain('北县')
  const history = await here.run(SYSTEM, ({ tx }) => versionsOf(tx, SOUTH))
  expect(history.map(one => [one.name, one.from, one.document])).toEqual([
    ['南县', '2010-01-01', null],
    ['南北区', '2018-09-01', '样政〔2018〕7号'],
  ])
})

test('the sums of both years tie, whichever tree is asked: nothing is lost and nothing counted twice', async () => {
  await form(PROVINCE, { form: 'register', lines: [{ fund: FUND, amount: fen(5_000) }] }, 2019)
  const total = (stages: Record<string, string>) =>
    [
      'toAssignFen',
      'toRefineFen',
      'ownFen',
      'planFen',
      'transitFen',
      'paidFen',
      'passedFen',
      'inTransitFen',
      'carriedFen',
    ]
      .filter(name => name !== 'inTransitFen')
      .reduce((sum, name) => sum + BigInt(stages[name]!), 0n)
  const year = await overview(PROVINCE, 2018)
  expect(year.asOf).toBe('2018-12-31')
  expect(BigInt(year.stages.registeredFen)).toBe(100_000n)
  expect(total(year.stages as never)).toBe(100_000n)
  expect((await overview(PROVINCE, 2018, '2018-06-30')).stages).toEqual(year.stages)
  expect(total((await overview(EAST, 2018)).stages as never)).toBe(70_000n)
  const next = await overview(PROVINCE, 2019)
  expect(total(next.stages as never)).toBe(5_000n)
  expect(await codes(overview(NORTH, 2019))).toEqual(['division-unknown'])
})

test('a county that goes to another city is summed there from then on, and in the old city before', async () => {
  await change(
    order({
      kind: 'move',
      codes: ['990102000'],
      administrativeParent: '990200000',
      fiscalParent: '990000000',
      effectiveOn: '2019-01-01',
    }),
  )
  const inside = (division: number, day: string) =>
    here.run(SYSTEM, async ({ tx }) => (await treeOn(tx, division, day)).map(node => node.name))
  expect(await inside(EAST, '2018-12-31')).toEqual(['东市', '北县', '北镇', '南北区'])
  expect(await inside(EAST, '2019-03-01')).toEqual(['东市'])
  expect(await inside(WEST, '2019-03-01')).toEqual(['北镇', '南北区', '西市'])
  // The old city no longer holds it; the sums of the old year say so.
  const officer = { ...SYSTEM, id: 7, scope: EAST }
  const old = await here.run(officer, ({ tx }) => overviewOf(tx, EAST, 2018, '2018-12-31'), {
    readOnly: true,
    ...today,
  })
  expect(old.unseen.map(one => one.name)).toEqual(['北镇', '南北区'])
  expect((await overview(EAST, 2018)).unseen).toEqual([])
})

test('a hand-over of one side alone is refused by the database at commit, past the program', async () => {
  const client = await here.pool.connect()
  try {
    await client.query('begin')
    await client.query(`select set_config('fundwatch.scope', '0', true), set_config('fundwatch.actor', '0', true)`)
    const [own] = (
      await form(SOUTH, { form: 'register', lines: [{ fund: FUND, amount: fen(900) }] }, 2018, '2018-10-01')
    ).lines
    const tx = txOf(client)
    const document = await tx.one<{ document: bigint }>('select document from allotments.allotment where id = $1', [
      own,
    ])
    await tx.query(
      `insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, path, source_level, poverty, monitored_fen, to_division)
       values (22, 900001, 2018, 'hand-over', $1, 1, 900, $2, array[$2::bigint, 900001], 'province', 'none', 0, 12)`,
      [document.document, own],
    )
    const { id } = await tx.one<{ id: bigint }>(
      `select ledger.open_transfers(22, 2018, '样财〔2018〕9号', '划转', '2018-10-01', array[12], array[900001::bigint], array[1], array['province'], array[false],
         array[null::text], array[null::text], array[null::text], array[null::text], array[format('{%s,900001}', $1::bigint)], array[0::bigint]) as id`,
      [own],
    )
    await tx.query(
      `select ledger.post(22, 'hand-over', 2018, '2018-10-01', $1, null, array[900001::bigint], array[500202], array[$2::bigint], array[1001], array[900::bigint],
         array[12], array[$3::bigint], array[900::bigint])`,
      [document.document, own, id],
    )
    await expect(client.query('commit')).rejects.toThrow('hands over 900 fen, 900 were sent and 0 taken over')
  } finally {
    await client.query('rollback').catch(() => {})
    client.release()
  }
  expect(await verify()).toEqual([])
})

test('an order is refused whole, all faults at once, and leaves no trace', async () => {
  const before = (await here.ownerPool.query('select count(*)::int as n from divisions.version')).rows
  expect(await codes(change(order({ kind: 'merge', codes: ['990101000'], code: '990102000' })))).toEqual([
    'change-version-past',
  ])
  expect(await codes(change(order({ kind: 'rename', codes: ['990777000'], name: '无县' })))).toEqual([
    'change-division-unknown',
  ])
  expect(
    await codes(change(order({ kind: 'rename', codes: ['990102000'], name: '南北区', effectiveOn: '2019-02-01' }))),
  ).toEqual(['change-nothing'])
  expect(
    await codes(change(order({ kind: 'recode', codes: ['990102000'], code: '990200000', effectiveOn: '2019-02-01' }))),
  ).toEqual(['division-code-taken'])
  expect(await codes(change(order({ kind: 'merge', codes: ['990102000'], effectiveOn: '2019-02-01' })))).toEqual([
    'change-into-missing',
  ])
  expect(
    await codes(
      change(
        order({ kind: 'move', codes: ['990200000'], administrativeParent: '990102000', effectiveOn: '2019-02-01' }),
      ),
    ),
  ).toEqual(expect.arrayContaining(['parent-cycle']))
  expect(
    await codes(
      change(
        order({
          kind: 'split',
          codes: ['990102000'],
          effectiveOn: '2019-02-01',
          ends: true,
          parts: [{ code: '990203000', name: '新甲县', below: [] }],
        }),
      ),
    ),
  ).toEqual(['change-below-unplaced'])
  const stranger = { ...SYSTEM, id: 9, scope: EAST }
  expect(
    await codes(
      here.run(stranger, context =>
        carryOutChanges(
          context,
          [order({ kind: 'rename', codes: ['990102000'], name: '他县', effectiveOn: '2019-02-01' })],
          { division: EAST },
        ),
      ),
    ),
  ).toEqual(['division-outside-scope'])
  expect((await here.ownerPool.query('select count(*)::int as n from divisions.version')).rows).toEqual(before)
})

test('a sheet of orders: a county is split in two and ends, its township goes to one; history cannot be rewritten past the program', async () => {
  const take = (text: string) =>
    divisionsPart
      .importers!.find(one => one.kind === 'division-changes')!
      .run(here.run, SYSTEM, { source: memorySource(text, 'tiaozheng.csv'), division: null })
  const HEAD = '调整类型,生效日期,文号,文件标题,发文日期,区划代码,新名称,新代码,划入的下级,原区划撤销\n'
  expect(await codes(take(`${HEAD}变更,2019-02-01,样政〔2019〕1号,决定,2019-01-20,990102000,,,,\n`))).toEqual([
    'change-kind-unknown',
  ])
  expect(
    await take(
      `${HEAD}析置,2019-02-01,样政〔2019〕1号,关于设立两县的决定,2019-01-20,990102000,新甲县,990203000,990101001,是\n析置,2019-02-01,样政〔2019〕1号,关于设立两县的决定,2019-01-20,990102000,新乙县,990204000,,是\n`,
    ),
  ).toMatchObject({ rows: 2, figures: { orders: 1, created: 2 } })
  const byCode = await here.run(SYSTEM, ({ tx }) => divisionsByCode(tx))
  expect(byCode.has('990102000')).toBe(false)
  expect(byCode.get('990203000')!.name).toBe('新甲县')
  const parts = await here.run(SYSTEM, ({ tx }) =>
    tx.query(`select division from divisions.scope_division where scope = $1 order by 1`, [
      byCode.get('990203000')!.id,
    ]),
  )
  // The parts see the books of the county that ended, to take over what is left there, and those that it had taken over itself.
  expect(parts.map(row => row.division)).toEqual([NORTH, SOUTH, TOWN, byCode.get('990203000')!.id])
  await expect(
    here.run(SYSTEM, ({ tx }) => tx.query(`update divisions.version set name = '改名县' where division = $1`, [NORTH])),
  ).rejects.toThrow('is history')
  expect(await verify()).toEqual([])
})

test('the superior of money that moved with its county is told who has it, and gets it by a hand-over', async () => {
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    'select id from ledger.transfer where sender = $1 order by id',
    [PROVINCE],
  )
  const call = (fiscalYear: number) =>
    here.run(SYSTEM, context =>
      recall(context, {
        division: PROVINCE,
        form: 'recall',
        fiscalYear,
        effectiveOn: '2018-12-01',
        document: { number: '样财农〔2018〕88号', title: '关于收回资金的通知', dated: '2018-12-01' },
        lines: [{ transfer: rows[0]!.id, amount: fen(80_000) }],
      }),
    )
  const refusal = await call(2018).catch(error => error)
  // Three lines moved, each with a row of its own.
  expect(refusal.faults.map((fault: { code: string }) => fault.code)).toEqual([
    'recall-passed-on',
    ...Array<string>(3).fill('undo-first'),
  ])
  for (const fault of refusal.faults.slice(1)) {
    expect(fault.zh).toMatch(/划转.+由.+以划转交回上级/)
    expect(fault.zh).not.toContain('null')
    expect(fault.en).toContain('hands them over to the superior')
  }
  const before = (await standing(PROVINCE))[1001] ?? 0n
  const given = await give({
    division: SOUTH,
    to: PROVINCE,
    effectiveOn: '2018-12-02',
    document: { number: '样财〔2018〕91号', title: '关于交回划转资金的通知', dated: '2018-12-02' },
  })
  const back = given.parts.reduce((sum, part) => sum + part.amount, 0n)
  expect(back).toBeGreaterThan(0n)
  expect((await standing(PROVINCE))[1001]! - before).toBe(back)
  expect(await verify()).toEqual([])
})
