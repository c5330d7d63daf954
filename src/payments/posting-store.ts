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

/** Stores the accounts and names of a slice that are new; in key order, so that two imports cannot wait for each other in a ring. */
export async function storeParties(tx: Tx, importId: string, slice: Slice): Promise<void> {
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
  await tx.query(
    `insert into payments.holder (division, account, name, bank)
     select k.division, b.id, k.name, k.bank
     from (select s.division, s.payee_digest as digest, s.payee_name as name, s.payee_bank as bank from payments.staged s
             where ${within} and s.payee_name is not null
           union select s.division, s.payer_digest, s.payer_name, s.payer_bank from payments.staged s
             where ${within} and s.payer_name is not null) k
     left join payments.staged_account a on a.import = $1 and a.digest = k.digest
     left join payments.bank_account b on b.division = k.division and b.key_version = get_byte(a.ciphertext, 0) and b.digest = k.digest
     where not exists (select from payments.holder h where h.division = k.division and h.account = b.id and h.name = k.name and h.bank = k.bank)
       and not (b.id is null and exists (select from payments.holder h
         where h.division = k.division and h.account is null and h.name = k.name and h.bank = k.bank))
     order by k.division, b.id, k.name, k.bank on conflict do nothing`,
    bounds(importId, slice),
  )
}

/**
 * Candidates by elements: own-spending lines of the division and year with the payment's agency and, where the payment states
 * them, its project, functional subject and document number; the payment states the project or the subject at least.
 */
