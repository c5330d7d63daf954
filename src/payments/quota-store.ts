import type { Tx } from '../platform/database/transaction.ts'
import type { QuotaBalance, QuotaList, QuotaQuery } from './contract.ts'

const PAGE = 50

/** Quotas of a division's year as they stand at the end of a month, by agency and subject; a page of them. */
export async function quotaPage(
  tx: Tx,
  division: number,
  year: number,
  month: number,
  query: Pick<QuotaQuery, 'beyond' | 'after'>,
): Promise<QuotaList> {
  const rows = await tx.query<QuotaBalance & { key: string } & Record<string, unknown>>(
    `select q.voucher_type as "voucherType", jsonb_build_object('code', q.agency_code, 'name', coalesce(g.name, '')) as agency,
       jsonb_build_object('code', q.function_subject, 'name', coalesce(s.name, '')) as "functionSubject",
       q.quota_fen::text as "quotaFen", q.paid_fen::text as "paidFen", (q.quota_fen - q.paid_fen)::text as "balanceFen",
       concat_ws('~', q.agency_code, q.function_subject, q.voucher_type) as key
     from payments.published_quota_balance q
     left join divisions.published_agency g on g.division = q.division and g.code = q.agency_code
     left join funds.published_subject s on s.kind = 'function' and s.fiscal_year = q.fiscal_year and s.code = q.function_subject
     where q.division = $1 and q.fiscal_year = $2 and q.month = $3 and ($4::text is null or q.paid_fen > q.quota_fen)
       and ($5::text is null or concat_ws('~', q.agency_code, q.function_subject, q.voucher_type) > $5)
     order by key limit ${PAGE + 1}`,
    [division, year, month, query.beyond ?? null, query.after ?? null],
  )
  return {
    rows: rows.slice(0, PAGE).map(({ key: _, ...row }) => row),
    next: rows.length > PAGE ? rows[PAGE - 1]!.key : null,
  }
}
