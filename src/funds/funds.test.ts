import { createReadStream, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { part as divisions } from '../divisions/part.ts'
import { divisionsByCode } from '../divisions/store.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import type { Part, Source } from '../platform/part.ts'
import { ROOT } from '../platform/root.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { fundPage, listFunds } from './list.ts'
import { part } from './part.ts'
import { assignSuperior } from './set-superior.ts'

let here: Installation
let centre: number
let province: number
let city: number
let county: number

const take = (of: Part, kind: string, source: Source | string, division: number | null = null, name = kind) =>
  of
    .importers!.find(importer => importer.kind === kind)!
    .run(here.run, SYSTEM, {
      source: typeof source === 'string' ? memorySource(source, `${name}.csv`) : source,
      division,
    })

const refused = async (work: Promise<unknown>): Promise<Refusal> => {
  const error = await work.then(
    () => null,
    thrown => thrown,
  )
  expect(error).toBeInstanceOf(Refusal)
  return error as Refusal
}

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2018-06-30') })
  await take(
    divisions,
    'divisions',
    `区划代码,区划名称,级次,行政上级,财政上级,起始日期
990900000,示范中央,中央,,,2015-01-01
990000000,示范省,省,990900000,,2015-01-01
990100000,河口市,市,990000000,,2015-01-01
990101000,青石县,县,990100000,990000000,2015-01-01
`,
  )
  await take(divisions, 'offices', '区划代码,股室代码,股室\n990101000,05,农业股\n990101000,06,社保股\n')
  const byCode = await here.run(SYSTEM, context => divisionsByCode(context.tx))
  centre = byCode.get('990900000')!.id
  province = byCode.get('990000000')!.id
  city = byCode.get('990100000')!.id
  county = byCode.get('990101000')!.id
})
afterAll(() => here.close())

const HEADER = 'code,name,parent_code,level,owner_office,poverty_flag,secret,included,excepted,superior_code,source\n'
const CENTRE = `${HEADER}C1,中央财政专项扶贫资金,,central,农业司,whole,false,,,,甲〔2018〕1号附件2第1项
C2,林业改革发展资金,,central,农业司,part,false,,,,甲〔2018〕1号附件2第2项
`
const list = (division: number, filter: Partial<Parameters<typeof listFunds>[2]> = {}) =>
  here.run(SYSTEM, context => listFunds(context.tx, division, { year: 2018, ...filter }), { readOnly: true })
const idOf = async (code: string) => Number((await list(county)).rows.find(row => row.code === code)!.id)

test('a catalogue is taken in under the name of its file, and again without any change', async () => {
  expect(await take(part, 'funds', CENTRE, centre, '中央清单')).toMatchObject({ rows: 2, taken: 2 })
  expect(await take(part, 'funds', CENTRE, centre, '中央清单')).toMatchObject({ taken: 0, repeated: 2 })
  expect((await list(county)).catalogues).toEqual([
    {
      id: expect.any(String),
      division: { code: '990900000', name: '示范中央' },
      name: '中央清单',
      count: 2,
      issued: null,
    },
  ])
  const { rows } = await here.ownerPool.query('select source from funds.catalogue')
  expect(rows).toEqual([{ source: '甲〔2018〕1号附件2' }])
})

test('a local fund finds its superior through all levels above, and the nearest level wins', async () => {
  await take(
    part,
    'funds',
    `${HEADER}S1,省级扶贫资金,,province,,whole,false,,,C1,\nC2,省级同号资金,,province,,part,false,,,,\n`,
    province,
  )
  await take(
    part,
    'funds',
    `${HEADER}X1,县级扶贫资金,,county,,whole,false,,,S1,\nX2,县级林业资金,,county,,part,false,,,C2,\nX2.1,子项,X2,county,,part,false,仅造林,,,\n`,
    county,
  )
  const rows = new Map((await list(county)).rows.filter(row => row.own).map(row => [row.code, row]))
  expect(rows.get('X1')?.superior).toMatchObject({ code: 'S1', divisionName: '示范省' })
  expect(rows.get('X2')?.superior).toMatchObject({ code: 'C2', divisionName: '示范省' })
  expect(rows.get('X2.1')?.parent).toBe(rows.get('X2')?.id)
  expect((await list(county, { q: '林业' })).rows.map(row => row.code)).toEqual(['C2', 'X2'])
  expect((await list(city)).rows.map(row => row.code)).not.toContain('X1')
})

