import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSamples } from '../src/cli/samples.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { sm3 } from '../src/kernel/digest.ts'
import { sealAll } from '../src/ledger/seal.ts'
import type { Installation } from '../src/platform/installation.ts'
import { ROOT } from '../src/platform/root.ts'
import { zipOf } from '../src/platform/tables/zip-writer.ts'
import { checkPackage } from '../src/proof/check-package.ts'
import type { Manifest } from '../src/proof/manifest.ts'
import { PackageFile } from '../src/proof/read-package.ts'
import { auditPackage } from '../src/proof/write-package.ts'
import { testInstallation } from './database.ts'
import { Drawer } from './model/random-orders.ts'
import { ReferenceLedger } from './model/reference-ledger.ts'
import { World } from './model/world.ts'

const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const python = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout?.trim()

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fundwatch-package-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const pack = async (here: Installation, name: string, scope = 0, code = 'all'): Promise<string> => {
  const path = join(folder, name)
  await here.run(
    { ...SYSTEM, scope },
    ({ tx }) => pipeline(Readable.from(auditPackage(tx, code)), createWriteStream(path)),
    { readOnly: true },
  )
  return path
}

/** What both checkers say: ours by code and place, the script by its exit and its lines. */
const checked = async (path: string, earlier?: string) => {
  const { checks } = await checkPackage(path, earlier)
  return Object.entries(checks).flatMap(([code, { differences }]) =>
    differences.map(({ place, expected, found }) => `${code} ${place}: ${expected} / ${found}`),
  )
}
const script = (path: string) =>
  spawnSync('python3', [join(ROOT, 'src', 'proof', 'check_package.py'), path], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  })

/** The package again with one file edited; with `hide`, digest and bytes in the manifest are made to fit, as a forger would. */
async function forged(path: string, name: string, edit: (text: string) => string, hide = true): Promise<string> {
  const file = await PackageFile.open(path)
  const texts = new Map<string, string>()
  for (const one of file.names) texts.set(one, await file.text(one))
  const edited = edit(texts.get(name)!)
  expect(edited).not.toBe(texts.get(name))
  texts.set(name, edited)
  if (hide) {
    const manifest = JSON.parse(texts.get('manifest.json')!) as Manifest
    const entry = manifest.files.find(one => one.name === name)!
    entry.sm3 = sm3(edited).toString('hex')
    entry.bytes = Buffer.byteLength(edited)
    texts.set('manifest.json', JSON.stringify(manifest))
  }
  const to = join(folder, 'forged.zip')
  await pipeline(
    Readable.from(zipOf([...texts].map(([part, text]) => ({ name: part, data: [text] })))),
    createWriteStream(to),
  )
  return to
}

const ENTRIES = 'tables/ledger.entry.csv'
/** A row of a CSV by its line in the file, changed or taken out. */
const row = (at: number, change: (cells: string[]) => string[] | null) => (text: string) => {
  const lines = text.split('\n')
  const cells = change(lines[at - 1]!.split(','))
  lines.splice(at - 1, 1, ...(cells ? [cells.join(',')] : []))
  return lines.join('\n')
}

