import type { Tx } from '../platform/database/transaction.ts'

/** Schemas whose tables all belong to the books, those that later migrations add too. */
const BOOKS = ['ledger', 'allotments']

/** Of other parts, what a reader of the books needs to know what the numbers in them stand for. */
const BESIDE = [
  'divisions.division',
  'divisions.version',
  'divisions.change',
  'divisions.change_part',
  'divisions.agency',
  'divisions.office',
  'funds.catalogue',
  'funds.fund',
  'funds.fund_office',
  'funds.mapping',
  'funds.subject',
  'projects.project',
  'payments.bank_account',
  'payments.holder',
  'payments.payment',
  'payments.confirmation',
  'payments.in_transit',
  'payments.unposted',
]

/**
 * Personal data, and free words in which people put it: left out (null), or masked by an expression. Where a column of any table is
 * called so, its first name here decides.
 */
export const WITHHELD: Readonly<Record<string, string | null>> = {
  'payments.bank_account.digest': null,
  'payments.bank_account.ciphertext': null,
  'payments.bank_account.key_version': null,
  'payments.holder.name': `left(name, 1) || '**'`,
  'payments.holder.plain_name': null,
  'payments.payment.row_digest': null,
  purpose: null,
  note: null,
  remark: null,
  phone: null,
  ciphertext: null,
}

export interface PackedColumn {
  name: string
  /** What is written; the column itself, or a mask. */
  expression: string
  money: boolean
}

export interface PackedTable {
  /** `schema.table` */
  name: string
  columns: PackedColumn[]
  /** The columns of its primary key, in whose order its rows are written. */
  key: string[]
  /** Whether the key is whole numbers alone, so that anyone can hold the rows to its order. */
  ordered: boolean
  /** `schema.table.column`, with `left-out` or `masked` */
  withheld: Record<string, 'left-out' | 'masked'>
}

/** The tables of the books as this installation has them, read from the database's own catalogue. */
export async function packedTables(tx: Tx): Promise<PackedTable[]> {
  const rows = await tx.query<{ table: string; column: string; type: string; place: number | null }>(
    `select n.nspname || '.' || c.relname as table, a.attname as column, format_type(a.atttypid, null) as type,
       array_position(k.conkey, a.attnum) as place
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
     where c.relkind in ('r', 'p') and (n.nspname = any ($1) or n.nspname || '.' || c.relname = any ($2))
       and coalesce(obj_description(c.oid, 'pg_class'), '') not like 'staging:%'
     order by n.nspname collate "C", c.relname collate "C", a.attnum`,
    [BOOKS, BESIDE],
  )
  const tables = new Map<string, typeof rows>()
  for (const row of rows) tables.set(row.table, [...(tables.get(row.table) ?? []), row])
  return [...tables].map(([name, all]) => {
    const withheld: PackedTable['withheld'] = {}
    const columns: PackedColumn[] = []
    for (const { column, type } of all) {
      const full = `${name}.${column}`
      const mask = Object.hasOwn(WITHHELD, full) ? WITHHELD[full] : Object.hasOwn(WITHHELD, column) ? null : undefined
      if (mask !== undefined) withheld[full] = mask === null ? 'left-out' : 'masked'
      if (mask === null) continue
      columns.push({ name: column, expression: mask ?? column, money: type === 'bigint' && column.endsWith('_fen') })
    }
    const keyed = all.filter(row => row.place !== null).sort((a, b) => a.place! - b.place!)
    const ordered = keyed.length > 0 && keyed.every(row => ['integer', 'bigint', 'smallint'].includes(row.type))
    return { name, columns, key: keyed.map(row => row.column), ordered, withheld }
  })
}
