import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import type { AllotmentForm, NewLine } from '../allotments/allotment.ts'
import { issue, openTransfers } from '../allotments/issue.ts'
import { reduce } from '../allotments/reduce.ts'
import type { ReducingForm } from '../allotments/reduction.ts'
import { vire } from '../allotments/virement.ts'
import { part as divisions } from '../divisions/part.ts'
import { agenciesByCode, divisionsByCode } from '../divisions/store.ts'
import { part as funds } from '../funds/part.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { type Fen, fen } from '../kernel/money.ts'
import { post } from '../ledger/post.ts'
import type { Installation } from '../platform/installation.ts'
import type { Part } from '../platform/part.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { part as projects } from '../projects/part.ts'
import { projectPage } from '../projects/read.ts'
import type { Overview } from './contract.ts'
import { branchesOf, rateOf } from './figures.ts'
import { overviewOf } from './overview.ts'

let here: Installation
const id: Record<string, number> = {}
let fund: number
let localFund: number
let agency: number
const YEAR = 2018

const take = (of: Part, kind: string, text: string, division: number | null = null) =>
  of
    .importers!.find(importer => importer.kind === kind)!
    .run(here.run, SYSTEM, {
      source: memorySource(text, `${kind}.csv`),
      division,
    })

let number = 0
const form = (division: number, name: AllotmentForm, lines: NewLine[], day = `${YEAR}-02-01`) =>
  here.run(SYSTEM, context =>
    issue(context, {
      division,
      fiscalYear: YEAR,
      form: name,
      document: { number: `示财〔2018〕${++number}号`, title: '关于下达资金的通知', dated: day },
      effectiveOn: day,
      lines,
    }),
  )
const paper = (division: number, day = `${YEAR}-05-01`) => ({
  division,
  fiscalYear: YEAR,
  document: { number: `示财〔2018〕${++number}号`, title: '关于调整资金的通知', dated: day },
  effectiveOn: day,
})
const lower = (division: number, name: ReducingForm, line: bigint, amount: Fen, day?: string) =>
  here.run(SYSTEM, context => reduce(context, { ...paper(division, day), form: name, lines: [{ line, amount }] }))
const look = (division: number): Promise<Overview> =>
  here.run(SYSTEM, context => overviewOf(context.tx, division, YEAR, '2018-12-31'), { readOnly: true })
const waiting = async (division: number): Promise<bigint[]> =>
  (
    await here.ownerPool.query<{ id: bigint }>(
      'select id from ledger.transfer where division = $1 and sent_fen > taken_fen order by id',
      [division],
    )
  ).rows.map(row => row.id)

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2018-06-30') })
  await take(
    divisions,
    'divisions',
    `区划代码,区划名称,级次,行政上级,财政上级,起始日期
990000000,示范省,省,,,2015-01-01
990100000,河口市,市,990000000,,2015-01-01
990101000,青石县,县,990100000,,2015-01-01
990102000,白水县,县,990100000,990000000,2015-01-01
990200000,新城市,市,990000000,,2015-01-01
`,
  )
  await take(divisions, 'agencies', '区划代码,单位代码,单位名称\n990101000,1,水利局\n990102000,1,水利局\n')
  for (const [code, { id: division }] of await here.run(SYSTEM, context => divisionsByCode(context.tx)))
    id[code] = division
  const province = id['990000000']!
  await take(funds, 'funds', '代码,名称,级次\nC1,中央扶贫资金,中央\n', province)
  await take(funds, 'funds', '代码,名称,级次,上级资金代码\nX1,县级扶贫资金,县,C1\n', id['990101000']!)
  const rows = (await here.ownerPool.query('select id, code from funds.fund order by id')).rows
  fund = rows[0].id
  localFund = rows[1].id
  agency = (await here.run(SYSTEM, context => agenciesByCode(context.tx))).get(id['990101000']!)!.get('1')!.id
})
afterAll(() => here.close())

