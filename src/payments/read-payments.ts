import { narrowDigits, parseMoney, yuan } from '../kernel/money.ts'
import { type FaultList, Refusal } from '../kernel/refusal.ts'
import { ElementReader, RowReader } from '../platform/tables/fields.ts'
import { type ColumnMapping, mappedColumns } from '../platform/tables/mapping.ts'
import { readTable, type TableSource } from '../platform/tables/table.ts'
import { readVouchers, type VoucherElement } from '../platform/tables/xml.ts'
import { APPLICATION, APPLICATION_COLUMNS, BILL, BILL_COLUMNS, type FieldNames, namesOf } from './field-names.ts'
import { type JudgePorts, PaymentJudge, unsupported } from './judge-payment.ts'
import { MESSAGE_TYPES, type MessageType, messageType } from './messages/description.ts'
import type { ReadPayment } from './payment.ts'

/** What the file said besides its payments. */
export interface ReadCounts {
  /** Rows or vouchers seen, good and bad. */
  rows: number
  /** Rows that the source had marked as deleted: passed over. */
  deleted: number
}

/** A voucher of a message that pays nothing by itself, not yet judged. */
export interface OtherVoucher {
  type: MessageType
  voucher: VoucherElement
}

/** A province's year: ten million vouchers are 2 GB. Only one piece of it is in memory at a time. Uploads have a limit of their own. */
const SIZES = { maxBytes: 4 * 1024 ** 3, maxRows: 50_000_000 }

interface Ports extends JudgePorts {
  counts: ReadCounts
  /** Where vouchers go that are no payments; whoever reads empties it after each chunk. */
  others: OtherVoucher[]
  /** The bureau's own headings, where they are not ours. */
  mapping?: ColumnMapping | undefined
}

/**
 * Reads payments from whatever the file is: a voucher message (src/payments/messages) or a table with the ministry's field
 * names. Vouchers that are no payments are handed over as they stand. A line
 * with a fault is left out and its faults added; what breaks the file itself is refused, or added behind the faults found so far.
 *
 * Faults besides those of the readers: `voucher-type-unsupported`, `division-malformed`, `division-unknown`,
 * `division-outside-scope`, `subject-unknown`, `amount-zero`, `voucher-details-sum`, `date-in-future`, `paid-sign-differs`,
 * `refund-before-payment`.
 * Repairs: `document-number-repaired`, `account-full-width`, `amount-by-bank`.
 */
export async function* readPayments(source: TableSource, ports: Ports): AsyncGenerator<ReadPayment[]> {
  if (await looksLikeMessage(source)) yield* fromMessage(source, ports)
  else yield* fromTable(source, ports)
}

async function looksLikeMessage(source: TableSource): Promise<boolean> {
  const stream = source.open()
  try {
    for await (const chunk of stream) {
      const head = Buffer.from(chunk as Uint8Array)
        .subarray(0, 512)
        .toString('latin1')
        .replace(/^\u00ef\u00bb\u00bf/, '')
        .trimStart()
      return head.startsWith('<') && !/^<(!doctype\s+)?html/i.test(head)
    }
    return false
  } finally {
    stream.destroy()
  }
}

async function openTable(source: TableSource, faults: FaultList, mapping: ColumnMapping | undefined) {
  const bills = mappedColumns(BILL_COLUMNS, mapping)
  try {
    return { names: BILL, columns: bills, table: await readTable(source, bills, { faults, limits: SIZES }) }
  } catch (bill) {
    if (!(bill instanceof Refusal) || !bill.faults.every(fault => fault.code === 'column-missing')) throw bill
    try {
      const table = await readTable(source, APPLICATION_COLUMNS, { faults, limits: SIZES })
      return { names: APPLICATION, columns: APPLICATION_COLUMNS, table }
    } catch {
      // Whoever sends neither form is told what the first one lacks: vouchers are what a treasury exports.
      throw bill
    }
  }
}

