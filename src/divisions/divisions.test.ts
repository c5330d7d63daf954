import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { part } from './part.ts'
import { agenciesByCode, divisionPage, divisionsAbove, divisionsByCode } from './store.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2025-06-30') })
})
afterAll(() => here.close())

const HEADER = '区划代码,区划名称,级次,行政上级,财政上级,起始日期,上线日期\n'
const PROVINCE = `${HEADER}990101000,青石县,县,990100000,990000000,2015-01-01,2018-03-01
990000000,示范省,省,,,2015-01-01,
990100000,河口市,市,990000000,,2015-01-01,
990101101,云岭镇,乡,990101000,,2015-01-01,
`

const take = (kind: string, text: string, options: { checkOnly?: boolean; actor?: Actor } = {}) =>
  part
    .importers!.find(importer => importer.kind === kind)!
    .run(here.run, options.actor ?? SYSTEM, {
      source: memorySource(text, `${kind}.csv`),
      division: null,
      checkOnly: options.checkOnly,
    })

const refused = async (work: Promise<unknown>): Promise<Refusal> => {
  const error = await work.then(
    () => null,
    thrown => thrown,
  )
  expect(error).toBeInstanceOf(Refusal)
  return error as Refusal
}

const read = <T>(work: Parameters<typeof here.run<T>>[1], clock?: ReturnType<typeof clockAt>) =>
  here.run(SYSTEM, work, { readOnly: true, ...(clock ? { clock } : {}) })

test('a file whose rows name each other in any order is taken in whole, and a county answers to two parents', async () => {
  expect(await take('divisions', PROVINCE, { checkOnly: true })).toMatchObject({ rows: 4, taken: 4 })
  expect((await read(context => divisionsByCode(context.tx))).size).toBe(0)
  expect(await take('divisions', PROVINCE)).toMatchObject({ rows: 4, taken: 4, repeated: 0 })
  const byCode = await read(context => divisionsByCode(context.tx))
  const county = byCode.get('990101000')!
  expect(await read(context => divisionPage(context.tx, county.id))).toMatchObject({
    name: '青石县',
    level: 'county',
    goLive: '2018-03-01',
    administrativeParent: { code: '990100000' },
    fiscalParent: { code: '990000000' },
    children: [{ code: '990101101' }],
  })
  expect(await read(context => divisionsAbove(context.tx, county.id))).toEqual(
    new Set([byCode.get('990000000')!.id, byCode.get('990100000')!.id]),
  )
})

test('the same file again changes nothing', async () => {
  const before = await here.ownerPool.query('select * from divisions.version order by division, valid')
  expect(await take('divisions', PROVINCE)).toMatchObject({ rows: 4, taken: 0, repeated: 4 })
  const after = await here.ownerPool.query('select * from divisions.version order by division, valid')
  expect(after.rows).toEqual(before.rows)
})

test('all faults of a file come at once, each with row, field, value and a sentence in both languages, and nothing is stored', async () => {
  const refusal = await refused(
    take(
      'divisions',
      `${HEADER}99020100,短码县,县,990100000,,2015-01-01,
990202000,无日县,县,990100000,,2018-02-30,
990203000,怪级县,村,990100000,,2015-01-01,
990204000,孤儿县,县,999999000,,2015-01-01,
990205000,重复县,县,990100000,,2015-01-01,
990205000,重复县,县,990100000,,2015-01-01,
990206000,自身县,县,990206000,,2015-01-01,
990207000,甲区,县,990208000,,2015-01-01,
990208000,乙区,县,990207000,,2015-01-01,
990209000,倒挂市,市,990101000,,2015-01-01,
990101000,青石县改,县,990100000,990000000,2015-01-01,
990101000,青石县古,县,990100000,990000000,2014-01-01,
990210000,,县,990100000,,2015-01-01,
`,
    ),
  )
  expect(refusal.faults.map(fault => [fault.row, fault.code, fault.field])).toEqual(
    expect.arrayContaining([
      [2, 'division-code-malformed', 'MOF_DIV_CODE'],
      [3, 'date-impossible', 'VALID_FROM'],
      [4, 'level-unknown', 'LEVEL'],
      [5, 'unknown-parent', 'ADMIN_PARENT'],
      [7, 'division-duplicated', 'MOF_DIV_CODE'],
      [8, 'parent-itself', 'ADMIN_PARENT'],
      [9, 'parent-cycle', 'ADMIN_PARENT'],
      [11, 'parent-level', 'ADMIN_PARENT'],
      [12, 'division-version-differs', 'VALID_FROM'],
      [13, 'division-version-past', 'VALID_FROM'],
      [14, 'field-missing', 'MOF_DIV_NAME'],
    ]),
  )
  expect(refusal.count).toBe(11)
  for (const fault of refusal.faults) {
    expect(fault.zh).toMatch(/第 \d+ 行/)
    expect(fault.en).toMatch(/[Rr]ow \d+/)
  }
  expect((await read(context => divisionsByCode(context.tx))).size).toBe(4)
})

