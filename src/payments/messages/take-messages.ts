import type { FaultList } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import { AccountSealer } from '../accounts.ts'
import type { JudgePorts } from '../judge-payment.ts'
import type { OtherVoucher } from '../read-payments.ts'
import { compareAlone } from '../staging-store.ts'
import { judgeMessage, type ReadMessage, type Values } from './judge-message.ts'

/** What became of messages that pay nothing by themselves. */
export interface TakenMessages {
  taken: number
  repeated: number
}

/** What the part that keeps the lists of people (8207) does in an import of payments; each within the transaction of its step. */
export interface PeopleKeeper {
  /** Writes lists down; adds its faults to the list. */
  take(context: Context, importId: string, lists: readonly ReadMessage[], ports: JudgePorts): Promise<TakenMessages>
  /** Holds the lists of the import against the vouchers that are known or staged; adds faults. */
  judgeTotals(tx: Tx, importId: string, faults: FaultList): Promise<void>
  /** Joins lists that wait to vouchers that have come. */
  join(tx: Tx): Promise<number>
}

/** The part `beneficiaries` is above this one, and hands itself in when it is loaded (`src/beneficiaries/part.ts`). */
let keeper: PeopleKeeper | null = null
export const keepPeopleWith = (one: PeopleKeeper): void => {
  keeper = one
}
export const peopleKeeper = (): PeopleKeeper | null => keeper

/**
 * Judges vouchers that are no payments and writes them down: they are few, and stored with the judging of the file, all or none.
 * Faults besides those of `judgeMessage`: `voucher-repeated`, `voucher-changed`, and of the part that keeps them.
 */
export async function takeMessages(
  context: Context,
  importId: string,
  others: readonly OtherVoucher[],
  held: Omit<JudgePorts, 'accounts'>,
): Promise<TakenMessages> {
  // A sealer of their own: an account that it has seen would not be staged again for a payment to it.
  const ports = { ...held, accounts: new AccountSealer(context.vault) }
  const { faults } = ports
  const judged = others.flatMap(one => judgeMessage(one, ports) ?? [])
  const lists = judged.filter(one => one.type.becomes === 'people')
  const own = judged.filter(one => one.type.becomes !== 'people')
  // A file with a fault is refused whole: the rest of it is only judged.
  if (faults.count > 0) return { taken: 0, repeated: 0 }
  await compareAlone(context.tx)
  const outcome = await store(context.tx, importId, own, faults)
  if (lists.length === 0 || faults.count > 0) return outcome
  if (keeper === null) throw new Error('nobody keeps the lists of people (8207)')
  const kept = await keeper.take(context, importId, lists, ports)
  return { taken: outcome.taken + kept.taken, repeated: outcome.repeated + kept.repeated }
}

async function store(
  tx: Tx,
  importId: string,
  messages: readonly ReadMessage[],
  faults: FaultList,
): Promise<TakenMessages> {
  const outcome: TakenMessages = { taken: 0, repeated: 0 }
  for (const message of messages) {
    const key = [message.voucherNo, message.division, message.fiscalYear, message.type.code]
    const made = await tx.maybe<{ id: bigint }>(
      `insert into payments.message (voucher_no, division, fiscal_year, voucher_type, vouched_on, row_digest, import)
       values ($1, $2, $3, $4, $5, decode($6, 'hex'), $7) on conflict on constraint message_once do nothing returning id`,
      [...key, message.vouchedOn, message.digest, importId],
    )
    if (made) {
      await KEEP[message.type.becomes as keyof typeof KEEP](tx, message, made.id)
      outcome.taken++
      continue
    }
    const known = await tx.one<{ import: bigint; same: boolean }>(
      `select import, row_digest = decode($5, 'hex') as same from payments.message
       where voucher_no = $1 and division = $2 and fiscal_year = $3 and voucher_type = $4`,
      [...key, message.digest],
    )
    if (known.same) outcome.repeated++
    else addChanged(message, String(known.import), importId, faults)
  }
  return outcome
}

