import { narrowDigits } from '../kernel/money.ts'
import { FaultList } from '../kernel/refusal.ts'
import { AccountSealer, type SealedAccount } from '../payments/accounts.ts'
import { divisionOf } from '../payments/judge-payment.ts'
import { loadReference, type Reference } from '../payments/reference.ts'
import type { Context } from '../platform/context.ts'
import { recorded } from '../platform/import-record.ts'
import { onlyLook } from '../platform/only-look.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../platform/part.ts'
import { RowReader } from '../platform/tables/fields.ts'
import { mappedColumns } from '../platform/tables/mapping.ts'
import { type Column, readTable } from '../platform/tables/table.ts'
import { linesDigest, type ReadLine, type ReadList } from './disbursement.ts'
import { joinLists } from './store.ts'
import { judgeTotals, takeList } from './take-lists.ts'

/** PAY_DETAIL 支付明细 (DOMAIN §9), with the Chinese headers of the national template (DOMAIN §6). */
export const DETAIL_COLUMNS: readonly Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['财政区划代码', '区划代码'], required: true },
  { name: 'FISCAL_YEAR', titles: ['年度', '预算年度'], required: true },
  { name: 'PAY_CERT_NO', titles: ['支付凭证号'], required: true },
  { name: 'VT_CODE', titles: ['凭证类型编号', '凭证类型'], required: false },
  { name: 'PAY_DETAIL_ID', titles: ['支付明细主键', '明细主键'], required: false },
  { name: 'TRACKING_ID', titles: ['追踪编号'], required: false },
  { name: 'PER_NAME', titles: ['姓名'], required: false },
  { name: 'IDEN_NO', titles: ['证件号码', '身份证号码', '身份证号'], required: false },
  { name: 'CORP_NAME', titles: ['企业名称', '单位名称'], required: false },
  { name: 'UNIFSOC_CRED_CODE', titles: ['统一社会信用代码'], required: false },
  { name: 'PAY_MONTH', titles: ['发放月份'], required: false },
  { name: 'TO_PEOP_ENTERP', titles: ['到人到企业'], required: false },
  { name: 'TOWN_CODE', titles: ['乡镇代码'], required: false },
  { name: 'TOWN_NAME', titles: ['乡镇名称', '乡镇'], required: false },
  { name: 'VILLAGE_CODE', titles: ['村代码', '行政村代码'], required: false },
  { name: 'VILLAGE_NAME', titles: ['村名称', '行政村'], required: false },
  { name: 'TO_PEOP_FAMILY', titles: ['按户或按人', '到人到户'], required: false },
  { name: 'PAYEE_ACCT_NO', titles: ['收款人账号', '银行账号'], required: false },
  { name: 'PAYEE_ACCT_NAME', titles: ['收款人全称', '收款人'], required: false },
  { name: 'PAYEE_ACCT_BANK_NAME', titles: ['收款人开户银行', '开户银行'], required: false },
  { name: 'PHONE', titles: ['联系电话', '手机号码'], required: false },
  { name: 'DUE_AMT', titles: ['应发金额'], required: false },
  { name: 'PAY_AMT', titles: ['实发金额', '支付金额'], required: true },
  { name: 'XPAY_AMT', titles: ['实际支付金额'], required: false },
  { name: 'XPAY_DATE', titles: ['实际支付日期'], required: false },
  { name: 'REMARK', titles: ['备注'], required: false },
  { name: 'IS_DELETED', titles: ['是否删除'], required: false },
]

/** A list of a county's year has some hundred thousand rows; a larger file comes in parts, by voucher. */
const MAX_ROWS = 500_000

/**
 * Takes in who was paid by which voucher: a table (CSV, XLSX) or JSON lines with the names of PAY_DETAIL. The rows of one voucher are a
 * list, which must sum to it; one whose voucher is not there yet waits. All or nothing.
 * Faults besides those of the fields: `payee-missing`, `month-malformed`, `list-total`, `list-changed`, and of the division.
 */