test('a renaming from a later day keeps the old name in history, and each day has its own name and its own tree', async () => {
  await take(
    'divisions',
    `${HEADER}990102000,白水县,县,990100000,,2015-01-01,
990200000,新城市,市,990000000,,2015-01-01,
990102000,白水区,县,990200000,,2024-07-01,
`,
  )
  const byCode = await read(context => divisionsByCode(context.tx))
  const { id } = byCode.get('990102000')!
  expect(await read(context => divisionPage(context.tx, id))).toMatchObject({
    name: '白水区',
    administrativeParent: { code: '990200000' },
    history: [
      { from: '2015-01-01', to: '2024-07-01', name: '白水县' },
      { from: '2024-07-01', to: null, name: '白水区' },
    ],
  })
  expect(await read(context => divisionPage(context.tx, id), clockAt('2020-01-01'))).toMatchObject({
    name: '白水县',
    administrativeParent: { code: '990100000' },
  })
  expect((await read(context => divisionsAbove(context.tx, id))).has(byCode.get('990100000')!.id)).toBe(false)
  expect((await read(context => divisionsAbove(context.tx, id))).has(byCode.get('990200000')!.id)).toBe(true)
  // The day's tree is rebuilt by the nightly job, whoever's day it is.
  await here.run(SYSTEM, context => context.tx.query('select divisions.rebuild_scopes()'), {
    clock: clockAt('2020-01-01'),
  })
  expect((await read(context => divisionsAbove(context.tx, id))).has(byCode.get('990100000')!.id)).toBe(true)
  await here.run(SYSTEM, context => context.tx.query('select divisions.rebuild_scopes()'))
})

test('a division that gets a new code stays the same division', async () => {
  const before = (await read(context => divisionsByCode(context.tx))).get('990102000')!
  await take(
    'divisions',
    '区划代码,区划名称,级次,行政上级,起始日期,原区划代码\n990202000,白水区,区,990200000,2025-01-01,990102000\n',
  )
  const byCode = await read(context => divisionsByCode(context.tx))
  expect(byCode.get('990202000')).toMatchObject({ id: before.id })
  expect(byCode.has('990102000')).toBe(false)
})

test('agencies and offices are taken in once, renamed when the name changes, and refused for divisions that do not exist', async () => {
  const agencies = '区划代码,单位代码,单位名称\n990101000,203001,水利局\n990101,203002,农业农村局\n'
  expect(await take('agencies', agencies)).toMatchObject({ taken: 2 })
  expect(await take('agencies', agencies)).toMatchObject({ taken: 0, repeated: 2 })
  expect(await take('agencies', '区划代码,单位代码,单位名称\n990101000,203001,水务局\n')).toMatchObject({
    taken: 1,
    figures: { renamed: 1 },
  })
  const { id } = (await read(context => divisionsByCode(context.tx))).get('990101000')!
  const known = await read(context => agenciesByCode(context.tx, [id]))
  expect(known.get(id)?.get('203001')?.name).toBe('水务局')
  expect(await take('offices', '区划代码,股室代码,股室\n990101000,05,农业股\n')).toMatchObject({ taken: 1 })
  const refusal = await refused(
    take('agencies', '区划代码,单位代码,单位名称\n999999000,1,幽灵局\n990101000,9,甲\n990101000,9,乙\n990101000,,丙\n'),
  )
  expect(refusal.faults.map(fault => [fault.row, fault.code])).toEqual([
    [2, 'unknown-division'],
    [4, 'unit-duplicated'],
    [5, 'field-missing'],
  ])
})

test('who may see one city may change nothing outside it', async () => {
  const byCode = await read(context => divisionsByCode(context.tx))
  const actor: Actor = {
    id: 0,
    name: '河口市经办',
    scope: byCode.get('990100000')!.id,
    permissions: new Set(['*']),
  }
  const refusal = await refused(
    take(
      'divisions',
      `${HEADER}990200000,改名市,市,990000000,,2025-02-01,
990103000,新设县,县,990100000,,2025-02-01,
`,
      { actor },
    ),
  )
  expect(refusal.faults.map(fault => [fault.row, fault.code])).toEqual([[2, 'division-outside-scope']])
  expect((await refused(take('agencies', '区划代码,单位代码,单位名称\n990200000,1,甲局\n', { actor }))).faults).toEqual(
    [expect.objectContaining({ code: 'division-outside-scope', row: 2 })],
  )
  expect(await take('divisions', `${HEADER}990103000,新设县,县,990100000,,2025-02-01,\n`, { actor })).toMatchObject({
    taken: 1,
  })
})
