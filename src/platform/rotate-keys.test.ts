import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { parts } from '../app.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { importer } from '../payments/import-payments.ts'
import { sealed } from '../payments/sealed.ts'
import { arrange, county, type TestRow, table } from '../payments/test-fixture.ts'
import { paymentChecks } from '../payments/verify.ts'
import { FileStore } from './files/file-store.ts'
import type { Installation } from './installation.ts'
import { keyStatus, rotateKeys } from './rotate-keys.ts'
import { type KeyFile, Vault } from './vault.ts'

let here: Installation
beforeEach(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  await arrange(here, { externalId: 'A1', fen: 100_000n })
})
afterEach(() => here.close())

const take = (rows: readonly TestRow[]) => importer.run(here.run, SYSTEM, { source: table(rows), division: null })
const query = async (text: string) => (await here.ownerPool.query(text)).rows
const ports = () => ({ pool: here.ownerPool, vault: here.vault, files: here.files, sealed })
const keysInFile = () => JSON.parse(readFileSync(here.vault.path!, 'utf8')) as KeyFile
const PDF = Buffer.from('%PDF-1.4 a scan')
const keepScan = () => here.run(SYSTEM, ({ tx, files }) => files.keep(tx, 2, 'scan.pdf', PDF))
const opened = async () =>
  (await query('select ciphertext from payments.bank_account order by id')).map(row =>
    here.vault.decrypt(row.ciphertext).toString(),
  )

test.each(['sm4', 'aes'] as const)(
  'under %s what is closed opens again, and neither a changed byte nor another key opens it',
  cipher => {
    const keys = { 1: { secret: '11'.repeat(32), cipher } }
    const vault = new Vault(keys)
    const sealedText = vault.encrypt('6222020200098765432')
    expect(vault.decrypt(sealedText).toString()).toBe('6222020200098765432')
    expect(vault.encrypt('6222020200098765432')).not.toEqual(sealedText)
    for (const place of [1, 20, sealedText.length - 1]) {
      const changed = Buffer.from(sealedText)
      changed[place]! ^= 1
      expect(() => vault.decrypt(changed)).toThrow('the ciphertext was changed')
    }
    expect(() => new Vault({ 1: { secret: '22'.repeat(32), cipher } }).decrypt(sealedText)).toThrow('changed')
    expect(() => new Vault({ 2: { secret: '11'.repeat(32), cipher } }).decrypt(sealedText)).toThrow('no version 1')
  },
)

test('a bare secret, as key files held before, is one for SM4 and opens what it closed', () => {
  const secret = 'ab'.repeat(32)
  const old = new Vault({ 1: secret })
  expect(new Vault({ 1: { secret, cipher: 'sm4' } }).decrypt(old.encrypt('x')).toString()).toBe('x')
  expect(old.fingerprint('x')).toEqual(old.digest('x'))
})

test('the key file is readable by its owner alone, before and after a rotation', async () => {
  const mode = (path: string) => statSync(path).mode & 0o777
  expect(mode(here.vault.path!)).toBe(0o600)
  const { path } = await rotateKeys(ports(), 'aes')
  expect([mode(here.vault.path!), mode(path)]).toEqual([0o600, 0o600])
})

