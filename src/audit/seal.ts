import { SYSTEM } from '../kernel/actor.ts'
import type { Run } from '../platform/context.ts'

/**
 * Chains what has been recorded and committed, one division at a time, so that no act waits for another.
 * @returns how many entries were sealed
 */
export async function sealAudit(run: Run): Promise<number> {
  const waiting = await run(
    SYSTEM,
    ({ tx }) => tx.query<{ division: number }>('select division from audit.waiting() as w(division)'),
    { readOnly: true },
  )
  let sealed = 0
  for (const { division } of waiting) {
    const row = await run(SYSTEM, ({ tx }) => tx.one<{ sealed: number }>('select audit.seal($1) as sealed', [division]))
    sealed += row.sealed
  }
  return sealed
}

/**
 * Removes records that are past the time of their kind (`audit.retention`), never books; count and digest of what went stay in the
 * chain. What was not sealed yet is sealed first.
 * @returns how many records went
 */
export async function expireAudit(run: Run): Promise<number> {
  await sealAudit(run)
  const divisions = await run(
    SYSTEM,
    ({ tx }) => tx.query<{ division: number }>('select distinct division from audit.seal order by division'),
    { readOnly: true },
  )
  let removed = 0
  for (const { division } of divisions) {
    const row = await run(SYSTEM, ({ tx }) =>
      tx.one<{ removed: number }>('select audit.expire($1) as removed', [division]),
    )
    removed += row.removed
  }
  return removed
}
