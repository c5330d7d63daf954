import type { Tx } from '../platform/database/transaction.ts'
import type { UnpostedReason } from './payment.ts'
import type { StagedDay } from './staging-store.ts'

/** Staged lines between two days, both included, in the order (division, fiscal year, day of voucher). */
export interface Slice {
  from: StagedDay
  to: StagedDay
}

const day = (one: StagedDay): unknown[] => [one.division, one.fiscalYear, one.vouchedOn]
const within = `s.import = $1 and (s.division, s.fiscal_year, s.vouched_on) >= ($2, $3, $4::date)
  and (s.division, s.fiscal_year, s.vouched_on) <= ($5, $6, $7::date)`
const bounds = (importId: string, slice: Slice): unknown[] => [importId, ...day(slice.from), ...day(slice.to)]

/**
 * Sets how the next statements of this transaction may be planned. Rows that a statement makes for itself have no statistics, and are
 * taken for few: joining tens of thousands of them in nested loops, or merging them by their first column alone, costs seconds to
 * minutes; hashing them costs milliseconds. Where the planner meets only such rows and small tables it hashes; it must choose for
 * itself while `ledger.post_days` runs, whose plans last longer.
 */
const hashOnly = async (tx: Tx, only: boolean): Promise<void> => {
  const free = only ? 'off' : 'on'
  await tx.query(`select set_config('enable_nestloop', $1, true), set_config('enable_mergejoin', $1, true)`, [free])
}

/** The names and accounts of a slice, each once, with the surrogate that payments carry; arrays in the database's own text form. */
interface Parties {
  divisions: string
  digests: string
  names: string
  banks: string
  ids: string
}

/** Stores the accounts and names of a slice that are new; in key order, so that two imports cannot wait for each other in a ring. */
export async function storeParties(tx: Tx, importId: string, slice: Slice): Promise<Parties> {
  await tx.query(
    `insert into payments.bank_account (division, key_version, digest, ciphertext, masked)
     select k.division, get_byte(a.ciphertext, 0), k.digest, a.ciphertext, a.masked
     from (select s.division, s.payee_digest as digest from payments.staged s where ${within} and s.payee_digest is not null
           union select s.division, s.payer_digest from payments.staged s where ${within} and s.payer_digest is not null) k
     join payments.staged_account a on a.import = $1 and a.digest = k.digest
     where not exists (select from payments.bank_account b
       where b.division = k.division and b.key_version = get_byte(a.ciphertext, 0) and b.digest = k.digest)
     order by k.division, k.digest on conflict do nothing`,
    bounds(importId, slice),
  )
  const named = `select k.division, k.digest, k.name, k.bank, b.id as account
     from (select s.division, s.payee_digest as digest, s.payee_name as name, s.payee_bank as bank from payments.staged s
             where ${within} and s.payee_name is not null
           union select s.division, s.payer_digest, s.payer_name, s.payer_bank from payments.staged s
             where ${within} and s.payer_name is not null) k
     left join payments.staged_account a on a.import = $1 and a.digest = k.digest
     left join payments.bank_account b on b.division = k.division and b.key_version = get_byte(a.ciphertext, 0) and b.digest = k.digest`
  // An account number or none: each is looked up by an equality or a null test that the index answers.
  const found = (
    k: string,
  ) => `(select h.id from payments.holder h where h.division = ${k}.division and h.name = ${k}.name and h.bank = ${k}.bank
      and h.account = ${k}.account union all
      select h.id from payments.holder h where h.division = ${k}.division and h.name = ${k}.name and h.bank = ${k}.bank
      and h.account is null and ${k}.account is null)`
  await tx.query(
    `insert into payments.holder (division, account, name, bank)
     select k.division, k.account, k.name, k.bank from (${named}) k where not exists ${found('k')}
     order by k.division, k.account, k.name, k.bank on conflict do nothing`,
    bounds(importId, slice),
  )
  return tx.one<never>(
    `select array_agg(division)::text as divisions, array_agg(encode(digest, 'hex'))::text as digests, array_agg(name)::text as names,
       array_agg(bank)::text as banks, array_agg(id)::text as ids
     from (select k.*, ${found('k')} as id from (${named}) k) k`,
    bounds(importId, slice),
  )
}