const byElements = (payments: string): string => `
  select k.division, k.fiscal_year, k.agency, k.project, k.subject, k.document, count(*) as lines, min(a.id) as allotment
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
): Promise<{ before: bigint; taken: number }> {
  const { before } = await tx.one<{ before: bigint }>(`select nextval('payments.payment_id') as before`)
  const { taken } = await tx.one<{ taken: number }>(
    `with line as materialized (
       select s.*, g.id as agency, coalesce(a.project, j.id) as project, a.id as allotment, a.fund,
         coalesce(e.id, e0.id) as payee, coalesce(r.id, r0.id) as payer
       from payments.staged s
       left join divisions.agency g on g.division = s.division and g.code = s.agency_code
       left join projects.project j on j.division = s.division and j.code = s.project_code
       left join allotments.allotment a on a.division = s.division and a.fiscal_year = s.fiscal_year and a.external_id = s.allotment_ref
         and a.form = 'refine'
       left join payments.staged_account ea on ea.import = s.import and ea.digest = s.payee_digest
       left join payments.bank_account eb on eb.division = s.division and eb.key_version = get_byte(ea.ciphertext, 0) and eb.digest = s.payee_digest
       left join payments.holder e on e.division = s.division and e.account = eb.id and e.name = s.payee_name and e.bank = s.payee_bank
       left join payments.holder e0 on s.payee_digest is null and e0.division = s.division and e0.account is null
         and e0.name = s.payee_name and e0.bank = s.payee_bank
       left join payments.staged_account ra on ra.import = s.import and ra.digest = s.payer_digest
       left join payments.bank_account rb on rb.division = s.division and rb.key_version = get_byte(ra.ciphertext, 0) and rb.digest = s.payer_digest
       left join payments.holder r on r.division = s.division and r.account = rb.id and r.name = s.payer_name and r.bank = s.payer_bank
       left join payments.holder r0 on s.payer_digest is null and r0.division = s.division and r0.account is null
         and r0.name = s.payer_name and r0.bank = s.payer_bank
       where ${within}),
     element as materialized (${byElements('line')}),
     new as (
       insert into payments.payment (division, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, paid_on,
         amount_fen, payer, payee, agency, project, allotment, fund, function_subject, economic_subject, settlement, pay_type, purpose,
         contract_no, allotment_ref, agency_code, project_code, document_number, match)
       select l.division, l.fiscal_year, l.voucher_type, l.voucher_no, l.line_no, l.row_digest, l.import, l.vouched_on, l.paid_on,
         l.amount_fen, l.payer, l.payee, l.agency, coalesce(f.project, l.project), coalesce(l.allotment, f.id), coalesce(l.fund, f.fund),
         l.function_subject, l.economic_subject, l.settlement, l.pay_type, l.purpose, l.contract_no, l.allotment_ref, l.agency_code,
         l.project_code, l.document_number,
         case when l.allotment is not null then 'by-id' when m.lines = 1 then 'by-elements' when m.lines > 1 then 'ambiguous' else 'none' end
       from line l
       left join element m on ${sameElements('m', 'l')}
       left join allotments.allotment f on m.lines = 1 and f.division = m.division and f.id = m.allotment
       order by l.division, l.fiscal_year, l.vouched_on, l.voucher_no, l.line_no
       on conflict on constraint voucher_once do nothing
       returning division, fiscal_year, vouched_on, amount_fen),
     total as (
       insert into payments.day_total as t (division, fiscal_year, vouched_on, payments, amount_fen)
       select division, fiscal_year, vouched_on, count(*), sum(amount_fen)::bigint from new group by 1, 2, 3 order by 1, 2, 3
       on conflict (division, fiscal_year, vouched_on) do update
         set payments = t.payments + excluded.payments, amount_fen = t.amount_fen + excluded.amount_fen)
     select count(*)::int as taken from new`,
    bounds(importId, slice),
  )
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
  const key = `$${values.length + 1}::text || ' ' || fiscal_year || ' ' || paid_on`
  await tx.query(
    `select ledger.lock_balances(g.division, g.allotments) from (
       select division, array_agg(distinct allotment) as allotments from (${sql}) p where allotment is not null and paid_on is not null
       group by division order by division) g`,
    values,
  )
  const fresh = 'importId' in which
  const rows = await tx.query<{ reason: UnpostedReason | null; lines: number; fen: bigint }>(
    `with candidate as materialized (
       select c.*, coalesce(b.uses_plans, true) as uses_plans,
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
     tight as (
       select w.*, payments.fitted(amount, room) over upto as used
       from wanted w where wanted > room
       window upto as (partition by division, allotment order by vouched_on, voucher_no, line_no rows unbounded preceding)),
     fit as materialized (
       select division, fiscal_year, paid_on, vouched_on, voucher_no, line_no, id, allotment, account, amount from wanted where wanted <= room
       union all
       select division, fiscal_year, paid_on, vouched_on, voucher_no, line_no, id, allotment, account, amount from (
         select t.*, used - lag(used, 1, 0::bigint) over (partition by division, allotment order by vouched_on, voucher_no, line_no) as step
         from tight t) t
       where step = amount),
     posted as materialized (
       select division, array_agg(id) as ids, array_agg(allotment) as allotments, sum(amount)::bigint as fen,
         ledger.post(division, '${form}', fiscal_year, paid_on, null, ${key},
           array_agg(allotment), array_agg(${form === 'pay' ? '5201' : 'account'}), array_agg(allotment),
           array_agg(${form === 'pay' ? 'account' : '5201'}), array_agg(amount)) as batch
       from (select * from fit order by division, fiscal_year, paid_on, vouched_on, voucher_no, line_no) f
       group by division, fiscal_year, paid_on),
     posting as (
       insert into payments.posting (division, payment, batch, line, allotment)
       select p.division, u.id, p.batch, u.line, u.allotment
       from posted p, unnest(p.ids, p.allotments) with ordinality as u(id, allotment, line)
       returning 1),
     waiting as materialized (
       select c.division, c.id, coalesce(c.reason, 'beyond-available') as reason, c.amount from candidate c
       where c.reason is not null or not exists (select from fit f where f.division = c.division and f.id = c.id)),
     ${
       fresh
         ? `kept as (insert into payments.unposted (division, payment, reason) select division, id, reason from waiting returning 1)`
         : `gone as (delete from payments.unposted u using fit f where u.division = f.division and u.payment = f.id returning 1),
     kept as (update payments.unposted u set reason = w.reason from waiting w
       where u.division = w.division and u.payment = w.id and u.reason <> w.reason returning 1)`
     }
     select null as reason, (select count(*)::int from posting) as lines, coalesce(sum(fen), 0)::bigint as fen from posted
     union all select reason, count(*)::int, sum(amount)::bigint from waiting group by reason`,
    [...values, keyPrefix],
  )
  const outcome: PostingOutcome = { posted: 0, postedFen: 0n, waiting: {} }
  for (const { reason, lines, fen } of rows) {
    if (reason === null) {
      outcome.posted = lines
      outcome.postedFen = fen
    } else outcome.waiting[reason] = lines
  }
  return outcome
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
       select p.division, p.id, p.fiscal_year, p.agency, p.project, p.project_code, p.function_subject, p.document_number, a.id as allotment
       from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment
       left join allotments.allotment a on a.division = p.division and a.fiscal_year = p.fiscal_year and a.external_id = p.allotment_ref
         and a.form = 'refine'
       where u.division = $1 and p.fiscal_year = $2 and p.allotment is null),
     element as materialized (${byElements('line')})
     update payments.payment p
     set allotment = f.id, fund = f.fund, project = coalesce(f.project, p.project),
       match = case when l.allotment is not null then 'by-id' when m.lines = 1 then 'by-elements' when m.lines > 1 then 'ambiguous' else 'none' end
     from line l
     left join element m on ${sameElements('m', 'l')}
     left join allotments.allotment f on f.division = l.division and f.id = coalesce(l.allotment, case when m.lines = 1 then m.allotment end)
     where p.division = l.division and p.id = l.id
       and p.match <> case when l.allotment is not null then 'by-id' when m.lines = 1 then 'by-elements' when m.lines > 1 then 'ambiguous' else 'none' end
     returning 1`,
    [division, fiscalYear],
  )
  return rows.length
}
