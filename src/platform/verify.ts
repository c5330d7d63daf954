import type { Actor } from '../kernel/actor.ts'
import type { Sentence } from '../kernel/refusal.ts'
import type { Run } from './context.ts'
import type { Tx } from './database/transaction.ts'

/** One place where what is stored is not what the entries say. */
export interface Difference {
  place: string
  expected: string
  found: string
}

export interface CheckOutcome {
  /** How many things were looked at. */
  checked: number
  differences: Difference[]
  /** All differences, listed or not. */
  count: number
  /** Something to say that is no difference, such as batches that still wait for their seal. */
  note?: Sentence
}

/** Something that must always hold, and how to find where it does not: a part's share of `fundwatch verify`. */
export interface VerifyCheck {
  code: string
  title: Sentence
  run(tx: Tx): Promise<CheckOutcome>
}

const LISTED = 1000
/** What one check may sort or gather in memory before it goes to disk. */
const WORK_MEMORY = '32MB'

/** Counts a difference, and lists it while there are fewer than a thousand. */
export function differ(outcome: CheckOutcome, difference: Difference): void {
  outcome.count++
  if (outcome.differences.length < LISTED) outcome.differences.push(difference)
}

/**
 * Runs checks over two connections that see one snapshot, so that a long check does not hold up the others; answers come in the order of
 * the checks, each as soon as it and those before it are done.
 */
export async function* runChecks(
  run: Run,
  actor: Actor,
  checks: readonly VerifyCheck[],
): AsyncGenerator<{ check: VerifyCheck; outcome: CheckOutcome }> {
  const settled: { resolve(outcome: CheckOutcome): void; reject(error: unknown): void }[] = []
  const answers = checks.map(
    () => new Promise<CheckOutcome>((resolve, reject) => void settled.push({ resolve, reject })),
  )
  // Whoever reads the answers in order hears of a failure there; until then it is nobody's fault.
  for (const answer of answers) answer.catch(() => {})
  let next = 0
  const lane = async (tx: Tx): Promise<void> => {
    await tx.query(`set local work_mem = '${WORK_MEMORY}'`)
    while (next < checks.length) {
      const n = next++
      settled[n]!.resolve(await checks[n]!.run(tx))
    }
  }
  const lanes = run(
    actor,
    async ({ tx }) => {
      const { snapshot } = await tx.one<{ snapshot: string }>('select pg_export_snapshot() as snapshot')
      // The transaction that exported the snapshot stays open until both are done.
      const both = [lane(tx), run(actor, other => lane(other.tx), { readOnly: true, snapshot })]
      for (const end of await Promise.allSettled(both)) if (end.status === 'rejected') throw end.reason
    },
    { readOnly: true },
  )
  lanes.catch(error => {
    for (const one of settled) one.reject(error)
  })
  for (const [n, check] of checks.entries()) yield { check, outcome: await answers[n]! }
  await lanes
}

/**
 * A check in one statement: `sql` answers `place, expected, found` for each difference, `counted` one number. The first
 * thousand differences are listed, all are counted.
 */
export function sqlCheck(code: string, zh: string, en: string, counted: string, sql: string): VerifyCheck {
  return {
    code,
    title: { zh, en },
    async run(tx) {
      const { checked } = await tx.one<{ checked: bigint }>(`select (${counted})::bigint as checked`)
      const rows = await tx.query<Difference & { n: bigint }>(
        `select place::text, coalesce(expected::text, '-') as expected, coalesce(found::text, '-') as found, count(*) over () as n from (${sql}) d limit ${LISTED}`,
      )
      return {
        checked: Number(checked),
        differences: rows.map(({ place, expected, found }) => ({ place, expected, found })),
        count: Number(rows[0]?.n ?? 0),
      }
    },
  }
}

/**
 * A check in one statement a division, `$1` in `sql`: what is gathered is one division's, and each statement is planned for what that one
 * holds. Over all of them at once the planner takes a division's batches for a few, and looks up each entry's batch and line by itself.
 * @param divisions answers the divisions to look at, one column `division`
 */
export function divisionCheck(
  code: string,
  zh: string,
  en: string,
  counted: string,
  divisions: string,
  sql: string,
): VerifyCheck {
  return {
    code,
    title: { zh, en },
    async run(tx) {
      const { checked } = await tx.one<{ checked: bigint }>(`select (${counted})::bigint as checked`)
      const outcome: CheckOutcome = { checked: Number(checked), differences: [], count: 0 }
      for (const { division } of await tx.query<{ division: number }>(`${divisions} order by division`)) {
        const rows = await tx.query<Difference>(
          `select place::text, coalesce(expected::text, '-') as expected, coalesce(found::text, '-') as found from (${sql}) d`,
          [division],
        )
        for (const row of rows) differ(outcome, row)
      }
      return outcome
    },
  }
}
