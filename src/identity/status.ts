import type { Permission } from '../kernel/permission.ts'
import type { Sentence } from '../kernel/refusal.ts'

/** The way of a permission application (权限申请表): filled in, two opinions, executed; or sent back, or withdrawn. */
export const APPLICATION_STATES = [
  'filled',
  'unit-agreed',
  'department-agreed',
  'executed',
  'returned',
  'withdrawn',
] as const
export type ApplicationState = (typeof APPLICATION_STATES)[number]

export const STEPS = {
  'agree-unit': {
    from: ['filled'],
    to: 'unit-agreed',
    permission: 'applications.agree-unit',
    zh: '申请单位意见',
    en: "the applying unit's opinion",
  },
  'agree-department': {
    from: ['unit-agreed'],
    to: 'department-agreed',
    permission: 'applications.agree-department',
    zh: '相关部门意见',
    en: "the department's opinion",
  },
  execute: {
    from: ['department-agreed'],
    to: 'executed',
    permission: 'applications.execute',
    zh: '信息办办理',
    en: "the information office's execution",
  },
  resubmit: {
    from: ['returned'],
    to: 'filled',
    permission: 'applications.fill',
    zh: '重新提交',
    en: 'handing in again',
  },
  withdraw: {
    from: ['filled', 'returned'],
    to: 'withdrawn',
    permission: 'applications.fill',
    zh: '撤回',
    en: 'withdrawing',
  },
} as const satisfies Record<
  string,
  {
    from: readonly ApplicationState[]
    to: ApplicationState
    permission: Permission
    zh: string
    en: string
  }
>
export type Step = keyof typeof STEPS

/** Whose hand an application went through, by account. */
export interface Hands {
  state: ApplicationState
  filledBy: string
  unitBy: string | null
  departmentBy: string | null
}

const STATE_WORDS: Record<ApplicationState, Sentence> = {
  filled: { zh: '待申请单位签署意见', en: "waiting for the unit's opinion" },
  'unit-agreed': { zh: '待相关部门签署意见', en: "waiting for the department's opinion" },
  'department-agreed': { zh: '待信息办办理', en: 'waiting for the information office' },
  executed: { zh: '已办理', en: 'executed' },
  returned: { zh: '已退回', en: 'sent back' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
}

/**
 * Why somebody may not take a step; null if they may. The server asks before it acts, the screen before it offers. `gains`: whether the
 * application opens or changes a post of their own.
 */
export function whyNot(
  step: Step,
  hands: Hands,
  who: { account: string; may: boolean; gains?: boolean },
): (Sentence & { code: string }) | null {
  const { from, zh, en } = STEPS[step]
  if (!(from as readonly ApplicationState[]).includes(hands.state))
    return {
      code: 'application-state',
      zh: `申请表${STATE_WORDS[hands.state].zh}，现在不能办理“${zh}”。`,
      en: `The application is ${STATE_WORDS[hands.state].en}; this is not the time for ${en}.`,
    }
  if (!who.may)
    return {
      code: 'permission-missing',
      zh: `您的岗位不办理“${zh}”。`,
      en: `Your post does not do ${en}.`,
    }
  const own = hands.filledBy === who.account
  if ((step === 'resubmit' || step === 'withdraw') && !own)
    return {
      code: 'application-not-yours',
      zh: `只有填报人本人可以办理“${zh}”。`,
      en: `Only who filled it in may do this (${en}).`,
    }
  if ((step === 'agree-unit' || step === 'agree-department' || step === 'execute') && own)
    return {
      code: 'maker-is-checker',
      zh: `本人填报的申请表，“${zh}”须由他人办理。`,
      en: `You filled it in: ${en} must come from somebody else.`,
    }
  if ((step === 'agree-unit' || step === 'agree-department') && who.gains)
    return {
      code: 'own-account',
      zh: `申请表为您本人开通或变更岗位，“${zh}”须由他人签署。`,
      en: `It opens or changes a post of your own: ${en} must come from somebody else.`,
    }
  if (step === 'execute' && (hands.unitBy === who.account || hands.departmentBy === who.account))
    return {
      code: 'maker-is-checker',
      zh: '您已在申请表上签署意见，须由他人办理。',
      en: 'You have signed an opinion on it: somebody else must execute it.',
    }
  return null
}
