import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { open } from '../src/app.ts'
import { booksExtracts } from '../src/books/extract.ts'
import { exportPackage } from '../src/cli/audit-package.ts'
import type { Actor } from '../src/kernel/actor.ts'
import { sm3 } from '../src/kernel/digest.ts'
import type { Permission } from '../src/kernel/permission.ts'
import { Refusal } from '../src/kernel/refusal.ts'
import { arrange, county, DIVISION, OTHER_DIVISION } from '../src/payments/test-fixture.ts'
import type { Installation } from '../src/platform/installation.ts'
import { checkPackage } from '../src/proof/check-package.ts'
import { packageExtract } from '../src/proof/extract.ts'
import { askRelease } from '../src/releases/ask.ts'
import { decideRelease } from '../src/releases/decide.ts'
import { releaseById } from '../src/releases/store.ts'

// `fundwatch export audit-package --release N`: what was frozen and signed leaves by the command, byte for byte, and nothing else does.

const folder = mkdtempSync(join(tmpdir(), 'fundwatch-release-'))
const dataDir = join(folder, 'data')
const out = join(folder, 'package.zip')
let here: Installation
let release: string
const who = (id: number, ...permissions: Permission[]): Actor => ({
  id,
  name: `人员${id}`,
  scope: 2,
  permissions: new Set(['releases.read', ...permissions]),
})
const asker = who(1, 'releases.ask', 'proof.package', 'books.read')
const signer = who(2, 'releases.sign')

beforeAll(async () => {
  here = await open({ dataDir })
  await county(here)
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  release = await here.run(asker, context =>
    askRelease(
      context,
      [packageExtract],
      2,
      {
        kind: 'audit-package',
        parameters: {},
        format: 'zip',
        personal: false,
        recipient: '省审计厅',
        purpose: '年度审计调阅',
        requestKey: 'package-release-1',
      },
      { run: here.run, code: DIVISION },
    ),
  )
})
afterAll(async () => {
  await here?.close()
  rmSync(folder, { recursive: true, force: true })
})

const command = (options: Record<string, string>) =>
  exportPackage({
    words: ['audit-package'],
    options: { out, ...options },
    json: false,
    dataDir,
    databaseUrl: undefined,
    say() {},
  })
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
  )
const frozen = async () =>
  (await here.run(signer, ({ tx }) => releaseById(tx, 2, release), { readOnly: true }))!.sm3 as string

test('before its signature, under another division, or without one, nothing is written', async () => {
  expect(await codeOf(command({ release, division: DIVISION }))).toBe('release-unsigned')
  expect(await codeOf(command({ release, division: OTHER_DIVISION }))).toBe('release-missing')
  expect(await codeOf(command({ release: '999', division: DIVISION }))).toBe('release-missing')
  expect(await codeOf(command({ release }))).toContain('--division')
  expect(existsSync(out)).toBe(false)
})

test('signed, it leaves byte for byte as frozen, though the books went on; the taking is on the audit, and the package is right by itself', async () => {
  await here.run(signer, async context =>
    decideRelease(context, { division: 2, release, agree: true, opinion: undefined, sm3: await frozen() }),
  )
  await arrange(here, { externalId: 'A2', fen: 7n })
  expect(await command({ release, division: DIVISION })).toBe(0)
  expect(sm3(readFileSync(out)).toString('hex')).toBe(await frozen())
  const { rows } = await here.ownerPool.query(
    `select count(*)::int as n from audit.entry where action = 'release.download' and subject = $1`,
    [release],
  )
  expect(rows[0].n).toBe(1)
  const { checks } = await checkPackage(out)
  expect(Object.values(checks).flatMap(one => one.differences)).toEqual([])
  // Without --release it is a working copy of today, and another file.
  expect(await command({ division: DIVISION })).toBe(0)
  expect(sm3(readFileSync(out)).toString('hex')).not.toBe(await frozen())
})

test('a signed release of another kind is no audit package, and is not written as one', async () => {
  const ledger = await here.run(asker, context =>
    askRelease(
      context,
      booksExtracts,
      2,
      {
        kind: 'general-ledger',
        parameters: { year: 2018 },
        format: 'csv',
        personal: false,
        recipient: '省审计厅',
        purpose: '年度审计调阅',
        requestKey: 'ledger-release-1',
      },
      { run: here.run, code: DIVISION },
    ),
  )
  rmSync(out)
  expect(await codeOf(command({ release: ledger, division: DIVISION }))).toBe('release-of-another-kind')
  expect(existsSync(out)).toBe(false)
})
