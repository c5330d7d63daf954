import { SYSTEM } from '../kernel/actor.ts'
import type { Run } from '../platform/context.ts'

/**
 * Chains what has been posted and committed, one division at a time, so that no form waits for another. A view "as known at X"
 * uses the batches sealed up to X.
 * @returns how many batches were sealed
 */
export async function sealAll(run: Run): Promise<number> {
  const waiting = await run(
    SYSTEM,
    context =>
      context.tx.query<{ division: number }>('select distinct division from ledger.unsealed order by division'),
    { readOnly: true },
  )
  let sealed = 0
  for (const { division } of waiting) {
    const row = await run(SYSTEM, context =>
      context.tx.one<{ sealed: number }>('select ledger.seal($1) as sealed', [division]),
    )
    sealed += row.sealed
  }
  return sealed
}
