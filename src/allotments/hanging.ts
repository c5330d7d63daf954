import { refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { HangingAnswer, HangingRow } from './recall-contract.ts'

/** An entry that may be corrected, with what was corrected of it already; amounts in fen. */
export interface Original {
  form: string
  fiscal_year: number
  debit_allotment: bigint
  debit: number
  credit_allotment: bigint
  credit: number
  amount_fen: bigint
  corrected_fen: bigint
}

export const originalOf = (tx: Tx, division: number, batch: bigint, line: number): Promise<Original | undefined> =>
  tx.maybe<never>(
    `select b.form, b.fiscal_year, e.debit_allotment, e.debit, e.credit_allotment, e.credit, e.amount_fen, coalesce(c.corrected_fen, 0)::bigint as corrected_fen
     from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
     left join ledger.corrected c on c.division = e.division and c.batch = e.batch and c.line = e.line
     where e.division = $1 and e.batch = $2 and e.line = $3`,
    [division, batch, line],
  ) as Promise<Original | undefined>

/**
 * The other half of a virement's entry: what was taken off one line (debit 5001, credit 500201) stands right before what was given to the
 * other (debit 500201, credit 5001). Null for entries that stand alone.
 */
export function partnerLine(original: Original, line: number): number | null {
  if (original.form !== 'virement') return null
  if (original.debit === ACCOUNT.toRefine) return line + 1
  return original.credit === ACCOUNT.toRefine ? line - 1 : null
}

/**
 * What hangs on an entry at all levels that the reader may see: the lines made from what it brought, and what was planned, paid and taken
 * back of them, in the order in which it has to be undone, from the bottom up. Empty where nothing flowed further.
 * Refuses `entry-missing`.
 */
export async function hanging(tx: Tx, division: number, batch: bigint, line: number): Promise<HangingAnswer> {
  const asked = await originalOf(tx, division, batch, line)
  if (!asked)
    refuse(
      'missing',
      'entry-missing',
      '没有这条分录：请从指标页的分录中选择。',
      'There is no such entry: choose one from the line’s page.',
    )
  const partner = partnerLine(asked, line)
  // Of a virement it is the line that it gave to on which things hang.
  const entry =
    partner !== null && asked.debit === ACCOUNT.toRefine
      ? ((await originalOf(tx, division, batch, partner)) ?? asked)
      : asked
  const left = asked.amount_fen < 0n ? 0n : asked.amount_fen - asked.corrected_fen
  const rows = left === 0n ? [] : await rowsOf(tx, division, entry)
  const free = await freeOf(tx, division, entry)
  return { leftFen: String(left), freeFen: String(free === null || free > left ? left : free), rows }
}

/** What stands where the entry brought it, and, where a transfer moves with it, is in transit; null where nothing limits it. */
async function freeOf(tx: Tx, division: number, entry: Original): Promise<bigint | null> {
  const { free } = await tx.one<{ free: bigint | null }>(
    `select least(
       case when $3 <> ${ACCOUNT.revenue} then coalesce((select b.balance_fen from ledger.published_balance b where b.division = $1 and b.allotment = $2 and b.account = $3), 0) end,
       case when $3 in (${ACCOUNT.passed}, ${ACCOUNT.horizontal}) then (select min(s.sent_fen - s.taken_fen) from ledger.sent_by($1, array[$2::bigint]) s) end,
       case when $3 = ${ACCOUNT.revenue} then (select t.in_transit_fen from allotments.allotment a
         join ledger.published_transfer t on t.division = a.division and t.id = a.transfer and t.sender is not null
         where a.division = $1 and a.id = $2) end)::bigint as free`,
    [division, entry.debit_allotment, entry.debit],
  )
  return free
}

const rowsOf = async (tx: Tx, division: number, entry: Original): Promise<HangingRow[]> =>
  (await hangingOf(tx, division, entry)).map(({ document: _, ...row }) => row)

/** What hangs on an entry; without what a document itself posted in the division, where that is corrected as a whole. */
export const hangingOf = (
  tx: Tx,
  division: number,
  entry: Original,
  without: bigint | null = null,
): Promise<(HangingRow & { document: string | null })[]> =>
  tx.query<never>(
    `with below as (
       select a.division, a.id, a.path, a.form, a.document, a.agency, a.to_division, a.to_outside
       from allotments.made_of(array[$2::bigint]) m join allotments.allotment a on a.division = m.division and a.id = m.id
       where ($3 not in (${ACCOUNT.own}, ${ACCOUNT.plan}) or a.id = $2)),
     used as (
       select x.*, b.account, b.balance_fen from below x join ledger.published_balance b on b.division = x.division and b.allotment = x.id
         and b.account in (${ACCOUNT.plan}, ${ACCOUNT.transit}, ${ACCOUNT.paid}) and b.balance_fen > 0
         and not (x.id = $2 and b.account = $3)),
     steps as (
       select division, id, path, document, agency, to_division, to_outside, balance_fen as fen,
         case account when ${ACCOUNT.paid} then 'paid' when ${ACCOUNT.transit} then 'transit' else 'plan' end as kind,
         case account when ${ACCOUNT.plan} then 'plan' else 'pay' end as form,
         case account when ${ACCOUNT.paid} then 1 when ${ACCOUNT.transit} then 2 else 3 end as turn
       from used
       union all
       select x.division, x.id, x.path, x.document, x.agency, x.to_division, x.to_outside, d.fen, 'line', x.form, 5
       from below x cross join lateral (
         select coalesce(sum(b.balance_fen), 0)::bigint as fen from allotments.made_of(array[x.id]) y
         join ledger.published_balance b on b.division = y.division and b.allotment = y.id and b.account <> ${ACCOUNT.revenue}
         where y.division = x.division) d
       where x.id <> $2 and d.fen > 0
       union all
       select a.division, a.id, a.path, e.document, a.agency, a.to_division, a.to_outside, e.amount_fen - coalesce(c.corrected_fen, 0), 'reduction', e.form, 4
       from ledger.published_entry e join allotments.allotment a on a.division = e.division and a.id = e.credit_allotment
       left join ledger.corrected c on c.division = e.division and c.batch = e.batch and c.line = e.line
       where e.division = $1 and e.credit_allotment = $2 and e.credit = $3 and e.amount_fen > coalesce(c.corrected_fen, 0)
         and e.form in ('cut', 'withdraw', 'virement', 'recall', 'settle', 'recalled', 'settled'))
     select s.kind, case when s.kind in ('line', 'reduction') then s.document::text end as document, jsonb_build_object('code', v.code, 'name', v.name) as division, s.id::text as allotment, s.form,
       jsonb_build_object('zh', f.name, 'en', f.english) as "formName",
       case when s.kind in ('line', 'reduction') then d.number end as "documentNumber",
       concat_ws(' · ', coalesce(nullif(d.number, ''), nullif(l.document_number, '')), u.name) as name, coalesce(g.name, w.name, s.to_outside) as who, s.fen as "amountFen"
     from steps s join ledger.form f on f.code = s.form
     left join ledger.document d on d.division = s.division and d.id = s.document
     left join allotments.published_line l on l.division = s.division and l.id = s.id
     left join funds.published_fund u on u.id = l.fund
     left join divisions.published_division v on v.division = s.division
     left join divisions.published_division w on w.division = s.to_division
     left join divisions.published_agency g on g.division = s.division and g.id = s.agency
     where $4::bigint is null or s.division <> $1 or s.kind not in ('line', 'reduction') or s.document is distinct from $4
     order by cardinality(s.path) desc, s.id desc, s.turn limit 500`,
    [division, entry.debit_allotment, entry.debit, without],
  )
