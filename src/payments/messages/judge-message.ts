import { hash } from 'node:crypto'
import { narrowDigits, yuan } from '../../kernel/money.ts'
import { ElementReader } from '../../platform/tables/fields.ts'
import { divisionOf, type JudgePorts, pastDay } from '../judge-payment.ts'
import type { OtherVoucher } from '../read-payments.ts'
import type { Field, MessageType } from './description.ts'

/** What the fields of a header or a detail hold: text, fen, or a number, as their kind says; null where blank. */
export type Values = Readonly<Record<string, string | bigint | number | null>>

/** A message that pays nothing by itself, judged by its description. Account numbers stand in it as they were read. */
export interface ReadMessage {
  row: number
  type: MessageType
  division: number
  fiscalYear: number
  voucherNo: string
  vouchedOn: string
  header: Values
  lines: readonly Values[]
  /** SM3 over everything but what the bank fills in later, hexadecimal; accounts go in as keyed digests. */
  digest: string
}

const NEW_ELEMENTS = ['AgencyCode', 'ExpFuncCode', 'DepProCode', 'BgtId', 'FileNoName']

/**
 * Judges a message by its description, field by field. Faults besides those of the fields: `details-missing`,
 * `voucher-details-sum`, `detail-repeated` (one id twice in a list), `adjustment-empty`, `date-in-future`, and of the division.
 */
export function judgeMessage({ type, voucher }: OtherVoucher, ports: JudgePorts): ReadMessage | null {
  const { faults, reference } = ports
  const before = faults.count
  const reader = new ElementReader(faults).at(voucher.ordinal, voucher.fields)
  const header = valuesOf(reader, type.header, reference.today)
  const division = divisionOf(reader, 'AdmDivCode', String(header.VouDate ?? ''), reference)
  if (type.detailed && voucher.details.length === 0)
    reader.fault(
      'details-missing',
      'DetailList',
      '',
      '没有明细，请补上明细（DetailList/Detail）',
      'has no details; add them (DetailList/Detail)',
    )
  const lines = type.detailed
    ? voucher.details.map((detail, index) =>
        valuesOf(reader.at(voucher.ordinal, detail, index + 1), type.detail, reference.today),
      )
    : []
  if (faults.count === before) judgeWhole(type, reader.at(voucher.ordinal, voucher.fields), header, lines)
  if (faults.count > before) return null
  const content = (fields: readonly Field[], values: Values): string =>
    fields
      .filter(field => !field.name.startsWith('X'))
      .map(({ name, kind }) => {
        const value = values[name]
        return kind === 'account' && value ? ports.accounts.digest(String(value)) : String(value ?? '')
      })
      .join('\u001f')
  return {
    row: voucher.ordinal,
    type,
    division: division!,
    fiscalYear: Number(header.StYear),
    voucherNo: String(header.VoucherNo),
    vouchedOn: String(header.VouDate),
    header,
    lines,
    digest: hash(
      'sm3',
      [content(type.header, header), ...lines.map(line => content(type.detail, line))].join('\u001e'),
      'hex',
    ),
  }
}

function judgeWhole(type: MessageType, reader: ElementReader, header: Values, lines: readonly Values[]): void {
  if (type.sum) {
    const stated = header[type.sum.header] as bigint
    const detail = type.sum.detail
    const sum = lines.reduce((all, line) => all + (line[detail] as bigint), 0n)
    if (stated !== sum)
      reader.fault(
        'voucher-details-sum',
        type.sum.header,
        yuan(stated),
        `与 ${lines.length} 条明细之和 ${yuan(sum)} 不相等，请核对后重新导出`,
        `differs from the sum of its ${lines.length} details, ${yuan(sum)}; check and export again`,
      )
  }
  if (type.becomes === 'adjustment' && NEW_ELEMENTS.every(name => header[name] === null))
    reader.fault(
      'adjustment-empty',
      'AgencyCode',
      '',
      '没有填调整后的单位、科目、项目或指标，请至少填一项',
      'names no agency, subject, project or allotment to which the amount is moved; give at least one',
    )
  if (type.becomes === 'people') {
    const seen = new Map<string, number>()
    lines.forEach((line, index) => {
      const id = String(line.Id)
      const first = seen.get(id)
      if (first === undefined) seen.set(id, index + 1)
      else
        reader.fault(
          'detail-repeated',
          'Id',
          id,
          `在第 ${first} 条和第 ${index + 1} 条明细中重复，请核对是否重复发放`,
          `stands in details ${first} and ${index + 1}; check whether somebody was paid twice`,
        )
    })
  }
}

function valuesOf(reader: ElementReader, fields: readonly Field[], today: string): Values {
  const values: Record<string, string | bigint | number | null> = Object.create(null)
  for (const field of fields) values[field.name] = fieldValue(reader, field, today)
  return values
}

function fieldValue(reader: ElementReader, field: Field, today: string): string | bigint | number | null {
  const { name, kind, required } = field
  switch (kind) {
    case 'day':
      return pastDay(reader, name, today, required)
    case 'year':
      return reader.integer(name, { required, min: 1994, max: 2100 })
    case 'type':
      return reader.integer(name, { required, min: 1, max: 9999 })
    case 'month':
      return reader.integer(name, { required, min: 1, max: 12 })
    case 'count':
      return reader.integer(name, { required, min: 0 })
    case 'amount':
      return reader.money(name, { required })
    case 'money':
      return reader.money(name, { required, sign: 'any' })
    case 'non-zero': {
      const fen = reader.money(name, { required, sign: 'any' })
      if (fen === 0n)
        return reader.fault('amount-zero', name, reader.raw(name), '是零，请删除', 'is zero; leave it out')
      return fen
    }
    case 'account': {
      const account = reader.text(name, { required, personal: true, maxLength: field.max ?? 100 })
      return account === null ? null : narrowDigits(account).replace(/\s+/g, '')
    }
    case 'division':
      // Judged against the register, with the voucher's day, by whoever called.
      return reader.raw(name)
    case 'code':
      return reader.text(name, { required, maxLength: field.max ?? 60 })
    case 'text':
      return reader.text(name, { required, maxLength: field.max ?? 200 })
  }
}