/**
 * Candidates by elements: own-spending lines of the division and year with the payment's agency and, where the payment states
 * them, its project, functional subject and document number; the payment states the project or the subject at least.
 */
const byElements = (payments: string): string => `
  select k.division, k.fiscal_year, k.agency, k.project, k.subject, k.document,
    case count(*) when 1 then 'by-elements' else 'ambiguous' end as match, case count(*) when 1 then min(a.id) end as allotment,
    case count(*) when 1 then min(a.fund) end as fund, case count(*) when 1 then min(a.project) end as line_project
  from (select distinct division, fiscal_year, agency, coalesce(project, 0) as project, coalesce(function_subject, '') as subject,
          coalesce(document_number, '') as document
        from ${payments} where allotment is null and agency is not null and (project is not null or project_code is null and function_subject is not null)) k
  join allotments.allotment a on a.division = k.division and a.fiscal_year = k.fiscal_year and a.form = 'refine' and a.agency = k.agency
    and (k.project = 0 or a.project = k.project) and (k.subject = '' or a.function_subject = k.subject)
  join ledger.document d on d.division = a.division and d.id = a.document and (k.document = '' or d.number = k.document)
  group by k.division, k.fiscal_year, k.agency, k.project, k.subject, k.document`

const sameElements = (m: string, p: string): string => `${p}.allotment is null and ${m}.division = ${p}.division
  and ${m}.fiscal_year = ${p}.fiscal_year and ${m}.agency = ${p}.agency and ${m}.project = coalesce(${p}.project, 0)
  and ${m}.subject = coalesce(${p}.function_subject, '') and ${m}.document = coalesce(${p}.document_number, '')
  and (${p}.project is not null or ${p}.project_code is null)`

/**
 * Turns a slice into payments, matched, in voucher order; lines whose voucher is known are passed over.
 * @returns the id that lies before all of them, and how many there are
 */
export async function insertPayments(
  tx: Tx,
  importId: string,
  slice: Slice,
  parties: Parties,
): Promise<{ before: bigint; taken: number }> {
  const { before } = await tx.one<{ before: bigint }>(`select nextval('payments.payment_id') as before`)
  await hashOnly(tx, true)
  const { taken } = await tx.one<{ taken: number }>(
    `with party as materialized (
       select division, coalesce(digest, '') as digest, name, bank, id
       from unnest($8::int[], $9::text[], $10::text[], $11::text[], $12::bigint[]) as p(division, digest, name, bank, id)),
     line as materialized (
       select s.*, g.id as agency, coalesce(a.project, j.id) as project, a.id as allotment, a.fund, e.id as payee, r.id as payer
       from payments.staged s
       left join divisions.agency g on g.division = s.division and g.code = s.agency_code
       left join projects.project j on j.division = s.division and j.code = s.project_code and j.division between $2 and $5
       left join allotments.allotment a on a.division = s.division and a.fiscal_year = s.fiscal_year and a.external_id = s.allotment_ref
         and a.form = 'refine' and a.division between $2 and $5
       left join party e on e.division = s.division and e.digest = coalesce(encode(s.payee_digest, 'hex'), '') and e.name = s.payee_name
         and e.bank = s.payee_bank
       left join party r on r.division = s.division and r.digest = coalesce(encode(s.payer_digest, 'hex'), '') and r.name = s.payer_name
         and r.bank = s.payer_bank
       where ${within}),
     element as materialized (${byElements('line')}),
     new as (
       insert into payments.payment (division, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, paid_on,
         amount_fen, payer, payee, agency, project, allotment, fund, function_subject, economic_subject, settlement, pay_type, purpose,
         contract_no, allotment_ref, agency_code, project_code, document_number, match)
       select l.division, l.fiscal_year, l.voucher_type, l.voucher_no, l.line_no, l.row_digest, l.import, l.vouched_on, l.paid_on,
         l.amount_fen, l.payer, l.payee, l.agency, coalesce(m.line_project, l.project), coalesce(l.allotment, m.allotment), coalesce(l.fund, m.fund),
         l.function_subject, l.economic_subject, l.settlement, l.pay_type, l.purpose, l.contract_no, l.allotment_ref, l.agency_code,
         l.project_code, l.document_number,
         case when l.allotment is not null then 'by-id' else coalesce(m.match, 'none') end
       from line l
       left join element m on ${sameElements('m', 'l')}
       order by l.division, l.fiscal_year, l.vouched_on, l.voucher_no, l.line_no
       on conflict on constraint voucher_once do nothing
       returning division, fiscal_year, vouched_on, amount_fen),
     total as (
       insert into payments.day_total as t (division, fiscal_year, vouched_on, payments, amount_fen)
       select division, fiscal_year, vouched_on, count(*), sum(amount_fen)::bigint from new group by 1, 2, 3 order by 1, 2, 3
       on conflict (division, fiscal_year, vouched_on) do update
         set payments = t.payments + excluded.payments, amount_fen = t.amount_fen + excluded.amount_fen)
     select count(*)::int as taken from new`,
    [...bounds(importId, slice), parties.divisions, parties.digests, parties.names, parties.banks, parties.ids],
  )
  await hashOnly(tx, false)
  return { before, taken }
}

