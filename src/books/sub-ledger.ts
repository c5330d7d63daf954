import { refuse } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { View } from './clocks.ts'
import type { SubLedger, SubRow } from './contract.ts'
import { accountsOf } from './store.ts'

export interface SubFilter {
  account?: number | undefined
  fund?: number | undefined
  agency?: number | undefined
  project?: string | undefined
  allotment?: string | undefined
}

const PAGE = 100
/** Rows that an export takes from the database at a time. */
const FETCHED = 2000

// Which lines are meant. Where an agency, a project or one line is named they are few, and their entries are found by the line; else
// (an account, a fund) the entries are walked in the order of the days, and only in months in which the account or fund moved at all.
const LINES = `select a.division, a.id, a.fund, a.agency, a.project from allotments.published_allotment a
  where a.division = $1 and a.fiscal_year = $2 and ($7::int is null or a.fund = $7) and ($8::int is null or a.agency = $8)
    and ($9::bigint is null or a.project = $9) and ($10::bigint is null or a.id = $10)`

const KNOWN = `select k.division, k.batch, k.effective_on from books.known_batch k
    where k.division = $1 and k.fiscal_year = $2 and ($5::timestamptz is null or k.sealed_at <= $5) and k.effective_on >= coalesce($3::date, '-infinity') and k.effective_on <= coalesce($4::date, 'infinity')
  union all
  select b.division, b.id, b.effective_on from ledger.published_unsealed u join ledger.published_batch b on b.division = u.division and b.id = u.batch
    where $5::timestamptz is null and u.division = $1 and b.fiscal_year = $2 and b.effective_on >= coalesce($3::date, '-infinity') and b.effective_on <= coalesce($4::date, 'infinity')`

const SIDES = `cross join lateral (values (0, e.debit_allotment, e.debit, e.credit, e.amount_fen, 0::bigint), (1, e.credit_allotment, e.credit, e.debit, 0::bigint, e.amount_fen))
    s(side, allotment, account, against, debit, credit)`

const dayMoves = (known: string) => `with known as (${known})
    select k.effective_on, e.batch, e.line, s.side, s.allotment, s.account, s.against, s.debit, s.credit, l.fund, l.agency, l.project, e.payment
    from known k join ledger.published_entry_alone e on e.division = $1 and e.batch = k.batch
    ${SIDES}
    join allotments.published_allotment l on l.division = e.division and l.id = s.allotment
    where ($6::int is null or s.account = $6) and ($7::int is null or l.fund = $7)
      and $8::int is null and $9::bigint is null and $10::bigint is null`

/** The entries of some lines, found by the line; or of the whole book, found by the day. */
const MOVES = {
  line: `with lines as materialized (${LINES}), known as (${KNOWN})
    select k.effective_on, e.batch, e.line, s.side, s.allotment, s.account, s.against, s.debit, s.credit, l.fund, l.agency, l.project, e.payment
    from lines l join lateral (
        select division, batch, line from ledger.published_entry_alone d where d.debit_allotment = l.id and d.division = l.division
        union select division, batch, line from ledger.published_entry_alone c where c.credit_allotment = l.id and c.division = l.division) f on true
    join ledger.published_entry_alone e on e.division = f.division and e.batch = f.batch and e.line = f.line
    join known k on k.division = e.division and k.batch = e.batch
    ${SIDES}
    where s.allotment = l.id and ($6::int is null or s.account = $6)`,
  day: dayMoves(KNOWN),
} as const

const valuesOf = (division: number, year: number, view: View, filter: SubFilter): unknown[] => [
  division,
  year,
  view.from,
  view.to,
  view.known,
  filter.account ?? null,
  filter.fund ?? null,
  filter.agency ?? null,
  filter.project ?? null,
  filter.allotment ?? null,
]

const way = (filter: SubFilter): keyof typeof MOVES =>
  filter.agency !== undefined || filter.project !== undefined || filter.allotment !== undefined ? 'line' : 'day'

