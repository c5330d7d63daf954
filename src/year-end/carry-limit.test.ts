import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { carryLimits, setCarryLimit } from './carry-limit.ts'
import { lookAtYear } from './close.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null), (3, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990000000', '样例省', 'province', null, null), (2, '[2018-01-01,)', '990101000', '样例县', 'county', 1, 1);
    select divisions.rebuild_scopes()`)
})
afterAll(() => here?.close())

const set = (firstYear: number, years: number, scope = 0) =>
  here
    .run({ ...SYSTEM, scope }, context =>
      setCarryLimit(context, {
        division: 1,
        firstYear,
        years,
        document: { number: '样财预[2018]7号', dated: '2018-06-01' },
      }),
    )
    .then(
      () => 'done',
      error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
    )
const limits = (scope = 0) => here.run({ ...SYSTEM, scope }, ({ tx }) => carryLimits(tx))
const yearsOf = async (year: number) =>
  (await here.run(SYSTEM, context => lookAtYear(context, 2, year), { readOnly: true })).limitYears

test('the limit of carrying is set from a year on, by its document, and earlier years keep theirs', async () => {
  expect(await limits()).toEqual({
    mine: true,
    rows: [{ firstYear: 2015, years: 2, documentNumber: null, dated: null }],
  })
  expect(await set(2019, 3)).toBe('done')
  expect((await limits()).rows[0]).toEqual({
    firstYear: 2019,
    years: 3,
    documentNumber: '样财预〔2018〕7号',
    dated: '2018-06-01',
  })
  expect([await yearsOf(2018), await yearsOf(2019), await yearsOf(2020)]).toEqual([2, 3, 3])
})

test('nobody below the whole sets it, nor for a year that somebody has closed already; the database says so itself', async () => {
  expect((await limits(2)).mine).toBe(false)
  expect(await set(2020, 1, 2)).toBe('carry-limit-not-yours')
  await here.ownerPool.query(
    `insert into ledger.book (division, fiscal_year, closed_on) values (2, 2020, '2020-12-31')`,
  )
  expect(await set(2020, 1)).toBe('carry-limit-year-closed')
  expect(await set(2018, 1)).toBe('carry-limit-year-closed')
  expect(await set(2021, 1)).toBe('done')
  await expect(here.pool.query('update allotments.carry_limit set years = 9')).rejects.toThrow(/permission denied/)
})