export const disbursements: Importer = {
  kind: 'disbursements',
  title: { zh: '到人到户发放明细', en: 'disbursement lists' },
  permission: 'beneficiaries.import',
  columns: DETAIL_COLUMNS,
  run: (run, actor, request) =>
    request.checkOnly
      ? onlyLook(run, actor, context => taken(context, { ...request, importId: '0' }))
      : recorded(run, actor, 'disbursements', request, opened => run(actor, context => taken(context, opened))),
}

async function taken(context: Context, request: ImportRequest & { importId: string }): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const sealer = new AccountSealer(context.vault)
  const sealed = new Map<string, SealedAccount>()
  const reference = await loadReference(tx, request.division)
  const columns = mappedColumns(DETAIL_COLUMNS, request.mapping)
  const reader = new RowReader(columns, faults)
  const lists = new Map<string, ReadList>()
  let read = 0
  let deleted = 0
  const table = await readTable(request.source, columns, { faults, limits: { maxRows: MAX_ROWS } })
  for await (const chunk of table.rows) {
    for (const row of chunk) {
      read++
      reader.at(row)
      if (reader.flag('IS_DELETED') === true) deleted++
      else readRow(reader, reference, number => sealer.digest(number), lists)
    }
    for (const one of sealer.take()) sealed.set(one.digest, one)
    request.progress?.({ zh: `正在核对第 ${read} 行`, en: `Checking row ${read}` }, read)
  }
  faults.throwIfAny()
  let fresh = 0
  let repeated = 0
  const counts = { lists: 0, results: 0 }
  for (const list of lists.values()) {
    list.digest = linesDigest(list.lines)
    const done = await takeList(tx, request.importId, list, sealed)
    if (done === 'new') counts.lists++
    if (done === 'result') counts.results++
    if (done === 'same') repeated += list.lines.length
    else if (typeof done === 'string') fresh += list.lines.length
    else
      faults.add({
        code: 'list-changed',
        row: list.row,
        field: 'PAY_CERT_NO',
        value: list.voucherNo,
        zh: `第 ${list.row} 行起支付凭证“${list.voucherNo}”的发放清单已在第 ${done.changedSince} 次导入中入库，内容与这次不同；已入库的清单不能改写，冲减请用负数清单。`,
        en: `From row ${list.row} on: import ${done.changedSince} took the list of payment voucher "${list.voucherNo}" with another content; a list is never overwritten, take back by a list of negative rows.`,
      })
  }
  await judgeTotals(tx, request.importId, faults)
  faults.throwIfAny()
  await joinLists(tx)
  if (!request.checkOnly)
    await context.audit({
      division: request.division ?? context.actor.scope,
      action: 'disbursements.import',
      subject: request.source.fileName,
      detail: { read, ...counts },
    })
  return {
    rows: read,
    taken: fresh,
    repeated,
    repairs: faults.repairs,
    repairCount: faults.repairCount,
    figures: deleted > 0 ? { ...counts, deleted } : { ...counts },
  }
}

const FAMILY: ReadonlyMap<string, boolean> = new Map([
  ...['1', '户', '按户', '到户'].map(word => [word, true] as const),
  ...['2', '人', '按人', '到人'].map(word => [word, false] as const),
])