const SHOWN = (moves: string, more: string) => `
  select m.effective_on as "effectiveOn", m.batch::text, m.line, m.side, m.account, m.allotment::text, m.against, b.form, m.debit, m.credit,
    jsonb_build_object('zh', f.name, 'en', f.english) as "formName", d.number as "documentNumber", d.title as "documentTitle", x.name as fund, g.name as agency, p.name as project,
    case when m.payment is not null then (select h.payee_name from payments.published_payment h where h.division = $1 and h.id = m.payment) end as payee
  from (${moves}) m
  join ledger.published_batch b on b.division = $1 and b.id = m.batch
  join ledger.published_form f on f.code = b.form
  left join ledger.published_document d on d.division = $1 and d.id = b.document
  join funds.published_fund x on x.id = m.fund
  left join divisions.published_agency g on g.division = $1 and g.id = m.agency
  left join projects.published_project p on p.division = $1 and p.id = m.project ${more}`

type Row = Record<string, unknown>
const ORDER = 'order by m.effective_on, m.batch, m.line, m.side'
const pageOf = (moves: string): string =>
  SHOWN(
    `select * from (${moves}) m where ($11::date is null or (m.effective_on, m.batch, m.line, m.side) > ($11, $12, $13, $14)) ${ORDER} limit ${PAGE + 1}`,
    ORDER,
  )
// The parameters of the other walks are named too, for their types must be known.
const SLICE = dayMoves(
  'select * from unnest($15::date[], $16::bigint[]) k(effective_on, batch) where true or ($2::int, $3::date, $4::date, $5::timestamptz) is null',
)

/**
 * The batches of a period from a cursor on, in the order of the days, in slices that grow: a page of a long book reads the few batches
 * that it shows. Months in which the account or the fund did not move are passed over by the monthly sums.
 */
async function* batchesFrom(tx: Tx, bound: unknown[]): AsyncGenerator<[string[], string[]]> {
  let from: (string | null)[] = [bound[10] as string | null, bound[11] as string | null]
  let first = true
  for (let limit = 64; ; limit = Math.min(limit * 4, 16_384)) {
    const rows = await tx.query<{ effective_on: string; batch: string }>(
      `select k.effective_on, k.batch::text from (${KNOWN}) k
       where ($8::date is null or case when $10 then (k.effective_on, k.batch) >= ($8, $9) else (k.effective_on, k.batch) > ($8, $9) end)
         and (books.narrowed() or exists (select from books.turnover t where t.division = $1 and t.fiscal_year = $2 and t.month = date_trunc('month', k.effective_on)
             and ($6::int is null or t.account = $6) and ($7::int is null or t.fund = $7))
           or exists (select from ledger.published_unsealed u where u.division = $1 and u.batch = k.batch))
       order by k.effective_on, k.batch limit $11`,
      [...bound.slice(0, 7), ...from, first, limit],
    )
    if (rows.length > 0) yield [rows.map(row => row.effective_on), rows.map(row => row.batch)]
    if (rows.length < limit) return
    const last = rows.at(-1)!
    from = [last.effective_on, last.batch]
    first = false
  }
}

type Found = Omit<SubRow, 'debitFen' | 'creditFen' | 'balanceFen'> & { side: number; debit: bigint; credit: bigint }

/** Where a page ends: the last row's place, and what stood after it, so that the next page need not begin at the beginning. */
const cursorOf = (row: Found, balance: bigint): string =>
  `${row.effectiveOn}.${row.batch}.${row.line}.${row.side}.${balance}`

/**
 * 明细账: every movement of an account, fund, agency, project or line in the order of the days, with the balance after each; in fen,
 * by pages. Refuses `sub-ledger-of-nothing` where the filter names nothing.
 */
