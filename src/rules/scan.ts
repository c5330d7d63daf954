import type { Sentence } from '../kernel/refusal.ts'
import type { Client, Pool } from '../platform/database/pool.ts'
import { oneByOne, type Scan, scansOf } from './fuse.ts'
import type { Effective } from './parameters.ts'
import { type Finding, LEVELS, type Level, type Rule } from './rule.ts'

const ROWS_PER_FETCH = 5_000
/** How long one scan may keep the database busy. */
export const SCAN_LIMIT_MS = 10 * 60_000

/** Where findings go as they are found. */
export interface FindingSink {
  write(findings: readonly Finding[]): Promise<void>
  /** Takes back what rules found before they failed. */
  discard(rules: readonly string[]): Promise<void>
}

export interface Suspended {
  rule: string
  reason: string
}

export interface ScanOptions {
  parameters: Effective
  /** The day to judge by, `YYYY-MM-DD`. */
  asOf: string
  sink: FindingSink
  limitMs?: number
  progress?: (sentence: Sentence, done: number, total: number) => void
}

export interface ScanOutcome {
  /** The rules that were run to their end. */
  ran: string[]
  suspended: Suspended[]
}

/** The rule itself is at fault, not the database or the way to it. */
class RuleFailure extends Error {}
/** Where the findings go is at fault; no rule is blamed for it. */
class SinkFailure extends Error {}

interface Row {
  rule: string
  division: number | null
  cause: string | null
  fiscal_year: number | null
  level: string
  subject: string | null
  label: string | null
  fund: number | null
  amount_fen: bigint | null
  evidence: string | null
}

function findingOf(row: Row): Finding {
  const { rule, division, cause, fiscal_year: fiscalYear, subject, label, evidence } = row
  if (!LEVELS.includes(row.level as Level)) throw new RuleFailure(`${rule}: “${row.level}” is no lamp`)
  if (division === null || !cause || fiscalYear === null || !subject || label === null || evidence === null)
    throw new RuleFailure(`${rule}: a finding lacks its division, cause, year, subject, label or evidence`)
  return {
    rule,
    division,
    cause,
    fiscalYear,
    level: row.level as Level,
    subject,
    label,
    fund: row.fund,
    amountFen: row.amount_fen,
    evidence,
  }
}

/** SQLSTATE classes that say something of the connection or the server, and nothing of the rule. */
const NOT_THE_RULE = /^(?:08|53|57(?!014)|58|XX|40)/

function blame(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  if (error instanceof RuleFailure) return message
  if (error instanceof SinkFailure) throw error.cause
  if (!code || !/^[0-9A-Z]{5}$/.test(code) || NOT_THE_RULE.test(code)) throw error
  return code === '57014' ? `time-out: ${message}` : `${code}: ${message}`
}

/** Connections that scan side by side: one for each core of a small server. */
const LANES = 2

/**
 * Runs rules over committed data: read-only, as the rules' role, in one snapshot, over the whole installation. Rules of one
 * subject go in one pass; passes go side by side on two connections of the pool. If a pass fails or runs too long, its rules are rerun
 * one by one and the guilty ones reported as suspended; the others have found what they found. A broken connection is thrown.
 */
