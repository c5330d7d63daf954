import type { AccountsAnswer, AccountView, OrderView, SubAccountView } from '../base/contract.ts'
import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'

/** The accounts that entries name, by the code of the first chart. */
export async function accountsOfOurs(tx: Tx): Promise<Map<string, { code: number; name: string; side: 'D' | 'C' }>> {
  const rows = await tx.query<{ shown: string; code: number; name: string; side: 'D' | 'C' }>(
    'select shown_code as shown, code, name, side from ledger.account order by shown_code',
  )
  return new Map(rows.map(({ shown, ...account }) => [shown, account]))
}

/** How the accounts of ours are numbered and called by the chart of a year. */
export const accountNames = (tx: Tx, year: number): Promise<AccountsAnswer['rows']> =>
  tx.query<never>(
    `select distinct on (p.code) p.code, p.shown_code as "shownCode", p.name as zh, p.english as en
     from ledger.published_account p where $1 between p.first_year and coalesce(p.last_year, 9999)
     order by p.code, p.first_year desc, p.chart desc`,
    [year],
  )

/** A chart that came with the program and begins in a year or later. */
export const shippedChartFrom = (tx: Tx, year: number): Promise<{ name: string; firstYear: number } | undefined> =>
  tx.maybe<never>(
    'select name, first_year as "firstYear" from ledger.chart where edition is null and first_year >= $1 order by first_year desc limit 1',
    [year],
  )

export interface ChartRow {
  shownCode: string
  name: string
  english: string
  side: 'D' | 'C'
  /** The accounts of ours that are shown as this one. */
  accounts: number[]
}

/** Writes a chart beside those before, which end where it begins. */
export async function putChart(
  tx: Tx,
  chart: { name: string; edition: number; firstYear: number; lastYear: number | null; rows: readonly ChartRow[] },
): Promise<void> {
  await tx.query(
    'update ledger.chart set last_year = $1 - 1 where first_year < $1 and (last_year is null or last_year >= $1)',
    [chart.firstYear],
  )
  const { id } = await tx.one<{ id: number }>(
    `insert into ledger.chart (id, name, first_year, last_year, issued_by, edition)
     select coalesce(max(id), 0) + 1, $1, $2, $3, null, $4 from ledger.chart returning id`,
    [chart.name, chart.firstYear, chart.lastYear, chart.edition],
  )
  await insertRows(
    tx,
    'ledger.chart_line',
    { chart: 'smallint', shown_code: 'text', name: 'text', english: 'text', side: 'text' },
    chart.rows.map(row => ({
      chart: id,
      shown_code: row.shownCode,
      name: row.name,
      english: row.english,
      side: row.side,
    })),
  )
  await insertRows(
    tx,
    'ledger.chart_mapping',
    { chart: 'smallint', account: 'int', shown_code: 'text' },
    chart.rows.flatMap(row => row.accounts.map(account => ({ chart: id, account, shown_code: row.shownCode }))),
  )
}

/** As which codes the accounts of ours are shown in a year: shown code → accounts of ours (several may be shown as one). */
export async function shownIn(tx: Tx, year: number): Promise<Map<string, number[]>> {
  const rows = await tx.query<{ shown: string; codes: number[] }>(
    `select shown_code as shown, array_agg(code order by code) as codes from ledger.published_account
     where $1 between first_year and coalesce(last_year, 9999) group by 1`,
    [year],
  )
  return new Map(rows.map(row => [row.shown, row.codes]))
}

export const formsKnown = async (tx: Tx): Promise<Map<string, string>> =>
  new Map(
    (await tx.query<{ code: string; name: string }>('select code, name from ledger.form')).flatMap(form => [
      [form.code, form.code] as const,
      [form.name, form.code] as const,
    ]),
  )

export interface OrderRow {
  form: string
  step: number
  debit: number
  credit: number
}

/** The latest first year of each form's orders. */
export const orderYears = async (tx: Tx): Promise<Map<string, number>> =>
  new Map(
    (
      await tx.query<{ form: string; year: number }>(
        'select form, max(first_year)::int as year from ledger.order_line group by 1',
      )
    ).map(row => [row.form, row.year]),
  )