test('a province without the centre may keep the central list itself, and its own funds answer to it', async () => {
  await take(
    part,
    'funds',
    `${HEADER}K1,中央某资金,,central,,part,false,,,,\nP1,市级某资金,,city,,part,false,,,K1,\n`,
    city,
  )
  expect((await list(city)).rows.find(row => row.code === 'P1')?.superior?.code).toBe('K1')
})

test('all faults of a catalogue come at once, and nothing is stored', async () => {
  const before = (await list(county)).rows.length
  const refusal = await refused(
    take(
      part,
      'funds',
      `${HEADER}Y1,甲,,county,,whole,false,,,S1;C1,
Y2,乙,,county,,whole,false,,,NOPE,
Y3,丙,,county,,whole,false,,,Y3,
Y4,丁,NOPE,county,,whole,false,,,,
Y5,护边员补助经费,,county,,whole,true,某某边境线,,,
Y6,子项,Y5,county,,whole,false,,,,
Y7,己,,村,,whole,false,,,,
Y7b,庚,,county,,很多,false,,,,
Y8,辛,Y9,county,,whole,false,,,,
Y9,壬,Y8,county,,whole,false,,,,
Y1,癸,,county,,whole,false,,,,
X1,县级扶贫资金,,county,,whole,false,,,C1,
,无号,,county,,whole,false,,,,
`,
      county,
    ),
  )
  expect(refusal.faults.map(fault => `${fault.row} ${fault.code} ${fault.field}`).sort()).toEqual(
    [
      '2 superior-two SUPERIOR_CODE',
      '3 unknown-superior SUPERIOR_CODE',
      '4 superior-itself SUPERIOR_CODE',
      '5 unknown-parent PARENT_CODE',
      '6 fund-secret-detail INCLUDED',
      '7 fund-secret-detail PARENT_CODE',
      '8 level-unknown LEVEL',
      '9 poverty-unknown POVERTY_FLAG',
      '10 parent-cycle PARENT_CODE',
      '11 parent-cycle PARENT_CODE',
      '12 fund-duplicated CODE',
      // The catalogue of the test above is named 'funds' too, so only the superior differs.
      '13 superior-two SUPERIOR_CODE',
      '14 field-missing CODE',
    ].sort(),
  )
  expect((await list(county)).rows.length).toBe(before)
  expect((await refused(take(part, 'funds', CENTRE))).faults[0]?.code).toBe('division-needed')
})

test('a fund names one superior, of a division above, and never closes a circle', async () => {
  const assign = (division: number, fund: number, superior: number | null) =>
    here.run(SYSTEM, context => assignSuperior(context, { division, fund, superior }))
  const [c1, s1, x1, x2] = [await idOf('C1'), await idOf('S1'), await idOf('X1'), await idOf('X2')]
  const code = async (work: Promise<unknown>) => (await refused(work)).faults[0]?.code
  expect(await code(assign(county, x1, x1))).toBe('superior-itself')
  expect(await code(assign(county, x1, x2))).toBe('superior-not-above')
  expect(await code(assign(province, s1, x1))).toBe('superior-not-above')
  expect(await code(assign(county, s1, c1))).toBe('fund-not-own')
  expect(await code(assign(county, x1, 999_999))).toBe('unknown-superior')
  expect(await code(assign(county, 999_999, c1))).toBe('fund-unknown')
  await assign(county, x1, c1)
  const page = await here.run(SYSTEM, context => fundPage(context.tx, county, c1, 2018), { readOnly: true })
  expect(page.lower.map(fund => fund.code).sort()).toEqual(['S1', 'X1'])
  await assign(county, x1, null)
  expect((await list(county)).rows.find(row => row.code === 'X1')?.superior).toBeNull()
  await assign(county, x1, s1)
})

