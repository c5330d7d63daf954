import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { putSubjects, type Subject, subjectsOf } from './store.ts'

export const SUBJECT_COLUMNS: readonly Column[] = [
  { name: 'KIND', titles: ['科目类别'], required: true },
  { name: 'FISCAL_YEAR', titles: ['年度', '预算年度'], required: true },
  { name: 'CODE', titles: ['科目代码', '科目编码'], required: true },
  { name: 'NAME', titles: ['科目名称'], required: true },
]

/** How long the codes of a kind are: class, section, item (类 款 项); the economic kinds have two steps. */
export const SUBJECT_KINDS: ReadonlyMap<string, readonly number[]> = new Map([
  ['function', [3, 5, 7]],
  ['government-economic', [3, 5]],
  ['department-economic', [3, 5]],
])

const KIND_WORDS: ReadonlyMap<string, string> = new Map([
  ...[...SUBJECT_KINDS.keys()].map(kind => [kind, kind] as const),
  ['支出功能分类', 'function'],
  ['政府支出经济分类', 'government-economic'],
  ['部门支出经济分类', 'department-economic'],
])

/**
 * Takes in budget subjects of a year. A known code with another title takes the new one: the ministry corrects its lists.
 * Faults: `subject-kind-unknown`, `subject-code-malformed`, `subject-duplicated`, and of the fields.
 */
export async function importSubjects(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const first = new Map<string, number>()
  const keyOf = (one: Subject) => `${one.kind} ${one.year} ${one.code}`
  const { read, rows } = await readRows(request, SUBJECT_COLUMNS, faults, (reader): Subject | null => {
    const kind = reader.code('KIND', KIND_WORDS, {
      fault: 'subject-kind-unknown',
      zh: '科目类别',
      en: 'kind of subject',
      mend: {
        zh: '不是科目类别，请填 支出功能分类、政府支出经济分类、部门支出经济分类 之一',
        en: 'is no kind of subject; enter function, government-economic or department-economic',
      },
    })
    const year = reader.integer('FISCAL_YEAR', { required: true, min: 2000, max: 2100 })
    const code = reader.text('CODE', { required: true })
    const name = reader.text('NAME', { required: true, maxLength: 100 })
    if (kind === null || year === null || code === null || name === null) return null
    const lengths = SUBJECT_KINDS.get(kind)!
    if (!/^\d+$/.test(code) || !lengths.includes(code.length))
      return reader.fault(
        'subject-code-malformed',
        'CODE',
        code,
        `不是科目代码，应为 ${lengths.join('、')} 位数字`,
        `is no subject code; ${lengths.join(', ')} digits are expected`,
      )
    const subject = { kind, year, code, name }
    const before = first.get(keyOf(subject))
    if (before !== undefined)
      return reader.fault(
        'subject-duplicated',
        'CODE',
        code,
        `与第 ${before} 行重复，请只留一行`,
        `stands in row ${before} already; keep one of the two`,
      )
    first.set(keyOf(subject), reader.row)
    return subject
  })
  faults.throwIfAny()
  const known = new Map(
    (await subjectsOf(tx, [...new Set(rows.map(row => row.year))])).map(one => [keyOf(one), one.name]),
  )
  const changed = rows.filter(row => known.get(keyOf(row)) !== row.name)
  if (!request.checkOnly) {
    await putSubjects(tx, changed)
    await context.audit({
      division: 0,
      action: 'subjects.import',
      subject: request.source.fileName,
      detail: { read, changed: changed.length },
    })
  }
  return outcomeOf(faults, read, changed.length)
}
