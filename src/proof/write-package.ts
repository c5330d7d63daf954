import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyOut } from '../platform/database/stream.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { ROOT } from '../platform/root.ts'
import { type ZipPart, zipOf } from '../platform/tables/zip-writer.ts'
import { fileOf, type Head, MANIFEST, type Manifest, type PackedFigures, type PackedFile } from './manifest.ts'
import { type PackedTable, packedTables } from './packed.ts'

/** The script that checks a package without us; it is packed as it lies here. */
export const SCRIPT = 'check_package.py'

/** What the reader of a package is told first: whether it was released, or is a copy to work with. */
const STANDING: Record<Manifest['standing'], string> = {
  'working-copy': '工作底稿，不得外报 · Working copy, not for sending out',
  released: '按报出会签办理 · Made for a release: the lead office signs it before it leaves',
}

/**
 * The books that the transaction may see, as an archive, streamed: every table as CSV in the order of its key, with counts, control sums,
 * digests, the heads of the chains, the data dictionary, and a script that checks it all. Run it in a read-only transaction: one snapshot.
 * @param division the code of the division whose scope the actor has, or `all`
 */
export async function* auditPackage(
  tx: Tx,
  division: string,
  options: { standing?: Manifest['standing']; told?: (manifest: Manifest) => void } = {},
): AsyncGenerator<Buffer> {
  const standing = options.standing ?? 'working-copy'
  await tx.query(`set local timezone = 'UTC'`)
  await tx.query(`set local datestyle = 'ISO, YMD'`)
  const files: PackedFile[] = []
  const figures: Manifest['tables'] = {}
  const tables = await packedTables(tx)
  async function* parts(): AsyncGenerator<ZipPart> {
    const readme = readFileSync(join(ROOT, 'src', 'proof', 'package-readme.txt'), 'utf8')
    yield counted(files, 'README.txt', [`${STANDING[standing]}\n\n${readme}`])
    yield counted(files, SCRIPT, [readFileSync(join(ROOT, 'src', 'proof', SCRIPT), 'utf8')])
    yield counted(files, 'data-dictionary.md', [readFileSync(join(ROOT, 'docs', 'data-dictionary.md'), 'utf8')])
    for (const table of tables) {
      figures[table.name] = await figuresOf(tx, table)
      yield counted(files, fileOf(table.name), csvOf(tx, table))
    }
    const manifest = await manifestOf(tx, { division, standing, files, tables: figures }, tables)
    options.told?.(manifest)
    yield { name: MANIFEST, data: [`${JSON.stringify(manifest, null, 1)}\n`] }
  }
  yield* zipOf(parts())
}

/** The part, with its digest taken of what passes. */
function counted(files: PackedFile[], name: string, data: AsyncIterable<string> | Iterable<string>): ZipPart {
  async function* passing(): AsyncGenerator<string> {
    const hash = createHash('sm3')
    let bytes = 0
    for await (const text of data) {
      hash.update(text)
      bytes += Buffer.byteLength(text)
      yield text
    }
    files.push({ name, bytes, sm3: hash.digest('hex') })
  }
  return { name, data: passing() }
}

async function* csvOf(tx: Tx, { name, columns, key }: PackedTable): AsyncGenerator<string> {
  const select = columns.map(column =>
    column.expression === column.name ? `"${column.name}"` : `${column.expression} as "${column.name}"`,
  )
  const order = key.map(column => `"${column}"`).join(', ')
  const statement = `copy (select ${select.join(', ')} from ${name}${order ? ` order by ${order}` : ''}) to stdout (format csv, header)`
  const decoder = new TextDecoder()
  for await (const chunk of copyOut(tx, statement)) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

async function figuresOf(tx: Tx, table: PackedTable): Promise<PackedFigures> {
  const money = table.columns.filter(column => column.money)
  const row = await tx.one<Record<string, string>>(
    `select count(*)::text as rows${money.map(({ name }, n) => `, coalesce(sum("${name}"), 0)::text as s${n}`).join('')} from ${table.name}`,
  )
  return {
    file: fileOf(table.name),
    key: table.key,
    ordered: table.ordered,
    rows: Number(row.rows),
    sums: Object.fromEntries(money.map(({ name }, n) => [name, row[`s${n}`]!])),
  }
}

async function manifestOf(
  tx: Tx,
  made: Pick<Manifest, 'division' | 'standing' | 'files' | 'tables'>,
  tables: readonly PackedTable[],
): Promise<Manifest> {
  const { taken_at } = await tx.one<{ taken_at: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as taken_at`,
  )
  const heads = await tx.query<Head>(
    `select distinct on (division) division, no::text, encode(digest, 'hex') as digest, sealed_at::text from ledger.seal order by division, no desc`,
  )
  const inside = await tx.query<{ division: number }>(
    'select division from divisions.scope_division where scope = platform.scope() and division > 0 order by division',
  )
  const { unsealed } = await tx.one<{ unsealed: number }>('select count(*)::int as unsealed from ledger.unsealed')
  return {
    format: 'fundwatch-audit-package',
    version: 1,
    taken_at,
    ...made,
    divisions: inside.map(row => row.division),
    heads,
    unsealed,
    withheld: Object.assign({}, ...tables.map(table => table.withheld)),
  }
}
