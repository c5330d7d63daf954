import type { Tx } from './transaction.ts'

/**
 * Inserts any number of rows with one statement: each column travels as one array. `types` names the columns and their SQL
 * types; array-typed columns must be sent as text (`{1,2}`) and are cast back.
 */
export async function insertRows<Row extends object>(
  tx: Tx,
  table: string,
  types: { [Column in keyof Row]: string },
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return
  const columns = Object.keys(types) as (keyof Row & string)[]
  const sent = columns.map(column => (types[column].endsWith('[]') ? 'text' : types[column]))
  await tx.query(
    `insert into ${table} (${columns.join(', ')})
     select ${columns.map((column, index) => `c${index}::${types[column]}`).join(', ')}
     from unnest(${sent.map((type, index) => `$${index + 1}::${type}[]`).join(', ')}) as r(${columns.map((_, index) => `c${index}`).join(', ')})`,
    columns.map(column => rows.map(row => row[column])),
  )
}
