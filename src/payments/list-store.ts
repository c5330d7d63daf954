import type { Tx } from '../platform/database/transaction.ts'
import type { Payment, PaymentDetail, PaymentQuery, PaymentTotals } from './contract.ts'

export const PAGE = 50
/** Beyond so many lines a filtered total is not counted out: the page must stay quick over ten million. */
const COUNTED = 100_000
/** Payees that a search by name may find. */
const NAMED = 500

const SHAPE = `p.id::text as id, p.voucher_type as "voucherType", p.voucher_no as "voucherNo", p.line_no as "lineNo", p.fiscal_year as "fiscalYear",
  p.vouched_on as "vouchedOn", p.paid_on as "paidOn", p.amount_fen::text as "amountFen",
  case when h.id is not null then jsonb_build_object('id', h.id::text, 'name', h.name, 'account', a.masked) end as payee,
  case when g.id is not null then jsonb_build_object('code', g.code, 'name', g.name) end as agency,
  case when j.id is not null then jsonb_build_object('id', j.id::text, 'code', j.code, 'name', j.name) end as project,
  case when l.id is not null then jsonb_build_object('id', l.id::text, 'documentNumber', d.number, 'fund', jsonb_build_object('code', f.code, 'name', f.name)) end as allotment,
  p.purpose, p.match, u.reason as unposted`
/** Who was paid, for what and from which line: the names of what a payment `p` names. */
export const JOINS = `left join payments.holder h on h.division = p.division and h.id = p.payee
  left join payments.bank_account a on a.division = h.division and a.id = h.account
  left join divisions.published_agency g on g.division = p.division and g.id = p.agency
  left join projects.published_project j on j.division = p.division and j.id = p.project
  left join allotments.allotment l on l.division = p.division and l.id = p.allotment
  left join ledger.published_document d on d.division = l.division and d.id = l.document
  left join funds.published_fund f on f.id = l.fund
  left join payments.unposted u on u.division = p.division and u.payment = p.id`

/** The filters as conditions on `payments.payment p`; what selects best is said in a form that an index answers. */
export function conditions(
  division: number,
  year: number,
  query: PaymentQuery,
): { sql: string; values: unknown[]; plain: boolean } {
  const values: unknown[] = [division, year]
  // Where something selects better, the division's own index is kept out of it: to combine the two, PostgreSQL would read all of the
  // division's year from it.
  const apart = query.allotment || query.payee || query.project || query.q ? ' + 0' : ''
  const sql = [`p.division${apart} = $1`, `p.fiscal_year${apart} = $2`]
  const put = (value: unknown): string => `$${values.push(value)}`
  if (query.from) sql.push(`p.vouched_on >= ${put(query.from)}::date`)
  if (query.to) sql.push(`p.vouched_on <= ${put(query.to)}::date`)
  const days = sql.length
  if (query.allotment) sql.push(`p.allotment = ${put(query.allotment)}`)
  if (query.payee) sql.push(`p.payee = ${put(query.payee)}`)
  if (query.project) {
    const project = put(query.project)
    // By the project's lines, which are indexed; those that match no line are few and name the project themselves.
    sql.push(`(p.allotment = any (array(select id from allotments.allotment where division = $1 and project = ${project}))
      or p.allotment is null and p.project = ${project})`)
  }
  if (query.reason)
    sql.push(
      `exists (select from payments.unposted w where w.division = p.division and w.payment = p.id and w.reason = ${put(query.reason)})`,
    )
  if (query.match) {
    sql.push(`p.match = ${put(query.match)}`)
    // A payment without a line always waits: the few that wait are looked through, not all.
    if (query.match === 'none' || query.match === 'ambiguous')
      sql.push('exists (select from payments.unposted w where w.division = p.division and w.payment = p.id)')
  }
  if (query.q) {
    const like = query.q.replace(/[\\%_]/g, '\\$&')
    // A range, because row-level security lets no pattern near an index; the pattern too, whatever the order of texts is.
    sql.push(`(p.voucher_no >= ${put(query.q)} and p.voucher_no < ${put(`${query.q}\u{10ffff}`)} and p.voucher_no like ${put(`${like}%`)}
      or p.payee = any (array(select id from payments.holder where division = $1 and name like ${put(`%${like}%`)} limit ${NAMED})))`)
  }
  return { sql: sql.join(' and '), values, plain: sql.length === days }
}

