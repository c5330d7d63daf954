import { groupBy } from '../../kernel/group-by.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import { cursorRows } from '../../platform/database/cursor.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import { compareVouchers, type OurVoucher, suspects, type TheirVoucher } from './compare-vouchers.ts'
import type { TreasuryTotal, VoucherDifference, VoucherDifferences, VoucherReason } from './contract.ts'
import { type Days, PAGE, treasuryTotals, wholeDivision } from './reconcile-totals.ts'

/** More differences at once are too many for a page or a memory: fewer days are asked for. */
const MOST_DIFFERENCES = 200_000

/** Vouchers of some days as the bank paid them, lines of one voucher together, the latest day first; day by day, in little memory. */
async function* ourVouchers(
  tx: Tx,
  division: number,
  year: number,
  days: readonly string[],
): AsyncGenerator<[day: string, vouchers: OurVoucher[]]> {
  const rows = cursorRows<OurVoucher & { [name: string]: unknown }>(
    tx,
    `select coalesce(c.paid_on, p.paid_on)::text as day, p.voucher_type as type, p.voucher_no as no, min(p.id)::text as payment, min(h.name) as payee,
       min(p.agency_code) as agency, min(p.function_subject) as subject, min(p.purpose) as purpose, sum(coalesce(c.paid_fen, p.amount_fen))::bigint as fen
     from payments.payment p
     left join payments.confirmation c on c.division = p.division and c.payment = p.id
     left join payments.holder h on h.division = p.division and h.id = p.payee
     where p.division = $1 and p.fiscal_year = $2 and not p.application and coalesce(c.paid_on, p.paid_on) = any ($3::date[])
     group by 1, 2, 3 order by 1 desc, 3, 2`,
    [division, year, days],
  )
  let open: [string, OurVoucher[]] | null = null
  for await (const chunk of rows)
    for (const row of chunk) {
      if (open && open[0] !== row.day) {
        yield open
        open = null
      }
      open ??= [row.day, []]
      open[1].push(row)
    }
  if (open) yield open
}

/** Which payments a receipt of a kind clears; the treasury's own table lists all. */
const CLEARED: Record<number, readonly number[]> = { 2301: [5201], 2302: [8202] }

/** The days of which the treasury lists vouchers, in its table or by clearing receipts. */
const listedDays = async (tx: Tx, division: number, year: number, days: Days): Promise<Set<string>> =>
  new Set(
    (
      await tx.query<{ day: string }>(
        `select distinct day::text from payments.treasury_voucher where division = $1 and fiscal_year = $2 and day between $3::date and $4::date
         union select distinct c.cleared_on::text from payments.clearing c join payments.clearing_voucher v on v.division = c.division and v.message = c.message
         where c.division = $1 and c.fiscal_year = $2 and c.cleared_on between $3::date and $4::date`,
        [division, year, days.from, days.to],
      )
    ).map(one => one.day),
  )

/**
 * The treasury's own list of a day: its table, the latest; where there is none, the clearing receipts (2301, 2302) of the day, and then
 * `receipt` says which.
 */
const theirVouchers = (
  tx: Tx,
  division: number,
  year: number,
  day: string,
): Promise<(TheirVoucher & { receipt: number | null })[]> =>
  tx.query<never>(
    `with listed as materialized (
       select v.*, rank() over (order by v.message desc) as place from payments.treasury_voucher v
       where v.division = $1 and v.fiscal_year = $2 and v.day = $3::date)
     select day::text, voucher_type as type, voucher_no as no, agency_code as agency, function_subject as subject, amount_fen as fen, line_no, null::int as receipt
     from listed where place = 1
     union all
     select c.cleared_on::text, v.original_type, v.original_no, null, null, v.amount_fen, v.line_no, c.voucher_type::int
     from payments.clearing c join payments.clearing_voucher v on v.division = c.division and v.message = c.message
     where c.division = $1 and c.fiscal_year = $2 and c.cleared_on = $3::date and not exists (select from listed)
     order by 3, 7`,
    [division, year, day],
  )

