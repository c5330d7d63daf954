import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal, refuse, type Sentence } from '../kernel/refusal.ts'
import type { Run } from '../platform/context.ts'
import type { Pool } from '../platform/database/pool.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { catalogue } from '../rules/load-catalogue.ts'
import { parametersOn } from '../rules/parameters.ts'
import type { LEVELS, Rule } from '../rules/rule.ts'
import { type Suspended, scanRules } from '../rules/scan.ts'
import { beginRun, endRun, settings, suspend, suspensions } from '../rules/store.ts'
import { FindingCopy } from './copy-findings.ts'
import { type Reconciled, reconcile } from './reconcile.ts'

/** What a check needs of an installation. */
export interface CheckPorts {
  rulesPool: Pool
  run: Run
}

/** Jobs and routes are given a runner and nothing else; the rules' own connections are kept beside it. */
const beside = new WeakMap<Run, Pool>()

/** Says, when an installation is opened, on which read-only connections its checks scan. */
export const scanOn = (run: Run, rulesPool: Pool): void => void beside.set(run, rulesPool)

/** What a check needs, of the installation that a runner belongs to. */
export function portsOf(run: Run): CheckPorts {
  const rulesPool = beside.get(run)
  if (!rulesPool) throw new Error('scanOn was not called for this installation')
  return { rulesPool, run }
}

export interface CheckOptions {
  /** The day to judge by, `YYYY-MM-DD`; today by default. The facts are always those of now. */
  asOf?: string
  progress?: (sentence: Sentence, done: number, total: number) => void
  /** Other rules than the catalogue's: for rehearsals and tests. */
  rules?: readonly Rule[]
  /** How long one scan may keep the database busy. */
  limitMs?: number
}

export interface CheckOutcome extends Reconciled {
  asOf: string
  /** What was found, by rule and lamp: every rule that ran is there, with noughts. */
  counts: Record<string, Record<(typeof LEVELS)[number], number>>
  /** Rules that failed now or before and are switched off, each with its reason. */
  suspended: Suspended[]
  /** Settings that do not fit their parameters, left out. */
  ignored: Sentence[]
}

/** One check at a time in the whole database. */
const LOCK = 1_666_535_287

/** Whether a check is running, without standing in its way. */
export async function isChecking(tx: Tx): Promise<boolean> {
  const { running } = await tx.one<{ running: boolean }>(
    `select exists (select from pg_locks l where l.locktype = 'advisory' and l.classid = 0 and l.objid = $1 and l.objsubid = 1
       and l.granted and l.database = (select d.oid from pg_database d where d.datname = current_database())) as running`,
    [LOCK],
  )
  return running
}

async function takePlace(tx: Tx): Promise<boolean> {
  return (await tx.one<{ free: boolean }>('select pg_try_advisory_xact_lock($1) as free', [LOCK])).free
}

export const refuseSecondCheck = (): never =>
  refuse(
    'busy',
    'check-running',
    '另一次检查正在进行：请等它结束后再试。',
    'Another check is under way: try again when it has ended.',
  )

/**
 * Runs every active rule over the whole installation and brings the warnings in line with what was found. Running it again
 * raises nothing twice. The scan reads as the rules' role on a connection of its own; all that it leads to is written in one
 * transaction. Refuses with `check-running` while another check is under way.
 */
export async function checkAll(ports: CheckPorts, options: CheckOptions = {}): Promise<CheckOutcome> {
  const clock = options.asOf ? { clock: clockAt(options.asOf) } : {}
  return ports.run(
    SYSTEM,
    async context => {
      const { tx } = context
      if (!(await takePlace(tx))) refuseSecondCheck()
      const asOf = context.clock.today()
      const all = options.rules ?? catalogue()
      const off = await suspensions(tx)
      const active = all.filter(rule => !off.some(one => one.rule === rule.code))
      const parameters = parametersOn(active, await settings(tx), asOf)
      const run = await beginRun(tx, asOf)
      const sink = new FindingCopy(tx, run, new Map(active.map(rule => [rule.code, rule.subjectKind])))
      const scanned = await scanRules(ports.rulesPool, active, {
        parameters,
        asOf,
        sink,
        ...(options.progress ? { progress: options.progress } : {}),
        ...(options.limitMs ? { limitMs: options.limitMs } : {}),
      })
      await sink.finish()
      for (const one of scanned.suspended) await suspend(tx, one)
      const ran = active.filter(rule => scanned.ran.includes(rule.code))
      const counts = await countFindings(tx, run, ran)
      const reconciled = await reconcile(tx, run, asOf, ran)
      const outcome: CheckOutcome = {
        asOf,
        counts,
        ...reconciled,
        suspended: [
          ...off.filter(one => all.some(rule => rule.code === one.rule)).map(({ rule, reason }) => ({ rule, reason })),
          ...scanned.suspended,
        ],
        ignored: parameters.ignored,
      }
      await endRun(tx, run, outcome)
      await context.audit({
        division: 0,
        action: 'rules.check',
        subject: asOf,
        detail: { ...reconciled, suspended: outcome.suspended },
      })
      return outcome
    },
    clock,
  )
}

async function countFindings(tx: Tx, run: bigint, ran: readonly Rule[]): Promise<CheckOutcome['counts']> {
  const rows = await tx.query<{ rule: string; level: (typeof LEVELS)[number]; count: number }>(
    `select rule, level, count(*)::int as count from warnings.finding where run = $1 group by rule, level`,
    [run],
  )
  const counts: CheckOutcome['counts'] = {}
  for (const rule of ran) counts[rule.code] = { bell: 0, yellow: 0, red: 0 }
  for (const { rule, level, count } of rows) counts[rule]![level] = count
  return counts
}

/** A check that nobody waits for: whoever comes second leaves it to the first. */
export async function checkOrLeave(run: Run): Promise<void> {
  await checkAll(portsOf(run)).catch(error => {
    if (!(error instanceof Refusal) || error.kind !== 'busy') throw error
  })
}