/** Which payments a posting looks at: those that a slice has just brought, or those of a division's year that wait. */
export type Candidates = { importId: string; after: bigint; slice: Slice } | { division: number; fiscalYear: number }

export type PostingForm = 'pay' | 'refund'

function candidates(which: Candidates, form: PostingForm): { sql: string; values: unknown[] } {
  const columns = `p.division, p.id, p.fiscal_year, p.vouched_on, p.voucher_no, p.line_no, p.paid_on, p.allotment, p.match,
    abs(p.amount_fen) as amount`
  const sign = form === 'pay' ? 'p.amount_fen > 0' : 'p.amount_fen < 0'
  if ('importId' in which)
    return {
      sql: `select ${columns} from payments.payment p where p.import = $1 and p.id > $2 and p.division between $3 and $4 and ${sign}`,
      values: [which.importId, which.after, which.slice.from.division, which.slice.to.division],
    }
  return {
    sql: `select ${columns} from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment
      where u.division = $1 and u.reason <> 'not-paid' and p.fiscal_year = $2 and ${sign}`,
    values: [which.division, which.fiscalYear],
  }
}

export interface PostingOutcome {
  posted: number
  postedFen: bigint
  /** Lines left waiting, by reason. */
  waiting: Partial<Record<UnpostedReason, number>>
}

/**
 * Posts what fits: per allotment and in voucher order, against what is left under lock. Payments come out of the payment plan where
 * the line has one or the book keeps plans, else out of own spending; refunds go back there out of what was paid. One ledger batch
 * for each division, year and day of payment. The rest is written down as unposted, with its reason.
 * @param keyPrefix makes the request keys of the batches; null where the lock alone keeps a payment from being posted twice
 */
