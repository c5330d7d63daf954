import type { Fen } from '../kernel/money.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { sqlCheck } from '../platform/verify.ts'

/** A line of a division and what of it could be handed over, in fen. */
export interface Rest {
  id: string
  form: string
  documentNumber: string
  fund: { code: string; name: string }
  agency: string | null
  project: string | null
  amountFen: string
  restFen: string
}

/** All lines of a division's year of which something is left: not paid, not under way, not passed down. */
export const handOverRests = (tx: Tx, division: number, fiscalYear: number): Promise<Rest[]> =>
  tx.query<never>(
    `select l.id::text, l.form, l.document_number as "documentNumber", jsonb_build_object('code', f.code, 'name', f.name) as fund,
       g.name as agency, p.name as project, l.amount_fen::text as "amountFen",
       (l.total_fen + l.to_refine_fen + l.own_fen + l.plan_fen)::text as "restFen"
     from allotments.published_line l join funds.published_fund f on f.id = l.fund
     left join divisions.published_agency g on g.division = l.division and g.id = l.agency
     left join projects.published_project p on p.division = l.division and p.id = l.project
     where l.division = $1 and l.fiscal_year = $2 and l.total_fen + l.to_refine_fen + l.own_fen + l.plan_fen > 0
     order by l.id`,
    [division, fiscalYear],
  )

export const rememberHandOver = (
  tx: Tx,
  one: { division: number; batch: bigint; to: number; toBatch: bigint; change: number | null },
): Promise<unknown> =>
  tx.query(
    'insert into allotments.hand_over (division, batch, to_division, to_batch, change) values ($1, $2, $3, $4, $5)',
    [one.division, one.batch, one.to, one.toBatch, one.change],
  )

/** What a hand-over of before did, read back from its lines. */
export async function handOverOf(
  tx: Tx,
  division: number,
  batch: bigint,
): Promise<{ toBatch: bigint | null; parts: { line: bigint; amount: Fen; taken: bigint | null }[] }> {
  const pair = await tx.maybe<{ to_batch: bigint }>(
    'select to_batch from allotments.hand_over where division = $1 and batch = $2',
    [division, batch],
  )
  const parts = await tx.query<{ line: bigint; amount: Fen; taken: bigint | null }>(
    `select o.source as line, o.amount_fen as amount, i.id as taken from allotments.allotment o
     join ledger.batch b on b.division = o.division and b.id = $2 and b.document = o.document
     left join ledger.published_transfer t on t.division = o.to_division and t.sender = o.division and t.sender_allotment = o.id
     left join allotments.allotment i on i.division = t.division and i.transfer = t.id
     where o.division = $1 and o.form = 'hand-over' order by o.id`,
    [division, batch],
  )
  return { toBatch: pair?.to_batch ?? null, parts }
}

/** Hand-overs of a division and to it, as its page lists them. */
export const handOversOf = (tx: Tx, division: number): Promise<never[]> =>
  tx.query<never>(
    `select h.batch::text, b.fiscal_year as "fiscalYear", b.effective_on as "effectiveOn", d.number as "documentNumber",
       jsonb_build_object('code', f.code, 'name', f.name) as "from", jsonb_build_object('code', t.code, 'name', t.name) as "to",
       (select coalesce(sum(e.amount_fen), 0) from ledger.entry e where e.division = h.division and e.batch = h.batch and e.debit = 500202)::text as "amountFen"
     from allotments.hand_over h join ledger.batch b on b.division = h.division and b.id = h.batch
     left join ledger.document d on d.division = b.division and d.id = b.document
     left join divisions.published_latest f on f.division = h.division
     left join divisions.published_latest t on t.division = h.to_division
     where h.division = $1 or h.to_division = $1 order by b.effective_on desc, h.batch desc limit 200`,
    [division],
  )

/** What left one book by a hand-over entered the other, to the fen, and no line of it stands alone. */
export const handOverCheck = sqlCheck(
  'hand-overs',
  '划转',
  'hand-overs: what left one book entered the other',
  'select count(*) from allotments.hand_over',
  `select concat('hand-over ', h.division, '/', h.batch) as place, o.fen::text as expected, i.fen::text as found
   from allotments.hand_over h
   cross join lateral (select coalesce(sum(e.amount_fen), 0) as fen from ledger.entry e where e.division = h.division and e.batch = h.batch and e.debit = 500202) o
   cross join lateral (select coalesce(sum(e.amount_fen), 0) as fen from ledger.entry e where e.division = h.to_division and e.batch = h.to_batch and e.debit = 1001) i
   where o.fen <> i.fen
   union all
   select concat('batch ', b.division, '/', b.id), 'a hand-over of two sides', 'one side' from ledger.batch b
   where b.form in ('hand-over', 'take-over') and not exists (select from allotments.hand_over h
     where (h.division, h.batch) = (b.division, b.id) or (h.to_division, h.to_batch) = (b.division, b.id))
   union all
   select concat('transfer ', t.division, '/', t.id), t.sent_fen::text, t.taken_fen::text from ledger.transfer t
   join allotments.allotment a on a.division = t.sender and a.id = t.sender_allotment and a.form = 'hand-over' where t.sent_fen <> t.taken_fen
   -- What a red letter took out of the taker's book is in transit again, until the giver's is corrected too or it is received.
   and not exists (select from ledger.entry e join ledger.entry o on o.division = e.division and o.batch = e.corrects_batch and o.line = e.corrects_line
     join allotments.allotment i on i.division = o.division and i.id = o.debit_allotment
     where e.division = t.division and i.division = t.division and i.transfer = t.id)`,
)
