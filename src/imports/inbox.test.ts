import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { paymentsImporter } from '../payments/import-payments.ts'
import { county, DIVISION, OTHER_DIVISION, type TestRow, table } from '../payments/test-fixture.ts'
import type { Installation } from '../platform/installation.ts'
import type { Importer } from '../platform/part.ts'
import { readAsItStands } from '../platform/tables/as-it-stands.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { type Inbox, inboxState, watchInbox } from './inbox.ts'
import { readableName } from './inbox-files.ts'
import { lookIntoInbox } from './inbox-pass.ts'

let here: Installation
let inbox: Inbox
let place: string
let moment = 0
let next = 0
beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
})
afterAll(() => here?.close())
beforeEach(async () => {
  inbox = watchInbox(here.run, join(here.dataDir, `run${++next}`), [paymentsImporter()], {})
  inbox.now = () => moment
  await lookIntoInbox(inbox)
  place = join(inbox.folder!, 'payments', DIVISION)
  mkdirSync(place)
})

async function bytes(rows: readonly TestRow[]): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of table(rows).open()) pieces.push(Buffer.from(piece as Uint8Array))
  return Buffer.concat(pieces)
}
let vouchers = 0
const good = () => bytes([{ PAY_CERT_NO: `IN${++vouchers}` }])
/** Looks often enough for a file that lies still. */
async function look(times = 2): Promise<void> {
  for (let time = 0; time < times; time++) {
    await lookIntoInbox(inbox)
    moment += 31_000
  }
}
/** Every file of the drop folder with the folder that it is in. */
const where = (folder = place): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
const imports = async () =>
  (
    await here.ownerPool.query<{ state: string; file_name: string; source: string; division: number }>(
      `select state, file_name, source, division from platform.import where source = 'folder' order by id`,
    )
  ).rows
const paid = async (voucher: string) =>
  (await here.ownerPool.query('select count(*)::int as n from payments.payment where voucher_no = $1', [voucher]))
    .rows[0].n

test('a file that lies still is taken in once and moved to done; one that still grows is left alone', async () => {
  const file = await good()
  const before = (await imports()).length
  writeFileSync(join(place, '三月支付.csv'), file.subarray(0, 100))
  await lookIntoInbox(inbox)
  moment += 20_000
  writeFileSync(join(place, '三月支付.csv'), file)
  await lookIntoInbox(inbox)
  moment += 20_000
  await lookIntoInbox(inbox)
  expect(where()).toEqual(['三月支付.csv'])
  moment += 31_000
  await lookIntoInbox(inbox)
  expect(where()).toEqual(['done/三月支付.csv'])
  expect((await imports()).slice(before)).toEqual([
    { state: 'done', file_name: '三月支付.csv', source: 'folder', division: 2 },
  ])
  expect(await paid(`IN${vouchers}`)).toBe(1)
})

test('a marker says at once that a file is whole; half names wait; a copy of what was imported is a duplicate and says of which', async () => {
  const file = await good()
  writeFileSync(join(place, 'a.csv'), file)
  writeFileSync(join(place, 'a.csv.done'), '')
  writeFileSync(join(place, 'b.csv.part'), file)
  await lookIntoInbox(inbox)
  expect(where()).toEqual(['b.csv.part', 'done/a.csv'])
  writeFileSync(join(place, 'a.csv'), file)
  writeFileSync(join(place, 'a.csv.done'), '')
  await lookIntoInbox(inbox)
  expect(where()).toEqual(['b.csv.part', 'done/a.csv', 'duplicate/a.csv', 'duplicate/a.csv.txt'])
  expect(readFileSync(join(place, 'duplicate', 'a.csv.txt'), 'utf8')).toMatch(
    /内容完全相同.*\n.*was not imported again/s,
  )
})

test('a refused file lies beside its sentences in both languages and a sheet of the refused rows', async () => {
  writeFileSync(join(place, 'bad.csv'), await bytes([{ PAY_CERT_NO: 'OK1' }, { PAY_CERT_NO: 'BAD1', PAY_AMT: 'abc' }]))
  await look()
  expect(where()).toEqual(['refused/bad.csv', 'refused/bad.csv.rows.xlsx', 'refused/bad.csv.txt'])
  const said = readFileSync(join(place, 'refused', 'bad.csv.txt'), 'utf8')
  expect(said).toContain('第 3 行')
  expect(said).toContain('Row 3')
  const sheet = readFileSync(join(place, 'refused', 'bad.csv.rows.xlsx'))
  const { rows } = await readAsItStands({ ...memorySource(''), open: () => memorySource(sheet).open() })
  const cells: string[][] = []
  for await (const chunk of rows) cells.push(...chunk.map(row => row.cells))
  expect(cells).toHaveLength(2)
  expect(cells[0]!.slice(3, 6)).toEqual(['MOF_DIV_CODE', 'FISCAL_YEAR', 'PAY_CERT_NO'])
  expect(cells[1]).toContain('BAD1')
  expect(cells[1]!.slice(0, 2)).toEqual(['3', expect.stringContaining('不是数字')])
  expect(await paid('OK1')).toBe(0)
})

