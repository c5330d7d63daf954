import { type DivisionCode, parseDivisionCode } from '../kernel/division-code.ts'
import { parseDocumentNumber } from '../kernel/document-number.ts'
import { narrowDigits, parseMoney, yuan } from '../kernel/money.ts'
import { type FaultList, Refusal } from '../kernel/refusal.ts'
import { ElementReader, type FieldReader, RowReader } from '../platform/tables/fields.ts'
import { readTable, type TableSource } from '../platform/tables/table.ts'
import { readVouchers, type VoucherElement } from '../platform/tables/xml.ts'
import type { AccountSealer } from './accounts.ts'
import { APPLICATION, APPLICATION_COLUMNS, BILL, BILL_COLUMNS, type FieldNames, MESSAGE } from './field-names.ts'
import { type Party, type ReadPayment, VOUCHER_TYPES, type VoucherType } from './payment.ts'
import type { Reference } from './reference.ts'

/** What the file said besides its payments. */
export interface ReadCounts {
  /** Rows or vouchers seen, good and bad. */
  rows: number
  /** Rows that the source had marked as deleted: passed over. */
  deleted: number
}

interface Ports {
  reference: Reference
  accounts: AccountSealer
  faults: FaultList
  counts: ReadCounts
}

/**
 * Reads payments from whatever the file is: a voucher message (5201, 8202) or a table with the ministry's field names. A line
 * with a fault is left out and its faults added; what breaks the file itself is refused, or added behind the faults found so far.
 *
 * Faults besides those of the readers: `voucher-type-unsupported`, `division-malformed`, `division-unknown`,
 * `division-outside-scope`, `subject-unknown`, `amount-zero`, `voucher-details-sum`.
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

async function openTable(source: TableSource, faults: FaultList) {
  try {
    return { names: BILL, columns: BILL_COLUMNS, table: await readTable(source, BILL_COLUMNS, { faults }) }
  } catch (bill) {
    if (!(bill instanceof Refusal) || !bill.faults.every(fault => fault.code === 'column-missing')) throw bill
    try {
      const table = await readTable(source, APPLICATION_COLUMNS, { faults })
      return { names: APPLICATION, columns: APPLICATION_COLUMNS, table }
    } catch {
      // Whoever sends neither form is told what the first one lacks: vouchers are what a treasury exports.
      throw bill
    }
  }
}

async function* fromTable(source: TableSource, ports: Ports): AsyncGenerator<ReadPayment[]> {
  const { names, columns, table } = await openTable(source, ports.faults)
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

async function* fromMessage(source: TableSource, ports: Ports): AsyncGenerator<ReadPayment[]> {
  const reader = new ElementReader(ports.faults)
  const judge = new PaymentJudge(ports, MESSAGE)
  for await (const chunk of readVouchers(source, { faults: ports.faults })) {
    const payments: ReadPayment[] = []
    for (const voucher of chunk) {
      ports.counts.rows++
      if (voucher.details.some(detail => detail[MESSAGE.amount]))
        payments.push(...fromDetails(voucher, reader, judge, ports))
      else {
        const payment = judge.read(reader.at(voucher.ordinal, voucher.fields))
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
  { faults }: Ports,
): ReadPayment[] {
  const before = faults.count
  const payments: ReadPayment[] = []
  let sum = 0n
  voucher.details.forEach((detail, index) => {
    const filled = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== ''))
    // The bank's total stands on the header: it says nothing of one detail.
    const { [MESSAGE.paidAmount]: _, ...header } = voucher.fields
    reader.at(
      voucher.ordinal,
      { ...header, [MESSAGE.amount]: '', ...filled, [MESSAGE.purpose]: purposeOf(voucher, filled) },
      index + 1,
    )
    const payment = judge.read(reader, index + 1)
    if (!payment) return
    sum += payment.amount
    payments.push(payment)
  })
  const total = parseMoney(voucher.fields[MESSAGE.amount] ?? '')
  if (faults.count === before && (!('fen' in total) || total.fen !== sum)) {
    reader.at(voucher.ordinal, voucher.fields)
    reader.fault(
      'voucher-details-sum',
      MESSAGE.amount,
      voucher.fields[MESSAGE.amount] ?? '',
      `与各明细之和 ${yuan(sum)} 不相等，请核对后重新导出`,
      `differs from the sum of the details, ${yuan(sum)}; check and export again`,
    )
    return []
  }
  return payments
}

const purposeOf = (voucher: VoucherElement, detail: Record<string, string>): string =>
  detail[MESSAGE.purpose] ?? detail.Remark ?? voucher.fields[MESSAGE.purpose] ?? ''

const SHORT = { maxLength: 60 }
const NAME = { maxLength: 200 }
const ACCOUNT = { maxLength: 100, personal: true }

/** Reads one line after another into payments; keeps what it has judged before (divisions, document numbers). */
class PaymentJudge {
  readonly #ports: Ports
  readonly #names: FieldNames
  #documents = new Map<string, { number: string; repaired: boolean }>()

