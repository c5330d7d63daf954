import type { Tx } from '../platform/database/transaction.ts'
import { carriedReaches } from './recall-carried.ts'
import type { RecallableRow } from './recall-contract.ts'
import { calledTransfers, carriedTransfers, reachesOf } from './recall-store.ts'
import { unspentOf } from './recallable.ts'

/** The most transfers that are shown at once; a fund or a document number narrows it down. */
const SHOWN = 500

/** Transfers of a year that could be called back, newest document first, with where their money is. */
export async function listRecallable(
  tx: Tx,
  division: number,
  asked: { year: number; from: 'below' | 'outside'; q?: string | undefined },
): Promise<RecallableRow[]> {
  const sent = asked.from === 'below'
  const now = await calledTransfers(tx, { division, fiscalYear: asked.year, sent })
  const earlier = await carriedTransfers(tx, { division, sent, into: asked.year })
  const called = [...now, ...earlier]
  const like = asked.q ? `%${asked.q.replace(/[\\%_]/g, '\\$&')}%` : null
  const heads = await tx.query<never>(
    `select t.division, t.id::text as transfer, t.fiscal_year as "fiscalYear", jsonb_build_object('code', v.code, 'name', v.name) as receiver, t.sender_allotment::text as line,
       t.document_number as "documentNumber", t.document_title as "documentTitle", t.document_dated as dated,
       jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund, t.sent_fen as sent,
       (select coalesce(sum(b.balance_fen), 0)::bigint from allotments.allotment r cross join lateral allotments.made_of(array[r.id]) m
        join allotments.allotment a on a.division = r.division and a.division = m.division and a.id = m.id
          and a.fiscal_year = t.fiscal_year and a.form in ('pass-down', 'send-across', 'hand-over')
        join ledger.published_balance b on b.division = a.division and b.allotment = a.id and b.account in (500202, 500203)
        where r.division = t.division and r.transfer = t.id) as passed
     from unnest($1::int[], $2::bigint[]) as k(d, i) join ledger.published_transfer t on t.division = k.d and t.id = k.i
     join funds.published_fund f on f.id = t.fund left join divisions.published_division v on v.division = t.division
     where t.sent_fen > 0 and ($3::text is null or t.document_number ilike $3 or t.document_title ilike $3 or f.name ilike $3 or v.name ilike $3)
     order by t.document_dated desc, t.id desc limit ${SHOWN}`,
    [called.map(one => one.division), called.map(one => one.transfer), like],
  )
  type Head = Pick<
    RecallableRow,
    'transfer' | 'fiscalYear' | 'receiver' | 'line' | 'documentNumber' | 'documentTitle' | 'dated' | 'fund'
  > & {
    division: number
    sent: bigint
    passed: bigint
  }
  const rows = heads as Head[]
  const of = (some: readonly Head[]) => some.map(row => ({ division: row.division, transfer: BigInt(row.transfer) }))
  const reaches = new Map([
    ...(await reachesOf(tx, of(rows.filter(row => row.fiscalYear === asked.year)))),
    ...(await carriedReaches(tx, of(rows.filter(row => row.fiscalYear < asked.year)), asked.year)),
  ])
  // Of an earlier year only what was carried and is there.
  const live = rows.filter(row => row.fiscalYear === asked.year || unspentOf(reaches.get(BigInt(row.transfer))!) > 0n)
  return live.map(({ division: _, sent, passed, ...head }) => {
    const reach = reaches.get(BigInt(head.transfer))!
    const all = (of: (line: (typeof reach.lines)[number]) => bigint) =>
      reach.lines.reduce((sum, line) => sum + of(line), 0n)
    const inTransit = reach.sent - reach.taken
    const [toAssign, toRefine, own] = [
      all(line => line.toAssign),
      all(line => line.toRefine),
      all(line => line.own + line.plan),
    ]
    return {
      ...head,
      sentFen: String(sent),
      inTransitFen: String(inTransit),
      toAssignFen: String(toAssign),
      toRefineFen: String(toRefine),
      ownFen: String(own),
      passedFen: String(passed),
      spentFen: String(sent - inTransit - toAssign - toRefine - own - passed - reach.returned),
      claimedFen: String(reach.claimed),
      returnedFen: String(reach.returned),
      unspentFen: String(unspentOf(reach)),
    }
  })
}