/** The fault of a message whose number is known with another content: `voucher-repeated` in one file, else `voucher-changed`. */
export function addChanged(message: ReadMessage, knownImport: string, importId: string, faults: FaultList): void {
  const { row, voucherNo, type } = message
  const at = { row, field: 'VoucherNo', value: voucherNo }
  if (knownImport === importId)
    faults.add({
      ...at,
      code: 'voucher-repeated',
      zh: `第 ${row} 张凭证（${type.code} ${type.zh}）号“${voucherNo}”在文件中重复，内容不同；请核对后只留正确的一张。`,
      en: `Voucher ${row} (${type.code} ${type.en}): the number "${voucherNo}" stands in the file before, with another content; keep the right one.`,
    })
  else
    faults.add({
      ...at,
      code: 'voucher-changed',
      zh: `第 ${row} 张凭证（${type.code} ${type.zh}）号“${voucherNo}”已在第 ${knownImport} 次导入中入库，内容与这次不同；已入库的凭证不能改写，请核对凭证号。`,
      en: `Voucher ${row} (${type.code} ${type.en}), number "${voucherNo}": import ${knownImport} took it with another content; what was taken is never overwritten: check the number.`,
    })
}

type Keep = (tx: Tx, message: ReadMessage, id: bigint) => Promise<unknown>

const column = (lines: readonly Values[], name: string): unknown[] => lines.map(line => line[name] ?? null)

const keepQuota: Keep = (tx, { division, fiscalYear, type, lines }, id) =>
  tx.query(
    `insert into payments.quota (division, message, line_no, fiscal_year, voucher_type, month, agency_code, function_subject, project_code, amount_fen)
     select $1, $2, n, $3, $4, month, agency, subject, project, fen
     from unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::bigint[]) with ordinality as q(month, agency, subject, project, fen, n)`,
    [
      division,
      id,
      fiscalYear,
      type.code,
      column(lines, 'SetMonth'),
      column(lines, 'AgencyCode'),
      column(lines, 'ExpFuncCode'),
      column(lines, 'DepProCode'),
      column(lines, 'PayAmt'),
    ],
  )

const keepClearing: Keep = async (tx, { division, fiscalYear, type, header, lines, vouchedOn }, id) => {
  await tx.query(
    `insert into payments.clearing (division, message, fiscal_year, voucher_type, cleared_on, bank_code, bank_name, amount_fen)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      division,
      id,
      fiscalYear,
      type.code,
      header.ClearDate ?? vouchedOn,
      header.PayBankCode,
      header.PayBankName,
      header.SumAmt,
    ],
  )
  await tx.query(
    `insert into payments.clearing_voucher (division, message, line_no, original_type, original_no, amount_fen)
     select $1, $2, n, type, no, fen from unnest($3::int[], $4::text[], $5::bigint[]) with ordinality as v(type, no, fen, n)`,
    [division, id, column(lines, 'OriVtCode'), column(lines, 'OriVoucherNo'), column(lines, 'PayAmt')],
  )
}

const keepControl: Keep = (tx, { division, fiscalYear, type, lines, vouchedOn }, id) =>
  tx.query(
    `insert into payments.control_total (division, message, line_no, fiscal_year, voucher_type, day, fund_code, function_subject, agency_code, payments, amount_fen)
     select $1, $2, n, $3, $4, coalesce(day, $5::date), fund, subject, agency, payments, fen
     from unnest($6::date[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[]) with ordinality as c(day, fund, subject, agency, payments, fen, n)`,
    [
      division,
      id,
      fiscalYear,
      type.code,
      vouchedOn,
      column(lines, 'ActDate'),
      column(lines, 'FundTypeCode'),
      column(lines, 'ExpFuncCode'),
      column(lines, 'AgencyCode'),
      column(lines, 'Num'),
      column(lines, 'PayAmt'),
    ],
  )

const keepAdjustment: Keep = async (tx, { division, fiscalYear, header, vouchedOn }, id) => {
  await tx.query(
    `insert into payments.adjustment (division, message, fiscal_year, original_type, original_no, adjusted_on, amount_fen, agency_code, project_code,
       function_subject, allotment_ref, document_number, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      division,
      id,
      fiscalYear,
      header.OriginalVtCode,
      header.OriginalVoucherNo,
      vouchedOn,
      header.PayAmt,
      header.AgencyCode,
      header.DepProCode,
      header.ExpFuncCode,
      header.BgtId,
      header.FileNoName,
      header.Remark,
    ],
  )
  await tx.query(`insert into payments.adjustment_waiting (division, message, reason) values ($1, $2, 'new')`, [
    division,
    id,
  ])
}

const KEEP = { quota: keepQuota, clearing: keepClearing, control: keepControl, adjustment: keepAdjustment } as const
