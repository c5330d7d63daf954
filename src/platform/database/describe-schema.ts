import type { Pool } from './pool.ts'

export const DICTIONARY_HEAD = `# Data dictionary

Every table and published view, column by column, read from the database's own catalogue after all migrations. Made by
\`node bin/data-dictionary.mjs\`; a test compares it with the database. The words are those of [GLOSSARY.md](../GLOSSARY.md).

A table's comment says what a row is. *reference* tables hold what is the same for all divisions; *staging* tables hold rows between reading and
posting; all others are facts, and their key begins with \`division\`. Money is in fen. Key: P primary, U unique, → another table's row.
`

// Words that mean the same in every table; a column's own comment goes first.
const MEANINGS: readonly [RegExp, string][] = [
  [/^id$/, 'a number of its own'],
  [/^division$/, 'whose fact it is'],
  [/^source$/, 'the line that it was made from'],
  [/^batch$/, 'the posting that it belongs to'],
  [/^line$|^line_no$|^no$|^position$/, 'counted from 1'],
  [/^note$/, 'words of whoever wrote it'],
  [/_fen$/, 'money, in fen'],
  [/_on$/, 'a day'],
  [/_at$/, 'a moment'],
  [/^fiscal_year$/, 'budget year'],
  [/^actor$/, 'who did it; 0 is the system'],
  [/^import$/, 'the import that brought it'],
  [/^path$/, 'all ancestors across divisions, oldest first, and itself'],
  [/^external_id$/, 'the id in the file it came from'],
  [/_sm3$|^sm3$/, 'SM3 of the file'],
  [/^request_key$/, 'the same key again posts nothing'],
  [/^key_version$/, 'which key of the vault'],
  [/^masked$|^payee_account$/, 'an account number with its middle left out'],
  [/^ciphertext$/, 'encrypted; opened by the vault alone'],
]

interface Column {
  table: string
  kind: string
  about: string | null
  name: string
  type: string
  needed: boolean
  own: string | null
  keys: string
}

/** Words in code style in the first cells of the glossary's tables, with what they mean. */
export function glossaryWords(glossary: string): Map<string, string> {
  const words = new Map<string, string>()
  for (const line of glossary.split('\n')) {
    const [, english = '', chinese = '', meaning = ''] = line.split('|').map(text => text.trim())
    for (const [, word = ''] of english.matchAll(/`([a-z_0-9]+)`/g))
      if (!words.has(word)) words.set(word, `${chinese}: ${meaning}`)
  }
  return words
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim()

/**
 * The data dictionary as Markdown, from the catalogue of a migrated database, tables in the order of their names. A column means
 * what its own comment says, else what the glossary says of its name; one that names another table's row needs no more words.
 */
export async function describeSchema(pool: Pool, words: ReadonlyMap<string, string>): Promise<string> {
  const { rows } = await pool.query<Column>(
    `select c.oid::regclass::text as table, c.relkind as kind, obj_description(c.oid, 'pg_class') as about,
       a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as needed, col_description(c.oid, a.attnum) as own,
       coalesce((select string_agg(distinct case k.contype when 'p' then 'P' when 'u' then 'U' else '→ ' || k.confrelid::regclass::text end, ', '
         order by case k.contype when 'p' then 'P' when 'u' then 'U' else '→ ' || k.confrelid::regclass::text end)
         from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f') and a.attnum = any (k.conkey)
           and (a.attname <> 'division' or k.contype <> 'f' or cardinality(k.conkey) = 1)), '') as keys
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p', 'v') and n.nspname not in ('public', 'graphile_worker', 'information_schema') and n.nspname not like 'pg\\_%'
     order by n.nspname collate "C", c.relkind = 'v', c.relname collate "C", a.attnum`,
  )
  let text = DICTIONARY_HEAD
  let schema = ''
  let table = ''
  for (const row of rows) {
    const [of = '', name = ''] = row.table.split('.')
    if (of !== schema) text += `\n## ${of}\n`
    schema = of
    if (row.table !== table) {
      text += `\n### ${of}.${name}${row.kind === 'v' ? ' (view)' : ''}\n\n${row.about ? `${row.about}\n\n` : ''}| Column | Type | Key | Meaning |\n|---|---|---|---|\n`
      table = row.table
    }
    const meaning =
      row.own ??
      (row.keys.includes('→') ? undefined : words.get(row.name)) ??
      MEANINGS.find(([pattern]) => pattern.test(row.name))?.[1] ??
      ''
    const type = row.kind === 'v' || row.needed ? row.type : `${row.type}, may be empty`
    text += `| \`${row.name}\` | ${cell(type)} | ${row.keys} | ${cell(meaning)} |\n`
  }
  return text
}
