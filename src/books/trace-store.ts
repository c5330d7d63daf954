import type { Tx } from '../platform/database/transaction.ts'
import type { View } from './clocks.ts'
import type { TraceKind, TraceLine, TracePayment } from './contract.ts'

/** The lines that a reference names, or the payment, within the reader's scope. */
export interface Found {
  kind: TraceKind
  name: string
  lines: string[]
  payments: string[]
}

const SCOPE = 'divisions.scope_division s where s.scope = platform.scope()'

// By id alone within the scope: one probe of the key for each division of it.
const PAYMENTS_BY_ID = `select p.division, p.id, p.voucher_no from (select division from ${SCOPE}) s
  cross join lateral (select * from payments.published_payment p where p.division = s.division and p.id = $1 offset 0) p`
const LINES_OF = (payments: string) => `
  select coalesce(array_agg(distinct p.voucher_no), '{}') as names, coalesce(array_agg(distinct p.id::text), '{}') as payments,
    coalesce(array_agg(distinct l.id::text) filter (where l.id is not null), '{}') as lines
  from (${payments}) p cross join lateral (
    select e.debit_allotment as id from ledger.published_entry_alone e where e.division = p.division and e.payment = p.id
    union select x.allotment from payments.published_payment x where x.division = p.division and x.id = p.id and x.allotment is not null
    union select null) l`

/** Looks a reference up in one of its meanings; null where it means nothing in it. */
export async function lookUp(tx: Tx, kind: TraceKind, text: string, number: string): Promise<Found | null> {
  if ((kind === 'allotment' || kind === 'payment') && !/^\d{1,18}$/.test(text)) return null
  if (kind === 'payment' || kind === 'voucher') {
    const row = await tx.one<{ names: string[]; payments: string[]; lines: string[] }>(
      LINES_OF(
        kind === 'payment'
          ? PAYMENTS_BY_ID
          : 'select p.division, p.id, p.voucher_no from payments.published_payment p where p.voucher_no = $1',
      ),
      [text],
    )
    return row.payments.length === 0
      ? null
      : { kind, name: row.names.join('、'), lines: row.lines, payments: row.payments }
  }
  const sql = {
    allotment: `select a.id::text, d.number || ' ' || d.title as name from allotments.published_allotment a join ledger.published_document d on d.division = a.division and d.id = a.document where a.id = $1`,
    project: `select a.id::text, p.name from projects.published_project p join allotments.published_allotment a on a.division = p.division and a.project = p.id where p.code = $1`,
    document: `select a.id::text, d.title as name from ledger.published_document d join allotments.published_allotment a on a.division = d.division and a.document = d.id where d.number = $1
      union select a.id::text, t.document_title from ledger.published_transfer t join allotments.published_allotment a on a.division = t.division and a.transfer = t.id where t.document_number = $1`,
  }[kind]
  const rows = await tx.query<{ id: string; name: string }>(sql, [kind === 'document' ? number : text])
  return rows.length === 0
    ? null
    : { kind, name: rows[0]!.name, lines: [...new Set(rows.map(row => row.id))], payments: [] }
}

export type FamilyLine = Omit<TraceLine, 'kin' | 'depth' | 'parent' | 'netFen' | 'balances'> & {
  path: string[]
  divisionId: number
}

/** The traced lines, all above and (where asked) all below them, in one look at their paths; superiors' documents as they were kept. */
export const FAMILY = `
  select l.id::text, l.division as "divisionId", l.path::text[] as path, jsonb_build_object('code', v.code, 'name', v.name, 'level', v.level) as division,
    l.fiscal_year as "fiscalYear", l.form, jsonb_build_object('number', d.number, 'title', d.title, 'dated', d.dated) as document,
    jsonb_build_object('code', f.code, 'name', f.name) as fund, l.source_level as "sourceLevel", l.superior_number as "superiorNumber",
    case when t.id is not null then jsonb_build_object('id', t.id::text, 'sender', s.name, 'outside', t.sender is null, 'documentNumber', t.document_number,
      'sentFen', t.sent_fen::text, 'takenFen', t.taken_fen::text) end as transfer, l.direct, g.name as agency,
    case when p.id is not null then jsonb_build_object('code', p.code, 'name', p.name) end as project, r.name as "toDivision", l.amount_fen::text as "amountFen"
  from books.family($1, $2, $3) m
  join allotments.published_allotment l on l.division = m.division and l.id = m.id
  join ledger.published_document d on d.division = l.division and d.id = l.document
  join funds.published_fund f on f.id = l.fund
  left join divisions.published_division v on v.division = l.division
  left join ledger.published_transfer t on t.division = l.division and t.id = l.transfer
  left join divisions.published_division s on s.division = t.sender
  left join divisions.published_agency g on g.division = l.division and g.id = l.agency
  left join projects.published_project p on p.division = l.division and p.id = l.project
  left join divisions.published_division r on r.division = l.to_division
  order by l.path`

export const familyOf = (tx: Tx, lines: readonly string[], below: boolean, limit: number): Promise<FamilyLine[]> =>
  tx.query<never>(FAMILY, [lines, below, limit])

// A view in time is made from the entries of the traced lines; without one their balances stand ready.
export const BALANCES_NOW = `select b.allotment::text as id, b.account, case c.side when 'D' then b.debit_fen - b.credit_fen else b.credit_fen - b.debit_fen end as fen
  from unnest($1::int[], $2::bigint[]) l(division, id)
  join ledger.published_balance b on b.division = l.division and b.allotment = l.id join ledger.account c on c.code = b.account`
