import type { Tx } from '../platform/database/transaction.ts'
import type { JoiningView, JoinProposal } from './contract.ts'

const SIDE = (
  t: string,
  f: string,
) => `jsonb_build_object('id', ${t}.id::text, 'documentNumber', ${t}.document_number, 'documentTitle', ${t}.document_title,
  'dated', ${t}.document_dated, 'fund', jsonb_build_object('id', ${f}.id, 'code', ${f}.code, 'name', ${f}.name),
  'sentFen', ${t}.sent_fen::text, 'takenFen', ${t}.taken_fen::text)`

/**
 * Which transfers opened by hand may be the superior's own that arrived since: two of number, fund (the same, or one that answers to the
 * other) and amount agree, and the superior's has enough left. `exact` says that all three agree; `unique` that neither side has another
 * exact partner. A pair that was joined and taken apart again is not joined by itself a second time.
 */
export const joinProposals = (tx: Tx, division: number): Promise<JoinProposal[]> =>
  tx.query<never>(
    `with pair as (
       select h.id as hand, s.id as superior, h.document_number = s.document_number as number,
         h.fund = s.fund or hf.superior = s.fund or sf.superior = h.fund as fund,
         h.sent_fen = s.sent_fen and h.taken_fen <= s.sent_fen - s.taken_fen as amount,
         exists (select from allotments.joining j where j.division = h.division and j.hand_transfer = h.id and j.superior_transfer = s.id) as parted
       from ledger.published_transfer h
       join ledger.published_transfer s on s.division = h.division and s.fiscal_year = h.fiscal_year and s.sender is not null
         and s.sent_fen - s.taken_fen >= h.taken_fen
       join funds.published_fund hf on hf.id = h.fund join funds.published_fund sf on sf.id = s.fund
       where h.division = $1 and h.sender is null and h.taken_fen > 0 and s.division = $1
     ), fit as (
       select p.*, number and fund and amount as exact from pair p where number::int + fund::int + amount::int >= 2
     )
     select f.exact and not f.parted as exact,
       count(*) filter (where f.exact) over (partition by f.hand) = 1 and count(*) filter (where f.exact) over (partition by f.superior) = 1 as unique,
       jsonb_build_object('number', f.number, 'fund', f.fund, 'amount', f.amount) as agrees,
       ${SIDE('h', 'hf')} as hand, ${SIDE('s', 'sf')} as superior,
       jsonb_build_object('code', v.code, 'name', v.name) as sender
     from fit f
     join ledger.published_transfer h on h.division = $1 and h.id = f.hand join ledger.published_transfer s on s.division = $1 and s.id = f.superior
     join funds.published_fund hf on hf.id = h.fund join funds.published_fund sf on sf.id = s.fund
     left join divisions.published_division v on v.division = s.sender
     order by exact desc, f.hand, f.superior limit 500`,
    [division],
  )

/** What was joined in a division, latest first. */
export const joinings = (tx: Tx, division: number): Promise<JoiningView[]> =>
  tx.query<never>(
    `select j.id::text, j.kind, j.manner, j.reason, j.external_id as "externalId", j.taken_fen::text as "takenFen",
       case when j.kind = 'transfer' then h.document_number else coalesce(d.document_number, h.document_number) end as "documentNumber",
       case when j.superior_transfer is not null then s.document_number end as "superiorNumber",
       (select jsonb_agg(x::text) from unnest(j.allotments) x) as lines, coalesce(a.name, '') as actor, j.recorded_at as "recordedAt",
       j.undone_at as "undoneAt", j.undone_reason as "undoneReason"
     from allotments.joining j
     left join ledger.published_transfer h on h.division = j.division and h.id = j.hand_transfer
     left join ledger.published_transfer s on s.division = j.division and s.id = j.superior_transfer
     left join allotments.published_line d on d.division = j.division and d.id = j.allotments[1]
     left join identity.account a on a.id = j.actor
     where j.division = $1 order by j.id desc limit 500`,
    [division],
  )

/** Lines received by hand that a file's row may be, by the superior's number, fund and amount; those that have no key of a file yet. */
export const handReceived = (
  tx: Tx,
  division: number,
  year: number,
  numbers: readonly string[],
): Promise<{ id: bigint; number: string; fund: number; amount_fen: bigint }[]> =>
  tx.query(
    `select id, superior_number as number, fund, amount_fen from allotments.allotment
     where division = $1 and fiscal_year = $2 and form = 'receive' and external_id is null and superior_number = any ($3) order by id`,
    [division, year, numbers],
  )
