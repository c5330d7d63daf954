import type { QueryResultRow } from 'pg'
import type { Tx } from './transaction.ts'

let cursors = 0

/** The rows of one query piece by piece, as one moment shows them: of any number, in little memory, with parameters. */
export async function* cursorRows<Row extends QueryResultRow>(
  tx: Tx,
  sql: string,
  values: readonly unknown[],
  chunk = 2000,
): AsyncGenerator<Row[]> {
  const name = `rows_${++cursors}`
  await tx.query(`declare ${name} no scroll cursor for ${sql}`, values)
  for (;;) {
    const rows = await tx.query<Row>(`fetch ${chunk} from ${name}`)
    if (rows.length > 0) yield rows
    if (rows.length < chunk) break
  }
  await tx.query(`close ${name}`)
}
