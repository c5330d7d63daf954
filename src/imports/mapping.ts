import { parseDate } from '../kernel/clock.ts'
import { parseMoney } from '../kernel/money.ts'
import { FaultList, Refusal, refuse } from '../kernel/refusal.ts'
import type { Context, Run } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Importer, Source } from '../platform/part.ts'
import { headRows } from '../platform/tables/as-it-stands.ts'
import { normaliseHeading } from '../platform/tables/header.ts'
import { type ColumnMapping, headingSignature, holdsOf, type MappedField } from '../platform/tables/mapping.ts'
import type { Column, RawRow } from '../platform/tables/table.ts'
import type { MappingView } from './contract.ts'

export interface NewMapping {
  division: number
  name: string
  headings: readonly string[]
  fields: Readonly<Record<string, MappedField>>
}

/**
 * Remembers which column of a bureau's spreadsheet is which field; one of the same name, or for the same headings, is retired. Refuses, all
 * together: `mapping-name`, `mapping-field-unknown`, `mapping-heading-missing`, `mapping-heading-twice`, `mapping-field-missing`,
 * `mapping-value`.
 */
export async function saveMapping(context: Context, importer: Importer, input: NewMapping): Promise<string> {
  const columns = mappable(importer)
  const faults = new FaultList()
  const name = input.name.trim()
  if (name === '' || name.length > 60)
    faults.add({
      code: 'mapping-name',
      field: 'name',
      value: name.slice(0, 60),
      zh: '请给这个对照起一个名字（60 字以内），例如“农业局台账”。',
      en: 'Give the mapping a name of at most 60 characters, such as the office whose sheet it is.',
    })
  judgeFields(columns, input, faults)
  faults.throwIfAny()
  const { tx } = context
  const signature = headingSignature(input.headings)
  await tx.query(
    `update platform.column_mapping set retired_at = clock_timestamp()
     where division = $1 and kind = $2 and (name = $3 or signature = $4) and retired_at is null`,
    [input.division, importer.kind, name, signature],
  )
  const { id } = await tx.one<{ id: bigint }>(
    `insert into platform.column_mapping (division, kind, name, signature, headings, columns) values ($1, $2, $3, $4, $5, $6) returning id`,
    [input.division, importer.kind, name, signature, input.headings, JSON.stringify(input.fields)],
  )
  await context.audit({
    division: input.division,
    action: 'mapping-saved',
    subject: `${importer.kind} ${name}`,
    detail: { mapping: String(id), fields: Object.keys(input.fields).length },
  })
  return String(id)
}

function judgeFields(columns: readonly Column[], input: NewMapping, faults: FaultList): void {
  const headings = new Set(input.headings.map(normaliseHeading))
  const used = new Map<string, string>()
  for (const [field, { heading, value }] of Object.entries(input.fields)) {
    const column = columns.find(one => one.name === field)
    if (!column) {
      faults.add({
        code: 'mapping-field-unknown',
        field,
        zh: `没有字段“${field}”：请从列表中选择。`,
        en: `There is no field “${field}”: choose one of the list.`,
      })
      continue
    }
    const title = column.titles[0] ?? field
    if (heading !== undefined) {
      const key = normaliseHeading(heading)
      const before = used.get(key)
      if (!headings.has(key))
        faults.add({
          code: 'mapping-heading-missing',
          field,
          value: heading,
          zh: `“${title}”对应的列“${heading}”不在表头中：请重新选择。`,
          en: `The column “${heading}” chosen for ${field} is not in the header: choose again.`,
        })
      else if (before)
        faults.add({
          code: 'mapping-heading-twice',
          field,
          value: heading,
          zh: `列“${heading}”已对应“${before}”，不能再对应“${title}”：请只留一处。`,
          en: `The column “${heading}” is used for ${before} already: use it once.`,
        })
      used.set(key, title)
    }
    if (value !== undefined) judgeValue(column, value, faults)
  }
  // A heading that needs no mapping answers for its field by itself, unless another field has taken it.
  const itself = (column: Column) =>
    [column.name, ...column.titles].some(title => {
      const key = normaliseHeading(title)
      return headings.has(key) && !used.has(key)
    })
  for (const column of columns) {
    const field = input.fields[column.name]
    if (!column.required || field?.heading !== undefined || field?.value !== undefined || itself(column)) continue
    const title = column.titles[0] ?? column.name
    faults.add({
      code: 'mapping-field-missing',
      field: column.name,
      zh: `必需的“${title}”没有对应的列：请选择一列，或填写固定值。`,
      en: `The required field ${column.name} has no column: choose one, or give one value for all rows.`,
    })
  }
}

