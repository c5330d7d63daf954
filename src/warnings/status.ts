import type { Sentence } from '../kernel/refusal.ts'

/**
 * The states of a warning and what a person may do in each [seed 1: 黄灯核实后标绿灯或红灯, 红灯纠正后标绿灯]. Pure; the server
 * and the screen read the same table.
 */

export const STATUSES = ['open', 'out', 'normal', 'violation', 'corrected'] as const
export type Status = (typeof STATUSES)[number]
export type Level = 'bell' | 'yellow' | 'red'

export const ACTS = ['normal', 'violation', 'corrected', 'note'] as const
/** 核实正常, 确认违规, 已纠正, 备注. */
export type Act = (typeof ACTS)[number]

/** Where an act leads from an open warning of each lamp, and from a confirmed violation. What is absent is refused. */
export const TRANSITIONS: {
  readonly open: Readonly<Record<Level, Readonly<Partial<Record<Act, Status>>>>>
  readonly violation: Readonly<Partial<Record<Act, Status>>>
  readonly ended: Readonly<Partial<Record<Act, Status>>>
} = {
  open: {
    // A bell goes out by itself when its cause is gone; a person may say that the matter is done.
    bell: { corrected: 'corrected' },
    // A suspicion is judged first: it is normal, or it is a violation and then to be corrected.
    yellow: { normal: 'normal', violation: 'violation' },
    // A red lamp is a violation already; `normal` is for lawful exemptions that the rule cannot know (disaster, instalments).
    red: { corrected: 'corrected', violation: 'violation', normal: 'normal' },
  },
  violation: { corrected: 'corrected' },
  ended: {},
}

/** Whether the lamp is lit. */
export const isLit = (status: Status): boolean => status === 'open' || status === 'violation'

/** The status after an act; null when it may not be done now. A note changes nothing and may always be added. */
export function statusAfter(act: Act, status: Status, level: Level): Status | null {
  if (act === 'note') return status
  const table =
    status === 'open' ? TRANSITIONS.open[level] : status === 'violation' ? TRANSITIONS.violation : TRANSITIONS.ended
  return table[act] ?? null
}

/** The lamp after an act: what was found a violation is red [seed 1: 标记为红灯]. */
export const levelAfter = (act: Act, level: Level): Level => (act === 'violation' ? 'red' : level)

export const STATUS_WORDS: Readonly<Record<Status, Sentence>> = {
  open: { zh: '待处理', en: 'open' },
  out: { zh: '已自行解除', en: 'gone out' },
  normal: { zh: '核实正常', en: 'found normal' },
  violation: { zh: '确认违规，待纠正', en: 'violation, to be corrected' },
  corrected: { zh: '已纠正', en: 'corrected' },
}

export const ACT_WORDS: Readonly<Record<Act, Sentence>> = {
  normal: { zh: '核实正常', en: 'found normal' },
  violation: { zh: '确认违规', en: 'found a violation' },
  corrected: { zh: '已纠正', en: 'corrected' },
  note: { zh: '备注', en: 'note' },
}

/** Why an act may not be done now; null when it may. For the refusal, and for the words beside a disabled button. */
export function whyNot(act: Act, status: Status, level: Level): Sentence | null {
  if (statusAfter(act, status, level) !== null) return null
  if (!isLit(status))
    return {
      zh: `这条预警${STATUS_WORDS[status].zh}，只能添加备注。`,
      en: `This warning is ${STATUS_WORDS[status].en}: only a note can be added.`,
    }
  if (status === 'violation')
    return { zh: '已确认违规：纠正后标记“已纠正”。', en: 'It was found a violation: mark it corrected when it is.' }
  if (level === 'bell')
    return {
      zh: '黄色警铃只需及时办理，办好后自行解除；也可标记“已纠正”。',
      en: 'A bell only asks for action and goes out by itself; it can also be marked corrected.',
    }
  return {
    zh: '黄灯须先核实：标记“核实正常”或“确认违规”。',
    en: 'A yellow lamp is verified first: mark it normal or a violation.',
  }
}