export async function scanRules(pool: Pool, rules: readonly Rule[], options: ScanOptions): Promise<ScanOutcome> {
  const outcome: ScanOutcome = { ran: [], suspended: [] }
  const scans = scansOf(rules)
  const waiting = [...scans]
  const beside = { ...options, sink: inTurn(options.sink) }
  let done = 0
  const lane = async (client: Client): Promise<void> => {
    for (let scan = waiting.shift(); scan; scan = waiting.shift()) {
      const codes = scan.rules.map(rule => rule.code)
      options.progress?.(
        { zh: `正在检查规则 ${codes.join('、')}`, en: `Checking rules ${codes.join(', ')}` },
        done++,
        scans.length,
      )
      const failure = await attempt(client, scan, beside)
      if (failure === null) outcome.ran.push(...codes)
      else if (scan.rules.length === 1) outcome.suspended.push({ rule: codes[0]!, reason: failure })
      else
        for (const single of oneByOne(scan)) {
          const reason = await attempt(client, single, beside)
          const rule = single.rules[0]!.code
          if (reason === null) outcome.ran.push(rule)
          else outcome.suspended.push({ rule, reason })
        }
    }
  }
  const clients: Client[] = []
  try {
    let snapshot: string | undefined
    while (clients.length < Math.min(LANES, scans.length)) {
      const client = await pool.connect()
      clients.push(client)
      snapshot = await begin(client, options, snapshot)
    }
    const lanes = clients.map(lane)
    // After a failure in one, the others end the scan that they are at and take no more.
    for (const one of lanes) one.catch(() => waiting.splice(0))
    const failed = (await Promise.allSettled(lanes)).find(end => end.status === 'rejected')
    if (failed) throw failed.reason
    for (const client of clients) await client.query('commit')
    for (const client of clients) client.release()
  } catch (error) {
    // Whatever state they are in, these connections are not used again.
    for (const client of clients) client.release(true)
    throw error
  }
  const place = new Map(rules.map((rule, n) => [rule.code, n]))
  outcome.ran.sort((a, b) => place.get(a)! - place.get(b)!)
  outcome.suspended.sort((a, b) => place.get(a.rule)! - place.get(b.rule)!)
  return outcome
}

/** Begins a lane: all of them look at what the first one sees. @returns the name of that view */
async function begin(client: Client, options: ScanOptions, snapshot: string | undefined): Promise<string> {
  await client.query('begin isolation level repeatable read read only')
  if (snapshot !== undefined) await client.query(`set transaction snapshot '${snapshot}'`)
  // All rows are fetched, so that a plan is chosen by the cost of all of them and not of the first tenth.
  await client.query(
    `select set_config('fundwatch.scope', '0', true), set_config('fundwatch.today', $1, true),
       set_config('statement_timeout', $2, true), set_config('work_mem', '64MB', true), set_config('cursor_tuple_fraction', '1', true)`,
    [options.asOf, String(options.limitMs ?? SCAN_LIMIT_MS)],
  )
  if (snapshot !== undefined) return snapshot
  const { rows } = await client.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot')
  return rows[0]!.snapshot
}

/** A sink that does one thing at a time, whoever asks: findings go through one connection. */
function inTurn(sink: FindingSink): FindingSink {
  let last: Promise<void> = Promise.resolve()
  const next = (work: () => Promise<void>): Promise<void> => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
  return { write: findings => next(() => sink.write(findings)), discard: codes => next(() => sink.discard(codes)) }
}

/** Runs one scan; null when it went well, otherwise why not, with all that it had found taken back. */
async function attempt(client: Client, scan: Scan, options: ScanOptions): Promise<string | null> {
  const { base, divisions } = options.parameters
  let rest = options.limitMs ?? SCAN_LIMIT_MS
  await client.query('savepoint scan')
  try {
    await client.query(`declare finding no scroll cursor for ${scan.sql}`, [
      JSON.stringify(base),
      JSON.stringify(divisions),
    ])
    for (;;) {
      const began = performance.now()
      const { rows } = await client.query<Row>(`fetch ${ROWS_PER_FETCH} from finding`)
      // The limit is for the database's work; a slow sink is no fault of the rule.
      rest -= performance.now() - began
      if (rows.length > 0)
        await options.sink.write(rows.map(findingOf)).catch((cause: Error) => {
          throw new SinkFailure('the findings could not be kept', { cause })
        })
      if (rows.length < ROWS_PER_FETCH) break
      if (rest <= 0) throw new RuleFailure(`time-out: the scan took longer than ${options.limitMs ?? SCAN_LIMIT_MS} ms`)
    }
    await client.query('close finding')
    await client.query('release savepoint scan')
    return null
  } catch (error) {
    const reason = blame(error)
    await client.query('rollback to savepoint scan')
    await options.sink.discard(scan.rules.map(rule => rule.code))
    return reason
  }
}
