import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditPort } from '../src/audit/record.ts'
import { openPool } from '../src/platform/database/pool.ts'
import { type Installation, openInstallation } from '../src/platform/installation.ts'

/** What a benchmark is given: a fresh installation of its own, a folder to write into, and its size. */
export interface BenchPlace {
  installation: Installation
  folder: string
  rows: number
  seed: number
  say(line: string): void
}

/** What it measured; the baseline ran in the same process, on the same database, over the same rows. */
export interface Measured {
  seconds: number
  baselineSeconds: number
  /** Highest resident memory of this process while the work itself ran, in megabytes. */
  peakMegabytes: number
  figures?: Record<string, number | string>
}

export interface Benchmark {
  name: string
  /** What is measured, and against what. */
  title: string
  baseline: string
  defaultRows: number
  /** The ratio that is aimed at. */
  aim: number
  run(place: BenchPlace): Promise<Measured>
}

export interface BenchResult extends Measured {
  name: string
  rows: number
  seed: number
  ratio: number
  aim: number
  server: string
}

/** Runs a benchmark on an installation that is made for it and thrown away: embedded, or a database of its own on DATABASE_URL's server. */
export async function runBenchmark(
  benchmark: Benchmark,
  options: { rows?: number; seed?: number; databaseUrl?: string; say?: (line: string) => void } = {},
): Promise<BenchResult> {
  const rows = options.rows ?? benchmark.defaultRows
  const seed = options.seed ?? 20261120
  const folder = mkdtempSync(join(tmpdir(), 'fundwatch-bench-'))
  const database = `fundwatch_bench_${process.pid}`
  const admin = options.databaseUrl ? openPool({ connectionString: options.databaseUrl }, { max: 1 }) : null
  let installation: Installation | null = null
  try {
    await admin?.query(`create database ${database} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`)
    installation = await openInstallation(
      { dataDir: join(folder, 'data'), databaseUrl: options.databaseUrl && inDatabase(options.databaseUrl, database) },
      auditPort,
    )
    const { rows: version } = await installation.ownerPool.query<{ server_version: string }>('show server_version')
    const measured = await benchmark.run({ installation, folder, rows, seed, say: options.say ?? (() => {}) })
    const ratio = measured.seconds / measured.baselineSeconds
    return {
      ...measured,
      name: benchmark.name,
      rows,
      seed,
      ratio,
      aim: benchmark.aim,
      server: `PostgreSQL ${version[0]!.server_version}`,
    }
  } finally {
    await installation?.close()
    // Not by force: autovacuum may be at work there, which only a superuser may end; the server itself waits for it.
    await admin?.query(`drop database if exists ${database}`)
    await admin?.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

function inDatabase(connectionString: string, database: string): string {
  const url = new URL(connectionString)
  url.pathname = `/${database}`
  return url.toString()
}

/** Runs work and says how long it took and how much memory this process held at most meanwhile. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number; peakMegabytes: number }> {
  let peak = process.memoryUsage.rss()
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 25)
  const start = performance.now()
  try {
    const value = await work()
    return { value, seconds: (performance.now() - start) / 1000, peakMegabytes: Math.round(peak / 1024 / 1024) }
  } finally {
    clearInterval(watch)
  }
}

/** Numbers from 0 up to 1 that are the same for the same seed, everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
