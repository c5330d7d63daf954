import type { QueryResultRow } from 'pg'
import type { Actor } from '../../kernel/actor.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Client, Pool } from './pool.ts'

/** One open transaction. `query` answers the rows; `client` is for COPY and cursors. */
export interface Tx {
  readonly client: Client
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** The one row that must be there. */
  one<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row>
  /** The row, if there is one. */
  maybe<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row | undefined>
}

const RETRIED = new Set(['40001', '40P01'])
const TRIES = 5

export function txOf(client: Client): Tx {
  const query = async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(text, values as unknown[])).rows
  return {
    client,
    query,
    async one(text, values) {
      const [row] = await query(text, values)
      if (!row) throw new Error(`no row: ${text}`)
      return row as never
    },
    async maybe(text, values) {
      return (await query(text, values))[0] as never
    },
  }
}

/**
 * Runs `work` in one transaction whose scope, actor and day are said to the database, so that row-level security holds.
 * Deadlocks and serialisation failures are tried again from the start; `work` must therefore touch nothing but the transaction.
 */
export async function inTransaction<T>(
  pool: Pool,
  as: { actor: Actor; clock: Clock },
  work: (tx: Tx) => Promise<T>,
  options: { readOnly?: boolean } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let broken = false
    try {
      await client.query(options.readOnly ? 'begin isolation level repeatable read read only' : 'begin')
      await client.query(
        `select set_config('fundwatch.scope', $1, true), set_config('fundwatch.actor', $2, true), set_config('fundwatch.today', $3, true)`,
        [String(as.actor.scope), String(as.actor.id), as.clock.today()],
      )
      const result = await work(txOf(client))
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true
      })
      if (attempt < TRIES && RETRIED.has((error as { code?: string }).code ?? '')) continue
      throw error
    } finally {
      client.release(broken)
    }
  }
}