/** Where vouchers that are missing on a day are all the same: paid here on another day, or not confirmed by the bank. */
const elsewhere = (
  tx: Tx,
  division: number,
  year: number,
  numbers: readonly string[],
): Promise<{ no: string; payment: string; day: string | null; fen: bigint; payee: string | null }[]> =>
  tx.query<never>(
    `select p.voucher_no as no, min(p.id)::text as payment, min(coalesce(c.paid_on, p.paid_on))::text as day, min(h.name) as payee,
       sum(coalesce(c.paid_fen, p.amount_fen))::bigint as fen
     from payments.payment p
     left join payments.confirmation c on c.division = p.division and c.payment = p.id
     left join payments.holder h on h.division = p.division and h.id = p.payee
     where p.voucher_no = any ($3) and p.division = $1 and p.fiscal_year = $2 group by 1, p.voucher_type`,
    [division, year, numbers],
  )

/** Vouchers that the bank has not confirmed and whose amount would fill a gap. */
const unconfirmed = (
  tx: Tx,
  division: number,
  year: number,
  gaps: readonly { day: string; fen: bigint }[],
): Promise<VoucherDifference[]> =>
  tx.query<never>(
    `select distinct on (g.day, p.id) 'unconfirmed' as reason, g.day::text, p.voucher_type as "voucherType", p.voucher_no as "voucherNo", p.id::text as payment,
       null as "hereOn", h.name as payee, p.agency_code as agency, p.function_subject as "functionSubject", p.amount_fen::text as "hereFen", null as "thereFen"
     from unnest($3::date[], $4::bigint[]) as g(day, fen)
     join payments.payment p on p.amount_fen = g.fen and p.vouched_on <= g.day
     left join payments.holder h on h.division = p.division and h.id = p.payee
     where p.division = $1 and p.fiscal_year = $2 and p.paid_on is null and not p.application
       and not exists (select from payments.confirmation c where c.division = p.division and c.payment = p.id) limit 500`,
    [division, year, gaps.map(gap => gap.day), gaps.map(gap => gap.fen)],
  )

export interface Reconciled {
  agreeing: number
  days: number
  listedDays: number
  differences: VoucherDifference[]
}

/**
 * The differences of some days down to the voucher. Of a day of which the treasury lists its vouchers, each that differs; of another one whose
 * totals differ, the vouchers that may be why. Days on which nothing can differ are not read. Refuses `reconcile-too-many`.
 */
export async function reconcileVouchers(
  tx: Tx,
  division: number,
  year: number,
  days: Days,
  most = MOST_DIFFERENCES,
): Promise<Reconciled> {
  const add = (more: readonly VoucherDifference[]): void => {
    if (result.differences.length + more.length > most) refuseSoMany(most)
    for (const one of more) result.differences.push(one)
  }
  const listed = await listedDays(tx, division, year, days)
  const totals = groupBy(await treasuryTotals(tx, division, year, days), one => one.day)
  const gapsOf = (day: string): TreasuryTotal[] =>
    (totals.get(day) ?? []).filter(one => one.thereFen !== null && one.thereFen !== one.hereFen)
  const all = [...new Set([...listed, ...totals.keys()])].sort().reverse()
  const open = all.filter(day => listed.has(day) || gapsOf(day).length > 0)
  const result: Reconciled = { agreeing: 0, days: all.length, listedDays: listed.size, differences: [] }
  const gaps: { day: string; fen: bigint }[] = []
  const compare = async (day: string, here: OurVoucher[]): Promise<void> => {
    if (listed.has(day)) {
      const there = await theirVouchers(tx, division, year, day)
      const kinds = there.every(one => one.receipt !== null)
        ? new Set(there.flatMap(one => CLEARED[one.receipt!] ?? []))
        : null
      const found = compareVouchers(
        here.filter(one => kinds === null || kinds.has(one.type)),
        there,
      )
      result.agreeing += found.agreeing
      add(found.differences)
      return
    }
    const differing = gapsOf(day)
    const over = differing.map(one => BigInt(one.hereFen) - BigInt(one.thereFen!))
    add(
      pointedFirst(
        suspects(
          here.filter(one => differing.some(covering(one))),
          over,
        ),
      ),
    )
    for (const fen of new Set(over)) if (fen < 0n) gaps.push({ day, fen: -fen })
  }
  // Both run from the latest day back: days without payments here lie between those that have some.
  let next = 0
  if (open.length > 0)
    for await (const [day, here] of ourVouchers(tx, division, year, open)) {
      while (open[next]! > day) await compare(open[next++]!, [])
      await compare(open[next++]!, here)
    }
  for (; next < open.length; next++) await compare(open[next]!, [])
  if (gaps.length > 0) add(await unconfirmed(tx, division, year, gaps))
  return { ...result, differences: await found(tx, division, year, result.differences) }
}

