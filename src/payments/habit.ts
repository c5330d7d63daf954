import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { HabitList } from './contract.ts'

/** Keeps a decision as a rule of thumb for payments that state what this one states; one that was there for the same ends. */
export async function keepHabit(tx: Tx, division: number, decision: bigint, payment: bigint, allotment: bigint) {
  const same = `fiscal_year, agency_code, coalesce(project_code, ''), coalesce(function_subject, ''), coalesce(document_number, '')`
  await tx.query(
    `update payments.habit h set ended_at = clock_timestamp(), ended_by = platform.actor(), ended_why = $3
     from payments.payment p where p.division = $1 and p.id = $2 and h.division = p.division and h.ended_at is null
       and (h.fiscal_year, h.agency_code, h.project_code, h.function_subject, h.document_number) = (p.fiscal_year, p.agency_code,
         coalesce(p.project_code, ''), coalesce(p.function_subject, ''), coalesce(p.document_number, ''))`,
    [division, payment, `decision ${decision}`],
  )
  await tx.query(
    `insert into payments.habit (division, decision, fiscal_year, agency_code, project_code, function_subject, document_number, allotment)
     select division, $3, ${same}, $4 from payments.payment where division = $1 and id = $2`,
    [division, payment, decision, allotment],
  )
}

/** Ends a rule of thumb; what it has matched stays. Refuses `habit-missing` where there is none, or it has ended. */
export async function endHabit(context: Context, division: number, habit: bigint, reason: string): Promise<void> {
  const ended = await context.tx.query(
    `update payments.habit set ended_at = clock_timestamp(), ended_by = platform.actor(), ended_why = $3
     where division = $1 and id = $2 and ended_at is null returning 1`,
    [division, habit, reason],
  )
  if (ended.length === 0)
    refuse(
      'missing',
      'habit-missing',
      '没有这条惯例，或已停用：请刷新页面。',
      'There is no such rule of thumb, or it has ended: reload the page.',
      { value: String(habit) },
    )
  await context.audit({ division, action: 'habit-ended', subject: `habit ${habit}`, detail: { reason } })
}

/** The rules of thumb that hold in a year. */
export const habits = (tx: Tx, division: number, year: number): Promise<HabitList['rows']> =>
  tx.query<never>(
    `select h.id::text as id, h.agency_code as "agencyCode", h.project_code as "projectCode", h.function_subject as "functionSubject",
       h.document_number as "documentNumber", h.allotment::text as allotment, d.number as "allotmentNumber", c.reason,
       coalesce(x.name, '-') as actor, c.recorded_at as "setAt"
     from payments.habit h join payments.decision c on c.division = h.division and c.id = h.decision
     join allotments.allotment a on a.division = h.division and a.id = h.allotment
     join ledger.published_document d on d.division = a.division and d.id = a.document
     left join identity.account x on x.id = c.actor
     where h.division = $1 and h.fiscal_year = $2 and h.ended_at is null order by h.id desc`,
    [division, year],
  )