export async function postCandidates(
  tx: Tx,
  which: Candidates,
  form: PostingForm,
  keyPrefix: string | null,
): Promise<PostingOutcome> {
  const { sql, values } = candidates(which, form)
  await tx.query(
    `select ledger.lock_balances(g.division, g.allotments) from (
       select division, array_agg(distinct allotment) as allotments from (${sql}) p where allotment is not null and paid_on is not null
       group by division order by division) g`,
    values,
  )
  const columns =
    'division, fiscal_year, paid_on, vouched_on, voucher_no, line_no, id, allotment, account, amount, reason'
  const order = 'vouched_on, voucher_no, line_no'
  const keep =
    'importId' in which
      ? `kept as (insert into payments.unposted (division, payment, reason)
          select division, id, coalesce(reason, 'beyond-available') from judged where not fits)`
      : `gone as (delete from payments.unposted u using judged f where f.fits and u.division = f.division and u.payment = f.id),
        kept as (update payments.unposted u set reason = coalesce(w.reason, 'beyond-available') from judged w
          where not w.fits and u.division = w.division and u.payment = w.id and u.reason <> coalesce(w.reason, 'beyond-available'))`
  await hashOnly(tx, true)
  const groups = await tx.query<Group>(
    `with candidate as materialized (
       select c.*, coalesce(b.uses_plans, false) as uses_plans,
         case when c.paid_on is null then 'not-paid' when c.match = 'ambiguous' then 'ambiguous' when c.allotment is null then 'no-allotment'
           when b.closed_on is not null or b.locked_through >= c.paid_on then 'book-locked' end as reason
       from (${sql}) c left join ledger.book b on b.division = c.division and b.fiscal_year = c.fiscal_year),
     room as materialized (
       select k.division, k.allotment, r.account,
         ${form === 'pay' ? 'case r.account when 5101 then r.planned else r.own end' : 'r.paid'} as room
       from (select distinct division, allotment, uses_plans from candidate where reason is null) k,
       lateral (
         select coalesce(sum(debit_fen - credit_fen) filter (where account = 5101), 0)::bigint as planned,
           coalesce(sum(debit_fen - credit_fen) filter (where account = 500201), 0)::bigint as own,
           coalesce(sum(debit_fen - credit_fen) filter (where account = 5201), 0)::bigint as paid,
           case when k.uses_plans or coalesce(bool_or(account = 5101 and debit_fen > 0), false) then 5101 else 500201 end as account
         from ledger.balance where division = k.division and allotment = k.allotment) r),
     wanted as materialized (
       select c.*, r.account, r.room, sum(c.amount) over (partition by c.division, c.allotment) as wanted
       from candidate c join room r on r.division = c.division and r.allotment = c.allotment where c.reason is null),
     judged as materialized (
       select ${columns}, true as fits from wanted where wanted <= room
       union all
       select ${columns}, used - lag(used, 1, 0::bigint) over (partition by division, allotment order by ${order}) = amount
       from (select w.*, payments.fitted(amount, room) over (partition by division, allotment order by ${order} rows unbounded preceding) as used
             from wanted w where wanted > room) t
       union all
       select division, fiscal_year, paid_on, vouched_on, voucher_no, line_no, id, allotment, null, amount, reason, false
       from candidate where reason is not null),
     ${keep}
     select division, fiscal_year, array_agg(paid_on) filter (where first)::text as days, array_agg(day)::text as line_days,
       array_agg(id)::text as ids, array_agg(allotment)::text as allotments, array_agg(account)::text as accounts,
       array_agg(amount)::text as amounts, count(*)::int as lines, sum(amount)::bigint as fen, null as reason
     from (select *, dense_rank() over (partition by division, fiscal_year order by paid_on) as day,
             row_number() over (partition by division, fiscal_year, paid_on order by ${order}) = 1 as first
           from judged where fits order by division, fiscal_year, paid_on, ${order}) f group by division, fiscal_year
     union all
     select null, null, null, null, null, null, null, null, count(*)::int, null, coalesce(reason, 'beyond-available')
     from judged where not fits group by coalesce(reason, 'beyond-available')`,
    values,
  )
  await hashOnly(tx, false)
  const outcome: PostingOutcome = { posted: 0, postedFen: 0n, waiting: {} }
  const fitting: Group[] = []
  for (const group of groups) {
    if (group.reason) outcome.waiting[group.reason] = group.lines
    else {
      fitting.push(group)
      outcome.posted += group.lines
      outcome.postedFen += group.fen
    }
  }
  if (fitting.length > 0) await postGroups(tx, form, fitting, keyPrefix)
  return outcome
}