test('every fen stands in one stage: what a province got from the centre is not counted again in its cities and counties', async () => {
  const [province, city, county] = [id['990000000']!, id['990100000']!, id['990101000']!]
  await here.run(SYSTEM, context =>
    openTransfers(context, {
      sender: null,
      fiscalYear: YEAR,
      document: { number: '财农〔2018〕1号', title: '中央下达', dated: '2018-01-10' },
      lines: [
        {
          receiver: province,
          senderAllotment: null,
          fund,
          sourceLevel: 'central',
          direct: false,
          functionSubject: '2130505',
          fundNature: null,
          note: null,
          externalId: null,
          path: '{}',
          sent: fen(1_000_000_00n),
        },
      ],
    }),
  )
  const [arrived] = await waiting(province)
  const received = await form(province, 'receive', [{ amount: fen(1_000_000_00n), transfer: arrived }])
  const registered = await form(province, 'register', [{ amount: fen(500_000_00n), fund, sourceLevel: 'province' }])
  const assigned = await form(province, 'assign', [
    { amount: fen(900_000_00n), source: received.lines[0] },
    { amount: fen(300_000_00n), source: registered.lines[0] },
  ])
  await form(province, 'pass-down', [{ amount: fen(800_000_00n), source: assigned.lines[0], toDivision: city }])
  const [toCity] = await waiting(city)
  const atCity = await form(city, 'receive', [{ amount: fen(700_000_00n), transfer: toCity }])
  const cityAssigned = await form(city, 'assign', [{ amount: fen(600_000_00n), source: atCity.lines[0] }])
  await form(city, 'pass-down', [{ amount: fen(600_000_00n), source: cityAssigned.lines[0], toDivision: county }])
  const [toCounty] = await waiting(county)
  const atCounty = await form(county, 'receive', [{ amount: fen(600_000_00n), transfer: toCounty, fund: localFund }])
  const countyOwn = await form(county, 'register', [{ amount: fen(50_000_00n), fund: localFund }])
  const countyAssigned = await form(county, 'assign', [
    { amount: fen(600_000_00n), source: atCounty.lines[0] },
    { amount: fen(50_000_00n), source: countyOwn.lines[0] },
  ])
  await take(projects, 'projects', '区划代码,项目代码,项目名称,起始年度\n990101000,P1,上坝村安全饮水工程,2018\n')
  const project = (await here.ownerPool.query<{ id: bigint }>('select id from projects.project')).rows[0]!.id
  const refined = await form(county, 'refine', [
    { amount: fen(400_000_00n), source: countyAssigned.lines[0], agency, project },
  ])
  await here.run(SYSTEM, context =>
    post(context, {
      division: county,
      form: 'pay',
      fiscalYear: YEAR,
      effectiveOn: '2018-03-15',
      document: null,
      lines: [
        {
          debitAllotment: refined.lines[0]!,
          debit: 5201,
          creditAllotment: refined.lines[0]!,
          credit: 500201,
          amount: fen(100_000_00n),
        },
      ],
    }),
  )

  const top = await look(province)
  expect(top.stages).toEqual({
    registeredFen: '55000000',
    receivedFen: '100000000',
    toAssignFen: '40000000',
    toRefineFen: '65000000',
    ownFen: '30000000',
    planFen: '0',
    transitFen: '0',
    paidFen: '10000000',
    passedFen: '10000000',
    inTransitFen: '10000000',
    carriedFen: '0',
  })
  expect(top.execution).toEqual({ paidFen: '10000000', executableFen: '40000000', rate: 0.25 })
  expect(top.divisions.map(row => [row.name, row.arrangedFen, row.passedFen, row.executableFen, row.paidFen])).toEqual([
    ['示范省本级', '150000000', '80000000', '0', '0'],
    ['河口市', '75000000', '60000000', '40000000', '10000000'],
    ['新城市', '0', '0', '0', '0'],
  ])
  expect(top.months.find(month => month.month === 2)).toMatchObject({ arrangedFen: '155000000' })
  expect(top.funds.map(row => [row.code, row.arrangedFen, row.executableFen, row.paidFen])).toEqual([
    ['C1', '150000000', '0', '0'],
    ['X1', '65000000', '40000000', '10000000'],
  ])
  expect(top.work).toEqual([
    { kind: 'lines-to-assign', count: 1, link: 'allotments?form=receive' },
    { kind: 'lines-to-assign', count: 1, link: 'allotments?form=register' },
    { kind: 'lines-to-refine', count: 2, link: 'allotments?form=assign' },
  ])
  // The city's own page: what the province sent comes from outside it.
  expect((await look(city)).stages).toMatchObject({ registeredFen: '5000000', receivedFen: '70000000', passedFen: '0' })
  expect((await look(city)).work[0]).toEqual({
    kind: 'transfers-to-receive',
    count: 1,
    link: 'transfers?state=waiting',
  })
  // A project shows what the books hold for it.
  const page = await here.run(SYSTEM, context => projectPage(context.tx, county, String(project), YEAR), {
    readOnly: true,
  })
  expect(page).toMatchObject({ arrangedFen: '40000000', paidFen: '10000000' })
  expect(page?.lines).toHaveLength(1)
})

