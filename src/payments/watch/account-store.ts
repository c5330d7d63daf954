import type { Tx } from '../../platform/database/transaction.ts'
import type {
  AccountList,
  AccountPage,
  ListAccountBody,
  PaymentBrief,
  SettleKindBody,
  WatchedAccount,
} from './contract.ts'

const PAGE = 50
const likeness = (q: string | undefined): string | null =>
  q?.trim() ? `%${q.trim().replace(/[\\%_]/g, found => `\\${found}`)}%` : null

export interface AccountFilter {
  q?: string | undefined
  side?: string | undefined
  kind?: string | undefined
  list?: string | undefined
  sign?: string | undefined
  after?: string | undefined
}

/** Kind and list of each account today; `a` is a row with an account, its name `proposed`. */
const TODAY = `left join payments.published_account_kind k on k.division = $1 and k.account = a.account and k.valid @> platform.today()
  left join lateral (select l.list from payments.published_account_listing l where l.division = $1 and l.account = a.account
    and l.valid @> platform.today() order by l.list limit 1) s on true`

/** Accounts of a year by what went through them, the largest first. Reads a row for each name and year, not the payments. */
export async function listAccounts(
  tx: Tx,
  division: number,
  year: number,
  filter: AccountFilter,
): Promise<AccountList> {
  const [amount, id] = filter.after?.split('~') ?? []
  const rows = await tx.query<WatchedAccount & Record<string, unknown>>(
    `with used as (
       select u.account, min(u.masked) as masked, (array_agg(u.name order by u.last_on desc, u.holder desc))[1] as name,
         (array_agg(u.holder order by u.last_on desc, u.holder desc))[1] as holder, (array_agg(u.proposed_kind order by u.last_on desc, u.holder desc))[1] as proposed,
         count(distinct u.plain_name)::int as names, sum(u.payments)::bigint as payments, sum(u.amount_fen)::bigint as amount_fen,
         min(u.first_on) as first_on, max(u.last_on) as last_on
       from payments.published_account_use u
       where u.division = $1 and u.fiscal_year = $2 and u.account is not null and ($3::text is null or case $3 when 'payer' then u.side = 'payer' else u.side <> 'payer' end)
       group by u.account)
     select a.account::text as id, a.masked, a.name, a.names, nullif(h.bank, '') as bank, coalesce(k.kind, a.proposed) as kind, k.kind is not null as settled, s.list,
       a.payments::text, a.amount_fen::text as "amountFen", a.first_on as "firstOn", a.last_on as "lastOn"
     from used a join payments.published_holder h on h.division = $1 and h.id = a.holder ${TODAY}
     where ($4::text is null or a.masked like $4 or exists (select from payments.published_holder n where n.division = $1 and n.account = a.account and n.name ilike $4))
       and ($5::text is null or coalesce(k.kind, a.proposed) = $5) and ($6::text is null or s.list = $6)
       and case $7 when 'several' then a.names > 1
         when 'changed' then exists (select from payments.published_holder n join payments.published_holder o on o.division = n.division and o.plain_name = n.plain_name
           and o.account <> n.account where n.division = $1 and n.account = a.account and n.plain_name <> '') else true end
       and ($8::bigint is null or (a.amount_fen, a.account) < ($8::bigint, $9::bigint))
     order by a.amount_fen desc, a.account desc limit ${PAGE + 1}`,
    [
      division,
      year,
      filter.side ?? null,
      likeness(filter.q),
      filter.kind ?? null,
      filter.list ?? null,
      filter.sign ?? null,
      amount ?? null,
      id ?? null,
    ],
  )
  const page = rows.slice(0, PAGE)
  const last = page.at(-1)
  return { rows: page, next: rows.length > PAGE && last ? `${last.amountFen}~${last.id}` : null }
}

/** Payments in short, of a list of holders as payee, or as payer where nobody was paid through it. */
export const paymentBriefs = (tx: Tx, division: number, condition: string, value: unknown): Promise<PaymentBrief[]> =>
  tx.query<never>(
    `select p.id::text, p.voucher_no as "voucherNo", p.line_no as "lineNo", p.fiscal_year as "fiscalYear", p.day::text, p.amount_fen::text as "amountFen",
       h.name as payee, p.purpose, case when f.id is not null then jsonb_build_object('code', f.code, 'name', f.name) end as fund
     from payments.published_paid_line p
     left join payments.published_holder h on h.division = p.division and h.id = p.payee
     left join funds.published_fund f on f.id = p.fund
     where p.division = $1 and ${condition} order by p.vouched_on desc, p.id desc limit 50`,
    [division, value],
  )

