import { ACCOUNT } from '../ledger/chart.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { keepUses, USES_OF_NEW } from './account-use.ts'
import type { UnpostedReason } from './payment.ts'
import { bounds, type Group, type Slice, within } from './slice.ts'
import { markConfirming } from './staging-store.ts'
import { putInTransit } from './transit.ts'

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

/**
 * Stores the accounts and names that an import names in some divisions and that are new, in key order, so that two imports cannot wait
 * for each other in a ring. The first slice of a division stores all of its own; the later ones find nothing left to do.
 */
export async function storeParties(tx: Tx, importId: string, slice: Slice): Promise<void> {
  const values = [importId, slice.from.division, slice.to.division]
  const open = 'p.import = $1 and p.division between $2 and $3 and p.holder is null'
  // Each is looked up by its key, however many accounts there are by now.
  const account = `(select b.id from payments.bank_account b
      where b.digest = any (a.matches) and b.division = p.division order by b.key_version desc limit 1)`
  await tx.query(
    `insert into payments.bank_account (division, key_version, digest, ciphertext, masked)
     select distinct on (p.division, p.digest) p.division, get_byte(a.ciphertext, 0), a.matches[1], a.ciphertext, a.masked
     from payments.staged_party p join payments.staged_account a on a.import = p.import and a.digest = p.digest
     where ${open} and ${account} is null
     order by p.division, p.digest on conflict do nothing`,
    values,
  )
  const named = `select p.no, p.division, p.name, p.bank, ${account} as account
     from payments.staged_party p left join payments.staged_account a on a.import = p.import and a.digest = p.digest where ${open}`
  // An account number or none: an equality or a null test that the index answers.
  const holder = `coalesce((select h.id from payments.holder h where h.division = k.division and h.name = k.name and h.bank = k.bank and h.account = k.account),
      (select h.id from payments.holder h where h.division = k.division and h.name = k.name and h.bank = k.bank and h.account is null and k.account is null))`
  await tx.query(
    `insert into payments.holder (division, account, name, bank)
     select distinct k.division, k.account, k.name, k.bank from (${named} offset 0) k where ${holder} is null
     order by k.division, k.account, k.name, k.bank on conflict do nothing`,
    values,
  )
  await tx.query(
    `update payments.staged_party t set holder = f.holder from (select k.no, ${holder} as holder from (${named} offset 0) k) f
     where t.import = $1 and t.no = f.no`,
    values,
  )
}

/**
 * Turns a slice into payments, in voucher order; lines whose voucher is known are passed over.
 * @returns the id that lies before all of them, how many there are, and how many of them are to be sent or taken back
 */
export async function insertPayments(
  tx: Tx,
  importId: string,
  slice: Slice,
): Promise<{ before: bigint; taken: number; unpaid: number; refunds: number }> {
  const { before } = await tx.one<{ before: bigint }>(`select nextval('payments.payment_id') as before`)
  await hashOnly(tx, true)
  const insert = (otherwise: string) =>
    tx.one<{ taken: number; unpaid: number; refunds: number }>(
      `with new as (
       insert into payments.payment (division, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, paid_on,
         amount_fen, application, payer, payee, agency, project, allotment, fund, function_subject, economic_subject, settlement, pay_type, purpose,
         contract_no, allotment_ref, agency_code, project_code, document_number, match,
         match_score, match_differs)
       select s.division, s.fiscal_year, s.voucher_type, s.voucher_no, s.line_no, s.row_digest, s.import, s.vouched_on, s.paid_on,
         s.amount_fen, s.application, r.holder, p.holder, e.agency, e.project, e.allotment, e.fund, e.function_subject, s.economic_subject, s.settlement,
         s.pay_type, s.purpose, s.contract_no, e.allotment_ref, e.agency_code, e.project_code, e.document_number, e.match,
         e.match_score, e.match_differs
       from payments.staged s
       join payments.staged_elements e on e.import = s.import and e.no = s.elements
       left join payments.staged_party r on r.import = s.import and r.no = s.payer
       left join payments.staged_party p on p.import = s.import and p.no = s.payee
       where ${within} and s.confirms is null
       order by s.division, s.fiscal_year, s.vouched_on, s.voucher_no, s.line_no
       ${otherwise}
       returning division, fiscal_year, vouched_on, amount_fen, payer, payee, paid_on is null and not application as unpaid),
     total as (
       insert into payments.day_total as t (division, fiscal_year, vouched_on, payments, amount_fen)
       select division, fiscal_year, vouched_on, count(*), sum(amount_fen)::bigint from new group by 1, 2, 3 order by 1, 2, 3
       on conflict (division, fiscal_year, vouched_on) do update
         set payments = t.payments + excluded.payments, amount_fen = t.amount_fen + excluded.amount_fen),
     used as (${keepUses(USES_OF_NEW)})
     select count(*)::int as taken, (count(*) filter (where unpaid))::int as unpaid, (count(*) filter (where amount_fen < 0))::int as refunds from new`,
      bounds(importId, slice),
    )
  // Known vouchers have left staging by now. To look for each all the same costs a fifth of the insertion, so that it is done only where
  // another import was quicker.
  await tx.query('savepoint quick')
  const counts = await insert('').catch(async error => {
    if (error.code !== '23505' || error.constraint !== 'voucher_once') throw error
    await tx.query('rollback to savepoint quick')
    const stored = await insert('on conflict on constraint voucher_once do nothing')
    await markConfirming(tx, importId, slice)
    return stored
  })
  await tx.query('release savepoint quick')
  await hashOnly(tx, false)
  return { before, ...counts }
}

