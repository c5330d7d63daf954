import { type DivisionCode, parseDivisionCode } from '../kernel/division-code.ts'
import { parseDocumentNumber } from '../kernel/document-number.ts'
import { narrowDigits, yuan } from '../kernel/money.ts'
import type { FaultList } from '../kernel/refusal.ts'
import type { FieldReader } from '../platform/tables/fields.ts'
import type { AccountSealer } from './accounts.ts'
import { APPLICATION, type FieldNames } from './field-names.ts'
import { MESSAGE_TYPES } from './messages/description.ts'
import { type Original, PAYING, type Party, REFUNDING, type ReadPayment, type VoucherType } from './payment.ts'
import type { Reference } from './reference.ts'

/** What lines are held against, and where their faults go. */
export interface JudgePorts {
  reference: Reference
  accounts: AccountSealer
  faults: FaultList
}

const TYPES: readonly number[] = PAYING
const isRefund = (type: number): boolean => (REFUNDING as readonly number[]).includes(type)

/** The division that a field names, where vouchers of it may come in. Faults `division-malformed`, `-unknown`, `-outside-scope`. */
export function divisionOf(reader: FieldReader, field: string, day: string, reference: Reference): number | null {
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
  const division = reference.division(code, day)
  if (division === null)
    return reader.fault(
      'division-unknown',
      field,
      value,
      '不是已登记的财政区划，请先登记该区划或改正代码',
      'is not a registered division; register it first, or correct the code',
    )
  if (!reference.allowed.has(division))
    return reader.fault(
      'division-outside-scope',
      field,
      value,
      '不在本次导入的区划范围内，请由该区划自行导入，或选择正确的区划',
      'lies outside the divisions that this import may serve; have that division import it, or choose the right one',
    )
  return division
}

/** A day that a voucher or the bank states; one after today is a fault: `date-in-future`. */
export function pastDay(reader: FieldReader, field: string, today: string, required = false): string | null {
  const day = reader.date(field, { required })
  if (day === null || day <= today) return day
  return reader.fault(
    'date-in-future',
    field,
    reader.raw(field),
    `晚于今天（${today}），还没有发生的支付不能入库，请核对日期`,
    `lies after today (${today}); what has not happened cannot be taken in: check the day`,
  )
}

const NOTHING = { amount: 0n, stated: 0n }
const SHORT = { maxLength: 60 }
const NAME = { maxLength: 200 }
const ACCOUNT = { maxLength: 100, personal: true }

/** Reads one line after another into payments; keeps what it has judged before (divisions, document numbers). */
export class PaymentJudge {
  readonly #ports: JudgePorts
  readonly #names: FieldNames
  /** The type of the messages that are read; null for a table, whose rows say it or not. */
  readonly #message: number | null
  #documents = new Map<string, { number: string; repaired: boolean }>()

  constructor(ports: JudgePorts, names: FieldNames, message: number | null = null) {
    this.#ports = ports
    this.#names = names
    this.#message = message
  }

  read(reader: FieldReader, line?: number): ReadPayment | null {
    const names = this.#names
    const { faults } = this.#ports
    const before = faults.count
    const voucherNo = reader.text(names.voucherNo, { required: true, maxLength: 60 })
    const { reference } = this.#ports
    // A voucher dated ahead is a mistake in a fact, which rule E11 points at; what the bank has paid cannot lie ahead.
    const vouchedOn = reader.date(names.vouchedOn, { required: true })
    const paidOn = pastDay(reader, names.paidOn, reference.today)
    const fiscalYear = reader.integer(names.fiscalYear, { required: true, min: 1994, max: 2100 })
    const division = divisionOf(reader, names.division, vouchedOn ?? '', reference)
    const payType = reader.text(names.payType, SHORT)
    const voucherType = this.#voucherType(reader, payType)
    const { amount, stated } = this.#amounts(reader, paidOn, isRefund(voucherType))
    const payment: ReadPayment = {
      row: reader.row,
      division: division ?? 0,
      fiscalYear: fiscalYear ?? 0,
      voucherType,
      voucherNo: voucherNo === null ? '' : narrowDigits(voucherNo).trim(),
      lineNo: line ?? (names.lineNo === '' ? null : reader.integer(names.lineNo, { min: 1, max: 1_000_000 })) ?? 1,
      vouchedOn: vouchedOn ?? '',
      paidOn,
      amount,
      stated,
      paid: paidOn === null ? null : amount,
      paidTo: paidOn === null ? null : this.#party(reader, names.paidToAccount, names.paidToName, names.paidToBank),
      agentNo: paidOn === null ? null : reader.text(names.agentNo, SHORT),
      application: names === APPLICATION && paidOn === null,
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
      original: names.originalNo === '' ? null : this.#original(reader, vouchedOn),
    }
    return faults.count === before ? payment : null
  }