async function* fromTable(source: TableSource, ports: Ports): AsyncGenerator<ReadPayment[]> {
  const { names, columns, table } = await openTable(source, ports.faults, ports.mapping)
  const reader = new RowReader(columns, ports.faults)
  const judge = new PaymentJudge(ports, names)
  for await (const chunk of table.rows) {
    const payments: ReadPayment[] = []
    for (const row of chunk) {
      ports.counts.rows++
      reader.at(row)
      if (reader.flag(names.deleted) === true) {
        ports.counts.deleted++
        continue
      }
      const payment = judge.read(reader)
      if (payment) payments.push(payment)
    }
    yield payments
  }
}

const NAMES: ReadonlyMap<number, FieldNames> = new Map(MESSAGE_TYPES.map(type => [type.code, namesOf(type)]))

async function* fromMessage(source: TableSource, ports: Ports): AsyncGenerator<ReadPayment[]> {
  const reader = new ElementReader(ports.faults)
  const judges = new Map<number, PaymentJudge>()
  const judgeOf = (code: number): PaymentJudge => {
    const judge = judges.get(code) ?? new PaymentJudge(ports, NAMES.get(code)!, code)
    judges.set(code, judge)
    return judge
  }
  for await (const chunk of readVouchers(source, { faults: ports.faults, limits: { maxBytes: SIZES.maxBytes } })) {
    const payments: ReadPayment[] = []
    for (const voucher of chunk) {
      ports.counts.rows++
      const stated = narrowDigits(voucher.fields.VtCode ?? '').trim()
      const type = messageType.get(stated)
      if (!type) unsupported(reader.at(voucher.ordinal, voucher.fields), 'VtCode', stated)
      else if (type.becomes !== 'payment' && type.becomes !== 'refund') ports.others.push({ type, voucher })
      else if (voucher.details.some(detail => detail.PayAmt))
        payments.push(...fromDetails(voucher, reader, judgeOf(type.code), NAMES.get(type.code)!, ports))
      else {
        const payment = judgeOf(type.code).read(reader.at(voucher.ordinal, voucher.fields))
        if (payment) payments.push(payment)
      }
    }
    yield payments
  }
}

/** A voucher whose details carry amounts is as many lines; what a detail does not say, the header says. */
function fromDetails(
  voucher: VoucherElement,
  reader: ElementReader,
  judge: PaymentJudge,
  names: FieldNames,
  { faults }: Ports,
): ReadPayment[] {
  const before = faults.count
  const payments: ReadPayment[] = []
  const refund = names.originalNo !== ''
  let sum = 0n
  voucher.details.forEach((detail, index) => {
    const filled = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== ''))
    // The bank's total stands on the header: it says nothing of one detail.
    const { [names.paidAmount]: _, ...header } = voucher.fields
    reader.at(
      voucher.ordinal,
      { ...header, [names.amount]: '', ...filled, [names.purpose]: purposeOf(voucher, filled, names) },
      index + 1,
    )
    const payment = judge.read(reader, index + 1)
    if (!payment) return
    sum += payment.stated < 0n && refund ? -payment.stated : payment.stated
    payments.push(payment)
  })
  const total = parseMoney(voucher.fields[names.amount] ?? '')
  if (faults.count === before && (!('fen' in total) || total.fen !== sum)) {
    reader.at(voucher.ordinal, voucher.fields)
    reader.fault(
      'voucher-details-sum',
      names.amount,
      voucher.fields[names.amount] ?? '',
      `与各明细之和 ${yuan(sum)} 不相等，请核对后重新导出`,
      `differs from the sum of the details, ${yuan(sum)}; check and export again`,
    )
    return []
  }
  return payments
}

const purposeOf = (voucher: VoucherElement, detail: Record<string, string>, names: FieldNames): string =>
  detail[names.purpose] ?? detail.Remark ?? voucher.fields[names.purpose] ?? ''
