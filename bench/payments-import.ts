import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { SYSTEM } from '../src/kernel/actor.ts'
import { importer } from '../src/payments/import-payments.ts'
import type { Source } from '../src/platform/part.ts'
import { checkAll } from '../src/warnings/check.ts'
import { type Benchmark, type BenchPlace, type Measured, processorSeconds, timed } from './frame.ts'
import { arrange, writePayments } from './generated-payments.ts'

const WORLD = { divisions: 10, agencies: 20, lines: 200, payees: 2000 } as const

/** Generated payments, imported end to end, against raw COPY of the rows that came of it. */
export const benchmark: Benchmark = {
  name: 'payments-import',
  title:
    'payments from a file (--kind csv or xml), parsed, judged, matched, posted, checked by every rule, warned about and committed',
  baseline: 'raw COPY of the same rows into copies of the payment and entry tables with the same indexes',
  defaultRows: 200_000,
  aim: 2.5,
  memoryAim: 400,
  kinds: ['csv', 'xml'],
  run,
}

async function run(place: BenchPlace): Promise<Measured> {
  const { installation, folder, rows, seed, say } = place
  const kind = place.kind === 'xml' ? 'xml' : 'csv'
  await arrange(installation.ownerPool, WORLD)
  const path = join(folder, `payments.${kind}`)
  await writePayments(installation.ownerPool, path, WORLD, { rows, seed, kind })
  const { size } = await stat(path)
  say(`${rows} rows in ${Math.round(size / 1024 / 1024)} MB`)
  const source: Source = {
    fileName: `payments.${kind}`,
    size,
    open: () => createReadStream(path, { highWaterMark: 262_144 }),
  }
  const marks: Record<string, number> = {}
  const take = (file: Source, mark?: (name: string) => void) =>
    timed(() =>
      importer.run(installation.run, SYSTEM, {
        source: file,
        division: null,
        progress: sentence => mark?.(sentence.en.replace(/^\d+ /, '').split(' ')[0]!),
      }),
    )
  const pool = installation.ownerPool
  const before = await processorSeconds(pool)
  const started = performance.now()
  const first = await take(source, name => {
    marks[name] = Math.round(performance.now() - started) / 1000
  })
  // All rules over all that is there, as at night: what the import brought is a part of it.
  const ruled = await timed(() => checkAll({ run: installation.run, rulesPool: installation.rulesPool }))
  const used = await processorSeconds(pool)
  say(`ruled in ${ruled.seconds.toFixed(1)} s, ${ruled.value.raised} warnings`)
  say(`taken ${first.value.taken}, ${JSON.stringify(first.value.figures)}`)
  const again = await take(source)
  // The same vouchers in a file that differs by a byte: no short cut by the file's digest.
  const bytes = await take({
    ...source,
    size: size + 1,
    open: () => Readable.from(followed(createReadStream(path, { highWaterMark: 262_144 }))),
  })
  const raw = await rawCopy(place)
  const spent = before === null || used === null ? null : used - before
  return {
    seconds: first.seconds + ruled.seconds,
    baselineSeconds: raw.seconds,
    peakMegabytes: Math.max(first.peakMegabytes, ruled.peakMegabytes),
    figures: {
      'microseconds a payment': Math.round(((first.seconds + ruled.seconds) / rows) * 10_000_000) / 10,
      'processor seconds':
        spent === null || raw.spent === null ? '—' : `${spent.toFixed(1)} against ${raw.spent.toFixed(1)}`,
      'read by, s': marks.Checking ?? 0,
      'compared by, s': marks.Comparing ?? 0,
      'posted by, s': marks.lines ?? 0,
      'ruled in, s': Math.round(ruled.seconds * 10) / 10,
      warnings: ruled.value.raised,
      'the same file again, s': Math.round(again.seconds * 100) / 100,
      'the same vouchers in another file, s': Math.round(bytes.seconds * 10) / 10,
      'of them repeated': `${again.value.repeated} and ${bytes.value.repeated}`,
      'memory at the second file, MB': bytes.peakMegabytes,
      'file, MB': Math.round(size / 1024 / 1024),
    },
  }
}

async function* followed(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* stream
  yield Buffer.from('\n')
}

/** The rows that the import made, taken out once and copied into empty twins of their tables. */
async function rawCopy({ installation, folder }: BenchPlace): Promise<{ seconds: number; spent: number | null }> {
  const client = await installation.ownerPool.connect()
  try {
    let seconds = 0
    let spent: number | null = 0
    await client.query('create schema bench')
    for (const table of ['payments.payment', 'ledger.entry']) {
      const file = join(folder, `${table}.copy`)
      const twin = `bench.${table.split('.')[1]}`
      await pipeline(client.query(copyTo(`copy ${table} to stdout`)), createWriteStream(file))
      await client.query(`create table ${twin} (like ${table} including all)`)
      const before = await processorSeconds(installation.ownerPool)
      const into = await timed(() =>
        pipeline(createReadStream(file, { highWaterMark: 262_144 }), client.query(copyFrom(`copy ${twin} from stdin`))),
      )
      seconds += into.seconds
      const after = await processorSeconds(installation.ownerPool)
      spent = before === null || after === null || spent === null ? null : spent + after - before
      await client.query(`drop table ${twin}`)
      await rm(file)
    }
    return { seconds, spent }
  } finally {
    client.release()
  }
}
