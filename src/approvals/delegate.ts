import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { DelegationBody } from './contract.ts'

/** The longest time that somebody stands in: beyond it the post is handed over. */
const LONGEST_DAYS = 366

/** A post held in a division, by whom. */
export const holdingFor = (context: Context, division: number, holding: string) =>
  context.tx.maybe<{ id: bigint; account: bigint; post: string; kind: string; division: number }>(
    `select id, account, post, kind, division from identity.published_holding h where id = $1 and ended_at is null and valid @> platform.today()
       and exists (select from divisions.scope_division s where s.scope = h.division and s.division = $2)`,
    [holding, division],
  )

/**
 * Lets somebody stand in for a post (代岗) between two days. By the holder, or for others by the lead office (`arranges`). Refuses
 * `delegation-holding`, `delegation-not-yours`, `delegation-self`, `delegation-days`, `delegation-without-post`, `delegation-overlaps`.
 */
export async function delegate(
  context: Context,
  division: number,
  body: DelegationBody,
  arranges: boolean,
): Promise<{ id: string }> {
  const { tx, actor, clock } = context
  const holding = await holdingFor(context, division, body.holding)
  if (holding?.kind !== 'business' || holding.division !== division)
    refuse(
      'input',
      'delegation-holding',
      '只能代本区划的业务岗位：请从列表中选择在岗的岗位。',
      'Only a post of business of this division can be stood in for: choose one that is held today.',
      { field: 'holding', value: body.holding },
    )
  if (Number(holding.account) !== actor.id && !arranges)
    refuse(
      'forbidden',
      'delegation-not-yours',
      '只有本人或牵头股室可以安排代岗。',
      'Only the holder or the lead office arranges who stands in.',
      { field: 'holding', value: body.holding },
    )
  if (String(holding.account) === body.delegate)
    refuse(
      'input',
      'delegation-self',
      '不能代自己的岗：请选另一人。',
      'Nobody stands in for themselves: choose another.',
      {
        field: 'delegate',
        value: body.delegate,
      },
    )
  const days = (Date.parse(body.until) - Date.parse(body.from)) / 86_400_000
  if (!(days >= 0) || days > LONGEST_DAYS || body.from < clock.today())
    refuse(
      'input',
      'delegation-days',
      `代岗自 ${body.from} 至 ${body.until} 不成立：自今日起，止期不早于起期，最长一年；更久请办交接。`,
      `Standing in from ${body.from} to ${body.until} cannot be: from today on, in order, and for a year at most; hand the post over for longer.`,
      { field: 'until', value: body.until },
    )
  const able = await tx.maybe(
    `select from identity.published_holding where account = $1 and kind = 'business' and ended_at is null and valid @> platform.today()
       and division in (select s.division from divisions.scope_division s where s.scope = platform.scope()) limit 1`,
    [body.delegate],
  )
  if (!able)
    refuse(
      'input',
      'delegation-without-post',
      '代岗人须自己在岗，且不是三员：请选本区划在岗人员。',
      'Who stands in needs a post of business here, and is no administrator: choose somebody who holds one.',
      { field: 'delegate', value: body.delegate },
    )
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`delegation ${body.holding}`])
  const other = await tx.maybe<{ from: string; until: string }>(
    `select lower(valid)::text as from, (upper(valid) - 1)::text as until from approvals.delegation
     where division = $1 and holding = $2 and ended_at is null and valid && daterange($3::date, $4::date, '[]') limit 1`,
    [division, body.holding, body.from, body.until],
  )
  if (other)
    refuse(
      'conflict',
      'delegation-overlaps',
      `该岗位 ${other.from} 至 ${other.until} 已安排代岗：请先终止，或改期。`,
      `Somebody stands in for that post from ${other.from} to ${other.until} already: end that first, or change the days.`,
      { field: 'from', value: body.from },
    )
  const { id } = await tx.one<{ id: bigint }>(
    `insert into approvals.delegation (division, holding, holder, delegate, valid, reason) values ($1, $2, $3, $4, daterange($5::date, $6::date, '[]'), $7) returning id`,
    [division, body.holding, holding.account, body.delegate, body.from, body.until, body.reason.trim()],
  )
  await context.audit({
    division,
    action: 'delegation-arranged',
    subject: String(id),
    detail: {
      post: holding.post,
      holder: Number(holding.account),
      delegate: Number(body.delegate),
      from: body.from,
      until: body.until,
    },
  })
  return { id: String(id) }
}

/** Ends a delegation before its day, by its holder, its delegate or the lead office; a second time does nothing. */
export async function endDelegation(context: Context, division: number, id: string, arranges: boolean): Promise<void> {
  const { tx, actor, clock } = context
  const row = await tx.maybe<{ holder: bigint; delegate: bigint; ended_at: Date | null }>(
    'select holder, delegate, ended_at from approvals.delegation where division = $1 and id = $2 for update',
    [division, id],
  )
  if (!row)
    refuse('missing', 'delegation-missing', `没有代岗安排 ${id}。`, `There is no delegation ${id}.`, { value: id })
  if (!arranges && ![Number(row.holder), Number(row.delegate)].includes(actor.id))
    refuse(
      'forbidden',
      'delegation-not-yours',
      '只有本人或牵头股室可以终止代岗。',
      'Only who is concerned or the lead office ends it.',
      { value: id },
    )
  if (row.ended_at) return
  await tx.query('update approvals.delegation set ended_at = $3, ended_by = $4 where division = $1 and id = $2', [
    division,
    id,
    clock.now(),
    actor.id,
  ])
  await context.audit({
    division,
    action: 'delegation-ended',
    subject: id,
    before: { ended: false },
    after: { ended: true, on: clock.today() },
  })
}
