import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { part as divisions } from '../divisions/part.ts'
import { divisionsByCode } from '../divisions/store.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { FaultList, Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import type { Part } from '../platform/part.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { part } from './part.ts'
import { keyOf, mends, type ProjectRow, planProjects } from './project.ts'
import { listProjects, projectPage } from './read.ts'

let here: Installation
let county: number

const take = (of: Part, kind: string, text: string) =>
  of
    .importers!.find(importer => importer.kind === kind)!
    .run(here.run, SYSTEM, {
      source: memorySource(text, `${kind}.csv`),
      division: null,
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
    '区划代码,区划名称,级次,行政上级,起始日期\n990101000,青石县,县,,2015-01-01\n990101101,云岭镇,乡,990101000,2015-01-01\n',
  )
  await take(divisions, 'agencies', '区划代码,单位代码,单位名称\n990101000,203001,水利局\n')
  county = (await here.run(SYSTEM, context => divisionsByCode(context.tx))).get('990101000')!.id
})
afterAll(() => here.close())

const HEADER = '区划代码,项目代码,项目名称,项目类别,单位代码,建设地点,起始年度,终止年度,总投资\n'
const list = (filter: Partial<Parameters<typeof listProjects>[1]> = {}) =>
  here.run(SYSTEM, context => listProjects(context.tx, { division: county, ...filter }), { readOnly: true })

test('projects are taken in with whatever name they have, and bad names are marked, not refused', async () => {
  const file = `${HEADER}990101000,P1,云岭镇上坝村安全饮水工程,水利,203001,上坝村,2018,2019,1200000.50
990101000,P2,53,,,,2018,,
990101000,P3,,,,,2018,,
990101000,P4,水利专项,,,,2017,2017,100
`
  expect(await take(part, 'projects', file)).toMatchObject({ taken: 4, figures: { badNames: 3 } })
  expect(await take(part, 'projects', file)).toMatchObject({ taken: 0, repeated: 4 })
  const { rows } = await list()
  expect(rows.map(row => [row.code, row.nameVerdict])).toEqual([
    ['P1', 'ok'],
    ['P2', 'digits'],
    ['P3', 'missing'],
    ['P4', 'unrefined'],
  ])
  expect(rows[0]).toMatchObject({
    agency: { code: '203001', name: '水利局' },
    investmentFen: '120000050',
    arrangedFen: '0',
    lamps: { bell: 0, yellow: 0, red: 0 },
  })
  expect((await list({ year: 2019 })).rows.map(row => row.code)).toEqual(['P1'])
  expect((await list({ verdict: 'bad' })).rows).toHaveLength(3)
  expect((await list({ q: '饮水' })).rows).toHaveLength(1)
  expect((await list({ q: '%' })).rows).toHaveLength(0)
  const page = await here.run(SYSTEM, context => projectPage(context.tx, county, rows[0]!.id, null), { readOnly: true })
  expect(page).toMatchObject({ code: 'P1', lines: [], payments: [], warnings: [] })
})

test('a missing name may be filled in later, a bad one mended by a good one, and nothing else of a known project changes', async () => {
  expect(
    await take(
      part,
      'projects',
      `${HEADER}990101000,P3,877,,,,2018,,\n990101000,P2,云岭镇下坝村通村道路硬化工程,,,,2018,,\n`,
    ),
  ).toMatchObject({ taken: 2, figures: { named: 2 } })
  const refusal = await refused(
    take(
      part,
      'projects',
      `${HEADER}990101000,P1,云岭镇上坝村安全饮水工程,水利,203001,上坝村,2018,2020,1200000.50
990101000,P2,完全不同的项目名称工程,,,,2018,,
990101000,P5,新项目村道路硬化工程,,,,2018,,
`,
    ),
  )
  expect(refusal.faults.map(fault => `${fault.row} ${fault.code} ${fault.field}`)).toEqual([
    '2 project-changed END_YEAR',
    '3 project-changed PRO_NAME',
  ])
  expect((await list()).rows.map(row => row.code)).not.toContain('P5')
})

test('all faults of a file come at once, with row, field and value', async () => {
  const refusal = await refused(
    take(
      part,
      'projects',
      `${HEADER}999999000,Q1,甲,,,,2018,,
990101000,,乙,,,,2018,,
990101000,Q2,丙,,999999,,2018,,
990101000,Q3,丁,,,,2018,2017,
990101000,Q4,戊,,,,18,,
990101000,Q5,己,,,,2018,,"1,200.00"
990101000,Q6,庚,,,,2018,,-5
990101000,Q7,辛,,,,2018,,
990101000,Q7,壬,,,,2018,,
990101000,${'Q'.repeat(41)},癸,,,,2018,,
`,
    ),
  )
  expect(refusal.faults.map(fault => `${fault.row} ${fault.code} ${fault.field}`)).toEqual([
    '2 unknown-division MOF_DIV_CODE',
    '3 field-missing PRO_CODE',
    '4 unknown-agency AGENCY_CODE',
    '5 years-reversed END_YEAR',
    '6 integer-out-of-range START_YEAR',
    '7 amount-comma INVESTMENT',
    '8 amount-negative INVESTMENT',
    '10 project-duplicated PRO_CODE',
    '11 text-too-long PRO_CODE',
  ])
})

test('pages of the list follow each other without gap or repetition', async () => {
  const codes = Array.from({ length: 130 }, (_, index) => `Z${String(index).padStart(3, '0')}`)
  await take(
    part,
    'projects',
    `${HEADER}${codes.map(code => `990101101,${code},云岭镇某村道路${code}工程,,,,2018,,`).join('\n')}\n`,
  )
  const township = (await here.run(SYSTEM, context => divisionsByCode(context.tx))).get('990101101')!.id
  const seen: string[] = []
  let after: string | undefined
  for (let pages = 0; pages < 10; pages++) {
    const { rows, next } = await list({ division: township, after })
    seen.push(...rows.map(row => row.code))
    if (next === null) break
    after = next
  }
  expect(seen).toEqual(codes)
})

test('whatever the library holds, a file that repeats it changes nothing', () => {
  const row = fc.record({
    row: fc.nat(),
    division: fc.constantFrom(1, 2),
    code: fc.constantFrom('A', 'B', 'C'),
    name: fc.string(),
    verdict: fc.constantFrom('ok', 'missing', 'digits', 'unrefined', 'fund-name', 'notice-title'),
    kind: fc.option(fc.string()),
    agency: fc.option(fc.nat()),
    place: fc.option(fc.string()),
    firstYear: fc.integer({ min: 1994, max: 2100 }),
    lastYear: fc.integer({ min: 1994, max: 2100 }),
    investmentFen: fc.bigInt({ min: 0n, max: 10n ** 15n }),
  }) as fc.Arbitrary<ProjectRow>
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: keyOf }), rows => {
      const faults = new FaultList()
      const known = new Map(rows.map(one => [keyOf(one), one]))
      expect(planProjects(known, rows, faults)).toEqual({ created: [], named: [] })
      expect(faults.count).toBe(0)
    }),
  )
})

test('a good name is never replaced', () => {
  for (const verdict of ['ok', 'missing', 'digits', 'unrefined', 'fund-name', 'notice-title'] as const)
    expect(mends('ok', verdict)).toBe(false)
})