/** Whether a total speaks of a voucher. */
const covering =
  (one: OurVoucher) =>
  (total: TreasuryTotal): boolean =>
    (total.covers === null || total.covers.some(type => type === one.type)) &&
    (total.agency === null || total.agency === one.agency) &&
    (total.functionSubject === null || (one.subject ?? '').startsWith(total.functionSubject))

const refuseSoMany = (most: number): never =>
  refuse(
    'input',
    'reconcile-too-many',
    `所选日期里待查的凭证超过 ${most} 张：请缩短支付日期，分段查看。`,
    `In the days asked for more than ${most} vouchers are to be looked at: ask for fewer days at a time.`,
    { field: 'from' },
  )

const pointedFirst = (some: readonly VoucherDifference[]): VoucherDifference[] => [
  ...some.filter(one => one.reason !== 'unlisted'),
  ...some.filter(one => one.reason === 'unlisted'),
]

/** Says of what is missing where it is all the same. */
async function found(
  tx: Tx,
  division: number,
  year: number,
  differences: VoucherDifference[],
): Promise<VoucherDifference[]> {
  const missing = differences.filter(one => one.reason === 'missing-here')
  if (missing.length === 0) return differences
  const known = new Map(
    (await elsewhere(tx, division, year, [...new Set(missing.map(one => one.voucherNo))])).map(one => [one.no, one]),
  )
  return differences.map(one => {
    const other = one.reason === 'missing-here' ? known.get(one.voucherNo) : undefined
    if (!other || other.day === one.day) return one
    return {
      ...one,
      reason: other.day === null ? ('unconfirmed' as const) : ('other-day' as const),
      payment: other.payment,
      hereOn: other.day,
      payee: other.payee,
      hereFen: String(other.fen),
    }
  })
}

/** A page of what differs, of one agency or subject where asked. Refuses `reconcile-whole-division`. */
export async function vouchersPage(
  context: Context,
  division: number,
  year: number,
  days: Days,
  only: {
    agency?: string | undefined
    subject?: string | undefined
    reason?: VoucherReason | undefined
    after?: string | undefined
  },
): Promise<VoucherDifferences> {
  wholeDivision(context)
  const { differences, ...counts } = await reconcileVouchers(context.tx, division, year, days)
  const shown = chosen(differences, only)
  const from = Number(only.after ?? 0)
  return {
    ...counts,
    rows: shown.slice(from, from + PAGE),
    next: shown.length > from + PAGE ? String(from + PAGE) : null,
  }
}

/** What the filters let through; a clearing receipt names no agency or subject, and passes both. */
export const chosen = (
  differences: readonly VoucherDifference[],
  only: { agency?: string | undefined; subject?: string | undefined; reason?: VoucherReason | undefined },
): VoucherDifference[] =>
  differences.filter(
    one =>
      (only.reason === undefined || one.reason === only.reason) &&
      (only.agency === undefined || one.agency === null || one.agency === only.agency) &&
      (only.subject === undefined || one.functionSubject === null || one.functionSubject.startsWith(only.subject)),
  )