  constructor(ports: Ports, names: FieldNames) {
    this.#ports = ports
    this.#names = names
  }

  read(reader: FieldReader, line?: number): ReadPayment | null {
    const names = this.#names
    const { faults } = this.#ports
    const before = faults.count
    const voucherNo = reader.text(names.voucherNo, { required: true, maxLength: 60 })
    const vouchedOn = reader.date(names.vouchedOn, { required: true })
    const paidOn = reader.date(names.paidOn)
    const fiscalYear = reader.integer(names.fiscalYear, { required: true, min: 1994, max: 2100 })
    const division = this.#division(reader, vouchedOn ?? '')
    const payType = reader.text(names.payType, SHORT)
    const payment: ReadPayment = {
      row: reader.row,
      division: division ?? 0,
      fiscalYear: fiscalYear ?? 0,
      voucherType: this.#voucherType(reader, payType),
      voucherNo: voucherNo === null ? '' : narrowDigits(voucherNo).trim(),
      lineNo: line ?? (names.lineNo === '' ? null : reader.integer(names.lineNo, { min: 1, max: 1_000_000 })) ?? 1,
      vouchedOn: vouchedOn ?? '',
      paidOn,
      amount: this.#amount(reader, paidOn),
      payer: this.#party(reader, names.payerAccount, names.payerName, names.payerBank),
      payee: this.#party(reader, names.payeeAccount, names.payeeName, names.payeeBank),
      agencyCode: reader.text(names.agency, SHORT),
      projectCode: reader.text(names.project, SHORT),
      allotmentRef: reader.text(names.allotment, NAME),
      documentNumber: this.#document(reader),
      functionSubject: this.#subject(reader, names.functionSubject, 'function', fiscalYear),
      economicSubject: this.#subject(reader, names.economicSubject, 'government-economic', fiscalYear),
      settlement: reader.text(names.settlement, SHORT),
      payType,
      purpose: reader.text(names.purpose),
      contractNo: reader.text(names.contractNo, NAME),
    }
    return faults.count === before ? payment : null
  }

  #division(reader: FieldReader, day: string): number | null {
    const field = this.#names.division
    const value = reader.text(field, { required: true, maxLength: 60 })
    if (value === null) return null
    const code: DivisionCode | null = parseDivisionCode(narrowDigits(value))
    if (!code)
      return reader.fault(
        'division-malformed',
        field,
        value,
        '不是 6 位或 9 位的区划代码，请改正',
        'is not a division code of 6 or 9 digits; correct it',
      )
    const division = this.#ports.reference.division(code, day)
    if (division === null)
      return reader.fault(
        'division-unknown',
        field,
        value,
        '不是已登记的财政区划，请先登记该区划或改正代码',
        'is not a registered division; register it first, or correct the code',
      )
    if (!this.#ports.reference.allowed.has(division))
      return reader.fault(
        'division-outside-scope',
        field,
        value,
        '不在本次导入的区划范围内，请由该区划自行导入，或选择正确的区划',
        'lies outside the divisions that this import may serve; have that division import it, or choose the right one',
      )
    return division
  }

