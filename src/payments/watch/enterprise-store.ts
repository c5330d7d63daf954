import { judgeCreditCode } from '../../kernel/credit-code.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import { paymentBriefs } from './account-store.ts'
import type { Enterprise, EnterpriseList, EnterprisePage } from './contract.ts'

const PAGE = 50
const likeness = (q: string | undefined): string | null =>
  q?.trim() ? `%${q.trim().replace(/[\\%_]/g, found => `\\${found}`)}%` : null

export interface EnterpriseFilter {
  q?: string | undefined
  sign?: string | undefined
  after?: string | undefined
}

/** `direct` by names on vouchers, `listed` by lists; `named` narrows both to one plain name ($3). */
const paid = (named: boolean): string => `
  with direct as (
    select u.plain_name, min(u.name) as name, count(distinct u.account)::int as accounts, sum(u.payments)::bigint as payments, sum(u.amount_fen)::bigint as fen
    from payments.published_account_use u
    where u.division = $1 and u.fiscal_year = $2 and u.side = 'payee' and u.proposed_kind = 'enterprise' ${named ? 'and u.plain_name = $3' : ''} group by 1),
  listed as (
    select payments.plain_name(d.enterprise_name) as plain_name, min(d.enterprise_name) as name, max(d.enterprise_code) as code, count(*) as payments, sum(d.amount_fen)::bigint as fen
    from beneficiaries.published_disbursement d
    where d.division = $1 and d.fiscal_year = $2 and d.enterprise is not null ${named ? 'and payments.plain_name(d.enterprise_name) = $3' : ''} group by 1),
  one as (
    select plain_name, coalesce(d.name, l.name) as name, l.code, coalesce(d.accounts, 0) as accounts, coalesce(d.payments, 0) + coalesce(l.payments, 0) as payments,
      coalesce(d.fen, 0) as direct_fen, coalesce(l.fen, 0) as listed_fen, coalesce(d.fen, 0) + coalesce(l.fen, 0) as total_fen
    from direct d full join listed l using (plain_name))
  select o.plain_name as plain, o.name, coalesce(c.code, o.code) as code, c.state, o.accounts, o.payments::text, o.direct_fen::text as "directFen",
    o.listed_fen::text as "listedFen", o.total_fen::text as "totalFen"
  from one o left join lateral (
    select c.code, c.state from payments.published_company_state c where c.plain_name = o.plain_name and c.since <= platform.today() order by c.since desc, c.id desc limit 1) c on true`

type Row = Omit<Enterprise, 'codeVerdict'> & { plain: string } & Record<string, unknown>
const shown = ({ plain: _, ...row }: Row): Enterprise =>
  ({ ...row, codeVerdict: judgeCreditCode(row.code) }) as Enterprise

/** Enterprises that were paid in a year, the largest first: by vouchers and by lists. */
export async function listEnterprises(
  tx: Tx,
  division: number,
  year: number,
  filter: EnterpriseFilter,
): Promise<EnterpriseList> {
  const at = filter.after?.indexOf('~') ?? -1
  const amount = at > 0 ? filter.after!.slice(0, at) : null
  // Whether a code checks is reckoned here: of those that state one, a page is gathered until it is full.
  const rows = await tx.query<Row>(
    `${paid(false)} where ($3::text is null or o.name ilike $3 or coalesce(c.code, o.code) ilike $3)
       and case $4 when 'abnormal' then c.state <> 'normal' when 'code' then coalesce(c.code, o.code) is not null else true end
       and ($5::bigint is null or (o.total_fen, o.plain_name collate "C") < ($5::bigint, $6::text collate "C"))
     order by o.total_fen desc, o.plain_name collate "C" desc limit $7`,
    [
      division,
      year,
      likeness(filter.q),
      filter.sign ?? null,
      amount !== null && /^-?\d{1,19}$/.test(amount) ? amount : null,
      at > 0 ? filter.after!.slice(at + 1) : null,
      filter.sign === 'code' ? 100_000 : PAGE + 1,
    ],
  )
  const fit = filter.sign === 'code' ? rows.filter(row => !['ok', 'missing'].includes(judgeCreditCode(row.code))) : rows
  const page = fit.slice(0, PAGE)
  const last = page.at(-1)
  return { rows: page.map(shown), next: fit.length > PAGE && last ? `${last.totalFen}~${last.plain}` : null }
}

/** One enterprise by its name; undefined where nothing is known of it in the year. */
export async function enterprisePage(
  tx: Tx,
  division: number,
  year: number,
  name: string,
): Promise<EnterprisePage | undefined> {
  const { plain } = await tx.one<{ plain: string }>('select payments.plain_name($1) as plain', [name])
  const row = await tx.maybe<Row>(paid(true), [division, year, plain])
  if (!row) return undefined
  const holders = 'select h.id from payments.holder h where h.division = $1 and h.plain_name = $2'
  const states = await tx.query<never>(
    'select state, since, code from payments.published_company_state where plain_name = $1 order by since desc, id desc limit 50',
    [plain],
  )
  const funds = await tx.query<never>(
    `with money as (
       select p.fund, p.paid_fen as direct, 0::bigint as listed from payments.published_paid_line p
       where p.division = $1 and p.fiscal_year = $3 and p.payee = any (array(${holders}))
       union all
       select l.fund, 0, d.amount_fen from beneficiaries.published_disbursement d
       left join payments.published_paid_line l on l.division = d.division and l.id = d.payment
       where d.division = $1 and d.fiscal_year = $3 and d.enterprise is not null and payments.plain_name(d.enterprise_name) = $2)
     select case when f.id is not null then jsonb_build_object('code', f.code, 'name', f.name) end as fund, sum(m.direct)::bigint::text as "directFen",
       sum(m.listed)::bigint::text as "listedFen", sum(m.direct + m.listed)::bigint::text as "totalFen"
     from money m left join funds.published_fund f on f.id = m.fund group by f.id, f.code, f.name order by sum(m.direct + m.listed) desc`,
    [division, plain, year],
  )
  const accounts = await tx.query<never>(
    `select h.account::text as id, h.masked, nullif(h.bank, '') as bank from payments.published_holder h
     where h.division = $1 and h.plain_name = $2 order by h.id limit 50`,
    [division, plain],
  )
  const contracts = await tx.query<never>(
    `select c.contract_no as "contractNo", c.signed_on as "signedOn", c.amount_fen::text as "amountFen", j.name as project,
       coalesce((select sum(p.paid_fen) from payments.published_paid_line p where p.division = c.division and p.contract_no = c.contract_no
         and p.payee = any (array(${holders}))), 0)::bigint::text as "paidFen"
     from projects.published_contract c left join projects.published_project j on j.division = c.division and j.id = c.project
     where c.division = $1 and $2 = any (c.contractors) order by c.signed_on desc limit 50`,
    [division, plain],
  )
  const payments = await paymentBriefs(tx, division, `p.payee = any (array(${holders}))`, plain)
  return { enterprise: shown(row), states, funds, accounts, contracts, payments }
}
