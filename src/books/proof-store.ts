import type { Tx } from '../platform/database/transaction.ts'

/** A transfer with what the entries of both sides say of it, in fen. */
export interface ProvedTransfer {
  id: string
  documentNumber: string
  documentTitle: string
  fiscalYear: number
  fund: { code: string; name: string; division: string }
  sender: { code: string; name: string } | null
  senderSeen: boolean
  receiver: { code: string; name: string }
  parent: string | null
  /** The transfer's own counts, now. */
  sentCount: bigint
  takenCount: bigint
  /** What stands on the superior's line as sent, by its entries. */
  stands: bigint
  /** Of a superior whose book is not seen: what its document states, less what it recalled by then. */
  stated: bigint
  recalledAbove: bigint
  recalledBelow: bigint
  children: { id: string; fen: string }[]
  knownAt: string | null
}

// What was known: all, or what was sealed by the moment.
const KNOWN = (entry: string) =>
  `($4::timestamptz is null or exists (select from books.known_batch k where k.division = ${entry}.division and k.batch = ${entry}.batch and k.sealed_at <= $4))`

/** The transfers of a document, or of a division's year (sent or received by it), in the order of the canonical text. */
export const provedTransfers = (
  tx: Tx,
  of: { document: string | null; division: number | null; year: number | null; known: string | null },
): Promise<ProvedTransfer[]> =>
  tx.query<never>(
    `with wanted as materialized (
       select t.* from ledger.published_transfer t where $1::text is not null and t.document_number = $1
       union select t.* from ledger.published_transfer t where $2::int is not null and t.division = $2 and t.fiscal_year = $3
       union select t.* from ledger.published_transfer t where $2::int is not null and t.sender = $2 and t.fiscal_year = $3
     )
     select t.id::text, t.document_number as "documentNumber", t.document_title as "documentTitle", t.fiscal_year as "fiscalYear",
       jsonb_build_object('code', f.code, 'name', f.name, 'division', o.code) as fund,
       case when t.sender is not null then jsonb_build_object('code', coalesce(s.code, t.sender::text), 'name', s.name) end as sender,
       seen.sender is not null as "senderSeen", jsonb_build_object('code', r.code, 'name', r.name) as receiver, t.sender_allotment::text as parent,
       t.sent_fen as "sentCount", t.taken_fen as "takenCount", above.stands, above.recalled as "recalledAbove", below.recalled as "recalledBelow",
       case when $4::timestamptz is not null and t.recorded_at > $4 then 0 else t.sent_fen + below.recalled_later end as stated, below.children,
       to_char($4::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "knownAt"
     from wanted t
     join funds.published_fund f on f.id = t.fund
     left join divisions.published_division o on o.division = f.division
     left join divisions.published_division r on r.division = t.division
     left join divisions.published_division s on s.division = t.sender
     left join lateral (select x.division as sender from divisions.scope_division x where x.scope = platform.scope() and x.division = t.sender) seen on true
     cross join lateral (
       select coalesce(sum(e.fen), 0)::bigint as stands, coalesce(-sum(e.fen) filter (where e.back), 0)::bigint as recalled from (
         select d.amount_fen as fen, false as back from ledger.published_entry_alone d
           where d.division = t.sender and d.debit_allotment = t.sender_allotment and d.debit in (500202, 500203) and ${KNOWN('d')}
         union all
         select -c.amount_fen, true from ledger.published_entry_alone c
           where c.division = t.sender and c.credit_allotment = t.sender_allotment and c.credit in (500202, 500203) and ${KNOWN('c')}) e
     ) above
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('id', l.id::text, 'fen', l.fen::text) order by l.id) filter (where l.known), '[]') as children,
         coalesce(sum(l.recalled), 0)::bigint as recalled, coalesce(sum(l.recalled_all - l.recalled), 0)::bigint as recalled_later
       from (
         select c.id, coalesce(sum(x.fen) filter (where x.known), 0) as fen, coalesce(-sum(x.fen) filter (where x.known and x.back), 0) as recalled,
           coalesce(-sum(x.fen) filter (where x.back), 0) as recalled_all, coalesce(bool_or(x.known), false) as known
         from allotments.published_allotment c
         left join lateral (
           select e.amount_fen as fen, false as back, ${KNOWN('e')} as known from ledger.published_entry_alone e
             where e.division = c.division and e.credit_allotment = c.id and e.credit = 4001
           union all
           select -e.amount_fen, true, ${KNOWN('e')} from ledger.published_entry_alone e where e.division = c.division and e.debit_allotment = c.id and e.debit = 4001) x on true
         where c.division = t.division and c.transfer = t.id group by c.id) l
     ) below
     where $4::timestamptz is null or t.recorded_at <= $4
     order by t.document_number collate "C", t.fiscal_year, o.code collate "C", f.code collate "C", coalesce(s.code, '-') collate "C", r.code collate "C", t.id`,
    [of.document, of.division, of.year, of.known],
  )
