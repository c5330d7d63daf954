import type { Tx } from '../platform/database/transaction.ts'
import type { OpenItem } from './contract.ts'

/** The most items that a list names of one kind; more are counted in its last line. */
const LISTED = 500

/** What is open in a division with somebody's posts: what they made or are to sign, and what waits where they worked. */
export async function openItems(
  tx: Tx,
  division: number,
  giver: string,
  posts: readonly string[],
): Promise<OpenItem[]> {
  const rows = await tx.query<OpenItem & { total: number }>(
    `with found as (
       select 'submission' as kind, s.id::text as id, s.form as what, s.amount_fen::text as fen from approvals.submission s
         where s.division = $1 and s.maker = $2 and s.state in ('waiting', 'returned')
       union all
       select 'to-sign', s.id::text, s.form, s.amount_fen::text from approvals.submission s
         join approvals.chain_step c on c.division = s.division and c.chain = s.chain and c.step = s.step
         where s.division = $1 and s.state = 'waiting' and c.posts && $3::text[] and s.maker <> $2
       union all
       select 'warning', w.id::text, w.rule || ' ' || w.raised_on, w.amount_fen::text from warnings.published_warning w
         where w.division = $1 and w.status in ('open', 'violation')
       union all
       select 'payment', p.id::text, p.voucher_no || ' ' || p.unposted_reason, p.amount_fen::text from payments.published_payment p
         where p.division = $1 and p.unposted_reason is not null
       union all
       select 'transfer', t.id::text, concat_ws(' · ', nullif(t.document_number, ''), t.fiscal_year), t.in_transit_fen::text from ledger.published_transfer t
         where t.division = $1 and t.in_transit_fen > 0
       union all
       select 'delegation', d.id::text, lower(d.valid)::text || ' – ' || (upper(d.valid) - 1)::text, null from approvals.delegation d
         where d.division = $1 and (d.holder = $2 or d.delegate = $2) and d.ended_at is null and upper(d.valid) > platform.today()),
     numbered as (select f.*, row_number() over (partition by kind order by length(id), id) as n, count(*) over (partition by kind)::int as total from found f)
     select kind, id, what, fen as "amountFen", total from numbered where n <= ${LISTED} order by kind, n`,
    [division, giver, posts],
  )
  const totals = new Map(rows.map(({ kind, total }) => [kind, total]))
  const items = rows.map(({ kind, id, what, amountFen }): OpenItem => ({ kind, id, what, amountFen }))
  for (const [kind, total] of totals)
    if (total > LISTED) items.push({ kind, id: '…', what: `+${total - LISTED}`, amountFen: null })
  return items
}
