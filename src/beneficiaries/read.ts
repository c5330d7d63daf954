import type { Tx } from '../platform/database/transaction.ts'
import type {
  Disbursement,
  DisbursementList,
  DisbursementLists,
  DisbursementPage,
  DisbursementQuery,
  ListsQuery,
} from './contract.ts'

const PAGE = 50

/** Lists under a payment, under an allotment, or the one named; none where nothing is named. */
const LISTS = `select j.list from beneficiaries.list_payment j where j.payment = $2 and j.division = $1
  union select j.list from beneficiaries.list_payment j join payments.published_payment p on p.division = j.division and p.id = j.payment
    where p.allotment = $3 and j.division = $1
  union select $4::bigint where $4 is not null`

/** A page of rows, in the order in which they came, with the sum of all. */
export async function disbursementPage(tx: Tx, division: number, query: DisbursementQuery): Promise<DisbursementPage> {
  const of = [division, query.payment ?? null, query.allotment ?? null, query.list ?? null]
  const rows = await tx.query<Disbursement & Record<string, unknown>>(
    `select d.id::text, d.list::text, d.line_no as "lineNo", d.voucher_no as "voucherNo", d.payment::text,
       coalesce(d.person_name, d.enterprise_name) as name, coalesce(d.identity, d.enterprise_code) as identity, d.enterprise is not null as enterprise,
       d.account_masked as account, d.month, d.due_fen::text as "dueFen", d.amount_fen::text as "amountFen", d.by_household as "byHousehold",
       d.town, d.village, d.remark, d.bank_paid_on::text as "bankPaidOn", d.bank_paid_fen::text as "bankPaidFen", d.bank_said as "bankSaid"
     from beneficiaries.published_disbursement d
     where d.division = $1 and d.list in (${LISTS}) and d.id > coalesce($5::bigint, 0) order by d.id limit ${PAGE + 1}`,
    [...of, query.after ?? null],
  )
  const { count, amountFen } = await tx.one<{ count: number; amountFen: string }>(
    `select coalesce(sum(rows), 0)::int as count, coalesce(sum(sum_fen), 0)::text as "amountFen" from beneficiaries.list l
     where l.division = $1 and l.id in (${LISTS})`,
    of,
  )
  return { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? rows[PAGE - 1]!.id : null, count, amountFen }
}

/** The lists of a division's year, the latest first. */
export async function listPage(tx: Tx, division: number, year: number, query: ListsQuery): Promise<DisbursementLists> {
  const rows = await tx.query<DisbursementList & Record<string, unknown>>(
    `select l.id::text, l.source, l.list_no as "listNo", l.voucher_type as "voucherType", l.voucher_no as "voucherNo", l.rows, l.sum_fen::text as "sumFen",
       l.payment::text, p.allotment::text
     from beneficiaries.published_list l left join payments.published_payment p on p.division = l.division and p.id = l.payment
     where l.division = $1 and l.fiscal_year = $2 and ($3::text is null or (l.payment is null) = ($3 = 'yes')) and ($4::bigint is null or l.id < $4)
     order by l.id desc limit ${PAGE + 1}`,
    [division, year, query.waiting ?? null, query.after ?? null],
  )
  return { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? rows[PAGE - 1]!.id : null }
}
