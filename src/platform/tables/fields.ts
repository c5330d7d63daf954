import { parseDate } from '../../kernel/clock.ts'
import { type Fen, MAX_FEN, type MoneyUnit, narrowDigits, parseMoney, yuan } from '../../kernel/money.ts'
import type { FaultList } from '../../kernel/refusal.ts'
import { columnLabel } from './header.ts'
import type { DateOrder } from './mapping.ts'
import type { Column, TableRow } from './table.ts'

export interface TextRule {
  required?: boolean
  /** Characters; 1000 where not said. */
  maxLength?: number
  /** Personal data: the value is masked in every sentence. */
  personal?: boolean
}
export interface MoneyRule {
  /** True where not said. */
  required?: boolean
  /** `positive` where not said. */
  sign?: 'positive' | 'non-negative' | 'any'
  /** What the figures are in; 元 where not said. */
  unit?: MoneyUnit
}
export interface DateRule {
  required?: boolean
}
export interface IntegerRule {
  required?: boolean
  min?: number
  max?: number
}
export interface CodeRule {
  required?: boolean
  /** E.g. `unknown-division`. */
  fault: string
  /** What it is a code of, e.g. 财政区划 and division. */
  zh: string
  en: string
  /** What to do about an unknown one; says to register it first, where not given. */
  mend?: { zh: string; en: string }
}

const shown = (value: string): string => (value.length > 60 ? `${value.slice(0, 60)}…` : value)
const masked = (value: string): string =>
  value.length <= 4 ? '*'.repeat(value.length) : `${value.slice(0, 2)}****${value.slice(-2)}`

// Control characters and lone surrogates: no office form has them, and PostgreSQL takes no nil in text.
const UNPRINTABLE = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F\uD800-\uDFFF]/u

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['1', '是', 'Y', 'YES', 'TRUE', 'T', '√', '有'].map(word => [word, true] as const),
  ...['2', '0', '否', 'N', 'NO', 'FALSE', 'F', '×', '无'].map(word => [word, false] as const),
])

/**
 * Reads the fields of one row after another: each gives its value, or null and a fault with row, field, value and mend.
 * What is mended on the way (full-width digits) is reported as a repair. A field that is blank and not required is null
 * without a fault. What a row is made of is said by the subclasses.
 */
export abstract class FieldReader {
  readonly faults: FaultList
  protected place = 0

  constructor(faults: FaultList) {
    this.faults = faults
  }

  /** The text as it stands, `''` when blank or absent. */
  abstract raw(name: string): string

  /** How a sentence names the field. */
  protected abstract label(name: string): string

  /** What amounts of the field are in, and how its dates are written, where a mapping says so. */
  protected unitOf(_name: string): MoneyUnit {
    return '元'
  }
  protected datesOf(_name: string): DateOrder {
    return 'ymd'
  }

  /** How a sentence names the row. */
  protected where(): { zh: string; en: string } {
    return { zh: `第 ${this.place} 行`, en: `Row ${this.place}` }
  }

  get row(): number {
    return this.place
  }

  /** Adds a fault about a field, in the form of all of them: where, which field, the value, and what to do. */
  fault(code: string, name: string, value: string, zh: string, en: string): null {
    const where = this.where()
    const label = this.label(name)
    const quoted = value === '' ? { zh: '', en: '' } : { zh: `“${shown(value)}”`, en: ` "${shown(value)}"` }
    this.faults.add({
      code,
      row: this.place,
      field: name,
      value: shown(value),
      zh: `${where.zh} ${label}${quoted.zh}${zh}。`,
      en: `${where.en}, ${label}${quoted.en}: ${en}.`,
    })
    return null
  }

  /** Reports that a value was mended. */
  repair(code: string, name: string, value: string, to: string, zh: string, en: string): void {
    const where = this.where()
    this.faults.repair({
      code,
      row: this.place,
      field: name,
      value: shown(value),
      to,
      zh: `${where.zh} ${this.label(name)}“${shown(value)}”${zh}，按“${to}”登记。`,
      en: `${where.en}, ${this.label(name)} "${shown(value)}": ${en}; stored as "${to}".`,
    })
  }

