import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import '../beneficiaries/part.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import { importer } from '../payments/import-payments.ts'
import { message, voucher } from '../payments/messages/test-messages.ts'
import { arrange, county, table } from '../payments/test-fixture.ts'
import type { Installation } from '../platform/installation.ts'
import type { Source } from '../platform/part.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { writeCsv } from '../platform/tables/writers.ts'
import { forgetRefused, refusedSheet } from './refused-rows.ts'
import { importById } from './store.ts'
import { takeIn } from './take-in.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  await arrange(here, { externalId: 'L1', fen: 100_000n })
})
afterAll(() => here.close())

/** Takes a file in that is refused; answers the import's number. */
async function refused(source: Source, checkOnly = false): Promise<string> {
  const error = await takeIn(here.run, SYSTEM, importer, { source, division: 2, checkOnly }).catch(one => one)
  expect(error).toBeInstanceOf(Refusal)
  const { rows } = await here.ownerPool.query('select max(id)::text as id from platform.import')
  return rows[0].id
}
const sheetOf = (importId: string, actor: Actor = SYSTEM) =>
  here.run(SYSTEM, ({ tx, vault }) => refusedSheet({ tx, vault, actor }, 2, importId), { readOnly: true })
const linesOf = async (importId: string, actor?: Actor): Promise<string[]> => {
  const sheet = await sheetOf(importId, actor)
  let text = ''
  for await (const piece of writeCsv(sheet.columns, sheet.rows, { bom: false })) text += piece
  return text.trimEnd().split('\r\n')
}
const GOOD = { PAY_CERT_NO: 'G1', BGT_ID: 'L1' }
const BAD = { PAY_CERT_NO: 'B1', PAY_AMT: '一百', VOU_DATE: '2026-13-01', BGT_ID: 'L1' }

test('of a refused table the rows with faults are handed out as they stood, each with its sentences; corrected, the sheet is taken in', async () => {
  const id = await refused(table([GOOD, BAD, { ...GOOD, PAY_CERT_NO: 'G2' }]))
  expect(await here.run(SYSTEM, ({ tx }) => importById(tx, 2, id))).toMatchObject({ refusedRows: 1, faultCount: 2 })
  const [head, row, ...more] = await linesOf(id)
  expect(more).toEqual([])
  expect(head).toMatch(/^MOF_DIV_CODE,FISCAL_YEAR,PAY_CERT_NO,.*,原文件行号,错误说明,What is wrong$/)
  expect(row).toMatch(/,B1,2026-13-01,.*,一百,.*6200000000000099999.*,3,.*第 3 行.*一百.*Row 3/)
  const mended = [head, row!.replace('2026-13-01', '2026-03-01').replace('一百', '100.00')].join('\r\n')
  expect(
    await takeIn(here.run, SYSTEM, importer, { source: memorySource(`${mended}\r\n`, '改正.csv'), division: 2 }),
  ).toMatchObject({ rows: 1, taken: 1 })
})

test('whoever did not send the file finds long numbers masked', async () => {
  const id = await refused(table([BAD]))
  const [, own] = await linesOf(id)
  expect(own).toContain('6200000000000099999')
  const [, row] = await linesOf(id, { ...SYSTEM, id: 77 })
  expect(row).not.toMatch(/\d{12}/)
  expect(row).toContain('样例建筑公司')
})

test('nothing of the rows stands in the database in the clear', async () => {
  await refused(table([{ ...BAD, USE_DES: '只此一处的用途' }]))
  const { rows } = await here.ownerPool.query(
    `select count(*)::int as n from platform.import_refused where position('只此一处的用途'::bytea in ciphertext) > 0`,
  )
  expect(rows).toEqual([{ n: 0 }])
})

test('of a refused message the faulty vouchers are handed out under the names of their elements', async () => {
  const id = await refused(
    message([voucher(5201, { BgtId: 'L1', VoucherNo: 'M1' }), voucher(5201, { PayAmt: '0.00', VoucherNo: 'M2' })]),
  )
  const [head, row, ...more] = await linesOf(id)
  expect(head).toContain('VoucherNo')
  expect(row).toContain('M2')
  expect(more).toEqual([])
})

test('a check beforehand hands its refused rows out too; a file without a header leaves none and says so', async () => {
  expect(await linesOf(await refused(table([BAD]), true))).toHaveLength(2)
  const id = await refused(memorySource('甲,乙\n1,2\n', 'bad.csv'))
  await expect(sheetOf(id)).rejects.toMatchObject({ faults: [{ code: 'refused-rows-none' }] })
})

test('after thirty days refused rows are gone, and the record of the import stays', async () => {
  const id = await refused(table([BAD]))
  const { rows } = await here.ownerPool.query('select max(started_at) as at from platform.import')
  const at = (days: number) => new Date(rows[0].at.getTime() + days * 86_400_000)
  await here.run(SYSTEM, ({ tx }) => forgetRefused(tx, at(29)))
  expect((await sheetOf(id)).columns.length).toBeGreaterThan(3)
  await here.run(SYSTEM, ({ tx }) => forgetRefused(tx, at(31)))
  await expect(sheetOf(id)).rejects.toMatchObject({ faults: [{ code: 'refused-rows-none' }] })
  expect(await here.run(SYSTEM, ({ tx }) => importById(tx, 2, id))).toMatchObject({ state: 'refused', faultCount: 2 })
})
