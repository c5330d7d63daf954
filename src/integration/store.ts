import type { Tx } from '../platform/database/transaction.ts'
import type { IntegrationView } from './contract.ts'

/** Those of the funds that exist and are not secret. */
export const knownFunds = async (tx: Tx, funds: readonly number[]): Promise<Set<number>> =>
  new Set(
    (
      await tx.query<{ id: number }>('select id from funds.published_fund where id = any ($1::int[]) and not secret', [
        [...new Set(funds)],
      ])
    ).map(row => row.id),
  )

const FUND = `jsonb_build_object('id', f.id, 'code', f.code, 'name', f.name) as fund`
const SUMS = `sum(i.arranged_fen)::text as "arrangedFen", sum(i.paid_fen)::text as "paidFen"`

/** The integrated money of a division's year by both views; each sums to the total, for both are over the same lines. */
export async function integrationView(tx: Tx, division: number, year: number, today: string): Promise<IntegrationView> {
  const values = [division, year]
  const mark = await tx.maybe<{ kind: string; day: string; number: string }>(
    `select kind, day, document_number as number from divisions.published_declaration
     where division = $1 and kind in ('integrating', 'not-integrating') and day <= $2 order by day desc, id desc limit 1`,
    [division, today],
  )
  const integrating = mark?.kind === 'integrating'
  return {
    integrating,
    since: integrating ? mark!.day : null,
    documentNumber: integrating ? mark!.number : null,
    total: await tx.one<never>(
      `select count(*)::int as lines, coalesce(sum(arranged_fen), 0)::text as "arrangedFen", coalesce(sum(paid_fen), 0)::text as "paidFen"
       from allotments.published_integrated where division = $1 and fiscal_year = $2`,
      values,
    ),
    bySource: await tx.query<never>(
      `select ${FUND}, i.function_subject as "functionSubject", ${SUMS} from allotments.published_integrated i join funds.published_fund f on f.id = i.fund
       where i.division = $1 and i.fiscal_year = $2 group by f.id, f.code, f.name, i.function_subject order by f.code, f.id, i.function_subject`,
      values,
    ),
    byUse: await tx.query<never>(
      `select ${FUND}, case when p.id is not null then jsonb_build_object('id', p.id::text, 'code', p.code, 'name', p.name) end as project, ${SUMS}
       from allotments.published_integrated i join funds.published_fund f on f.id = i.use_fund
       left join projects.published_project p on p.division = i.division and p.id = i.project
       where i.division = $1 and i.fiscal_year = $2 group by f.id, f.code, f.name, p.id, p.code, p.name order by f.code, f.id, p.code`,
      values,
    ),
  }
}
