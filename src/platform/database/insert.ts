import type { Tx } from './transaction.ts'

/** From here on a statement is worth planning for what it holds, and a column that says the same in every row travels once. */
const MANY_ROWS = 500
/** So many rows go at a time: while the database takes them, the next are made ready here. */
const SLICE_ROWS = 10_000

/**
 * Inserts any number of rows, ten thousand in a statement: each column travels as one array, or as one value where it is one row, or many that all
 * say the same.
 * `types` names the columns and their SQL types; array-typed columns must be sent as text (`{1,2}`) and are cast back.
 */
export async function insertRows<Row extends object>(
  tx: Tx,
  table: string,
  types: { [Column in keyof Row]: string },
  rows: readonly Row[],
): Promise<void> {
  const [first] = rows
  if (!first) return
  if (rows.length > SLICE_ROWS) return inSlices(tx, table, types, rows)
  const many = rows.length >= MANY_ROWS
  const columns = Object.keys(types) as (keyof Row & string)[]
  if (rows.length === 1) {
    const cells = columns.map((column, index) => `$${index + 1}::${types[column]}`)
    const text = `insert into ${table} (${columns.join(', ')}) values (${cells.join(', ')})`
    await tx.prepared(
      text,
      columns.map(column => first[column]),
    )
    return
  }
  const same = columns.map(column => many && saysTheSame(rows, column))
  const sent = columns.map(column => (types[column].endsWith('[]') ? 'text' : types[column]))
  // One array at least says how many rows there are.
  if (same.every(Boolean)) same[0] = false
  const cell = (index: number): string => (same[index] ? `$${index + 1}::${sent[index]}` : `c${index}`)
  const arrays = columns.flatMap((_, index) => (same[index] ? [] : [index]))
  const text = `insert into ${table} (${columns.join(', ')})
     select ${columns.map((column, index) => `${cell(index)}::${types[column]}`).join(', ')}
     from unnest(${arrays.map(index => `$${index + 1}::${sent[index]}[]`).join(', ')}) as r(${arrays.map(index => `c${index}`).join(', ')})`
  const values = columns.map((column, index) => (same[index] ? first[column] : rows.map(row => row[column])))
  await (many ? tx.query(text, values) : tx.prepared(text, values))
}

async function inSlices<Row extends object>(
  tx: Tx,
  table: string,
  types: { [Column in keyof Row]: string },
  rows: readonly Row[],
): Promise<void> {
  await tx.together<unknown[]>(async () => {
    const sent: Promise<void>[] = []
    for (let from = 0; from < rows.length; from += SLICE_ROWS) {
      const slice = insertRows(tx, table, types, rows.slice(from, from + SLICE_ROWS))
      slice.catch(() => {})
      sent.push(slice)
      // What was asked leaves the process before more of it is made.
      await new Promise(resolve => setImmediate(resolve))
    }
    return sent
  })
}

/** A plain loop: of a hundred thousand rows of thirty columns, `every` took six times as long. */
function saysTheSame<Row>(rows: readonly Row[], column: keyof Row): boolean {
  const value = rows[0]![column]
  for (let index = 1; index < rows.length; index++) if (rows[index]![column] !== value) return false
  return true
}