export async function paymentPage(
  tx: Tx,
  division: number,
  year: number,
  query: PaymentQuery,
): Promise<{ rows: Payment[]; next: string | null }> {
  const { sql, values } = conditions(division, year, query)
  const [day, id] = query.after?.split('~') ?? []
  const behind =
    day === undefined ? '' : `and (p.vouched_on, p.id) < ($${values.push(day)}::date, $${values.push(id)}::bigint)`
  const rows = await tx.query<never>(
    `select ${SHAPE} from (select * from payments.payment p where ${sql} ${behind} order by p.vouched_on desc, p.id desc limit ${PAGE + 1}) p
     ${JOINS} order by p.vouched_on desc, p.id desc`,
    values,
  )
  const page = (rows as Payment[]).slice(0, PAGE)
  const last = page.at(-1)
  return { rows: page, next: rows.length > PAGE && last ? `${last.vouchedOn}~${last.id}` : null }
}

/** Totals of a whole year or of some days come from the day totals; those of other filters are counted, up to a limit. */
export async function paymentTotals(
  tx: Tx,
  division: number,
  year: number,
  query: PaymentQuery,
): Promise<PaymentTotals> {
  const { sql, values, plain } = conditions(division, year, query)
  // The totals of days are the whole division's: a post over less counts what it sees.
  if (plain && !(await tx.one<{ narrowed: boolean }>('select platform.narrowed() as narrowed')).narrowed) {
    return tx.one<never>(
      `select count::text, amount::text as "amountFen", (amount - waiting)::text as "postedFen", waiting::text as "unpostedFen", true as complete
       from (select coalesce(sum(payments), 0)::bigint as count, coalesce(sum(amount_fen), 0)::bigint as amount,
           coalesce(sum(waiting_fen), 0)::bigint as waiting
         from payments.day_total t where ${sql.replaceAll('p.', 't.')}) t`,
      values,
    )
  }
  return tx.one<never>(
    `select count(*)::text as count, coalesce(sum(amount_fen), 0)::bigint::text as "amountFen",
       coalesce(sum(amount_fen) filter (where not waits), 0)::bigint::text as "postedFen",
       coalesce(sum(amount_fen) filter (where waits), 0)::bigint::text as "unpostedFen", count(*) <= ${COUNTED} as complete
     from (select p.amount_fen, u.payment is not null as waits from payments.payment p
       left join payments.unposted u on u.division = p.division and u.payment = p.id where ${sql} limit ${COUNTED + 1}) p`,
    values,
  )
}

export async function paymentById(tx: Tx, division: number, id: string): Promise<PaymentDetail | undefined> {
  const subject = (column: string, kind: string) =>
    `case when p.${column} is not null then jsonb_build_object('code', p.${column}, 'name', coalesce((select name from funds.published_subject s
      where s.kind = '${kind}' and s.fiscal_year = p.fiscal_year and s.code = p.${column}), '')) end`
  return tx.maybe<never>(
    `select ${SHAPE}, p.import::text as import, nullif(h.bank, '') as "payeeBank",
       case when r.id is not null then jsonb_build_object('name', r.name, 'account', ra.masked, 'bank', nullif(r.bank, '')) end as payer,
       ${subject('function_subject', 'function')} as "functionSubject", ${subject('economic_subject', 'government-economic')} as "economicSubject",
       p.settlement, p.pay_type as "payType", p.contract_no as "contractNo",
       jsonb_build_object('agencyCode', p.agency_code, 'projectCode', p.project_code, 'allotmentRef', p.allotment_ref, 'documentNumber', p.document_number) as stated,
       coalesce((select jsonb_agg(jsonb_build_object('id', x.id::text, 'division', jsonb_build_object('code', v.code, 'name', v.name), 'form', x.form,
           'documentNumber', y.number, 'amountFen', x.amount_fen::text) order by n)
         from unnest(l.path) with ordinality as s(id, n) join allotments.allotment x on x.id = s.id
         join ledger.published_document y on y.division = x.division and y.id = x.document
         join divisions.published_division v on v.division = x.division), '[]') as path,
       coalesce((select jsonb_agg(jsonb_build_object('batch', o.batch::text, 'line', o.line, 'form', e.form, 'fiscalYear', e.fiscal_year, 'effectiveOn', e.effective_on,
           'allotment', o.allotment::text, 'debit', e.debit, 'credit', e.credit, 'amountFen', e.amount_fen::text) order by o.batch, o.line)
         from payments.posting o join ledger.published_entry e on e.division = o.division and e.batch = o.batch and e.line = o.line
         where o.division = p.division and o.payment = p.id), '[]') as postings,
       coalesce((select jsonb_agg(jsonb_build_object('id', w.id::text, 'rule', w.rule, 'level', w.level, 'status', w.status, 'raisedOn', w.raised_on) order by w.id)
         from warnings.published_warning w where w.division = p.division and w.subject_kind = 'payment' and w.subject = p.id::text), '[]') as warnings
     from payments.payment p ${JOINS}
     left join payments.holder r on r.division = p.division and r.id = p.payer
     left join payments.bank_account ra on ra.division = r.division and ra.id = r.account
     where p.division = $1 and p.id = $2`,
    [division, id],
  )
}
