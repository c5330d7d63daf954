import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../../test/database.ts'
import '../../beneficiaries/part.ts'
import { SYSTEM } from '../../kernel/actor.ts'
import { clockAt } from '../../kernel/clock.ts'
import { groupBy } from '../../kernel/group-by.ts'
import type { Installation } from '../../platform/installation.ts'
import type { Source } from '../../platform/part.ts'
import { ROOT } from '../../platform/root.ts'
import { importer } from '../import-payments.ts'
import { treasuryTotalsImporter } from '../treasury/import-totals.ts'
import { MESSAGE_TYPES } from './description.ts'
import { text } from './test-messages.ts'
import { schemaTakes } from './test-schema.ts'

const FOLDER = join(ROOT, 'samples', 'messages')
const source = (file: string): Source => ({
  fileName: file,
  size: statSync(join(FOLDER, file)).size,
  open: () => createReadStream(join(FOLDER, file)),
})
/** Those stand in `samples/payments`, month by month. */
const ELSEWHERE = [5201, 8202]

let here: Installation
beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2018-12-20') })
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2015-01-01,)', '990102000', '云山县', 'county', null, null);
    select divisions.rebuild_scopes();
    insert into ledger.book (division, fiscal_year, uses_plans) values (1, 2018, false)`)
})
afterAll(() => here.close())

test('there is a sample of every message type, and each is taken in without a fault', async () => {
  const files = readdirSync(FOLDER).filter(file => file.endsWith('.xml'))
  expect(files.map(file => Number.parseInt(file, 10)).sort()).toEqual(
    MESSAGE_TYPES.map(type => type.code)
      .filter(code => !ELSEWHERE.includes(code))
      .sort(),
  )
  for (const file of files) {
    const outcome = await importer.run(here.run, SYSTEM, { source: source(file), division: null })
    expect(outcome.rows, file).toBeGreaterThan(0)
    expect(outcome.taken, file).toBe(outcome.rows)
    expect(outcome.repairs, file).toEqual([])
  }
})

test('every voucher of the samples is valid by the schema of its type, and one with a foreign element is not', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'fundwatch-schemas-'))
  const seen = new Set<number>()
  try {
    const files = [FOLDER, join(ROOT, 'samples', 'payments')].flatMap(folder =>
      readdirSync(folder).flatMap(file => (file.endsWith('.xml') ? [join(folder, file)] : [])),
    )
    for (const file of files) {
      const bytes = readFileSync(file)
      const encoding = /encoding="([^"]+)"/i.exec(bytes.subarray(0, 100).toString('latin1'))![1]!
      // A file may hold several types; each schema is of one.
      const vouchers = iconv.decode(bytes, encoding).match(/<Voucher>.*?<\/Voucher>/gs) ?? []
      for (const [type, some] of groupBy(vouchers, one => Number(/<VtCode>(\d+)</.exec(one)![1]))) {
        seen.add(type)
        expect(schemaTakes(scratch, type, text(some)), `${file}, ${type}`).toBe(true)
        expect(schemaTakes(scratch, type, text(some).replace('<VtCode>', '<Weather>fine</Weather><VtCode>'))).toBe(
          false,
        )
      }
    }
  } finally {
    rmSync(scratch, { recursive: true })
  }
  expect([...seen].sort()).toEqual(MESSAGE_TYPES.map(type => type.code).sort())
})

test('the sample of the treasury’s table is taken in without a fault', async () => {
  const outcome = await treasuryTotalsImporter.run(here.run, SYSTEM, {
    source: source('国库对账表.csv'),
    division: null,
  })
  expect(outcome).toMatchObject({ rows: 3, taken: 3, repairs: [] })
})