/** Writes orders for some forms; those of before end where these begin. */
export async function putOrders(
  tx: Tx,
  of: { edition: number; firstYear: number; lastYear: number | null },
  rows: readonly OrderRow[],
): Promise<void> {
  await tx.query(
    `update ledger.order_line set last_year = $1 - 1
     where form = any ($2) and first_year < $1 and (last_year is null or last_year >= $1)`,
    [of.firstYear, [...new Set(rows.map(row => row.form))]],
  )
  await insertRows(
    tx,
    'ledger.order_line',
    {
      form: 'text',
      first_year: 'smallint',
      step: 'smallint',
      last_year: 'smallint',
      debit: 'int',
      credit: 'int',
      edition: 'int',
    },
    rows.map(row => ({ ...row, first_year: of.firstYear, last_year: of.lastYear, edition: of.edition })),
  )
}

/** The chart of a year: what entries of that year are shown under. */
export const chartOf = (
  tx: Tx,
  year: number,
): Promise<{ name: string; firstYear: number; lastYear: number | null }[]> =>
  tx.query<never>(
    `select name, first_year as "firstYear", last_year as "lastYear" from ledger.chart
     where $1 between first_year and coalesce(last_year, 9999) order by first_year desc`,
    [year],
  )

/** The accounts of a year as its chart shows them, those without a counterpart of ours last. */
export const accountsIn = (tx: Tx, year: number): Promise<AccountView[]> =>
  tx.query<never>(
    `select a.shown_code as "shownCode", jsonb_build_object('zh', a.name, 'en', a.english) as name, a.side, array_agg(a.code order by a.code) as codes
     from ledger.published_account a where $1 between a.first_year and coalesce(a.last_year, 9999) group by 1, a.name, a.english, a.side
     union all
     select l.shown_code, jsonb_build_object('zh', l.name, 'en', l.english), l.side, '{}' from ledger.chart_line l join ledger.chart c on c.id = l.chart
     where $1 between c.first_year and coalesce(c.last_year, 9999)
       and not exists (select from ledger.chart_mapping m where m.chart = l.chart and m.shown_code = l.shown_code)
     order by 1`,
    [year],
  )

export const ordersIn = (tx: Tx, year: number): Promise<OrderView[]> =>
  tx.query<never>(
    `select o.form, jsonb_build_object('zh', f.name, 'en', f.english) as name, o.step, o.first_year as "firstYear", o.last_year as "lastYear",
       jsonb_build_object('code', coalesce(d.shown_code, o.debit::text), 'zh', coalesce(d.name, ''), 'en', coalesce(d.english, '')) as debit,
       jsonb_build_object('code', coalesce(c.shown_code, o.credit::text), 'zh', coalesce(c.name, ''), 'en', coalesce(c.english, '')) as credit,
       e.document_number as document
     from ledger.order_line o join ledger.form f on f.code = o.form left join base.edition e on e.id = o.edition
     left join ledger.published_account d on d.code = o.debit and $1 between d.first_year and coalesce(d.last_year, 9999)
     left join ledger.published_account c on c.code = o.credit and $1 between c.first_year and coalesce(c.last_year, 9999)
     where $1 between o.first_year and coalesce(o.last_year, 9999) order by f.name, o.step`,
    [year],
  )

/** A division's own accounts below the issued ones, each with its balance of the year in fen. */
export const subAccountsOf = (tx: Tx, division: number, year: number): Promise<SubAccountView[]> =>
  tx.query<never>(
    `select coalesce(p.shown_code, s.account::text) as account, s.code, s.name, s.element, s.value, s.first_year as "firstYear", s.last_year as "lastYear",
       coalesce((select sum(b.balance_fen) from ledger.published_balance b
         join allotments.allotment l on l.division = b.division and l.id = b.allotment and l.fiscal_year = $2
         left join funds.published_fund f on f.id = l.fund
         left join divisions.published_agency g on g.division = l.division and g.id = l.agency
         left join divisions.published_office o on o.division = l.division and o.id = l.office
         where b.division = s.division and b.account = s.account and s.value = case s.element when 'fund' then f.code when 'agency' then g.code
           when 'office' then o.code when 'fund-nature' then l.fund_nature else l.function_subject end), 0)::text as "balanceFen"
     from ledger.sub_account s
     left join ledger.published_account p on p.code = s.account and $2 between p.first_year and coalesce(p.last_year, 9999)
     where s.division = $1 and $2 between s.first_year and coalesce(s.last_year, 9999) order by 1, 2`,
    [division, year],
  )

export const insertSubAccount = (
  tx: Tx,
  one: {
    division: number
    account: number
    code: string
    name: string
    element: string
    value: string
    firstYear: number
  },
): Promise<{ code: string } | undefined> =>
  tx.maybe<never>(
    `insert into ledger.sub_account (division, account, code, name, element, value, first_year) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict do nothing returning code`,
    [one.division, one.account, one.code, one.name, one.element, one.value, one.firstYear],
  )