function readRow(
  reader: RowReader,
  reference: Reference,
  digest: (number: string) => string,
  lists: Map<string, ReadList>,
): void {
  const before = reader.faults.count
  const year = reader.integer('FISCAL_YEAR', { required: true, min: 1994, max: 2100 })
  const division = divisionOf(reader, 'MOF_DIV_CODE', reference.today, reference)
  const voucherNo = reader.text('PAY_CERT_NO', { required: true, maxLength: 60 })
  const voucherType = reader.integer('VT_CODE', { min: 1, max: 9999 })
  const numbered = (name: string): string | null => {
    const written = reader.text(name, { personal: true, maxLength: 100 })
    return written === null ? null : digest(narrowDigits(written).replace(/\s+/g, '').toUpperCase())
  }
  const payee = reader.text('PAYEE_ACCT_NAME', { maxLength: 200 })
  const corp = reader.text('CORP_NAME', { maxLength: 200 })
  const code = reader.text('UNIFSOC_CRED_CODE', { maxLength: 18 })
  const name = reader.text('PER_NAME', { maxLength: 200 })
  const identity = numbered('IDEN_NO')
  const fen = reader.money('PAY_AMT', { sign: 'any' })
  const due = reader.money('DUE_AMT', { sign: 'any', required: false })
  const paidOn = reader.date('XPAY_DATE')
  const paid = reader.money('XPAY_AMT', { sign: 'any', required: false })
  if (fen === 0n)
    reader.fault('amount-zero', 'PAY_AMT', reader.raw('PAY_AMT'), '是零，请删除该行', 'is zero; leave the row out')
  if (paidOn !== null && paidOn > reference.today)
    reader.fault(
      'date-in-future',
      'XPAY_DATE',
      paidOn,
      `晚于今天（${reference.today}），请核对日期`,
      `lies after today (${reference.today}); check the day`,
    )
  const who = name ?? (corp === null ? payee : null)
  if (who === null && corp === null)
    reader.fault(
      'payee-missing',
      'PER_NAME',
      '',
      '没有填姓名，也没有填企业名称，请补上其一',
      'neither a person nor an enterprise is named; give one of them',
    )
  const month = monthOf(reader)
  const line: ReadLine = {
    lineNo: 0,
    detailId: reader.text('PAY_DETAIL_ID', { maxLength: 60 }),
    trackingId: reader.text('TRACKING_ID', { maxLength: 60 }),
    person: who === null ? null : { identity, name: who },
    enterprise: corp === null ? null : { code: code === null ? null : narrowDigits(code).toUpperCase(), name: corp },
    account: numbered('PAYEE_ACCT_NO'),
    phone: numbered('PHONE'),
    month,
    due: due ?? fen ?? 0n,
    fen: fen ?? 0n,
    byHousehold: FAMILY.get(narrowDigits(reader.raw('TO_PEOP_FAMILY'))) ?? null,
    townCode: reader.text('TOWN_CODE', { maxLength: 20 }),
    town: reader.text('TOWN_NAME', { maxLength: 100 }),
    villageCode: reader.text('VILLAGE_CODE', { maxLength: 20 }),
    village: reader.text('VILLAGE_NAME', { maxLength: 100 }),
    bank: reader.text('PAYEE_ACCT_BANK_NAME', { maxLength: 200 }),
    remark: reader.text('REMARK'),
    result: paidOn === null ? null : { paidOn, fen: paid ?? fen ?? 0n, agentNo: null, said: null },
  }
  if (reader.faults.count > before || division === null || year === null || voucherNo === null) return
  const key = `${division} ${year} ${voucherType ?? ''} ${voucherNo}`
  let list = lists.get(key)
  if (!list) {
    const listNo = voucherType === null ? voucherNo : `${voucherType}-${voucherNo}`
    list = {
      row: reader.row,
      division,
      fiscalYear: year,
      source: 'table',
      listNo,
      voucherType,
      voucherNo,
      lines: [],
      digest: '',
    }
    lists.set(key, list)
  }
  line.lineNo = list.lines.length + 1
  list.lines.push(line)
}

/** 1 to 12, or 全年. Fault `month-malformed`. */
function monthOf(reader: RowReader): number | null {
  const value = narrowDigits(reader.raw('PAY_MONTH'))
    .replace(/^\d{4}[-/年]?(?=\d{1,2}月?$)/, '')
    .replace(/月$/, '')
  if (value === '') return null
  if (value === '全年') return 0
  const month = /^\d{1,2}$/.test(value) ? Number(value) : 0
  if (month >= 1 && month <= 12) return month
  return reader.fault(
    'month-malformed',
    'PAY_MONTH',
    reader.raw('PAY_MONTH'),
    '不是 01 到 12 的月份，也不是“全年”，请改正',
    'is neither a month from 01 to 12 nor 全年; correct it',
  )
}