test('a county’s folder takes only the county’s payments; an unknown division’s folder takes nothing and says so', async () => {
  writeFileSync(join(place, 'other.csv'), await bytes([{ PAY_CERT_NO: 'X1', MOF_DIV_CODE: OTHER_DIVISION }]))
  const stranger = join(inbox.folder!, 'payments', '999999999')
  mkdirSync(stranger)
  writeFileSync(join(stranger, 'a.csv'), await good())
  mkdirSync(join(inbox.folder!, 'payments', '乱放'))
  await look()
  expect(readFileSync(join(place, 'refused', 'other.csv.txt'), 'utf8')).toContain('division-outside-scope')
  expect(where(stranger)).toEqual(['a.csv'])
  const state = await inboxState(inbox)
  expect(state.problems.map(one => one.code).sort()).toEqual(['inbox-division-unknown', 'inbox-strange-folder'])
  expect(state.folders.find(one => one.path === `payments/${DIVISION}`)).toMatchObject({
    refused: 1,
    waiting: 0,
    done: 0,
  })
})

test('links are not followed, odd names become readable ones, huge files are refused unread', async () => {
  symlinkSync('/etc/hostname', join(place, 'link.csv'))
  writeFileSync(
    Buffer.concat([Buffer.from(`${place}/`), Buffer.from([0xd6, 0xa7, 0xb8, 0xb6]), Buffer.from('\n1.csv')]),
    await good(),
  )
  const huge = join(place, 'huge.csv')
  writeFileSync(huge, '')
  const { truncateSync } = await import('node:fs')
  truncateSync(huge, 400 * 1024 * 1024)
  await look()
  expect(where()).toEqual([
    'done/支付_1.csv',
    'refused/huge.csv',
    'refused/huge.csv.txt',
    'refused/link.csv',
    'refused/link.csv.txt',
  ])
  rmSync(join(place, 'refused', 'huge.csv'))
  expect(readableName(Buffer.from(`${'长'.repeat(200)}.xlsx`)).endsWith('.xlsx')).toBe(true)
  expect(Buffer.byteLength(readableName(Buffer.from(`${'长'.repeat(200)}.xlsx`)))).toBeLessThanOrEqual(180)
  expect(readableName(Buffer.from('../x'))).toBe('.._x')
})

test('a folder that cannot be written is a sentence, and its files stay where they are', async () => {
  writeFileSync(join(place, 'a.csv'), await good())
  // A file stands where the folder should be: so nobody, not even root, can move anything there.
  writeFileSync(join(place, 'taking'), 'x')
  await look(3)
  expect(existsSync(join(place, 'a.csv'))).toBe(true)
  expect(inbox.problems.map(one => one.code)).toContain('inbox-unreadable')
  rmSync(join(place, 'taking'))
  await look(2)
  expect(where()).toEqual(['done/a.csv'])
})

test('at whatever moment a pass breaks off, the file is in one folder, and the next pass imports it once', async () => {
  // The work is broken off before reading, between two transactions, after its data are stored, and after its record is closed.
  const breaks: ((importer: Importer) => Importer)[] = [
    importer => ({ ...importer, run: () => Promise.reject(new Error('killed before')) }),
    importer => ({
      ...importer,
      run: async (run, actor, request) => {
        await importer.run(run, actor, request)
        throw new Error('killed after its data were stored')
      },
    }),
  ]
  for (const broken of breaks) {
    const file = await good()
    const voucher = `IN${vouchers}`
    writeFileSync(join(place, `${voucher}.csv`), file)
    writeFileSync(join(place, `${voucher}.csv.done`), '')
    const whole = inbox.importers
    inbox.importers = whole.map(broken)
    await lookIntoInbox(inbox)
    expect(where().filter(name => name.includes(voucher))).toEqual([expect.stringMatching(/^taking\/2-\d+-/)])
    inbox.importers = whole
    await lookIntoInbox(inbox)
    expect(where().filter(name => name.includes(voucher))).toEqual([`done/${voucher}.csv`])
    expect(await paid(voucher)).toBe(1)
  }
  // Killed between taking the file away and opening its record; and after the record was closed.
  const file = await good()
  mkdirSync(join(place, 'taking'), { recursive: true })
  writeFileSync(join(place, 'taking', '0-0-early.csv'), file)
  const { rows } = await here.ownerPool.query(
    `insert into platform.import (division, kind, file_name, file_sm3, bytes, state, actor, source) values (2, 'payments', 'late.csv', '\\x01', 1, 'done', 0, 'folder') returning id`,
  )
  writeFileSync(join(place, 'taking', `2-${rows[0].id}-late.csv`), 'whatever')
  await lookIntoInbox(inbox)
  expect(where().filter(name => /early|late/.test(name))).toEqual(['done/early.csv', 'done/late.csv'])
  expect(await paid(`IN${vouchers}`)).toBe(1)
})

test('what breaks every time is given back after three tries', async () => {
  writeFileSync(join(place, 'breaks.csv'), await good())
  inbox.importers = inbox.importers.map(one => ({ ...one, run: () => Promise.reject(new Error('always')) }))
  await look(6)
  expect(where()).toEqual(['refused/breaks.csv', 'refused/breaks.csv.txt'])
})

test('two passes at once take a file once', async () => {
  const voucher = `IN${vouchers + 1}`
  writeFileSync(join(place, 'a.csv'), await good())
  writeFileSync(join(place, 'a.csv.done'), '')
  const twin: Inbox = { ...inbox, seen: new Map() }
  await Promise.all([lookIntoInbox(inbox), lookIntoInbox(twin)])
  await lookIntoInbox(inbox)
  expect(where()).toEqual(['done/a.csv'])
  expect(await paid(voucher)).toBe(1)
  expect((await here.run(SYSTEM, ({ tx }) => tx.query('select 1 as one'))).length).toBe(1)
})
