import type { Fen } from '../kernel/money.ts'
import { explained } from '../ledger/post.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'

/** Money that came back to a line of a closed year, on a day of an open one. */
export interface Recovery {
  line: bigint
  amount: Fen
  /** The refund that brought it back; the ledger's entry names it. */
  payment: bigint
}

/**
 * Enters what came back to closed years (收回以前年度): a new line for each in the year of its day, 1001/4001, with all elements of the closed
 * line, `carried_from` naming it. The closed year stays as it was closed. All recoveries must be of one day's year.
 * @returns the batch, and the new lines in the order given
 */
export async function recoverPriorYear(
  context: Context,
  division: number,
  year: number,
  on: string,
  recoveries: readonly Recovery[],
): Promise<{ batch: bigint; lines: bigint[] }> {
  const { tx } = context
  const lines = await openRecovered(tx, division, year, recoveries)
  try {
    const { batch } = await tx.one<{ batch: bigint }>(
      `select (ledger.post_days($1, 'recover', $2, array[$3::date], null, array[null::text], array_fill(1, array[$6::int]), $4::bigint[], array_fill(1001, array[$6::int]), $4::bigint[], array_fill(4001, array[$6::int]), $5::bigint[], p_payment => $7::bigint[]))[1] as batch`,
      [division, year, on, lines, recoveries.map(one => one.amount), lines.length, recoveries.map(one => one.payment)],
    )
    return { batch, lines }
  } catch (error) {
    throw explained(error)
  }
}

/** Opens the lines of a year under which money of earlier years' lines came back; under a document of their own where it came by one. */
export async function openRecovered(
  tx: Tx,
  division: number,
  year: number,
  came: readonly { line: bigint; amount: Fen }[],
  document: bigint | null = null,
): Promise<bigint[]> {
  const opened = await tx.query<{ id: bigint }>(
    `with came as materialized (select n, line, fen, nextval('allotments.allotment_id') as new
       from unnest($3::bigint[], $4::bigint[]) with ordinality as r(line, fen, n) order by n),
     opened as (
       insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, carried_from, path, source_type, source_level, superior_number,
         direct, fund_nature, function_subject, economic_subject, department_subject, transfer_subject, poverty, monitored_fen, office, agency, project,
         below_project_code, note, back_entered, use_fund)
       select $1, c.new, $2, 'recover', coalesce($5, a.document), a.fund, c.fen, a.id, a.path || c.new, 'prior-year-recovery', a.source_level, a.superior_number,
         a.direct, a.fund_nature, a.function_subject, a.economic_subject, a.department_subject, a.transfer_subject, a.poverty,
         case a.poverty when 'whole' then c.fen when 'none' then 0 else floor(c.fen::numeric * a.monitored_fen / a.amount_fen) end, a.office, a.agency, a.project,
         a.below_project_code, a.note, a.back_entered, a.use_fund
       from came c join allotments.allotment a on a.division = $1 and a.id = c.line)
     select new as id from came order by n`,
    [division, year, came.map(one => one.line), came.map(one => one.amount), document],
  )
  return opened.map(row => row.id)
}
