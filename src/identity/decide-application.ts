import { FaultList, Refusal, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { type ApplicationRow, addEvent, applicationForUpdate, writeLines } from './application-store.ts'
import type { ApplicationBody } from './contract.ts'
import { draftsOf } from './fill-application.ts'
import { judgeLines } from './judge-lines.ts'
import { type Step, whyNot } from './status.ts'

const textOf = (id: bigint | null): string | null => (id === null ? null : String(id))

/**
 * The application, locked, if the actor may take the step; refuses `application-missing`, `application-state`, `maker-is-checker`,
 * `own-account`, `application-not-yours`. That the actor's post does the step is the route's to ask.
 */
export async function readyFor(context: Context, division: number, id: string, step: Step): Promise<ApplicationRow> {
  const row = await applicationForUpdate(context.tx, division, id)
  if (!row)
    refuse('missing', 'application-missing', `没有申请表 ${id}。`, `There is no application ${id}.`, { value: id })
  const why = whyNot(
    step,
    {
      state: row.state,
      filledBy: String(row.filled_by),
      unitBy: textOf(row.unit_by),
      departmentBy: textOf(row.department_by),
    },
    { account: String(context.actor.id), may: true, gains: await gains(context, division, id) },
  )
  if (why) throw new Refusal(why.code === 'application-state' ? 'conflict' : 'forbidden', [why])
  return row
}

/** Whether the application opens or changes a post of the actor's own. */
const gains = async ({ tx, actor }: Context, division: number, id: string): Promise<boolean> =>
  (await tx.maybe(
    `select from identity.application_line l join identity.account a on a.sign_in_name = l.sign_in_name
     where l.division = $1 and l.application = $2 and l.kind <> 'revoke' and a.id = $3 limit 1`,
    [division, id, actor.id],
  )) !== undefined

const move = (context: Context, division: number, id: string, set: string, values: readonly unknown[]) =>
  context.tx.query(`update identity.application set ${set} where division = $1 and id = $2`, [division, id, ...values])

/** An opinion of the unit or the department: agreed, it goes on; otherwise back to who filled it in, with the reason. */
export async function giveOpinion(
  context: Context,
  division: number,
  id: string,
  step: 'agree-unit' | 'agree-department',
  input: { agree: boolean; opinion: string },
): Promise<void> {
  await readyFor(context, division, id, step)
  if (!input.agree) return sendBack(context, division, id, step, input.opinion)
  const { actor, clock } = context
  const values = [actor.id, input.opinion.trim(), clock.today()]
  if (step === 'agree-unit')
    await move(context, division, id, `state = 'unit-agreed', unit_by = $3, unit_opinion = $4, unit_on = $5`, values)
  else
    await move(
      context,
      division,
      id,
      `state = 'department-agreed', department_by = $3, department_opinion = $4, department_on = $5`,
      values,
    )
  await addEvent(context.tx, division, id, step, input.opinion.trim())
  await context.audit({ division, action: `application-${step}`, subject: id })
}

/** Sends an application back; opinions given so far fall away, for what comes back may differ. */
export async function sendBack(
  context: Context,
  division: number,
  id: string,
  step: Step,
  reason: string,
): Promise<void> {
  await move(
    context,
    division,
    id,
    `state = 'returned', unit_by = null, unit_opinion = null, unit_on = null, department_by = null, department_opinion = null, department_on = null`,
    [],
  )
  await addEvent(context.tx, division, id, 'return', reason.trim())
  await context.audit({ division, action: 'application-returned', subject: id, detail: { step } })
}

/** Hands an application in again, with lines that may have changed; all faults at once. */
export async function resubmit(
  context: Context,
  division: number,
  id: string,
  body: Pick<ApplicationBody, 'unit' | 'lines'>,
): Promise<void> {
  await readyFor(context, division, id, 'resubmit')
  const faults = new FaultList()
  const lines = await judgeLines(context, division, draftsOf(body.lines), faults)
  faults.throwIfAny()
  await writeLines(context.tx, context.vault, division, id, lines)
  await move(context, division, id, `state = 'filled', unit = $3, applied_on = $4`, [
    body.unit.trim(),
    context.clock.today(),
  ])
  await addEvent(context.tx, division, id, 'resubmit', null)
  await context.audit({ division, action: 'application-resubmitted', subject: id })
}

export async function withdraw(context: Context, division: number, id: string): Promise<void> {
  await readyFor(context, division, id, 'withdraw')
  await move(context, division, id, `state = 'withdrawn'`, [])
  await addEvent(context.tx, division, id, 'withdraw', null)
  await context.audit({ division, action: 'application-withdrawn', subject: id })
}
