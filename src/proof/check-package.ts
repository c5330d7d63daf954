import type { Sentence } from '../kernel/refusal.ts'
import { refuse } from '../kernel/refusal.ts'
import { type CheckOutcome, differ as note } from '../platform/verify.ts'
import { type Ports, WALKED } from './division-books.ts'
import { DivisionWalk } from './division-walk.ts'
import { MANIFEST, type Manifest } from './manifest.ts'
import { PackageFile } from './read-package.ts'
import { type Differ, TableReader } from './rows.ts'
import { ChainWalk } from './walk-chain.ts'

export const PACKAGE_CHECKS: Readonly<Record<string, Sentence>> = {
  files: { zh: '文件摘要', en: 'digests of files' },
  order: { zh: '行的次序', en: 'order of rows' },
  'control-sums': { zh: '行数与合计', en: 'counts and control sums' },
  references: { zh: '所涉指标与文件', en: 'lines and documents that are named' },
  digests: { zh: '记账批次摘要', en: 'digests of batches' },
  chain: { zh: '封存链', en: 'chain of seals' },
  balances: { zh: '余额与分录', en: 'balances against entries' },
  corrections: { zh: '更正累计', en: 'tallies of corrections' },
  trees: { zh: '收支平衡', en: 'every tree balances' },
  interlock: { zh: '上下级咬合', en: 'interlock: sent = taken below + in transit' },
  lineage: { zh: '指标来源', en: 'lineage of lines' },
  payments: { zh: '支付与记账', en: 'payments posted to the fen, or waiting' },
}

/** What a check of a package says of itself, besides its differences. */
export interface PackageVerdict {
  manifest: Manifest
  checks: Record<string, CheckOutcome>
  differences: number
}

/**
 * Recomputes a package from its own files, without any database: digests, order, control sums, then division by division what the entries
 * make of it. Memory grows with the lines, batches and payments of the largest division, and with the transfers; not with the entries.
 * With `earlier`, the chains must also hold the heads of an earlier package: nothing that was sealed then may have changed since.
 * Refuses `package-unreadable`, `package-foreign`.
 */
export async function checkPackage(path: string, earlier?: string): Promise<PackageVerdict> {
  const file = await PackageFile.open(path)
  const manifest = await manifestOf(file)
  const checks: PackageVerdict['checks'] = {}
  for (const code of Object.keys(PACKAGE_CHECKS)) checks[code] = { checked: 0, differences: [], count: 0 }
  const differ = (code: string, place: string, expected: string, found: string): void =>
    note(checks[code]!, { place, expected, found })
  const whole = await checkFiles(file, manifest, checks.files!, differ)
  if (whole) await checkBooks(file, manifest, checks, differ, earlier ? await headsOf(earlier) : [])
  else
    checks.files!.note = {
      zh: '有表缺失或无法解开，其余核对没有进行。',
      en: 'A table is missing or cannot be unpacked; the other checks were not made.',
    }
  return {
    manifest,
    checks,
    differences: Object.values(checks).reduce((sum, { count }) => sum + count, 0),
  }
}

async function manifestOf(file: PackageFile): Promise<Manifest> {
  const text = file.has(MANIFEST) ? await file.text(MANIFEST).catch(() => '') : ''
  try {
    const manifest = JSON.parse(text) as Manifest
    if (manifest.format === 'fundwatch-audit-package' && manifest.version === 1) return manifest
  } catch {
    // Said below, in a sentence.
  }
  return refuse(
    'input',
    'package-foreign',
    `“${file.path}”里没有可读的稽核包清单（${MANIFEST}）：请核对文件。`,
    `“${file.path}” holds no readable manifest of an audit package (${MANIFEST}): check the file.`,
    { value: file.path },
  )
}

const headsOf = async (path: string): Promise<Manifest['heads']> =>
  (await manifestOf(await PackageFile.open(path))).heads

/** Whether all tables can be read; their digests may differ. */
async function checkFiles(
  file: PackageFile,
  manifest: Manifest,
  outcome: CheckOutcome,
  differ: Differ,
): Promise<boolean> {
  let whole = true
  const named = new Set([MANIFEST, ...manifest.files.map(({ name }) => name)])
  for (const name of file.names) if (!named.has(name)) differ('files', name, 'no such file', 'a file')
  for (const { name, bytes, sm3 } of manifest.files) {
    outcome.checked++
    const found = await file.digest(name).catch((error: Error) => error)
    if (found instanceof Error) {
      whole = false
      differ('files', name, `SM3 ${sm3}`, found.message)
    } else if (found.sm3 !== sm3)
      differ('files', name, `${bytes} bytes, SM3 ${sm3}`, `${found.bytes} bytes, SM3 ${found.sm3}`)
  }
  return whole
}

async function checkBooks(
  file: PackageFile,
  manifest: Manifest,
  checks: PackageVerdict['checks'],
  differ: Differ,
  heads: Manifest['heads'],
): Promise<void> {
  const readers = new Map<string, TableReader>()
  for (const [name, figures] of Object.entries(manifest.tables)) {
    readers.set(name, await new TableReader(file, name, figures, differ).start())
    checks.order!.checked += figures.rows
    checks['control-sums']!.checked += 1 + Object.keys(figures.sums).length
  }
  const missing = WALKED.filter(name => !readers.has(name))
  for (const name of missing) differ('files', name, 'a table', 'none')
  if (missing.length > 0) return
  const ports: Ports = { table: name => readers.get(name)!, checks, differ }
  const chain = new ChainWalk(ports, heads)
  const walk = new DivisionWalk(ports, chain, new Set(manifest.divisions))
  try {
    for (let last = 0; ; ) {
      const ahead = (await Promise.all(WALKED.map(name => ports.table(name).ahead()))).filter(one => one !== null)
      if (ahead.length === 0) break
      const next = Math.min(...ahead)
      // Rows that are out of order, or bent: where, is said when the rest is read below. Walking on would never end.
      if (!(next > last)) throw new Error(`division ${next} after ${last}`)
      await walk.division(next)
      last = next
    }
    walk.between()
    chain.heads(manifest.heads)
  } catch (error) {
    differ('order', 'tables', 'rows that can be read, division by division', (error as Error).message)
  }
  for (const reader of readers.values()) await reader.finish()
}