  /** Faults `field-missing`, `text-too-long`, `text-unprintable`. */
  text(name: string, rule: TextRule = {}): string | null {
    const value = this.raw(name)
    if (value === '') return rule.required ? this.#missing(name) : null
    const say = rule.personal ? masked(value) : value
    const maxLength = rule.maxLength ?? 1000
    if (value.length > maxLength)
      return this.fault(
        'text-too-long',
        name,
        say,
        `有 ${value.length} 个字，最多 ${maxLength} 个，请缩短`,
        `is ${value.length} characters long, at most ${maxLength} are allowed; shorten it`,
      )
    if (UNPRINTABLE.test(value))
      return this.fault(
        'text-unprintable',
        name,
        say.replace(new RegExp(UNPRINTABLE, 'gu'), '�'),
        '含有不可见的控制字符或残缺字符，请重新录入',
        'holds control characters or broken ones; enter it again',
      )
    return value
  }

  /**
   * Faults `amount-empty`, `amount-comma`, `amount-decimals`, `amount-not-a-number`, `amount-too-large`,
   * `amount-not-positive`, `amount-negative`; repairs `amount-full-width`.
   */
  money(name: string, rule: MoneyRule = {}): Fen | null {
    const value = this.raw(name)
    if (value === '' && rule.required === false) return null
    const unit = rule.unit ?? this.unitOf(name)
    const parsed = parseMoney(value, unit)
    if ('problem' in parsed) {
      if (value === '' || parsed.problem === 'empty')
        return this.fault(
          'amount-empty',
          name,
          '',
          `没有填金额，请填写以${unit}为单位的数字`,
          'the amount is missing; enter it',
        )
      switch (parsed.problem) {
        case 'comma':
          return this.fault(
            'amount-comma',
            name,
            value,
            '含有千分位逗号，请去掉逗号（把单元格格式设为不带千分位）',
            'holds a thousands comma; remove it (format the cells without separators)',
          )
        case 'decimals':
          return this.fault(
            'amount-decimals',
            name,
            value,
            `小数位过多，金额只能精确到分，请核对`,
            'has too many decimals, money goes down to the fen; check it',
          )
        case 'too-large':
          return this.fault(
            'amount-too-large',
            name,
            value,
            `超过单笔上限 ${yuan(MAX_FEN)} 元，请核对单位`,
            `exceeds the limit of ${yuan(MAX_FEN)} yuan a line; check the unit`,
          )
        default:
          return this.fault(
            'amount-not-a-number',
            name,
            value,
            '不是数字，请填写如 12345.67 的金额',
            'is not a number; enter an amount such as 12345.67',
          )
      }
    }
    const { fen } = parsed
    if (rule.sign !== 'any' && fen <= 0n) {
      if (rule.sign === 'non-negative') {
        if (fen < 0n)
          return this.fault('amount-negative', name, value, '不能是负数，请核对', 'must not be negative; check it')
      } else
        return this.fault(
          'amount-not-positive',
          name,
          value,
          '必须大于零；冲减请用红字更正或退款',
          'must be above zero; use a correction or a refund to reduce',
        )
    }
    if (parsed.repaired)
      this.repair('amount-full-width', name, value, narrowDigits(value).trim(), '是全角数字', 'has full-width digits')
    return fen
  }

  /** `YYYY-MM-DD`. Faults `field-missing`, `date-impossible`, `date-not-a-date`; repairs `date-full-width`. */
  date(name: string, rule: DateRule = {}): string | null {
    const value = this.raw(name)
    if (value === '') return rule.required ? this.#missing(name) : null
    const narrow = narrowDigits(value).trim()
    const date = parseDate(inOrder(narrow, this.datesOf(name)))
    if (date === null) {
      if (/^\d{4}(?:[-/年.]\d{1,2}[-/月.]\d{1,2}日?|\d{4})(?:\D.*|\d{6,9})?$/.test(narrow))
        return this.fault(
          'date-impossible',
          name,
          value,
          '不是存在的日期，请改正（形式如 2018-02-28）',
          'is not a day that exists; correct it (in the form 2018-02-28)',
        )
      return this.fault(
        'date-not-a-date',
        name,
        value,
        '不是日期，请写成 2018-02-28 的形式',
        'is not a date; write it in the form 2018-02-28',
      )
    }
    if (narrow !== value) this.repair('date-full-width', name, value, date, '是全角数字', 'has full-width digits')
    return date
  }

  /** Faults `field-missing`, `integer-not-a-number`, `integer-out-of-range`; repairs `integer-full-width`. */
  integer(name: string, rule: IntegerRule = {}): number | null {
    const value = this.raw(name)
    if (value === '') return rule.required ? this.#missing(name) : null
    const narrow = narrowDigits(value).trim()
    if (!/^[+-]?\d{1,15}$/.test(narrow))
      return this.fault('integer-not-a-number', name, value, '不是整数，请改正', 'is not a whole number; correct it')
    const number = Number(narrow)
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = rule
    if (number < min || number > max)
      return this.fault(
        'integer-out-of-range',
        name,
        value,
        `不在 ${min} 到 ${max} 之间，请核对`,
        `is not between ${min} and ${max}; check it`,
      )
    if (narrow !== value) this.repair('integer-full-width', name, value, narrow, '是全角数字', 'has full-width digits')
    return number
  }