/** Which payments a posting looks at: those that a slice has just brought, or those of a division's year that wait. */
export type Candidates = { importId: string; after: bigint; slice: Slice } | { division: number; fiscalYear: number }

/** `send` is for vouchers that the bank has not confirmed yet: they wait for it on 5102, on the day of the voucher. */
export type PostingForm = 'pay' | 'send' | 'refund'

function candidates(which: Candidates, form: PostingForm): { sql: string; values: unknown[] } {
  const paidOn = 'importId' in which ? 'p.paid_on' : 'coalesce(c.paid_on, p.paid_on)'
  const amount = 'importId' in which ? 'p.amount_fen' : 'coalesce(c.paid_fen, p.amount_fen)'
  const columns = `p.division, p.id, p.fiscal_year, p.vouched_on, p.voucher_no, p.line_no, ${form === 'send' ? 'p.vouched_on' : paidOn} as paid_on,
    p.allotment, p.match, abs(${amount}) as amount, ${form === 'refund' ? 'coalesce(t.exceeds, false)' : 'false'} as exceeds`
  const tied =
    form === 'refund'
      ? `left join payments.tie t on t.payment = p.id and t.division = p.division and t.kind = 'refund'`
      : ''
  const unpaid = `${paidOn} is null and not p.application`
  const kind =
    form === 'refund'
      ? 'p.amount_fen < 0'
      : form === 'send'
        ? `p.amount_fen > 0 and ${unpaid}`
        : `p.amount_fen > 0 and not (${unpaid})`
  if ('importId' in which)
    return {
      sql: `select ${columns} from payments.payment p ${tied} where p.import = $1 and p.id > $2 and p.division between $3 and $4 and ${kind}`,
      values: [which.importId, which.after, which.slice.from.division, which.slice.to.division],
    }
  return {
    sql: `select ${columns} from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment
      left join payments.confirmation c on c.division = p.division and c.payment = p.id ${tied}
      where u.division = $1 and (u.reason <> 'not-paid' or c.payment is not null) and p.fiscal_year = $2 and ${kind}
        and not exists (select from payments.part s where s.division = p.division and s.payment = p.id)`,
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
  const groups = await tx.query<Group & { reason: UnpostedReason | null }>(
    `with candidate as materialized (
       select c.*, coalesce(b.uses_plans, false) as uses_plans,
         case when c.paid_on is null then 'not-paid' when c.match = 'ambiguous' then 'ambiguous' when c.allotment is null then 'no-allotment'
           when c.exceeds then 'refund-exceeds'
           when b.closed_on is not null or b.locked_through >= c.paid_on then 'book-locked'
           when b.provisional_since is not null and b.opened_on is null then 'book-provisional' end as reason
       from (${sql}) c left join ledger.book b on b.division = c.division and b.fiscal_year = c.fiscal_year),
     room as materialized (
       select k.division, k.allotment, r.account,
         ${form === 'refund' ? 'r.paid' : 'case r.account when 5101 then r.planned else r.own end'} as room
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
  if (form === 'send' && fitting.length > 0) await putInTransit(tx, fitting)
  return outcome
}

async function postGroups(
  tx: Tx,
  form: PostingForm,
  groups: readonly Group[],
  keyPrefix: string | null,
): Promise<void> {
  const other = `array_fill(${form === 'send' ? ACCOUNT.transit : ACCOUNT.paid}, array[g.lines])`
  await tx.query(
    `select ledger.post_days(g.division, '${form}', g.fiscal_year, g.days::date[], null,
       array(select $10::text || ' ' || g.fiscal_year || ' ' || d.day from unnest(g.days::date[]) with ordinality as d(day, n) order by n),
       g.line_days::int[], g.allotments::bigint[], ${form === 'refund' ? 'g.accounts::int[]' : other}, g.allotments::bigint[],
       ${form === 'refund' ? other : 'g.accounts::int[]'}, g.amounts::bigint[], p_payment => g.ids::bigint[])
     from unnest($1::int[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])
       as g(division, fiscal_year, days, line_days, ids, allotments, accounts, amounts, lines)`,
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
