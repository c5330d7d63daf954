import { parseDocumentNumber } from '../kernel/document-number.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { type ChangeInput, type ChangePlan, planChange, timelinesOf } from './change.ts'
import { applyChange, changeOfRequest } from './change-store.ts'
import { knownDivisions, lockDivisions, scopeOf } from './store.ts'

export interface CarriedOut {
  /** Null where it was only looked at. */
  id: number | null
  plan: ChangePlan
}

/**
 * Carries out orders that change divisions (区划调整), one after the other, all or none: versions end and begin on the order's day, and the
 * scopes follow. The balances of a division that ends stay in its book until a hand-over moves them.
 * Refuses, all faults at once, what `planChange` finds.
 */
export async function carryOutChanges(
  context: Context,
  inputs: readonly ChangeInput[],
  more: { division: number; checkOnly?: boolean; requestKey?: string | null },
): Promise<CarriedOut[]> {
  const { tx } = context
  await lockDivisions(tx)
  const before = more.requestKey ? await changeOfRequest(tx, more.requestKey) : null
  const known = await knownDivisions(tx)
  if (before !== null && inputs[0])
    return [{ id: before, plan: { input: inputs[0], versions: NOTHING, from: [], into: [] } }]
  const faults = new FaultList()
  const scope = await scopeOf(tx)
  const lines = timelinesOf(known)
  const made = new Set<number>()
  const plans = inputs.map(input => {
    const plan = planChange(lines, input, faults, division => scope.has(division) || made.has(division))
    for (const division of plan.versions.created) made.add(division)
    return plan
  })
  faults.throwIfAny()
  if (more.checkOnly) return plans.map(plan => ({ id: null, plan }))
  const done: CarriedOut[] = []
  for (const plan of plans) {
    const { input } = plan
    const number = parseDocumentNumber(input.document.number).normalised ?? input.document.number.trim()
    const id = await applyChange(tx, plan, number, more.requestKey ?? null)
    await context.audit({
      division: more.division,
      action: 'divisions.change',
      subject: number,
      detail: { change: id, kind: input.kind, divisions: input.codes, effectiveOn: input.effectiveOn },
    })
    done.push({ id, plan })
  }
  return done
}

const NOTHING = { created: [], closed: [], opened: [], goLives: [], taken: 0 }