/** Payments of one division and year that fit; arrays in the database's own text form, handed back as they came. */
interface Group {
  division: number
  fiscal_year: number
  /** The days of payment, ascending; and for each line, which of them is its own, from 1. */
  days: string
  line_days: string
  ids: string
  allotments: string
  accounts: string
  amounts: string
  lines: number
  fen: bigint
  reason: UnpostedReason | null
}

async function postGroups(
  tx: Tx,
  form: PostingForm,
  groups: readonly Group[],
  keyPrefix: string | null,
): Promise<void> {
  const paid = 'array_fill(5201, array[g.lines])'
  await tx.query(
    `with posted as materialized (
       select g.*, ledger.post_days(g.division, '${form}', g.fiscal_year, g.days::date[], null,
         array(select $10::text || ' ' || g.fiscal_year || ' ' || d.day from unnest(g.days::date[]) with ordinality as d(day, n) order by n),
         g.line_days::int[], g.allotments::bigint[], ${form === 'pay' ? paid : 'g.accounts::int[]'}, g.allotments::bigint[],
         ${form === 'pay' ? 'g.accounts::int[]' : paid}, g.amounts::bigint[]) as batches
       from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])
         as g(division, fiscal_year, days, line_days, ids, allotments, accounts, amounts, lines))
     insert into payments.posting (division, payment, batch, line, allotment)
     select p.division, u.id, p.batches[u.day], row_number() over (partition by p.batches[u.day] order by u.n), u.allotment
     from posted p, unnest(p.line_days::int[], p.ids::bigint[], p.allotments::bigint[]) with ordinality as u(day, id, allotment, n)`,
    [
      groups.map(group => group.division),
      groups.map(group => group.fiscal_year),
      groups.map(group => group.days),
      groups.map(group => group.line_days),
      groups.map(group => group.ids),
      groups.map(group => group.allotments),
      groups.map(group => group.accounts),
      groups.map(group => group.amounts),
      groups.map(group => group.lines),
      keyPrefix,
    ],
  )
}

/** Whether the payments of a slice hold refunds: negative lines are rare, and looked at only where they are. */
export const hasRefunds = async (tx: Tx, importId: string, after: bigint, slice: Slice): Promise<boolean> =>
  (
    await tx.one<{ found: boolean }>(
      `select exists (select from payments.payment p
         where p.import = $1 and p.id > $2 and p.division between $3 and $4 and p.amount_fen < 0) as found`,
      [importId, after, slice.from.division, slice.to.division],
    )
  ).found

/** Looks again for the allotments of waiting payments that have none: by id, else by elements. */
export async function matchWaiting(tx: Tx, division: number, fiscalYear: number): Promise<number> {
  const rows = await tx.query(
    `with line as materialized (
       select p.division, p.id, p.fiscal_year, p.agency, p.project, p.project_code, p.function_subject, p.document_number, a.id as allotment,
         a.fund, a.project as line_project
       from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment
       left join allotments.allotment a on a.division = p.division and a.fiscal_year = p.fiscal_year and a.external_id = p.allotment_ref
         and a.form = 'refine'
       where u.division = $1 and p.fiscal_year = $2 and p.allotment is null),
     element as materialized (${byElements('line')})
     update payments.payment p
     set allotment = coalesce(l.allotment, m.allotment), fund = coalesce(l.fund, m.fund),
       project = coalesce(l.line_project, m.line_project, p.project),
       match = case when l.allotment is not null then 'by-id' else coalesce(m.match, 'none') end
     from line l left join element m on ${sameElements('m', 'l')}
     where p.division = l.division and p.id = l.id
       and p.match <> case when l.allotment is not null then 'by-id' else coalesce(m.match, 'none') end
     returning 1`,
    [division, fiscalYear],
  )
  return rows.length
}