const sum = (amounts: (string | undefined)[]) => amounts.reduce((total, amount) => total + BigInt(amount ?? '0'), 0n)

function check(overview: Overview): void {
  const { stages, flow } = overview
  expect(BigInt(stages.registeredFen) + BigInt(stages.receivedFen)).toBe(
    sum([
      stages.toAssignFen,
      stages.toRefineFen,
      stages.ownFen,
      stages.planFen,
      stages.transitFen,
      stages.paidFen,
      stages.passedFen,
      stages.carriedFen,
    ]),
  )
  if (overview.divisions.length > 0) {
    expect(sum(overview.divisions.map(row => row.paidFen))).toBe(BigInt(stages.paidFen))
    expect(sum(overview.divisions.map(row => row.executableFen))).toBe(BigInt(overview.execution.executableFen))
  }
  for (const node of flow.nodes.filter(one => one.kind === 'division'))
    expect(sum(flow.links.filter(one => one.target === node.id).map(one => one.amountFen))).toBe(
      sum(flow.links.filter(one => one.source === node.id).map(one => one.amountFen)),
    )
  expect(sum(flow.links.filter(one => one.target === 'paid').map(one => one.amountFen))).toBe(BigInt(stages.paidFen))
}

test('a cut lowers what was arranged, in its own month; a withdrawal lowers what can be executed; both figures stay sums of the books', async () => {
  const division = id['990200000']!
  const monthOf = (overview: Overview, month: number) => overview.months[month - 1]!.arrangedFen
  const registered = await form(division, 'register', [{ amount: fen(100_00n), fund }])
  await form(division, 'add', [{ amount: fen(30_00n), fund }], `${YEAR}-03-01`)
  await lower(division, 'cut', registered.lines[0]!, fen(40_00n), `${YEAR}-06-01`)
  const overview = await look(division)
  expect(overview.stages).toMatchObject({ registeredFen: '9000', toAssignFen: '9000' })
  expect(overview.funds.map(row => row.arrangedFen)).toEqual(['9000'])
  expect([2, 3, 6].map(month => monthOf(overview, month))).toEqual(['10000', '3000', '-4000'])
  const county = id['990101000']!
  const before = await look(county)
  const [refined] = (
    await here.ownerPool.query<{ id: bigint }>(
      "select id from allotments.allotment where division = $1 and form = 'refine'",
      [county],
    )
  ).rows
  await lower(county, 'withdraw', refined!.id, fen(50_000_00n))
  const after = await look(county)
  expect(BigInt(after.execution.executableFen)).toBe(BigInt(before.execution.executableFen) - 50_000_00n)
  expect(after.execution.paidFen).toBe(before.execution.paidFen)
  expect(sum(after.months.map(month => month.arrangedFen))).toBe(
    BigInt(after.stages.registeredFen) + BigInt(after.stages.receivedFen),
  )
  check(after)
})