test('a rotation closes accounts and files anew, takes the old key out of use, and vouchers are known again afterwards', async () => {
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1' }])
  const scan = await keepScan()
  const before = await opened()
  const done = await rotateKeys(ports(), 'aes')
  expect(done).toMatchObject({ version: 2, resealed: 2, files: 1, joined: 0, retired: [1] })
  expect(
    await query('select distinct key_version, get_byte(ciphertext, 0) as first from payments.bank_account'),
  ).toEqual([{ key_version: 2, first: 2 }])
  expect(await opened()).toEqual(before)
  expect(Object.keys(keysInFile()).sort()).toEqual(['2', 'fingerprint'])
  const again = new FileStore(join(here.dataDir, 'files'), Vault.open(here.vault.path!))
  expect((await here.run(SYSTEM, ({ tx }) => again.read(tx, 2, scan.id))).content).toEqual(PDF)
  // The same file again, and a new voucher to the same account.
  expect(await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1' }])).toMatchObject({ taken: 0, repeated: 1 })
  await take([{ PAY_CERT_NO: 'V2', BGT_ID: 'A1' }])
  expect(await query('select count(*)::int as n from payments.bank_account')).toEqual([{ n: 2 }])
  expect(await rotateKeys(ports(), 'sm4')).toMatchObject({ version: 3, resealed: 2 })
})

test('while keys are rotated an account is found under the old version and under the new', async () => {
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1' }])
  here.vault.addVersion('sm4')
  await take([{ PAY_CERT_NO: 'V2', BGT_ID: 'A1' }])
  expect(await query('select key_version, count(*)::int as n from payments.bank_account group by 1')).toEqual([
    { key_version: 1, n: 2 },
  ])
  await take([{ PAY_CERT_NO: 'V3', BGT_ID: 'A1', PAYEE_ACCT_NO: '6200000000000088888' }])
  expect(
    await query('select key_version, count(*)::int as n from payments.bank_account group by 1 order by 1'),
  ).toEqual([
    { key_version: 1, n: 2 },
    { key_version: 2, n: 1 },
  ])
})

test('a rotation that was killed half way is taken up where it stopped, without a third key', async () => {
  await take([
    { PAY_CERT_NO: 'V1', BGT_ID: 'A1' },
    { PAY_CERT_NO: 'V2', BGT_ID: 'A1', PAYEE_ACCT_NO: '6200000000000088888' },
  ])
  await keepScan()
  const before = await opened()
  // One ciphertext cannot be opened: the run dies when it comes there, before the files.
  const [{ id, ciphertext }] = await query('select id, ciphertext from payments.bank_account order by id desc limit 1')
  const spoil = Buffer.from(ciphertext)
  spoil[5]! ^= 1
  const put = (bytes: Buffer) =>
    here.ownerPool.query('update payments.bank_account set ciphertext = $2 where id = $1', [id, bytes])
  await put(spoil)
  await expect(rotateKeys(ports(), 'aes')).rejects.toThrow('the ciphertext was changed')
  await put(ciphertext)
  const half = await keyStatus(here.ownerPool, here.vault, sealed)
  expect(half).toMatchObject({
    inUse: 2,
    versions: [
      { version: 2, cipher: 'aes' },
      { version: 1, cipher: 'sm4' },
    ],
  })
  expect(half.places).toContainEqual({ place: 'platform.file', version: 1, count: 1 })
  expect(await opened()).toEqual(before)
  expect(await rotateKeys(ports(), 'aes')).toMatchObject({ version: 2, files: 1, retired: [1] })
  expect(await opened()).toEqual(before)
})

test('an account that a server without the new key stored a second time is joined with the first', async () => {
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1' }])
  const stale = new Vault(keysInFile())
  here.vault.addVersion('sm4')
  // What rotation has moved already, and what the stale server then stores under the old key: the same number in two rows.
  const [row] = await query(
    `select division, id, ciphertext, masked from payments.bank_account where masked like '%9999'`,
  )
  const number = here.vault.decrypt(row.ciphertext).toString()
  await here.ownerPool.query(
    'update payments.bank_account set key_version = 2, digest = $2, ciphertext = $3 where id = $1',
    [row.id, here.vault.digest(number), here.vault.encrypt(number)],
  )
  const twin = await here.ownerPool.query(
    `with a as (insert into payments.bank_account (division, key_version, digest, ciphertext, masked) values (2, 1, $1, $2, $3) returning id),
       h as (insert into payments.holder (division, account, name, bank)
         select 2, a.id, k.name, k.bank from a, payments.holder k where k.account = $4 returning id)
     select a.id as account, h.id as holder from a, h`,
    [stale.digest(number), stale.encrypt(number), row.masked, row.id],
  )
  await take([{ PAY_CERT_NO: 'V2', BGT_ID: 'A1' }])
  await here.ownerPool.query(`update payments.payment set payee = $1 where voucher_no = 'V2'`, [twin.rows[0].holder])
  const done = await rotateKeys(ports(), 'sm4')
  expect(done.joined).toBe(1)
  expect(await query('select count(distinct payee)::int as payees from payments.payment')).toEqual([{ payees: 1 }])
  expect(await query(`select count(*)::int as n from payments.bank_account`)).toEqual([{ n: 2 }])
  const differences = await here.run(SYSTEM, async ({ tx }) => {
    let count = 0
    for (const check of paymentChecks) count += (await check.run(tx)).count
    return count
  })
  expect(differences).toBe(0)
})

test('old keys stay while an import still works with them', async () => {
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1' }])
  await here.ownerPool.query(
    `insert into payments.staged_account (import, digest, ciphertext, masked, matches) values (99, 'x', $1, '****', '{}')`,
    [here.vault.encrypt('6200000000000000001')],
  )
  await expect(rotateKeys(ports(), 'sm4')).rejects.toThrow(/keys-still-used/)
  expect(Object.keys(keysInFile())).toEqual(expect.arrayContaining(['1', '2']))
  await here.ownerPool.query('delete from payments.staged_account')
  expect(await rotateKeys(ports(), 'sm4')).toMatchObject({ version: 2, retired: [1] })
})

test('every column that holds ciphertext is named to the rotation by its part', async () => {
  const columns = await query(
    `select format('%s.%s', a.attrelid::regclass, a.attname) as name from pg_attribute a join pg_class c on c.oid = a.attrelid
     where (a.attname like '%ciphertext%' or a.attname = 'totp_secret') and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped order by 1`,
  )
  const named = parts.flatMap(part => part.sealed ?? []).map(one => `${one.table}.${one.ciphertext}`)
  expect(columns.map(row => row.name)).toEqual([...named].sort())
})

test('a file of many pieces is kept and read piece by piece, and a changed one is noticed', async () => {
  const content = Buffer.alloc(3_500_000, 'abcdefg')
  async function* pieces() {
    for (let at = 0; at < content.length; at += 400_000) yield content.subarray(at, at + 400_000)
  }
  const kept = await here.run(SYSTEM, ({ tx, files }) =>
    files.keepMade(tx, 2, { name: 'a.csv', mediaType: 'text/csv', content: pieces() }),
  )
  const read = () =>
    here.run(SYSTEM, async ({ tx, files }) => {
      const found: Buffer[] = []
      for await (const piece of (await files.readMade(tx, 2, kept.id)).content) found.push(piece)
      return Buffer.concat(found)
    })
  expect((await read()).equals(content)).toBe(true)
  await rotateKeys(ports(), 'aes')
  expect((await read()).equals(content)).toBe(true)
  await here.ownerPool.query(`update platform.file set sm3 = '\\x00'`)
  await expect(read()).rejects.toThrow(/was changed/)
  const folder = join(here.dataDir, 'files', kept.id.slice(0, 2))
  expect(readFileSync(join(folder, readdirSync(folder)[0]!)).includes('abcdefg')).toBe(false)
})