export const BALANCES_THEN = `select m.allotment::text as id, m.account, sum(case c.side when 'D' then m.fen else -m.fen end)::bigint as fen
  from (
    select l.id as allotment, e.debit as account, e.amount_fen as fen, e.division, e.batch from unnest($1::int[], $2::bigint[]) l(division, id) join ledger.published_entry_alone e on e.division = l.division and e.debit_allotment = l.id
    union all
    select l.id, e.credit, -e.amount_fen, e.division, e.batch from unnest($1::int[], $2::bigint[]) l(division, id) join ledger.published_entry_alone e on e.division = l.division and e.credit_allotment = l.id) m
  join ledger.published_batch b on b.division = m.division and b.id = m.batch join ledger.account c on c.code = m.account
  left join books.known_batch k on k.division = m.division and k.batch = m.batch
  where b.effective_on >= coalesce($3::date, '-infinity') and b.effective_on <= coalesce($4::date, 'infinity') and ($5::timestamptz is null or k.sealed_at <= $5)
  group by 1, 2`

export const balancesOf = (
  tx: Tx,
  lines: readonly FamilyLine[],
  view: View,
): Promise<{ id: string; account: number; fen: bigint }[]> => {
  const keys = [lines.map(line => line.divisionId), lines.map(line => line.id)]
  return view.from === null && view.to === null && view.known === null
    ? tx.query<never>(`${BALANCES_NOW} where b.debit_fen <> b.credit_fen`, keys)
    : tx.query<never>(BALANCES_THEN, [...keys, view.from, view.to, view.known])
}

// What was posted to the lines, share by share (one payment may be split over several), and what waits to be.
export const PAYMENTS = `
  select p.id::text, x.allotment::text, p.voucher_no as "voucherNo", coalesce(p.paid_on, p.vouched_on)::text as day, p.payee_name as payee,
    p.payee_account as account, p.purpose, x.fen::text as "amountFen", coalesce(p.unposted_reason, case when x.waits then 'in-transit' end) as unposted
  from (
    select e.division, e.payment, e.debit_allotment as allotment, e.amount_fen as fen, false as waits from unnest($1::int[], $2::bigint[]) l(division, id)
      join ledger.published_entry_alone e on e.division = l.division and e.debit_allotment = l.id and e.debit = 5201 and e.payment is not null
      join ledger.published_batch b on b.division = e.division and b.id = e.batch left join books.known_batch k on k.division = e.division and k.batch = e.batch
      where b.effective_on >= coalesce($3::date, '-infinity') and b.effective_on <= coalesce($4::date, 'infinity') and ($5::timestamptz is null or k.sealed_at <= $5)
    union all
    select e.division, e.payment, e.credit_allotment, -e.amount_fen, false from unnest($1::int[], $2::bigint[]) l(division, id)
      join ledger.published_entry_alone e on e.division = l.division and e.credit_allotment = l.id and e.credit = 5201 and e.payment is not null
      join ledger.published_batch b on b.division = e.division and b.id = e.batch left join books.known_batch k on k.division = e.division and k.batch = e.batch
      where b.effective_on >= coalesce($3::date, '-infinity') and b.effective_on <= coalesce($4::date, 'infinity') and ($5::timestamptz is null or k.sealed_at <= $5)
    union all
    select y.division, y.id, y.allotment, y.amount_fen, true from unnest($1::int[], $2::bigint[]) l(division, id)
      join payments.published_payment y on y.allotment = l.id and y.division = l.division
      where (y.unposted_reason is not null or y.in_transit) and $5::timestamptz is null and $3::date is null and $4::date is null) x
  join payments.published_payment p on p.division = x.division and p.id = x.payment
  where $6::bigint[] is null or p.id = any ($6)`

export const paymentsOf = (
  tx: Tx,
  lines: readonly FamilyLine[],
  view: View,
  only: readonly string[] | null,
  limit: number | null,
): Promise<TracePayment[]> =>
  tx.query<never>(`${PAYMENTS} order by day, p.id, x.allotment limit $7`, [...paymentValues(lines, view, only), limit])

const paymentValues = (lines: readonly FamilyLine[], view: View, only: readonly string[] | null) => [
  lines.map(line => line.divisionId),
  lines.map(line => line.id),
  view.from,
  view.to,
  view.known,
  only,
]

/** Of all payments of a trace: how many, how much is posted, and to whom most of it went. */
export async function paymentSums(tx: Tx, lines: readonly FamilyLine[], view: View, only: readonly string[] | null) {
  const values = paymentValues(lines, view, only)
  const totals = await tx.one<{ payments: number; fen: bigint; payees: number }>(
    `select count(distinct id)::int as payments, coalesce(sum("amountFen"::bigint) filter (where unposted is null), 0)::bigint as fen,
       count(distinct (payee, account))::int as payees from (${PAYMENTS}) x`,
    values,
  )
  const payees = await tx.query<{ allotment: string; payee: string | null; fen: bigint }>(
    `select allotment, payee, sum("amountFen"::bigint)::bigint as fen from (${PAYMENTS}) x where unposted is null
     group by 1, 2 having sum("amountFen"::bigint) > 0 order by 3 desc limit 2000`,
    values,
  )
  return { totals, payees }
}