test('after any run of forms the stages add up at every level, and the drawing loses nothing on its way', async () => {
  let state = 20180630
  const random = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648
    return Math.floor((state / 2147483648) * below)
  }
  const receivers: Record<string, string[]> = {
    '990000000': ['990100000', '990102000', '990200000'],
    '990100000': ['990101000', '990102000', '990200000'],
    '990101000': [],
    '990102000': [],
    '990200000': ['990101000'],
  }
  const codes = Object.keys(receivers)
  const left = async (division: number, account: number, forms: string[]) =>
    (
      await here.ownerPool.query<{ id: bigint; left: bigint }>(
        `select a.id, b.debit_fen - b.credit_fen as left from allotments.allotment a join ledger.balance b
           on b.division = a.division and b.allotment = a.id and b.account = $2 and b.debit_fen > b.credit_fen
         where a.division = $1 and a.form = any ($3) order by a.id`,
        [division, account, forms],
      )
    ).rows
  const part = (amount: bigint) => fen(amount < 3n ? amount : 1n + BigInt(random(Number(amount))))
  for (let step = 0; step < 150; step++) {
    const code = codes[random(codes.length)]!
    const division = id[code]!
    const kind = random(8)
    if (kind === 0) await form(division, 'register', [{ amount: fen(1 + random(1_000_000)), fund }])
    else if (kind === 1) {
      const [transfer] = await waiting(division)
      if (!transfer) continue
      const { rows } = await here.ownerPool.query(
        'select sent_fen - taken_fen as left from ledger.transfer where id = $1',
        [transfer],
      )
      await form(division, 'receive', [
        { amount: part(rows[0].left), transfer, ...(random(2) ? { fund: localFund } : {}) },
      ])
    } else if (kind === 2) {
      const [line] = await left(division, 1001, ['register', 'add', 'receive'])
      if (line) await form(division, 'assign', [{ amount: part(line.left), source: line.id }])
    } else if (kind === 3) {
      const [line] = await left(division, 5001, ['assign'])
      const to = receivers[code]!
      if (line && to.length > 0)
        await form(division, 'pass-down', [
          { amount: part(line.left), source: line.id, toDivision: id[to[random(to.length)]!]! },
        ])
    } else if (kind === 5) {
      const add = random(2) === 0
      const [line] = add ? [] : await left(division, 1001, ['register', 'add'])
      if (line) await lower(division, 'cut', line.id, part(line.left))
      else await form(division, 'add', [{ amount: fen(1 + random(1_000_000)), fund }])
    } else if (kind === 6) {
      const [line] = await left(division, 500201, ['refine'])
      if (line) await lower(division, 'withdraw', line.id, part(line.left))
    } else if (kind === 7) {
      const [line] = await left(division, 500201, ['refine'])
      if (line)
        await here.run(SYSTEM, context =>
          vire(context, {
            ...paper(division),
            lines: [{ source: line.id, amount: part(line.left), functionSubject: `21305${step + 10}` }],
          }),
        )
    } else {
      const [line] = await left(division, 5001, ['assign'])
      if (line && code === '990101000')
        await form(division, 'refine', [{ amount: part(line.left), source: line.id, agency }])
    }
  }
  for (const code of codes) {
    const overview = await look(id[code]!)
    check(overview)
    // Whoever may see only this division and what lies below sees the same figures.
    const actor = { id: 0, name: '查询岗', scope: id[code]!, permissions: new Set(['*'] as const) }
    expect(
      await here.run(actor, context => overviewOf(context.tx, id[code]!, YEAR, '2018-12-31'), { readOnly: true }),
    ).toEqual(overview)
  }
  expect((await look(id['990000000']!)).flow.nodes.length).toBeGreaterThan(8)
})

test('a county under two parents belongs to one branch, its administrative one', () => {
  const place = (number: number, administrativeParent: number | null, fiscalParent: number | null) => ({
    id: number,
    code: String(number),
    name: String(number),
    level: 'county' as const,
    administrativeParent,
    fiscalParent,
    seen: true,
  })
  const area = [place(1, null, null), place(2, 1, 1), place(3, 2, 1), place(4, 99, 1), place(5, 99, 2)]
  const tree = branchesOf(area[0]!, area)
  expect(tree.branches.map(branch => [branch.head.id, [...branch.members]])).toEqual([
    [2, [2, 3, 5]],
    [4, [4]],
  ])
})

test('the rate of execution is rounded to four decimals, and there is none where nothing can be executed', () => {
  expect([rateOf(1n, 3n), rateOf(2n, 3n), rateOf(0n, 5n), rateOf(5n, 5n), rateOf(0n, 0n)]).toEqual([
    0.3333,
    0.6667,
    0,
    1,
    null,
  ])
})

test('a division without money and without anything below shows zeros, not a failure', async () => {
  const overview = await here.run(SYSTEM, context => overviewOf(context.tx, id['990102000']!, 2030, '2030-01-01'), {
    readOnly: true,
  })
  expect(overview).toMatchObject({
    execution: { paidFen: '0', executableFen: '0', rate: null },
    divisions: [],
    funds: [],
    flow: { nodes: [], links: [] },
    work: [],
  })
  expect(overview.months).toHaveLength(12)
})
