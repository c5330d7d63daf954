import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { carryOutChanges } from './carry-out-change.ts'
import { CHANGES, type ChangeInput, type ChangeKind } from './change.ts'
import { divisionCodeField } from './fields.ts'

export const CHANGE_COLUMNS: readonly Column[] = [
  { name: 'KIND', titles: ['调整类型'], required: true },
  { name: 'EFFECTIVE_ON', titles: ['生效日期'], required: true },
  { name: 'DOC_NUMBER', titles: ['文号'], required: true },
  { name: 'DOC_TITLE', titles: ['文件标题'], required: true },
  { name: 'DOC_DATE', titles: ['发文日期'], required: true },
  { name: 'MOF_DIV_CODE', titles: ['区划代码'], required: true },
  { name: 'NEW_NAME', titles: ['新名称'], required: false },
  { name: 'NEW_CODE', titles: ['新代码', '并入区划代码'], required: false },
  { name: 'ADMIN_PARENT', titles: ['新行政上级'], required: false },
  { name: 'FISCAL_PARENT', titles: ['新财政上级'], required: false },
  { name: 'BELOW', titles: ['划入的下级'], required: false },
  { name: 'ENDS', titles: ['原区划撤销'], required: false },
  { name: 'NOTE', titles: ['备注'], required: false },
]

const KIND_WORDS: ReadonlyMap<string, ChangeKind> = new Map([
  ...CHANGES.map(kind => [kind, kind] as const),
  ...([
    ['更名', 'rename'],
    ['变更代码', 'recode'],
    ['变更隶属', 'move'],
    ['合并', 'merge'],
    ['撤并', 'merge'],
    ['析置', 'split'],
    ['拆分', 'split'],
  ] as const),
])

/**
 * Takes in a sheet of orders that change divisions. Rows of one merge (same day, document and target) and of one split (same day,
 * document and division) are one order. A division that is to be moved keeps the parent that its row leaves blank.
 * Faults: those of `planChange`, `change-kind-unknown`, and of the fields; then nothing is stored.
 */
export async function importChanges(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const faults = new FaultList()
  const { read, rows } = await readRows(request, CHANGE_COLUMNS, faults, changeRow)
  faults.throwIfAny()
  const orders = gathered(rows)
  const done = await carryOutChanges(context, orders, {
    division: request.division ?? 0,
    checkOnly: request.checkOnly ?? false,
  })
  return outcomeOf(faults, read, read, {
    orders: orders.length,
    created: done.reduce((sum, one) => sum + one.plan.versions.created.length, 0),
  })
}

function changeRow(reader: RowReader): ChangeInput | null {
  const kind = reader.code('KIND', KIND_WORDS, {
    required: true,
    fault: 'change-kind-unknown',
    zh: '调整类型',
    en: 'kind of change',
    mend: {
      zh: '不是调整类型，请填 更名、变更代码、变更隶属、合并、析置 之一',
      en: 'is no kind of change; enter rename, recode, move, merge or split',
    },
  })
  const effectiveOn = reader.date('EFFECTIVE_ON', { required: true })
  const number = reader.text('DOC_NUMBER', { required: true, maxLength: 100 })
  const title = reader.text('DOC_TITLE', { required: true, maxLength: 300 })
  const dated = reader.date('DOC_DATE', { required: true })
  const division = divisionCodeField(reader, 'MOF_DIV_CODE')
  const name = reader.text('NEW_NAME', { maxLength: 60 })
  const code = divisionCodeField(reader, 'NEW_CODE', { required: false })
  const administrativeParent = divisionCodeField(reader, 'ADMIN_PARENT', { required: false })
  const fiscalParent = divisionCodeField(reader, 'FISCAL_PARENT', { required: false })
  const below = (reader.text('BELOW') ?? '').split(/[\s,，;；、]+/).filter(Boolean)
  const ends = reader.flag('ENDS') ?? false
  const note = reader.text('NOTE', { maxLength: 500 })
  if (kind === null || effectiveOn === null || number === null || title === null || dated === null || division === null)
    return null
  return {
    row: reader.row,
    kind,
    effectiveOn,
    document: { number, title, dated },
    note,
    codes: [division],
    name,
    code,
    administrativeParent: administrativeParent ?? undefined,
    fiscalParent: fiscalParent ?? undefined,
    parts: kind === 'split' && code && name ? [{ code, name, below }] : [],
    ends,
  }
}

/** Rows that are one order together, by the order of their days. */
function gathered(rows: readonly ChangeInput[]): ChangeInput[] {
  const orders = new Map<string, ChangeInput>()
  for (const row of rows) {
    const of = row.kind === 'merge' ? row.code : row.kind === 'split' ? row.codes[0] : row.row
    const key = [row.kind, row.effectiveOn, row.document.number, of].join(' ')
    const order = orders.get(key)
    if (!order) orders.set(key, row)
    else
      orders.set(key, {
        ...order,
        codes: row.kind === 'merge' ? [...order.codes, ...row.codes] : order.codes,
        name: order.name ?? row.name,
        parts: [...order.parts, ...row.parts],
        ends: order.ends || row.ends,
      })
  }
  return [...orders.values()].sort((a, b) =>
    a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : 0,
  )
}
