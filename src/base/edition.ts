import { RAISED } from '../kernel/raised.ts'
import { type FaultList, Refusal } from '../kernel/refusal.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import type { Column } from '../platform/tables/table.ts'

/** What a superior issues (下发). */
export const EDITION_KINDS = ['chart', 'orders', 'templates', 'catalogue', 'subjects'] as const
export type EditionKind = (typeof EDITION_KINDS)[number]

/** The act of issuing: by which document, for which fiscal years (`lastYear` null: until another). */
export interface EditionHead {
  document: { number: string; title: string; dated: string }
  firstYear: number
  lastYear: number | null
}

/** What every file of base data says of its issue; the first row is enough, others may repeat it. */
export const EDITION_COLUMNS: readonly Column[] = [
  { name: 'DOC_NUMBER', titles: ['下发文号', '文号'], required: false },
  { name: 'DOC_TITLE', titles: ['文件标题'], required: false },
  { name: 'DOC_DATE', titles: ['发文日期'], required: false },
  { name: 'FIRST_YEAR', titles: ['起始年度'], required: false },
  { name: 'LAST_YEAR', titles: ['终止年度'], required: false },
]

/** Gathers the head of an edition from the rows of a file. */
export class HeadReader {
  readonly #faults: FaultList
  readonly #found = new Map<string, { value: string; row: number }>()

  constructor(faults: FaultList) {
    this.#faults = faults
  }

  /** Reads what a row says of the issue. Faults `edition-head-differs`, and of the fields. */
  read(reader: RowReader): void {
    this.#take(reader, 'DOC_NUMBER', reader.text('DOC_NUMBER', { maxLength: 100 }))
    this.#take(reader, 'DOC_TITLE', reader.text('DOC_TITLE', { maxLength: 300 }))
    this.#take(reader, 'DOC_DATE', reader.date('DOC_DATE'))
    this.#take(reader, 'FIRST_YEAR', reader.integer('FIRST_YEAR', { min: 1994, max: 2100 }))
    this.#take(reader, 'LAST_YEAR', reader.integer('LAST_YEAR', { min: 1994, max: 2100 }))
  }

  #take(reader: RowReader, field: string, value: string | number | null): void {
    if (value === null) return
    const before = this.#found.get(field)
    if (!before) this.#found.set(field, { value: String(value), row: reader.row })
    else if (before.value !== String(value))
      reader.fault(
        'edition-head-differs',
        field,
        String(value),
        `与第 ${before.row} 行的“${before.value}”不同，一个文件只下发一次，请改成一致`,
        `differs from “${before.value}” in row ${before.row}; a file is one issue, make them agree`,
      )
  }

  /** Whether the file says anything of an issue. */
  get stated(): boolean {
    return this.#found.size > 0
  }

  /** The head; null, and faults `edition-head-missing` or `edition-years`, where it is not whole. */
  head(): EditionHead | null {
    const get = (field: string): string | null => this.#found.get(field)?.value ?? null
    const names = { DOC_NUMBER: '下发文号', DOC_TITLE: '文件标题', DOC_DATE: '发文日期', FIRST_YEAR: '起始年度' }
    const missing = Object.entries(names).filter(([field]) => get(field) === null)
    for (const [field, name] of missing)
      this.#faults.add({
        code: 'edition-head-missing',
        field,
        zh: `文件没有${name}：下发基础信息须有文件和起始年度，请在第一行填写。`,
        en: `The file does not state ${field}: base data is issued by a document for fiscal years; enter it in the first row.`,
      })
    const firstYear = Number(get('FIRST_YEAR'))
    const last = get('LAST_YEAR')
    if (missing.length > 0) return null
    if (last !== null && Number(last) < firstYear) {
      this.#faults.add({
        code: 'edition-years',
        field: 'LAST_YEAR',
        value: last,
        zh: `终止年度 ${last} 早于起始年度 ${firstYear}：请改正。`,
        en: `The last year ${last} lies before the first year ${firstYear}: correct it.`,
      })
      return null
    }
    return {
      document: { number: get('DOC_NUMBER')!, title: get('DOC_TITLE')!, dated: get('DOC_DATE')! },
      firstYear,
      lastYear: last === null ? null : Number(last),
    }
  }
}

/** The database's own refusal (`issuedAbove`), as a sentence; other errors as they are. */
export function lockedExplained(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string }
  if (code !== RAISED.issuedAbove) return error
  return new Refusal('conflict', [
    {
      code: 'base-data-locked',
      zh: `基础信息由上级统一下发，本级不得更改（${message}）：如需变更，请由下发单位以文件下发新的版本。`,
      en: `Base data is issued above and locked here (${message}): for a change, the issuer issues another edition by a document.`,
    },
  ])
}