  /** What a code stands for. Faults `field-missing`, and the rule's own; repairs `code-full-width`. */
  code<T>(name: string, known: ReadonlyMap<string, T>, rule: CodeRule): T | null {
    const value = this.raw(name)
    if (value === '') return rule.required === false ? null : this.#missing(name)
    const found = known.get(value)
    if (found !== undefined) return found
    const narrow = narrowDigits(value).trim()
    const mended = narrow === value ? undefined : known.get(narrow)
    if (mended !== undefined) {
      this.repair('code-full-width', name, value, narrow, '是全角数字', 'has full-width digits')
      return mended
    }
    return this.fault(
      rule.fault,
      name,
      value,
      rule.mend?.zh ?? `不是已登记的${rule.zh}，请先登记该${rule.zh}或改正代码`,
      rule.mend?.en ?? `is not a registered ${rule.en}; register it first, or correct the code`,
    )
  }

  /** 1/2, 是/否, Y/N (the ministry's convention: 1 yes, 2 no). Faults `field-missing`, `flag-unknown`. */
  flag(name: string, rule: { required?: boolean } = {}): boolean | null {
    const value = this.raw(name)
    if (value === '') return rule.required ? this.#missing(name) : null
    const flag = FLAGS.get(narrowDigits(value).trim().toUpperCase())
    if (flag !== undefined) return flag
    return this.fault('flag-unknown', name, value, '请填 1（是）或 2（否）', 'enter 1 (yes) or 2 (no)')
  }

  #missing(name: string): null {
    return this.fault('field-missing', name, '', '没有填，请补上', 'is missing; fill it in')
  }
}

/** `31/12/2018` and its like, year first; what does not have that form is left alone. */
function inOrder(text: string, order: DateOrder): string {
  const match = order === 'ymd' ? null : /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(text)
  if (!match) return text
  const [, first = '', second = '', year = ''] = match
  return order === 'dmy' ? `${year}-${second}-${first}` : `${year}-${first}-${second}`
}

/** Reads rows of `readTable`; names are those of the columns. An unknown name is a mistake of ours and throws. */
export class RowReader extends FieldReader {
  #index = new Map<string, number>()
  #labels = new Map<string, string>()
  #mapped = new Map<string, Column>()
  #cells: (string | undefined)[] = []

  constructor(columns: readonly Column[], faults: FaultList) {
    super(faults)
    columns.forEach((column, index) => {
      this.#index.set(column.name, index)
      this.#labels.set(column.name, columnLabel(column))
      if (column.value !== undefined || column.unit || column.dates) this.#mapped.set(column.name, column)
    })
  }

  /** Goes to a row; the same reader serves all of them. */
  at(row: TableRow): this {
    this.place = row.row
    this.#cells = row.cells
    return this
  }

  raw(name: string): string {
    const index = this.#index.get(name)
    if (index === undefined) throw new RangeError(`no column ${name}`)
    const cell = this.#cells[index] ?? ''
    return cell === '' && this.#mapped.size > 0 ? (this.#mapped.get(name)?.value ?? '') : cell
  }

  protected override unitOf(name: string): MoneyUnit {
    return this.#mapped.get(name)?.unit ?? '元'
  }

  protected override datesOf(name: string): DateOrder {
    return this.#mapped.get(name)?.dates ?? 'ymd'
  }

  protected label(name: string): string {
    return this.#labels.get(name) ?? name
  }
}

/** Reads the header or one detail of a voucher message; a field that the message lacks is blank. */
export class ElementReader extends FieldReader {
  #fields: Record<string, string> = {}
  #detail = 0

  /** Goes to a voucher's header, or (1-based) to one of its details. */
  at(ordinal: number, fields: Record<string, string>, detail = 0): this {
    this.place = ordinal
    this.#fields = fields
    this.#detail = detail
    return this
  }

  raw(name: string): string {
    return this.#fields[name] ?? ''
  }

  protected label(name: string): string {
    return name
  }

  protected override where(): { zh: string; en: string } {
    return this.#detail === 0
      ? { zh: `第 ${this.place} 张凭证`, en: `Voucher ${this.place}` }
      : {
          zh: `第 ${this.place} 张凭证第 ${this.#detail} 条明细`,
          en: `Voucher ${this.place}, detail ${this.#detail}`,
        }
  }
}