  /** A message names its type; a table tells it by the way of payment: 2 is authorised payment, else direct. */
  #voucherType(reader: FieldReader, payType: string | null): VoucherType {
    const field = this.#names.voucherType
    const value = narrowDigits(reader.raw(field)).trim()
    if (value === '' && this.#names !== MESSAGE) return payType?.startsWith('2') ? 8202 : 5201
    const type = VOUCHER_TYPES.find(known => String(known) === value)
    if (type !== undefined) return type
    reader.fault(
      'voucher-type-unsupported',
      field,
      value,
      value === ''
        ? '没有填凭证类型，请填 5201（直接支付）或 8202（授权支付）'
        : '不是支付凭证，这里只收 5201（直接支付）和 8202（授权支付）；其他报文请勿混入',
      value === ''
        ? 'the voucher type is missing; it is 5201 (direct payment) or 8202 (authorised payment)'
        : 'is not a payment voucher; only 5201 (direct) and 8202 (authorised payment) are taken in here, leave the others out',
    )
    return 5201
  }

  /** What the bank says was paid counts where it has confirmed; else what the voucher says. */
  #amount(reader: FieldReader, paidOn: string | null): bigint {
    const { amount: field, paidAmount } = this.#names
    const stated = reader.money(field, { sign: 'any' })
    const confirmed = reader.money(paidAmount, { sign: 'any', required: false })
    if (stated === null) return 0n
    if (stated === 0n) {
      reader.fault(
        'amount-zero',
        field,
        reader.raw(field),
        '是零，零金额的凭证请从文件中删除',
        'is zero; leave vouchers of nothing out',
      )
      return 0n
    }
    if (paidOn === null || confirmed === null || confirmed === 0n || confirmed === stated) return stated
    reader.repair(
      'amount-by-bank',
      field,
      yuan(stated),
      yuan(confirmed),
      `与银行实际支付金额 ${yuan(confirmed)} 不同`,
      `differs from what the bank paid, ${yuan(confirmed)}`,
    )
    return confirmed
  }

  #party(reader: FieldReader, accountField: string, nameField: string, bankField: string): Party | null {
    const written = reader.text(accountField, ACCOUNT)
    const name = reader.text(nameField, NAME) ?? ''
    const bank = reader.text(bankField, NAME) ?? ''
    if (written === null) return name === '' ? null : { accountDigest: null, name, bank }
    const account = narrowDigits(written).replace(/\s+/g, '')
    if (account.length === written.length && account !== written)
      reader.repair(
        'account-full-width',
        accountField,
        `****${written.slice(-2)}`,
        `****${account.slice(-2)}`,
        '是全角数字',
        'has full-width digits',
      )
    return { accountDigest: this.#ports.accounts.digest(account), name, bank }
  }

  #document(reader: FieldReader): string | null {
    const field = this.#names.documentNumber
    const raw = reader.text(field, NAME)
    if (raw === null) return null
    let known = this.#documents.get(raw)
    if (!known) {
      const read = parseDocumentNumber(raw)
      known = { number: read.normalised ?? raw, repaired: read.verdict === 'repairable' }
      if (this.#documents.size > 50_000) this.#documents.clear()
      this.#documents.set(raw, known)
      if (known.repaired)
        reader.repair(
          'document-number-repaired',
          field,
          raw,
          known.number,
          '不是规范写法',
          'is not in the standard form',
        )
    }
    return known.number
  }

  #subject(
    reader: FieldReader,
    field: string,
    kind: 'function' | 'government-economic',
    year: number | null,
  ): string | null {
    const value = reader.text(field, SHORT)
    if (value === null || year === null) return null
    const code = narrowDigits(value).trim()
    if (this.#ports.reference.subject(kind, year, code) !== false) return code
    return reader.fault(
      'subject-unknown',
      field,
      value,
      `不是 ${year} 年的${kind === 'function' ? '支出功能分类科目' : '政府支出经济分类科目'}，请改正，或先导入该年科目`,
      `is no ${kind === 'function' ? 'functional' : 'government economic'} subject of ${year}; correct it, or import the subjects of that year first`,
    )
  }
}
