import { createReadStream, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parts } from '../app.ts'
import { takeIn } from '../imports/take-in.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import type { Sentence } from '../kernel/refusal.ts'
import { sealAll } from '../ledger/seal.ts'
import type { Installation } from '../platform/installation.ts'
import { checkAll } from '../warnings/check.ts'
import { closeYear } from '../year-end/close.ts'

/** `samples/manifest.json`: which files are taken in, in which order, and as of which day the rules are run. */
export interface Manifest {
  asOf: string
  files: { kind: string; file: string; division?: string }[]
  /** Years that are closed and carried over on a day, once all files are taken in. */
  closings: {
    division: string
    fiscalYear: number
    on: string
    document: { number: string; title: string; dated: string }
  }[]
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest

/** Takes the samples in as a bureau would take in its own files. Done once: a second call finds nothing new. */
export async function loadSamples(
  here: Installation,
  folder: string,
  say: (sentence: Sentence) => void,
): Promise<boolean> {
  const loaded = await here.run(
    SYSTEM,
    ({ tx }) => tx.one<{ n: bigint }>(`select count(*) as n from audit.entry where action = 'samples-loaded'`),
    { readOnly: true },
  )
  if (loaded.n > 0n) return false
  const manifest = readManifest(folder)
  const importers = new Map(parts.flatMap(part => (part.importers ?? []).map(one => [one.kind, one] as const)))
  for (const [index, { kind, file, division: code }] of manifest.files.entries()) {
    const importer = importers.get(kind)
    if (!importer) throw new Error(`samples name the kind ${kind}, which no part takes in`)
    say({
      zh: `载入样例 ${index + 1}/${manifest.files.length}：${file}`,
      en: `Loading sample ${index + 1} of ${manifest.files.length}: ${file}`,
    })
    const path = join(folder, file)
    const division = code ? await divisionOf(here, code) : null
    await takeIn(here.run, SYSTEM, importer, {
      source: { fileName: basename(path), size: statSync(path).size, open: () => createReadStream(path) },
      division,
    })
  }
  for (const { division: code, on, ...closing } of manifest.closings) {
    const division = await divisionOf(here, code)
    await here.run(
      SYSTEM,
      context =>
        closeYear(context, { ...closing, division, requestKey: `samples-close-${code}-${closing.fiscalYear}` }),
      { clock: clockAt(on) },
    )
  }
  await sealAll(here.run)
  say({ zh: '运行预警规则…', en: 'Running the rules…' })
  await checkAll(
    { ...here, run: (actor, work, options) => here.run(actor, work, { clock: clockAt(manifest.asOf), ...options }) },
    { asOf: manifest.asOf },
  )
  await here.run(SYSTEM, context =>
    context.audit({ division: 0, action: 'samples-loaded', detail: { files: manifest.files.length } }),
  )
  return true
}

const divisionOf = async (here: Installation, code: string): Promise<number> =>
  (
    await here.run(
      SYSTEM,
      ({ tx }) =>
        tx.one<{ division: number }>('select division from divisions.published_division where code = $1', [code]),
      { readOnly: true },
    )
  ).division
