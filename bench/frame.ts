import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditPort } from '../src/audit/record.ts'
import { openPool, type Pool } from '../src/platform/database/pool.ts'
import { type Installation, openInstallation } from '../src/platform/installation.ts'

/** What a benchmark is given: a fresh installation of its own, a folder to write into, and its size. */
export interface BenchPlace {
  installation: Installation
  folder: string
  rows: number
  seed: number
  /** Which of the benchmark's kinds; the first where not said. */
  kind: string | undefined
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
  /** `more`: the ratio says how many times as much is done in the same time, else how many times as long the same takes. */
  better?: 'more'
  /** Megabytes that this process should stay under. */
  memoryAim?: number
  /** Forms that `--kind` chooses from. */
  kinds?: readonly string[]
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
  options: {
    rows?: number
    seed?: number
    kind?: string
    databaseUrl?: string
    /** A folder that is not there yet: what was made lies in it afterwards, to be looked at (`serve --data FOLDER/data`). */
    keep?: string
    say?: (line: string) => void
  } = {},
): Promise<BenchResult> {
  const rows = options.rows ?? benchmark.defaultRows
  const seed = options.seed ?? 20261120
  const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'fundwatch-bench-'))
  if (options.keep) mkdirSync(folder)
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
    const measured = await benchmark.run({
      installation,
      folder,
      rows,
      seed,
      kind: options.kind ?? benchmark.kinds?.[0],
      say: options.say ?? (() => {}),
    })
    const ratio =
      benchmark.better === 'more'
        ? measured.baselineSeconds / measured.seconds
        : measured.seconds / measured.baselineSeconds
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
    if (!options.keep) rmSync(folder, { recursive: true, force: true })
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

/**
 * Processor seconds that this process and the database's processes have used so far: what work costs, however busy the machine is
 * otherwise. Null where the database runs elsewhere, or the system does not tell (no /proc).
 */
export async function processorSeconds(pool: Pool): Promise<number | null> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  try {
    // Fields behind the name, which may hold spaces: 1 the parent, 11 and 12 its own time, 13 and 14 that of children it has seen end.
    const statOf = (pid: number | string): number[] =>
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
        .map(Number)
    const postmaster = statOf(rows[0]!.pid)[1]!
    const ended = statOf(postmaster)
    let ticks = ended[11]! + ended[12]! + ended[13]! + ended[14]!
    for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
      try {
        const stat = statOf(pid)
        if (stat[1] === postmaster) ticks += stat[11]! + stat[12]!
      } catch {
        // It ended meanwhile.
      }
    }
    const own = process.cpuUsage()
    return ticks / 100 + (own.user + own.system) / 1_000_000
  } catch {
    return null
  }
}
