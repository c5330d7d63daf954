import type { Fen } from '../kernel/money.ts'
import { yuan } from '../kernel/money.ts'
import { FAULTS_LISTED, type FaultList } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { SealedAccount } from './accounts.ts'

export const STAGED_COLUMNS = [
  'import',
  'row_no',
  'division',
  'fiscal_year',
  'voucher_type',
  'voucher_no',
  'line_no',
  'row_digest',
  'vouched_on',
  'paid_on',
  'amount_fen',
  'payer_digest',
  'payer_name',
  'payer_bank',
  'payee_digest',
  'payee_name',
  'payee_bank',
  'agency_code',
  'project_code',
  'allotment_ref',
  'document_number',
  'function_subject',
  'economic_subject',
  'settlement',
  'pay_type',
  'purpose',
  'contract_no',
] as const

const KEY = ['division', 'fiscal_year', 'voucher_type', 'voucher_no', 'line_no'] as const
const sameKey = (a: string, b: string): string => KEY.map(column => `${a}.${column} = ${b}.${column}`).join(' and ')

export async function stageAccounts(tx: Tx, importId: string, accounts: readonly SealedAccount[]): Promise<void> {
  if (accounts.length === 0) return
  await tx.query(
    `insert into payments.staged_account (import, digest, ciphertext, masked)
     select $1, decode(d, 'hex'), c, m from unnest($2::text[], $3::bytea[], $4::text[]) as a(d, c, m) on conflict do nothing`,
    [
      importId,
      accounts.map(account => account.digest),
      accounts.map(account => account.ciphertext),
      accounts.map(account => account.masked),
    ],
  )
}

/**
 * Lines whose voucher number and line stand earlier in the same file: the same content is dropped, another one is a fault
 * (`voucher-repeated`).
 * @returns how many were dropped
 */
export async function dropRepeats(tx: Tx, importId: string, faults: FaultList): Promise<number> {
  // One aggregation over the whole file, in memory that is bounded by the server's own setting for it.
  await tx.query(`set local work_mem = '64MB'`)
  const twins = `twin as materialized (
      select ${KEY.join(', ')} from payments.staged where import = $1 group by ${KEY.join(', ')} having count(*) > 1),
    line as materialized (
      select s.ctid as at, s.row_no, s.voucher_no, s.row_digest, s.amount_fen, row_number() over w as nth,
        first_value(s.row_digest) over w as first_digest, first_value(s.row_no) over w as first_row, first_value(s.amount_fen) over w as first_fen
      from twin t join payments.staged s on s.import = $1 and ${sameKey('s', 't')}
      window w as (partition by ${KEY.map(column => `s.${column}`).join(', ')} order by s.row_no, s.ctid))`
  const { dropped, different } = await tx.one<{ dropped: bigint; different: bigint }>(
    `with ${twins}, gone as (
       delete from payments.staged s using line l where s.ctid = l.at and l.nth > 1 and l.row_digest = l.first_digest returning 1)
     select (select count(*) from gone) as dropped, (select count(*) from line where row_digest <> first_digest) as different`,
    [importId],
  )
  if (different > 0n) {
    const rows = await tx.query<{
      row_no: number
      voucher_no: string
      first_row: number
      amount_fen: Fen
      first_fen: Fen
    }>(
      `with ${twins} select row_no, voucher_no, first_row, amount_fen, first_fen from line where row_digest <> first_digest
       order by row_no limit ${FAULTS_LISTED}`,
      [importId],
    )
    for (const row of rows) {
      const amounts = row.amount_fen === row.first_fen ? null : [yuan(row.first_fen), yuan(row.amount_fen)]
      faults.add({
        code: 'voucher-repeated',
        row: row.row_no,
        field: 'PAY_CERT_NO',
        value: row.voucher_no,
        zh: `第 ${row.row_no} 行支付凭证号“${row.voucher_no}”与第 ${row.first_row} 行相同，内容不同${amounts ? `（金额 ${amounts[0]} 和 ${amounts[1]}）` : ''}；请核对后只留正确的一行，一张凭证多条明细的请填明细序号。`,
        en: `Row ${row.row_no}, voucher number "${row.voucher_no}": it stands in row ${row.first_row} too, with another content${amounts ? ` (amounts ${amounts[0]} and ${amounts[1]})` : ''}; keep the right one, or number the lines of one voucher.`,
      })
    }
    faults.count += Number(different) - rows.length
  }
  return Number(dropped)
}

/**
 * Lines that are known already: those that say the same are dropped from staging, others are a fault (`voucher-changed`).
 * @returns how many were dropped
 */
export async function dropKnown(tx: Tx, importId: string, faults: FaultList): Promise<number> {
  const { dropped } = await tx.one<{ dropped: bigint }>(
    `with gone as (
       delete from payments.staged s using payments.payment p
       where s.import = $1 and ${sameKey('s', 'p')} and s.row_digest = p.row_digest returning 1)
     select count(*) as dropped from gone`,
    [importId],
  )
  const changed = `from payments.staged s join payments.payment p on ${sameKey('s', 'p')} where s.import = $1`
  const rows = await tx.query<{ row_no: number; voucher_no: string; amount_fen: Fen; was_fen: Fen; import: bigint }>(
    `select s.row_no, s.voucher_no, s.amount_fen, p.amount_fen as was_fen, p.import ${changed} order by s.row_no limit ${FAULTS_LISTED}`,
    [importId],
  )
  for (const row of rows) {
    const amounts = row.amount_fen === row.was_fen ? null : [yuan(row.was_fen), yuan(row.amount_fen)]
    faults.add({
      code: 'voucher-changed',
      row: row.row_no,
      field: 'PAY_CERT_NO',
      value: row.voucher_no,
      zh: `第 ${row.row_no} 行支付凭证“${row.voucher_no}”已在第 ${row.import} 次导入中入库，内容与这次不同${amounts ? `（入库金额 ${amounts[0]}，本次 ${amounts[1]}）` : ''}；已入库的支付不能改写，请核对凭证号，确有差错请用退款或更正凭证。`,
      en: `Row ${row.row_no}, voucher "${row.voucher_no}": import ${row.import} took it with another content${amounts ? ` (amount ${amounts[0]}, now ${amounts[1]})` : ''}; a payment is never overwritten: check the number, or send a refund or correction voucher.`,
    })
  }
  if (rows.length === FAULTS_LISTED) {
    const { all } = await tx.one<{ all: bigint }>(`select count(*) as all ${changed}`, [importId])
    faults.count += Number(all) - rows.length
  }
  return Number(dropped)
}

/** A day of one division's year, and how many staged lines it has. */
export interface StagedDay {
  division: number
  fiscalYear: number
  vouchedOn: string
  lines: number
}

/** The days that an import has staged, in posting order. */
export const stagedDays = (tx: Tx, importId: string): Promise<StagedDay[]> =>
  tx.query<never>(
    `select division, fiscal_year as "fiscalYear", vouched_on as "vouchedOn", count(*)::int as lines from payments.staged
     where import = $1 group by 1, 2, 3 order by 1, 2, 3`,
    [importId],
  )

export async function clearStaged(tx: Tx, importId: string): Promise<void> {
  await tx.query('delete from payments.staged where import = $1', [importId])
  await tx.query('delete from payments.staged_account where import = $1', [importId])
}
