import { EDITION_COLUMNS, HeadReader, lockedExplained } from '../base/edition.ts'
import { issueEdition } from '../base/issue-edition.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { issuedSubjects, putSubjects, type Subject, subjectsOf } from './store.ts'

export const SUBJECT_COLUMNS: readonly Column[] = [
  { name: 'KIND', titles: ['科目类别'], required: true },
  { name: 'FISCAL_YEAR', titles: ['年度', '预算年度'], required: true },
  { name: 'CODE', titles: ['科目代码', '科目编码'], required: true },
  { name: 'NAME', titles: ['科目名称'], required: true },
  ...EDITION_COLUMNS,
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
 * With a document in its first row the file is issued (下发): from then on those kinds and years are locked, and only another edition changes
 * them. Faults: `subject-kind-unknown`, `subject-code-malformed`, `subject-duplicated`, `subjects-issued`, and of the fields.
 */
export async function importSubjects(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const heads = new HeadReader(faults)
  const first = new Map<string, number>()
  const keyOf = (one: Subject) => `${one.kind} ${one.year} ${one.code}`
  const { read, rows } = await readRows(request, SUBJECT_COLUMNS, faults, (reader): Subject | null => {
    heads.read(reader)
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
  const head = heads.stated ? heads.head() : null
  if (!head)
    for (const issued of await issuedSubjects(tx)) {
      const row = rows.find(one => one.kind === issued.kind && one.year === issued.year)
      if (row)
        faults.add({
          code: 'subjects-issued',
          row: first.get(keyOf(row))!,
          field: 'FISCAL_YEAR',
          value: String(issued.year),
          zh: `第 ${first.get(keyOf(row))} 行起的 ${issued.year} 年度科目已由“${issued.document}”下发，不得更改：更正须另行下发，请在文件第一行填写下发文号、标题、日期和起始年度。`,
          en: `Row ${first.get(keyOf(row))}: the subjects of ${issued.year} are issued by “${issued.document}” and locked: a correction is another edition; state its document and first year in the first row.`,
        })
    }
  faults.throwIfAny()
  const known = new Map(
    (await subjectsOf(tx, [...new Set(rows.map(row => row.year))])).map(one => [keyOf(one), one.name]),
  )
  const changed = rows.filter(row => known.get(keyOf(row)) !== row.name)
  if (!request.checkOnly) {
    try {
      const edition = head
        ? await issueEdition(context, {
            issuer: null,
            kind: 'subjects',
            name: `预算科目 ${[...new Set(rows.map(row => row.year))].join('、')}`,
            head,
            lines: rows.map(row => JSON.stringify(row)),
          })
        : null
      await putSubjects(tx, edition === null ? changed : rows, edition)
    } catch (error) {
      throw lockedExplained(error)
    }
    await context.audit({
      division: 0,
      action: 'subjects.import',
      subject: request.source.fileName,
      detail: { read, changed: changed.length },
    })
  }
  return outcomeOf(faults, read, changed.length)
}
