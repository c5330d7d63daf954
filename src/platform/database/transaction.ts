import type { Writable } from 'node:stream'
import type { QueryResultRow } from 'pg'
import type { Actor } from '../../kernel/actor.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Client, Pool } from './pool.ts'

/** A promise for each answer. */
type Asked<Answers extends readonly unknown[]> = readonly [...{ [One in keyof Answers]: Promise<Answers[One]> }]

/** One open transaction. `query` answers the rows; `client` is for COPY and cursors. */
export interface Tx {
  readonly client: Client
  query<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /**
   * The same, planned once for each connection: for the few statements that every form runs, whose plan is the same whatever the values.
   */
  prepared<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /**
   * What `send` asks, without waiting for one answer before the next is asked: all of it goes in one message, is done in its order, and a
   * first failure fails what is behind it. Each asks one thing, at once: no COPY, no cursor, nothing that asks again.
   */
  together<Answers extends readonly unknown[]>(send: () => Asked<Answers> | Promise<Asked<Answers>>): Promise<Answers>
  /** The one row that must be there. */
  one<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row>
  /** The row, if there is one. */
  maybe<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row | undefined>
}

/** Names of prepared statements, one for each text. */
const names = new Map<string, string>()
function nameOf(text: string): string {
  const known = names.get(text)
  if (known) return known
  const name = `fundwatch_${names.size + 1}`
  names.set(text, name)
  return name
}

const RETRIED = new Set(['40001', '40P01'])
const TRIES = 5

export function txOf(client: Client): Tx {
  const query = async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(text, values as unknown[])).rows
  return {
    client,
    query,
    async prepared<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      return (await client.query<Row>({ name: nameOf(text), text, values: values as unknown[] })).rows
    },
    async together<Answers extends readonly unknown[]>(
      send: () => Asked<Answers> | Promise<Asked<Answers>>,
    ): Promise<Answers> {
      const connection = client as unknown as { pipeline?: boolean; connection: { stream: Writable } }
      const { stream } = connection.connection
      const before = connection.pipeline ?? false
      connection.pipeline = true
      try {
        stream.cork()
        let asked: ReturnType<typeof send>
        try {
          asked = send()
        } finally {
          stream.uncork()
        }
        // All are waited for: the connection asks one by one again only when nothing is under way.
        const answers: PromiseSettledResult<unknown>[] = await Promise.allSettled(await asked)
        const failed = answers.find((answer): answer is PromiseRejectedResult => answer.status === 'rejected')
        if (failed) throw failed.reason
        return answers.map(answer => (answer as PromiseFulfilledResult<unknown>).value) as unknown as Answers
      } finally {
        connection.pipeline = before
      }
    },
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
 * Runs `work` in one transaction whose scope, narrowing, actor, day and permissions are said to the database, so that row-level security holds.
 * Deadlocks and serialisation failures are tried again from the start; `work` must therefore touch nothing but the transaction.
 * `snapshot` is what `pg_export_snapshot()` answered in a transaction that is still open: a read-only one then sees the very same.
 */
export async function inTransaction<T>(
  pool: Pool,
  as: { actor: Actor; clock: Clock },
  work: (tx: Tx) => Promise<T>,
  options: { readOnly?: boolean; snapshot?: string } = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect()
    let broken = false
    try {
      // What the transaction is, and what it says of itself, in one message: every form pays for each of them.
      const set = (name: string, value: string): string =>
        `set_config('fundwatch.${name}', ${client.escapeLiteral(value)}, true)`
      await client.query(
        `begin ${options.readOnly ? 'isolation level repeatable read read only' : ''};${
          options.snapshot ? ` set transaction snapshot ${client.escapeLiteral(options.snapshot)};` : ''
        } select ${set('scope', String(as.actor.scope))}, ${set('actor', String(as.actor.id))}, ${set('today', as.clock.today())},
           ${set('permissions', [...as.actor.permissions].join(','))}, ${set('narrowing', as.actor.narrowing ? JSON.stringify(as.actor.narrowing) : '')}`,
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