test('the office that answers for a superior fund is dated, and its history stays', async () => {
  const header = '区划代码,资金代码,资金所属区划,股室代码,起始日期\n'
  expect(await take(part, 'fund-offices', `${header}990101000,C1,990900000,05,2016-01-01\n`)).toMatchObject({
    taken: 1,
  })
  expect(await take(part, 'fund-offices', `${header}990101000,C1,,05,2017-01-01\n`)).toMatchObject({ taken: 0 })
  expect(await take(part, 'fund-offices', `${header}990101000,C1,,06,2018-05-01\n`)).toMatchObject({ taken: 1 })
  expect((await list(county)).rows.find(row => row.code === 'C1')?.office).toEqual({ code: '06', name: '社保股' })
  const id = await idOf('C1')
  const page = await here.run(SYSTEM, context => fundPage(context.tx, county, id, 2018), { readOnly: true })
  expect(page.offices).toEqual([
    { code: '05', name: '农业股', from: '2016-01-01', to: '2018-05-01' },
    { code: '06', name: '社保股', from: '2018-05-01', to: null },
  ])
  const refusal = await refused(
    take(
      part,
      'fund-offices',
      `${header}990101000,C1,,05,2018-05-01\n990101000,C1,,05,2016-06-01\n990101000,C1,990100000,05,2019-01-01\n990101000,C9,,77,2018-02-30\n`,
    ),
  )
  expect(refusal.faults.map(fault => `${fault.row} ${fault.code}`).sort()).toEqual([
    '2 fund-office-differs',
    '4 unknown-fund',
    '5 date-impossible',
    '5 unknown-office',
  ])
})

const shipped = (folder: string): Source[] =>
  readdirSync(join(ROOT, 'src/funds', folder))
    .filter(name => name.endsWith('.csv'))
    .sort()
    .map(name => join(ROOT, 'src/funds', folder, name))
    .map(path => ({ fileName: basename(path), open: () => createReadStream(path) }))

test('the budget subjects that come with the program are taken in, and 21305 changes its name with the times', async () => {
  for (const source of shipped('subjects')) {
    const { taken, rows } = await take(part, 'subjects', source)
    expect(taken).toBe(rows)
    expect(await take(part, 'subjects', source)).toMatchObject({ taken: 0 })
  }
  const { rows } = await here.ownerPool.query(
    `select fiscal_year, name from funds.subject where kind = 'function' and code = '21305' order by 1`,
  )
  expect(rows).toEqual([
    { fiscal_year: 2018, name: '扶贫' },
    { fiscal_year: 2025, name: '巩固脱贫攻坚成果衔接乡村振兴' },
  ])
  const orphans = await here.ownerPool.query(
    `select code from funds.subject s where length(code) > 3 and not exists (select from funds.subject p
       where p.kind = s.kind and p.fiscal_year = s.fiscal_year and p.code = left(s.code, length(s.code) - 2))`,
  )
  expect(orphans.rows).toEqual([])
})

test('subjects with impossible codes, kinds and years are refused together', async () => {
  const refusal = await refused(
    take(
      part,
      'subjects',
      'KIND,FISCAL_YEAR,CODE,NAME\nfunction,2018,21,农\n功能,2018,213,农林水\nfunction,18,213,农林水\nfunction,2018,213,农\nfunction,2018,213,林\n',
    ),
  )
  expect(refusal.faults.map(fault => `${fault.row} ${fault.code}`)).toEqual([
    '2 subject-code-malformed',
    '3 subject-kind-unknown',
    '4 integer-out-of-range',
    '6 subject-duplicated',
  ])
})

test('the catalogues of the source documents are taken in whole, each under its owner, and again without any change', async () => {
  const owner = (name: string) => (name.startsWith('centre') ? centre : name.startsWith('baqiao') ? county : province)
  for (const source of shipped('catalogues')) {
    const { taken, rows } = await take(part, 'funds', source, owner(source.fileName))
    expect(taken).toBe(rows)
  }
  for (const source of shipped('catalogues'))
    expect(await take(part, 'funds', source, owner(source.fileName))).toMatchObject({ taken: 0 })
  const { rows } = await here.ownerPool.query('select name, included, excepted from funds.fund where secret')
  expect(rows).toEqual([{ name: '护边员补助经费', included: null, excepted: null }])
})
