import type { Permission } from '../../src/kernel/permission.ts'
import type { Form, ShownLine } from './api.ts'

/** The forms that can move a line on, each with the balance that it draws on. */
const DRAWS_ON: Partial<Record<Form, (line: ShownLine) => string>> = {
  assign: line => line.totalFen,
  refine: line => line.toRefineFen,
  'pass-down': line => line.toRefineFen,
  plan: line => line.ownFen,
}
export const STEP_FORMS = ['assign', 'refine', 'pass-down', 'plan'] as const

/** Why a step cannot be taken now, as a key of words; null where it can. */
export function stepHindrance(
  form: (typeof STEP_FORMS)[number],
  line: ShownLine,
  may: (permission: Permission) => boolean,
): string | null {
  if (!may('allotments.write')) return 'step.noPermission'
  const balance = DRAWS_ON[form]?.(line) ?? '0'
  return BigInt(balance) > 0n ? null : `step.nothingTo.${form}`
}
