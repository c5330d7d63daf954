import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Declared, declare } from '../divisions/declare.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { closeYear } from '../year-end/close.ts'
import { COUNTY, refused, World } from '../year-end/test-world.ts'
import { type Integration, integrate } from './integrate.ts'
import { part } from './part.ts'
import { integrationView } from './store.ts'

let world: World
let assigned: bigint
let refinedLine: bigint
beforeAll(async () => {
  world = await World.open('2018-08-01')
  await world.here.ownerPool.query(
    `insert into funds.fund (catalogue, division, code, name, level, secret) values (1, 1, 'X09', '涉密资金', 'county', true)`,
  )
  const transfer = await world.sent(1, 1000)
  const [root] = (await world.form({ form: 'receive', lines: [{ transfer, amount: fen(1000) }] })).lines
  ;[assigned] = (await world.form({ form: 'assign', lines: [{ source: root!, amount: fen(1000) }] })).lines as [bigint]
  ;[refinedLine] = (
    await world.form({
      form: 'refine',
      lines: [{ source: assigned, amount: fen(400), agency: world.agencies[0]!, functionSubject: '2130504' }],
    })
  ).lines as [bigint]
  await world.form({ form: 'plan', lines: [{ source: refinedLine, amount: fen(300) }] })
})
afterAll(() => world?.here.close())

const declared = (kind: Declared, day: string, documentNumber = '样政发〔2018〕5号') =>
  world.here.run(SYSTEM, context => declare(context, { division: COUNTY, kind, day, documentNumber }))
const run = (lines: Integration['lines'], more: Partial<Integration> = {}) =>
  world.here.run(SYSTEM, context =>
    integrate(context, {
      division: COUNTY,
      fiscalYear: 2018,
      document: world.document(2018, '2018-07-01'),
      effectiveOn: '2018-07-01',
      lines,
      ...more,
    }),
  )
const view = (year = 2018) =>
  world.here.run(SYSTEM, ({ tx, clock }) => integrationView(tx, COUNTY, year, clock.today()), { readOnly: true })
const found = () =>
  world.here.run(SYSTEM, async ({ tx }) => (await part.verify![0]!.run(tx)).differences, { readOnly: true })

test('only a county that declared it by a document integrates, and from that day on', async () => {
  const line = { source: assigned, useFund: 2, agency: world.agencies[1]!, amount: fen(100) }
  expect(await refused(run([line]))).toEqual(['not-integrating'])
  expect(await refused(declared('integrating', '2018-06-01', ' '))).toEqual(['document-missing'])
  await declared('integrating', '2018-06-01')
  expect(await refused(declared('integrating', '2018-06-02'))).toEqual(['declared-already'])
  expect(await refused(run([line], { effectiveOn: '2018-05-31' }))).toEqual(['not-integrating'])
  expect(await view()).toMatchObject({
    integrating: true,
    since: '2018-06-01',
    documentNumber: '样政发〔2018〕5号',
    total: { lines: 0 },
  })
})

test('the legal source stays on the line, the actual use is added, and both views sum to the same', async () => {
  const same = { requestKey: 'integrate-1', document: world.document(2018, '2018-07-01') }
  const asked: Integration['lines'] = [
    {
      source: assigned,
      useFund: 2,
      agency: world.agencies[1]!,
      project: 1n,
      functionSubject: '2130599',
      amount: fen(100),
    },
    { source: refinedLine, useFund: 2, amount: fen(350), note: '来自细化指标' },
  ]
  const made = await run(asked, same)
  expect(await run(asked, same)).toMatchObject({ batch: made.batch, lines: made.lines })
  expect(await refused(run([{ source: assigned, useFund: 2, amount: fen(1) }], same))).toEqual(['request-key-reused'])
  const [fromAssigned, fromRefined] = made.lines as [bigint, bigint]
  expect(await world.standing(assigned)).toEqual({ 5001: 500n })
  expect(await world.standing(refinedLine)).toEqual({ 5101: 50n })
  expect(await world.standing(fromRefined)).toEqual({ 500201: 350n })
  const { rows } = await world.here.ownerPool.query(
    'select fund, use_fund, function_subject, agency, project, superior_number, source_level from allotments.allotment where id = any ($1) order by id',
    [made.lines],
  )
  expect(rows).toMatchObject([
    {
      fund: 1,
      use_fund: 2,
      project: 1n,
      agency: world.agencies[1],
      superior_number: '省财农〔2018〕7号',
      source_level: 'province',
    },
    { fund: 1, use_fund: 2, function_subject: '2130504', agency: world.agencies[0] },
  ])
  await world.entry('pay', fromAssigned, 5201, 500201, 60)
  const { total, bySource, byUse } = await view()
  expect(total).toEqual({ lines: 2, arrangedFen: '450', paidFen: '60' })
  expect(bySource.map(row => [row.fund.code, row.functionSubject, row.arrangedFen])).toEqual([
    ['X01', '2130504', '350'],
    ['X01', '2130599', '100'],
  ])
  expect(byUse.map(row => [row.fund.code, row.project?.code ?? null, row.arrangedFen, row.paidFen])).toEqual([
    ['X02', 'P1', '100', '60'],
    ['X02', null, '350', '0'],
  ])
  expect(await world.differences()).toEqual([])
  expect(await found()).toEqual([])
})

test('what it may not do is said all at once', async () => {
  expect(
    await refused(
      run([
        { source: 999_999n, useFund: 2, amount: fen(1) },
        { source: assigned, useFund: 3, amount: fen(501) },
      ]),
    ),
  ).toEqual(['source-missing', 'fund-unknown', 'agency-missing', 'over-allotted'])
})

test('the actual use goes with the money when it is carried into the next year', async () => {
  world.on('2018-12-31')
  await world.here.run(SYSTEM, context =>
    closeYear(context, { division: COUNTY, fiscalYear: 2018, document: world.document(), requestKey: 'close-2018' }),
  )
  expect(await view(2019)).toMatchObject({ total: { lines: 2, arrangedFen: '390' } })
  expect(await world.differences()).toEqual([])
  expect(await found()).toEqual([])
})

test('integrated in the year into which it was carried, money keeps the old lines in its lineage', async () => {
  world.on('2019-03-01')
  const carried = await world.carriedFrom(assigned)
  const line = { source: carried.id as bigint, useFund: 2, agency: world.agencies[1]!, amount: fen(5) }
  const { lines } = await run([line], {
    fiscalYear: 2019,
    effectiveOn: '2019-03-01',
    document: world.document(2019),
  })
  const { rows } = await world.here.ownerPool.query<{ path: bigint[] }>(
    'select path from allotments.allotment where id = $1',
    [lines[0]],
  )
  expect(rows[0]!.path).toEqual([...carried.path, lines[0]])
  expect(rows[0]!.path).toContain(assigned)
  expect(await world.differences()).toEqual([])
})
