import type { Tx } from '../platform/database/transaction.ts'
import type { RecognitionView } from './contract.ts'

const DECISION = (
  r: string,
) => `jsonb_build_object('id', ${r}.id::text, 'verdict', ${r}.verdict, 'monitoredFen', ${r}.monitored_fen::text, 'reason', ${r}.reason,
  'document', ${r}.document, 'actor', coalesce((select name from identity.account x where x.id = ${r}.actor), ''), 'recordedAt', ${r}.recorded_at)`

/** Transfers of a year with what is proposed and decided; `open` are those that nobody has decided about. */
export const recognitionQueue = (
  tx: Tx,
  division: number,
  year: number,
  state: 'open' | 'decided' | 'all',
): Promise<RecognitionView[]> =>
  tx.query<never>(
    `select t.id::text, t.document_number as "documentNumber", t.document_title as "documentTitle", t.document_dated as dated,
       jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund, t.sent_fen::text as "sentFen", t.taken_fen::text as "takenFen",
       case when s.division is not null then jsonb_build_object('code', s.code, 'name', s.name) end as sender, f.poverty as proposal,
       exists (select from funds.published_fund own where own.division = t.division and (own.id = f.id or own.superior = f.id)) or f.division = t.division as "inCatalogue",
       case when r.id is not null then ${DECISION('r')} end as decided,
       coalesce((select jsonb_agg(${DECISION('o')} order by o.id desc) from allotments.recognition o
         where o.division = t.division and o.transfer = t.id and o.id <> r.id), '[]') as before
     from ledger.published_transfer t join funds.published_fund f on f.id = t.fund
     left join divisions.published_division s on s.division = t.sender
     left join allotments.published_recognition r on r.division = t.division and r.transfer = t.id
     where t.division = $1 and t.fiscal_year = $2 and t.sent_fen > 0 and ($3 = 'all' or (r.id is null) = ($3 = 'open'))
     order by t.document_dated desc, t.id desc limit 500`,
    [division, year, state],
  )
