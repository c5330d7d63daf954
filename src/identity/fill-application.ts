import { FaultList, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { addEvent, applicationByKey, writeLines } from './application-store.ts'
import type { ApplicationBody } from './contract.ts'
import { type Draft, type Judged, judgeLines } from './judge-lines.ts'

export const draftsOf = (lines: ApplicationBody['lines']): Draft[] => lines.map((line, i) => ({ ...line, row: i + 1 }))

/** The office or agency that applies, by code; refuses `office-unknown`, `agency-unknown`. */
async function applying(
  { tx }: Context,
  division: number,
  kind: 'office' | 'agency',
  code: string | undefined,
): Promise<number | null> {
  if (!code) return null
  const row = await tx.maybe<{ id: number }>(
    `select id from divisions.published_${kind} where division = $1 and code = $2`,
    [division, code],
  )
  if (!row)
    refuse(
      'input',
      `${kind}-unknown`,
      `没有${kind === 'office' ? '股室' : '预算单位'}“${code}”：请核对代码。`,
      `There is no ${kind} “${code}”: check the code.`,
      { field: kind, value: code },
    )
  return row.id
}

/** Who applies for an office or an agency alone, applies in its name: the database refuses another. */
function ownUnit(context: Context, office: number | null, agency: number | null) {
  const own = context.actor.narrowing?.[0]
  return { office: office ?? own?.office ?? null, agency: agency ?? own?.agency ?? null }
}

export interface NewApplication {
  requestKey: string
  unit: string
  office?: string | undefined
  agency?: string | undefined
  lines: readonly Judged[]
}

/** Stores an application that is in order, as filled in by the actor; the same request key again answers the same one. */
export async function storeApplication(context: Context, division: number, input: NewApplication): Promise<string> {
  const { tx, clock, actor } = context
  const unit = ownUnit(
    context,
    await applying(context, division, 'office', input.office),
    await applying(context, division, 'agency', input.agency),
  )
  const row = await tx.maybe<{ id: bigint }>(
    `insert into identity.application (division, unit, office, agency, applied_on, state, filled_by, request_key)
     values ($1, $2, $3, $4, $5, 'filled', $6, $7) on conflict (request_key, division) do nothing returning id`,
    [division, input.unit.trim(), unit.office, unit.agency, clock.today(), actor.id, input.requestKey],
  )
  if (!row) return String((await applicationByKey(tx, division, input.requestKey))?.id)
  const id = String(row.id)
  await writeLines(tx, context.vault, division, id, input.lines)
  await addEvent(tx, division, id, 'fill', null)
  await context.audit({
    division,
    action: 'application-filled',
    subject: id,
    detail: { unit: input.unit, lines: input.lines.map(({ kind, signInName, post }) => ({ kind, signInName, post })) },
  })
  return id
}

/** Fills in a permission application (权限申请表). All faults at once, each with its line; then nothing is stored. */
export async function fillApplication(context: Context, division: number, body: ApplicationBody): Promise<string> {
  const known = await applicationByKey(context.tx, division, body.requestKey)
  if (known) return String(known.id)
  const faults = new FaultList()
  const lines = await judgeLines(context, division, draftsOf(body.lines), faults)
  faults.throwIfAny()
  return storeApplication(context, division, { ...body, lines })
}