function judgeValue(column: Column, value: string, faults: FaultList): void {
  const holds = holdsOf(column)
  const fits =
    value.length <= 200 &&
    (holds === 'money'
      ? 'fen' in parseMoney(value)
      : holds === 'date'
        ? parseDate(value) !== null
        : value.trim() !== '')
  if (!fits)
    faults.add({
      code: 'mapping-value',
      field: column.name,
      value: value.slice(0, 60),
      zh: `“${column.titles[0] ?? column.name}”的固定值“${value.slice(0, 60)}”不合要求：金额写 100.00，日期写 2018-02-28，文字不能为空。`,
      en: `The value “${value.slice(0, 60)}” does not fit ${column.name}: amounts as 100.00, days as 2018-02-28, text not blank.`,
    })
}

/** The columns that a kind's own tables may be mapped to; refuses `mapping-kind`. */
export function mappable(importer: Importer | undefined): readonly Column[] {
  if (!importer?.columns)
    refuse(
      'missing',
      'mapping-kind',
      '这种导入不支持列对照：请按模板的表头整理文件。',
      'Files of this kind cannot be mapped: head their columns as the kind asks.',
      { value: importer?.kind ?? '' },
    )
  return importer.columns
}

const ROW = `m.id::text, m.kind, m.name, m.headings, m.columns as fields, coalesce(a.name, '') as actor, to_json(m.recorded_at) #>> '{}' as "recordedAt"`

export const mappingsOf = (tx: Tx, division: number, kind: string | null): Promise<MappingView[]> =>
  tx.query<never>(
    `select ${ROW} from platform.column_mapping m left join identity.account a on a.id = m.actor
     where m.division = $1 and ($2::text is null or m.kind = $2) and m.retired_at is null order by m.kind, m.name`,
    [division, kind],
  )

/** Forgets a mapping; files that were read by it are not touched. Refuses `mapping-missing`. */
export async function retireMapping(context: Context, division: number, id: string): Promise<void> {
  const row = await context.tx.maybe<{ kind: string; name: string }>(
    `update platform.column_mapping set retired_at = clock_timestamp() where division = $1 and id = $2 and retired_at is null returning kind, name`,
    [division, id],
  )
  if (!row) refuse('missing', 'mapping-missing', '没有这个列对照。', 'There is no such mapping.', { value: id })
  await context.audit({ division, action: 'mapping-retired', subject: `${row.kind} ${row.name}` })
}

/** The mapping of a name, for `--mapping`; refuses `mapping-missing`, or `mapping-ambiguous` where several divisions have one so named. */
export async function mappingNamed(
  tx: Tx,
  division: number | null,
  kind: string,
  name: string,
): Promise<ColumnMapping> {
  const rows = await tx.query<{ name: string; fields: ColumnMapping['fields'] }>(
    `select name, columns as fields from platform.column_mapping
     where kind = $1 and name = $2 and ($3::int is null or division = $3) and retired_at is null limit 2`,
    [kind, name, division],
  )
  if (rows.length > 1)
    refuse(
      'input',
      'mapping-ambiguous',
      `有几个区划都有“${name}”这个列对照：请用 --division 指明区划。`,
      `Several divisions have a mapping “${name}”: say which with --division.`,
      { field: '--mapping', value: name },
    )
  if (!rows[0])
    refuse(
      'missing',
      'mapping-missing',
      `没有名为“${name}”的列对照：请先在“列对照”页面建立。`,
      `There is no mapping “${name}”: make it on the mappings page first.`,
      { field: '--mapping', value: name },
    )
  return rows[0]
}

/** The mapping that was remembered for a file's headings, if one was; a file that cannot be read is left to its importer to refuse. */
export async function rememberedMapping(
  run: Run,
  actor: Context['actor'],
  importer: Importer,
  division: number | null,
  source: Source,
): Promise<ColumnMapping | undefined> {
  if (!importer.columns) return undefined
  const any = await run(
    actor,
    ({ tx }) =>
      tx.maybe(
        'select 1 as one from platform.column_mapping where kind = $1 and ($2::int is null or division = $2) and retired_at is null limit 1',
        [importer.kind, division],
      ),
    { readOnly: true },
  )
  // Most bureaus need none, and then no file is looked into twice.
  if (!any) return undefined
  let head: RawRow[]
  try {
    head = await headRows(source)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
  return run(
    actor,
    ({ tx }) =>
      tx.maybe<never>(
        `select name, columns as fields from platform.column_mapping
         where kind = $1 and signature = any ($2::bytea[]) and ($3::int is null or division = $3) and retired_at is null order by id desc limit 1`,
        [importer.kind, head.map(row => headingSignature(headingsOf(row))), division],
      ),
    { readOnly: true },
  )
}

/** The headings of a row, without the empty cells at its end. */
export function headingsOf(row: RawRow): string[] {
  const cells = row.cells.map(cell => cell.replace(/\uFEFF/g, '').trim())
  while (cells.length > 0 && cells.at(-1) === '') cells.pop()
  return cells
}