/** One account; undefined where the division has none with that id. */
export async function accountPage(tx: Tx, division: number, account: string): Promise<AccountPage | undefined> {
  const head = await tx.maybe<Pick<AccountPage, 'id' | 'masked' | 'kind' | 'settled'> & Record<string, unknown>>(
    `select a.account::text as id, a.masked, coalesce(k.kind, a.proposed) as kind, k.kind is not null as settled
     from (select h.account, h.masked, h.proposed_kind as proposed from payments.published_holder h
       left join payments.published_account_use u on u.division = h.division and u.holder = h.id
       where h.division = $1 and h.account = $2::bigint order by u.last_on desc nulls last, h.id desc limit 1) a ${TODAY}`,
    [division, account],
  )
  if (!head) return undefined
  const uses = await tx.query<never>(
    `select u.holder::text, u.name, nullif(h.bank, '') as bank, u.side, u.fiscal_year as "fiscalYear", u.payments::text, u.amount_fen::text as "amountFen",
       u.first_on as "firstOn", u.last_on as "lastOn"
     from payments.published_account_use u join payments.published_holder h on h.division = u.division and h.id = u.holder
     where u.division = $1 and u.account = $2 order by u.fiscal_year desc, u.last_on desc, u.holder limit 200`,
    [division, account],
  )
  const kinds = await tx.query<never>(
    `select k.kind, k.valid_from as "from", k.reason, coalesce(x.name, '-') as actor, k.recorded_at as at
     from payments.account_kind k left join identity.account x on x.id = k.actor
     where k.division = $1 and k.account = $2 order by k.id desc limit 50`,
    [division, account],
  )
  const listings = await tx.query<never>(
    `select l.id::text, l.list, l.valid_from as "from", coalesce(e.ended_on, l.ends_on) as "to", l.reason, coalesce(x.name, '-') as actor, e.reason as "endReason",
       case when v.valid @> platform.today() then 'in-force' when lower(v.valid) > platform.today() then 'to-come' else 'over' end as state
     from payments.account_listing l join payments.published_account_listing v on v.division = l.division and v.id = l.id
     left join payments.account_listing_end e on e.division = l.division and e.listing = l.id
     left join identity.account x on x.id = l.actor
     where l.division = $1 and l.account = $2 order by l.id desc limit 50`,
    [division, account],
  )
  const others = await tx.query<never>(
    `select o.account::text as id, min(o.masked) as masked, min(o.name) as name, min(u.first_on) as "firstOn", max(u.last_on) as "lastOn",
       sum(u.amount_fen)::bigint::text as "amountFen"
     from payments.published_holder n join payments.published_holder o on o.division = n.division and o.plain_name = n.plain_name and o.account <> n.account
     join payments.published_account_use u on u.division = o.division and u.holder = o.id
     where n.division = $1 and n.account = $2 and n.plain_name <> '' group by o.account order by min(u.first_on) limit 50`,
    [division, account],
  )
  const holders = `any (array(select h.id from payments.holder h where h.division = $1 and h.account = $2::bigint))`
  let payments = await paymentBriefs(tx, division, `p.payee = ${holders}`, account)
  if (payments.length === 0) payments = await paymentBriefs(tx, division, `p.payer = ${holders}`, account)
  return { ...head, uses, kinds, listings, others, payments }
}

export const accountExists = async (tx: Tx, division: number, account: string): Promise<boolean> =>
  (await tx.maybe('select from payments.bank_account where division = $1 and id = $2', [division, account])) !==
  undefined

/** The id of what was written, or of what the same request wrote before. */
export async function insertKind(tx: Tx, division: number, account: string, body: SettleKindBody): Promise<string> {
  await tx.query(
    `insert into payments.account_kind (division, account, kind, valid_from, reason, request_key) values ($1, $2, $3, $4, $5, $6)
     on conflict on constraint kind_once do nothing`,
    [division, account, body.kind, body.from, body.reason, body.requestKey],
  )
  const { id } = await tx.one<{ id: string }>(
    'select id::text from payments.account_kind where division = $1 and request_key = $2',
    [division, body.requestKey],
  )
  return id
}

export async function insertListing(tx: Tx, division: number, account: string, body: ListAccountBody): Promise<string> {
  await tx.query(
    `insert into payments.account_listing (division, account, list, valid_from, ends_on, reason, request_key) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict on constraint listing_once do nothing`,
    [division, account, body.list, body.from, body.to, body.reason, body.requestKey],
  )
  const { id } = await tx.one<{ id: string }>(
    'select id::text from payments.account_listing where division = $1 and request_key = $2',
    [division, body.requestKey],
  )
  return id
}

export const listingState = (
  tx: Tx,
  division: number,
  listing: string,
): Promise<{ account: string; over: boolean } | undefined> =>
  tx.maybe(
    `select l.account::text, l.ends_on < platform.today() or e.listing is not null as over from payments.account_listing l
     left join payments.account_listing_end e on e.division = l.division and e.listing = l.id where l.division = $1 and l.id = $2`,
    [division, listing],
  )

export const insertListingEnd = (tx: Tx, division: number, listing: string, reason: string): Promise<unknown> =>
  tx.query(
    `insert into payments.account_listing_end (division, listing, ended_on, reason) values ($1, $2, platform.today(), $3) on conflict do nothing`,
    [division, listing, reason],
  )
