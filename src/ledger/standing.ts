import type { Tx } from '../platform/database/transaction.ts'
import type { BookEvent, BookPage, Standing } from './contract.ts'

/** One question for a list of days: what of each kind stood open up to it, by the day of the form, the voucher, or the document. */
const STANDING = `
  select jsonb_build_object(
    'unsealedBatches', (select count(*) from ledger.unsealed u join ledger.batch b on b.division = u.division and b.id = u.batch
       where u.division = $1 and b.fiscal_year = $2 and b.effective_on <= d.day),
    'waitingPayments', p.payments, 'waitingFen', p.fen::text,
    'documentsWithoutScan', (select count(*) from ledger.published_document o where o.division = $1 and o.scan is null and o.dated <= d.day
       and exists (select from ledger.batch b where b.document = o.id and b.division = o.division and b.fiscal_year = $2)),
    'openTransfers', t.transfers, 'openTransfersFen', t.fen::text) as standing
  from unnest($3::date[]) with ordinality as d(day, n)
  cross join lateral (select count(*) as payments, coalesce(sum(abs(amount_fen)), 0) as fen from payments.published_payment
    where division = $1 and fiscal_year = $2 and unposted_reason is not null and vouched_on <= d.day) p
  cross join lateral (select count(*) as transfers, coalesce(sum(in_transit_fen), 0) as fen from ledger.published_transfer
    where division = $1 and fiscal_year = $2 and in_transit_fen > 0 and document_dated <= d.day) t
  order by d.n`

/** What still stands open in a year's book up to a day. */
export const standingUpTo = async (tx: Tx, division: number, year: number, day: string): Promise<Standing> =>
  (await tx.one<{ standing: Standing }>(STANDING, [division, year, [day]])).standing

export const somethingStands = (standing: Standing): boolean =>
  standing.unsealedBatches + standing.waitingPayments + standing.documentsWithoutScan + standing.openTransfers > 0

const lastDays = (year: number): string[] =>
  Array.from({ length: 12 }, (_, month) => new Date(Date.UTC(year, month + 1, 0)).toISOString().slice(0, 10))

/** A year's book with its months, what stands open in each, and what was done to it. */
export async function bookPage(tx: Tx, division: number, year: number): Promise<BookPage> {
  const book = await tx.maybe<never>(
    `select uses_plans as "usesPlans", locked_through as "lockedThrough", closed_on as "closedOn", provisional,
       provisional_since as "provisionalSince", opened_on as "openedOn"
     from ledger.published_book where division = $1 and fiscal_year = $2`,
    [division, year],
  )
  const { plans, batches } = await tx.one<{ plans: boolean; batches: Record<string, number> }>(
    `select exists (select from allotments.published_line l join ledger.published_balance b on b.division = l.division and b.allotment = l.id
        where l.division = $1 and l.fiscal_year = $2 and b.account = 5101 and b.debit_fen > 0) as plans,
       (select coalesce(jsonb_object_agg(month, batches), '{}') from (
          select case when extract(year from effective_on) < $2 then 1 when extract(year from effective_on) > $2 then 12
              else extract(month from effective_on) end::int as month, count(*) as batches
            from ledger.batch where division = $1 and fiscal_year = $2 group by 1) m) as batches`,
    [division, year],
  )
  const days = lastDays(year)
  const standing = await tx.query<{ standing: Standing }>(STANDING, [division, year, days])
  const events = await tx.query<BookEvent & Record<string, unknown>>(
    `select e.no, e.kind, e.day, e.reason, d.number as "documentNumber", e.findings, coalesce(a.name, '-') as actor, e.recorded_at as "recordedAt"
     from ledger.published_book_event e left join ledger.published_document d on d.division = e.division and d.id = e.document
     left join identity.account a on a.id = e.actor
     where e.division = $1 and e.fiscal_year = $2 order by e.no desc`,
    [division, year],
  )
  const found = (book ?? {}) as Partial<BookPage>
  return {
    fiscalYear: year,
    usesPlans: found.usesPlans ?? false,
    plansPosted: plans,
    lockedThrough: found.lockedThrough ?? null,
    closedOn: found.closedOn ?? null,
    provisional: found.provisional ?? false,
    provisionalSince: found.provisionalSince ?? null,
    openedOn: found.openedOn ?? null,
    months: days.map((lastDay, index) => ({
      month: index + 1,
      lastDay,
      locked: (found.lockedThrough ?? '') >= lastDay || found.closedOn != null,
      batches: batches[String(index + 1)] ?? 0,
      standing: standing[index]!.standing,
    })),
    events,
  }
}
