import type { Tx } from '../platform/database/transaction.ts'
import type { Setting } from './parameters.ts'
import type { Suspended } from './scan.ts'

/** All settings in the transaction's scope, and the installation's. */
export async function settings(tx: Tx): Promise<Setting[]> {
  return tx.query<Setting & { validFrom: string }>(
    `select division, rule, valid_from as "validFrom", parameters, active from rules.setting`,
  )
}

/** Rules that are switched off because they failed, with the reason. */
export async function suspensions(tx: Tx): Promise<(Suspended & { at: Date })[]> {
  return tx.query<Suspended & { at: Date }>(
    'select rule, reason, suspended_at as at from rules.suspension where division = 0 order by rule',
  )
}

export async function suspend(tx: Tx, found: Suspended): Promise<void> {
  await tx.query(
    `insert into rules.suspension (division, rule, reason) values (0, $1, $2)
     on conflict (division, rule) do update set reason = excluded.reason, suspended_at = clock_timestamp()`,
    [found.rule, found.reason.slice(0, 500)],
  )
}

/** @returns false when it was not suspended */
export async function resume(tx: Tx, rule: string): Promise<boolean> {
  return (
    (await tx.query(`delete from rules.suspension where division = 0 and rule = $1 returning rule`, [rule])).length > 0
  )
}

export async function beginRun(tx: Tx, asOf: string): Promise<bigint> {
  return (await tx.one<{ id: bigint }>('insert into rules.run (division, as_of) values (0, $1) returning id', [asOf]))
    .id
}

export async function endRun(tx: Tx, run: bigint, outcome: object): Promise<void> {
  await tx.query('update rules.run set finished_at = clock_timestamp(), outcome = $2 where division = 0 and id = $1', [
    run,
    JSON.stringify(outcome),
  ])
}

export interface Run {
  asOf: string
  startedAt: Date
  finishedAt: Date | null
  outcome: Record<string, unknown>
}

export async function lastRun(tx: Tx): Promise<Run | undefined> {
  return tx.maybe<Run & { asOf: string }>(
    `select as_of as "asOf", started_at as "startedAt", finished_at as "finishedAt", outcome
     from rules.run where division = 0 order by id desc limit 1`,
  )
}
