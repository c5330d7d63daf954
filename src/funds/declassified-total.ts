import type { Fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { fundById, secretFunds } from './store.ts'

/** All that may be kept of a secret fund besides its name. */
export interface DeclassifiedTotal {
  fiscalYear: number
  amountFen: string
  basis: string
}

/**
 * Writes down the declassified total of a secret fund for a year, with the paper that declassified it. Refuses `fund-unknown`,
 * `fund-not-secret`, `basis-missing`.
 */
export async function setDeclassifiedTotal(
  context: Context,
  input: { division: number; fund: number; fiscalYear: number; amount: Fen; basis: string },
): Promise<void> {
  const { tx } = context
  const fund = await fundById(tx, input.fund)
  const at = { field: 'fund', value: String(input.fund) }
  if (!fund) refuse('missing', 'fund-unknown', `没有资金 ${input.fund}。`, `There is no fund ${input.fund}.`, at)
  if (!(await secretFunds(tx)).some(one => one.id === input.fund))
    refuse(
      'conflict',
      'fund-not-secret',
      `“${fund.name}”不是涉密资金：请按业务单登记指标。`,
      `“${fund.name}” is no secret fund: register its allotments by the forms.`,
      at,
    )
  const basis = input.basis.trim()
  if (basis === '')
    refuse('input', 'basis-missing', '请写明脱密依据（文号）。', 'Say which paper declassified it (its number).', {
      field: 'basis',
    })
  const before = await tx.maybe<{ amountFen: string; basis: string }>(
    `select amount_fen::text as "amountFen", basis from funds.declassified_total where division = $1 and fund = $2 and fiscal_year = $3`,
    [input.division, input.fund, input.fiscalYear],
  )
  await tx.query(
    `insert into funds.declassified_total (division, fund, fiscal_year, amount_fen, basis) values ($1, $2, $3, $4, $5)
     on conflict (division, fund, fiscal_year) do update set amount_fen = excluded.amount_fen, basis = excluded.basis,
       actor = platform.actor(), recorded_at = clock_timestamp()`,
    [input.division, input.fund, input.fiscalYear, input.amount, basis],
  )
  await context.audit({
    division: input.division,
    action: 'fund.declassified-total',
    subject: `${fund.code} ${input.fiscalYear}`,
    ...(before ? { before } : {}),
    after: { amountFen: String(input.amount), basis },
  })
}

export const declassifiedTotals = ({ tx }: Context, division: number, fund: number): Promise<DeclassifiedTotal[]> =>
  tx.query<never>(
    `select fiscal_year as "fiscalYear", amount_fen::text as "amountFen", basis from funds.declassified_total
     where division = $1 and fund = $2 order by fiscal_year desc`,
    [division, fund],
  )
