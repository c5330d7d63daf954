import type { Permission } from '../../src/kernel/permission.ts'
import type { WarningLevel, WarningStatus } from './api.ts'

export const ACTIONS = ['normal', 'violation', 'corrected', 'note'] as const
export type WarningAction = (typeof ACTIONS)[number]

/**
 * Why an action cannot be taken on a warning now, as a key of words; null where it can [seed 1]: a bell goes out by doing
 * the work; a yellow lamp is verified, then found normal or a violation; a violation, or a red lamp, is corrected.
 */
export function actionHindrance(
  action: WarningAction,
  warning: { level: WarningLevel; status: WarningStatus },
  may: (permission: Permission) => boolean,
): string | null {
  if (!may('warnings.handle')) return 'act.noPermission'
  if (action === 'note') return null
  if (warning.status === 'normal' || warning.status === 'corrected' || warning.status === 'out') return 'act.ended'
  if (warning.level === 'bell') return 'act.bellGoesOut'
  if (action === 'corrected')
    return warning.level === 'red' || warning.status === 'violation' ? null : 'act.verifyFirst'
  if (warning.level === 'red') return 'act.redIsCorrected'
  return warning.status === 'open' ? null : 'act.alreadyFound'
}
