import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parts } from '../src/app.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { exportHledger } from '../src/ledger/export-hledger.ts'
import { runChecks } from '../src/platform/verify.ts'
import { type Benchmark, type BenchPlace, type Measured, timed } from './frame.ts'
import { makeLedger } from './generated-ledger.ts'

/** Entries of one county's year: 1,650 refined lines, four payments on each. */
const ENTRIES_A_COUNTY = 9999

/** `fundwatch verify`, all its checks, against `hledger check` on the journal of the same ledger. */
export const benchmark: Benchmark = {
  name: 'verify',
  title: 'every check of verify over a ledger of so many entries, in one snapshot',
  baseline: 'hledger check on the exported journal (entries per second of verify over those of hledger)',
  defaultRows: 1_000_000,
  aim: 20,
  better: 'more',
  run,
}

async function run({ installation, folder, rows, say }: BenchPlace): Promise<Measured> {
  const counties = Math.max(1, Math.round(rows / ENTRIES_A_COUNTY))
  await makeLedger(installation.ownerPool, { counties, years: 1, refined: 1650, payments: 4 }, say)
  const checks = parts.flatMap(part => part.verify ?? [])
  const verified = await timed(async () => {
    const figures: Record<string, number> = {}
    for await (const { check, outcome } of runChecks(installation.run, SYSTEM, checks)) {
      if (outcome.count > 0) throw new Error(`${check.code}: ${JSON.stringify(outcome.differences[0])}`)
      figures[check.code] = outcome.checked
    }
    return figures
  })
  const journal = join(folder, 'ledger.journal')
  const exported = await timed(() =>
    installation.run(SYSTEM, ({ tx }) => pipeline(Readable.from(exportHledger(tx)), createWriteStream(journal)), {
      readOnly: true,
    }),
  )
  say(`exported in ${exported.seconds.toFixed(1)} s; hledger reads it`)
  const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' }
  const baseline = await timed(async () => execFileSync('hledger', ['-f', journal, 'check'], { env }))
  const entries = verified.value.balances!
  return {
    seconds: verified.seconds,
    baselineSeconds: baseline.seconds,
    peakMegabytes: verified.peakMegabytes,
    figures: {
      entries,
      batches: verified.value.digests!,
      'entries a second': Math.round(entries / verified.seconds),
      'of hledger': Math.round(entries / baseline.seconds),
      'export hledger, entries a second': Math.round(entries / exported.seconds),
    },
  }
}