  /** A message names its type; a table tells it by the way of payment: 2 is authorised payment, else direct. */
  #voucherType(reader: FieldReader, payType: string | null): VoucherType {
    if (this.#message !== null) return this.#message as VoucherType
    const field = this.#names.voucherType
    const value = narrowDigits(reader.raw(field)).trim()
    if (value === '') return payType?.startsWith('2') ? 8202 : 5201
    const type = TYPES.find(known => String(known) === value)
    if (type !== undefined) return type as VoucherType
    unsupported(reader, field, value)
    return 5201
  }

  /** What the bank says was paid counts where it has confirmed; else what the voucher says. */
  #amounts(reader: FieldReader, paidOn: string | null, refund: boolean): { amount: bigint; stated: bigint } {
    const { amount: field, paidAmount } = this.#names
    const written = reader.money(field, { sign: refund ? 'positive' : 'any' })
    const filled = reader.money(paidAmount, { sign: 'any', required: false })
    if (written === null) return NOTHING
    // A refund states what came back as a positive amount; here it takes back.
    const stated = refund ? -written : written
    const confirmed = filled === null ? null : refund ? -filled : filled
    if (confirmed !== null && confirmed !== 0n && confirmed < 0n !== stated < 0n) {
      reader.fault(
        'paid-sign-differs',
        paidAmount,
        reader.raw(paidAmount),
        `与凭证金额 ${yuan(written)} 正负不同，请与代理银行核对`,
        `has another sign than the voucher's amount, ${yuan(written)}; check with the bank`,
      )
      return NOTHING
    }
    if (stated === 0n) {
      reader.fault(
        'amount-zero',
        field,
        reader.raw(field),
        '是零，零金额的凭证请从文件中删除',
        'is zero; leave vouchers of nothing out',
      )
      return NOTHING
    }
    if (paidOn === null || confirmed === null || confirmed === 0n || confirmed === stated)
      return { amount: stated, stated }
    reader.repair(
      'amount-by-bank',
      field,
      yuan(stated),
      yuan(confirmed),
      `与银行实际支付金额 ${yuan(confirmed)} 不同`,
      `differs from what the bank paid, ${yuan(confirmed)}`,
    )
    return { amount: confirmed, stated }
  }

  /** Faults `refund-before-payment`: the message says that it came back before it was paid. */
  #original(reader: FieldReader, vouchedOn: string | null): Original | null {
    const names = this.#names
    const no = reader.text(names.originalNo, { ...SHORT, required: true })
    const type = reader.integer(names.originalType, { min: 1, max: 9999 })
    const on = reader.date(names.originalOn)
    const paidOn = reader.date(names.originalPaidOn)
    for (const [field, day] of [
      [names.originalOn, on],
      [names.originalPaidOn, paidOn],
    ] as const)
      if (day !== null && vouchedOn !== null && day > vouchedOn)
        return reader.fault(
          'refund-before-payment',
          field,
          day,
          `晚于退款凭证日期 ${vouchedOn}：退款不会早于原支付，请核对两个日期`,
          `lies after the refund's own day, ${vouchedOn}: nothing comes back before it was paid; check both days`,
        )
    return no === null ? null : { no, type, on }
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
      this.#documents.set(Buffer.from(raw).toString(), known)
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

/** Faults `voucher-type-unsupported`: the type is missing, or none that is taken in here. */
export function unsupported(reader: FieldReader, field: string, value: string): void {
  const known = MESSAGE_TYPES.map(type => type.code).join('、')
  reader.fault(
    'voucher-type-unsupported',
    field,
    value,
    value === ''
      ? '没有填凭证类型，请填 5201（直接支付）、8202（授权支付）或 9001（专户支付）等'
      : `不是这里接收的凭证类型；报文可接收：${known}；表格可接收：${PAYING.join('、')}`,
    value === ''
      ? 'the voucher type is missing; it is 5201 (direct payment), 8202 (authorised payment), 9001 (special account) …'
      : `is no type of voucher that is taken in here; messages: ${known.replaceAll('、', ', ')}; tables: ${PAYING.join(', ')}`,
  )
}