export async function subLedger(
  tx: Tx,
  division: number,
  year: number,
  view: View,
  filter: SubFilter,
  after?: string,
): Promise<SubLedger> {
  const { accounts, side, sign } = await frame(tx, year, filter)
  const values = valuesOf(division, year, view, filter)
  const [day, batch, line, place, balance] = after?.split('.') ?? []
  const opening = after === undefined ? await openingOf(tx, division, year, view, filter, sign) : BigInt(balance ?? '0')
  const bound = [...values.with(2, day ?? view.from), day ?? null, batch ?? null, line ?? null, place ?? null]
  const found: Found[] = []
  if (way(filter) === 'line') found.push(...(await tx.query<Found & Row>(pageOf(MOVES.line), bound)))
  else
    for await (const slice of batchesFrom(tx, bound)) {
      found.push(...(await tx.query<Found & Row>(pageOf(SLICE), [...bound, ...slice])))
      if (found.length > PAGE) break
    }
  const page = found.slice(0, PAGE)
  const { rows, stands } = balanced(page, opening, sign)
  return {
    accounts,
    side,
    openingFen: String(opening),
    rows,
    next: found.length > PAGE ? cursorOf(page.at(-1)!, stands) : null,
  }
}

/** All rows of a sub-ledger as they come, whatever their number; the first chunk's opening stands in the first row's balance. */
export async function* subLedgerRows(
  tx: Tx,
  division: number,
  year: number,
  view: View,
  filter: SubFilter,
): AsyncGenerator<SubRow[]> {
  const { sign } = await frame(tx, year, filter)
  let stands = await openingOf(tx, division, year, view, filter, sign)
  await tx.query(
    `declare sub_ledger no scroll cursor for ${SHOWN(MOVES[way(filter)], ORDER)}`,
    valuesOf(division, year, view, filter),
  )
  for (;;) {
    const found = await tx.query<Found & Row>(`fetch ${FETCHED} from sub_ledger`)
    if (found.length === 0) break
    const page = balanced(found, stands, sign)
    stands = page.stands
    yield page.rows
  }
  await tx.query('close sub_ledger')
}

function balanced(found: readonly Found[], opening: bigint, sign: bigint): { rows: SubRow[]; stands: bigint } {
  let stands = opening
  const rows = found.map(({ side: _, debit, credit, ...row }) => {
    stands += sign * (debit - credit)
    return { ...row, debitFen: String(debit), creditFen: String(credit), balanceFen: String(stands) }
  })
  return { rows, stands }
}

async function frame(tx: Tx, year: number, filter: SubFilter) {
  if (Object.values(filter).every(value => value === undefined))
    refuse(
      'input',
      'sub-ledger-of-nothing',
      '请先选择科目、专项资金、单位、项目或指标中的一项。',
      'Choose an account, a fund, an agency, a project or a line first.',
    )
  const accounts = await accountsOf(tx, year)
  const side: 'D' | 'C' = accounts.find(account => account.code === filter.account)?.side ?? 'D'
  return { accounts, side, sign: side === 'C' ? -1n : 1n }
}

/** What stood before the period: from the monthly sums where they know the answer, else from the entries of the lines named. */
async function openingOf(
  tx: Tx,
  division: number,
  year: number,
  view: View,
  filter: SubFilter,
  sign: bigint,
): Promise<bigint> {
  if (view.from === null) return 0n
  const { fen } =
    way(filter) === 'day'
      ? await tx.one<{ fen: bigint }>(
          `select coalesce(sum(debit_fen - credit_fen), 0)::bigint as fen from books.moved(array[$1::int], $2, $3, $3, $4)
           where before and ($5::int is null or account = $5) and ($6::int is null or fund = $6)`,
          [division, year, view.from, view.known, filter.account ?? null, filter.fund ?? null],
        )
      : await tx.one<{ fen: bigint }>(
          `select coalesce(sum(debit - credit), 0)::bigint as fen from (${MOVES.line}) m where effective_on < $11`,
          [...valuesOf(division, year, { ...view, from: null, to: view.from }, filter), view.from],
        )
  return sign * fen
}