describe(`an audit package of a random ledger (FUNDWATCH_SEED=${SEED})`, () => {
  let here: Installation
  let early = ''
  let path = ''
  let province = ''
  beforeAll(async () => {
    here = await testInstallation()
    const world = new World(here)
    await world.found()
    const model = new ReferenceLedger()
    const drawer = new Drawer(SEED, model)
    const orders = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        const order = drawer.order()
        if (model.apply(order) === null) expect(await world.submit(order)).toBeNull()
      }
    }
    await orders(200)
    await here.ownerPool.query(
      `update ledger.document set title = E'关于"下达",\n资金的通知' where id % 3 = 0; insert into ledger.document (division, number, number_form, title, dated) values (1, '', 'invalid', '', '2018-01-01')`,
    )
    await sealAll(here.run)
    early = await pack(here, 'early.zip')
    await orders(200)
    await sealAll(here.run)
    await orders(20)
    path = await pack(here, 'books.zip')
    province = await pack(here, 'below.zip', 2, '990102000')
  })
  afterAll(() => here?.close())

  test('is found right by both checkers, and goes on from the earlier one', async () => {
    expect(await checked(path, early)).toEqual([])
    const { checks, manifest } = await checkPackage(path)
    const { rows } = await here.ownerPool.query(
      'select (select count(*) from ledger.batch)::int as digests, (select count(*) from ledger.balance)::int as balances, (select count(*) from ledger.transfer)::int as interlock, (select count(*) from allotments.allotment)::int as lineage, (select count(*) from ledger.seal)::int as chain',
    )
    expect({ ...rows[0] }).toEqual(Object.fromEntries(Object.keys(rows[0]).map(code => [code, checks[code]!.checked])))
    expect(manifest.unsealed).toBeGreaterThan(0)
    expect(manifest.heads.length).toBeGreaterThan(1)
  })
  test.skipIf(!python)(`its own script says the same (${python ?? 'no python3 on this machine'})`, () => {
    const said = script(path)
    expect(said.stdout + said.stderr).toMatch(/ 0 differences/)
    expect(said.status).toBe(0)
  })
  test('of one division and all below it holds those alone, and is right by itself', async () => {
    const { manifest, differences } = await checkPackage(province)
    expect(differences).toBe(0)
    expect(manifest.divisions).toEqual([2, 5, 6, 9])
    const allotments = await (await PackageFile.open(province)).text('tables/allotments.allotment.csv')
    const divisions = new Set(
      allotments
        .trim()
        .split('\n')
        .slice(1)
        .map(line => Number(line.split(',')[0])),
    )
    expect([...divisions].every(one => manifest.divisions.includes(one))).toBe(true)
    if (python) expect(script(province).status).toBe(0)
  })

  const both = async (to: string, places: RegExp[]): Promise<void> => {
    const said = await checked(to)
    for (const place of places) expect(said.join('\n')).toMatch(place)
    if (!python) return
    const theirs = script(to)
    expect(theirs.status).toBe(1)
    expect(theirs.stdout + theirs.stderr).toMatch(/✗/)
  }
  test('a changed byte is found in its file', async () => {
    const to = await forged(path, 'data-dictionary.md', text => text.replace('a', 'b'), false)
    await both(to, [/^files data-dictionary\.md: /m])
    const bytes = readFileSync(path)
    const at = bytes.indexOf(Buffer.from(ENTRIES)) + 400
    bytes[at] = bytes[at]! ^ 0x40
    writeFileSync(join(folder, 'bent.zip'), bytes)
    expect((await checked(join(folder, 'bent.zip'))).join('\n')).toMatch(/^files tables\/ledger\.entry\.csv: /m)
  })
  test('a changed amount is found at its batch and balance, though the digest of the file was made to fit', async () => {
    let batch = ''
    const to = await forged(
      path,
      ENTRIES,
      row(5, cells => {
        batch = `${cells[0]}/${cells[1]}`
        cells[7] = String(BigInt(cells[7]!) + 1n)
        return cells
      }),
    )
    await both(to, [
      new RegExp(`^digests batch ${batch}, .*ledger\\.entry\\.csv:\\d+: `, 'm'),
      /^balances balance /m,
      /^control-sums /m,
    ])
  })
  test('a removed row is found at its batch', async () => {
    let batch = ''
    const to = await forged(
      path,
      ENTRIES,
      row(7, cells => {
        batch = `${cells[0]}/${cells[1]}`
        return null
      }),
    )
    await both(to, [
      new RegExp(`^digests batch ${batch}, .*: \\d+ entries / \\d+ entries`, 'm'),
      /^control-sums .* rows/m,
    ])
  })
  test('rows that changed places are found at their line', async () => {
    const to = await forged(path, ENTRIES, text => {
      const lines = text.split('\n')
      ;[lines[8], lines[9]] = [lines[9]!, lines[8]!]
      return lines.join('\n')
    })
    await both(to, [/^order tables\/ledger\.entry\.csv:10: a key after /m])
  })
  test('rows that cannot be read, or stand in another division, end the walk and are named', async () => {
    for (const division of ['x', '0', '99', '']) {
      const to = await forged(
        path,
        ENTRIES,
        row(6, cells => [division, ...cells.slice(1)]),
      )
      expect((await checked(to)).join('\n')).toMatch(/^order tables/m)
    }
  })
  test('a whole batch that was rewritten with its digest breaks the chain', async () => {
    const text = await (await PackageFile.open(path)).text('tables/ledger.batch.csv')
    const [head = '', first = ''] = text.split('\n')
    const digest = first.split(',')[head.split(',').indexOf('digest')]!
    const to = await forged(path, 'tables/ledger.batch.csv', whole => whole.replace(digest, `\\x${'0'.repeat(64)}`))
    await both(to, [/^chain seal \d+\/1: /m])
  })
  test('a transfer that says it sent more, a tally, a path and a seal are each found', async () => {
    const column = async (name: string, of: string): Promise<number> =>
      (await (await PackageFile.open(path)).text(name)).split('\n')[0]!.split(',').indexOf(of)
    const more = async (name: string, of: string): Promise<string> => {
      const at = await column(name, of)
      return forged(path, name, text => {
        const line = text.split('\n').findIndex((one, n) => n > 0 && /^\d+$/.test(one.split(',')[at] ?? ''))
        return row(line + 1, cells => cells.map((cell, n) => (n === at ? String(BigInt(cell) + 1n) : cell)))(text)
      })
    }
    await both(await more('tables/ledger.transfer.csv', 'taken_fen'), [/^interlock transfer /m])
    await both(await more('tables/ledger.corrected.csv', 'corrected_fen'), [/^corrections entry /m])
    await both(await forged(path, 'tables/allotments.allotment.csv', text => text.replace(/"\{(\d+),/, '"{9$1,')), [
      /^lineage /m,
    ])
    await both(
      await forged(path, 'tables/ledger.seal.csv', text => text.slice(0, text.trimEnd().lastIndexOf('\n') + 1)),
      [/^chain head of division /m],
    )
  })
  test('an earlier package that says otherwise is named, and what is no package is refused in a sentence', async () => {
    const to = await forged(early, 'manifest.json', text => text.replace(/("digest": ")\w/, '$1x'), false)
    expect((await checked(path, to)).join('\n')).toMatch(/earlier package/)
    await expect(checkPackage(join(ROOT, 'package.json'))).rejects.toThrow(/package-unreadable/)
    const foreign = join(folder, 'foreign.zip')
    await pipeline(Readable.from(zipOf([{ name: 'a.txt', data: ['a'] }])), createWriteStream(foreign))
    await expect(checkPackage(foreign)).rejects.toThrow(/package-foreign/)
  })
})

describe('an audit package of the samples', () => {
  let here: Installation
  beforeAll(async () => {
    here = await testInstallation()
    await loadSamples(here, join(ROOT, 'samples'), () => {})
    await sealAll(here.run)
  }, 300_000)
  afterAll(() => here?.close())

  test('holds payments that tie, and no name, account number, purpose or note of a person', async () => {
    const path = await pack(here, 'samples.zip')
    expect(await checked(path)).toEqual([])
    expect((await checkPackage(path)).checks.payments!.checked).toBeGreaterThan(100)
    if (python) expect(script(path).status).toBe(0)
    const file = await PackageFile.open(path)
    const { manifest } = await checkPackage(path)
    expect(manifest.withheld).toMatchObject({
      'payments.holder.name': 'masked',
      'payments.payment.purpose': 'left-out',
      'payments.bank_account.ciphertext': 'left-out',
      'allotments.allotment.note': 'left-out',
    })
    const { rows } = await here.ownerPool.query<{ name: string }>(
      `select distinct name from payments.holder where length(name) >= 3`,
    )
    let all = ''
    for (const name of file.names.filter(one => one.startsWith('tables/payments.'))) all += await file.text(name)
    expect(rows.filter(({ name }) => all.includes(name))).toEqual([])
  })
  test('a payment whose amount was changed is found', async () => {
    const path = await pack(here, 'samples.zip')
    const to = await forged(path, 'tables/payments.payment.csv', text => {
      const at = text.split('\n')[0]!.split(',').indexOf('amount_fen')
      return row(2, cells => cells.map((cell, n) => (n === at ? `${cell}0` : cell)))(text)
    })
    expect((await checked(to)).join('\n')).toMatch(/^payments payment .*payments\.payment\.csv:2: /m)
  })
})
