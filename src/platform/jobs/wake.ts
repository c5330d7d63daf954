import type { Pool } from '../database/pool.ts'

/** News of so short a time is told of once. */
const GATHER_MILLISECONDS = 5

/**
 * Wakes the workers of the queue for news that was committed. Not in its transaction: a commit that notifies holds a lock of the whole
 * server until it is written out (docs/decisions/0041). Whoever dies before it has told leaves the news to the workers' own look, every
 * two seconds.
 */
export function waker(pool: Pool): () => void {
  let news = 0
  return () => {
    if (news++ > 0) return
    setTimeout(() => {
      const count = news
      news = 0
      pool
        .query(`select set_config('synchronous_commit', 'off', true), pg_notify('jobs:insert', $1)`, [
          JSON.stringify({ r: Math.random(), count }),
        ])
        .catch(() => {})
    }, GATHER_MILLISECONDS)
  }
}
