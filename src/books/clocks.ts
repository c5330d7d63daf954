import { refuse } from '../kernel/refusal.ts'

/** A view of the books: by effective day, and by what was known; null is unbounded, or now. */
export interface View {
  from: string | null
  to: string | null
  /** A moment as PostgreSQL reads it. */
  known: string | null
}

const realDay = (day: string): boolean =>
  !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)

/**
 * Reads a moment: a day stands for its end in Beijing, a time without a zone is Beijing's. Refuses `moment-unreadable`.
 */
export function momentOf(text: string | undefined, field = 'known'): string | null {
  if (text === undefined || text === '') return null
  const match = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}(?::\d{2})?)?)?$/.exec(
    text,
  )
  const [, day = '', time, zone = '+08:00'] = match ?? []
  const moment = time === undefined ? `${day} 23:59:59.999999+08:00` : `${day} ${time}${zone === 'Z' ? '+00' : zone}`
  const inRange = time === undefined || /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d.*)?$/.test(time)
  if (!match || !realDay(day) || !inRange)
    refuse(
      'input',
      'moment-unreadable',
      `“${text}”不是时点：请写成 2018-12-31 或 2018-12-31 17:30。`,
      `“${text}” is no moment: write 2018-12-31 or 2018-12-31 17:30.`,
      { field, value: text },
    )
  return moment
}

/** Reads a view. Refuses `moment-unreadable`, `day-impossible`, `period-reversed`. */
export function viewOf(asked: {
  from?: string | undefined
  to?: string | undefined
  known?: string | undefined
}): View {
  const { from = null, to = null } = asked
  for (const [field, day] of [
    ['from', from],
    ['to', to],
  ] as const)
    if (day !== null && !(/^\d{4}-\d{2}-\d{2}$/.test(day) && realDay(day)))
      refuse(
        'input',
        'day-impossible',
        `“${day}”不是存在的日期，请改正。`,
        `“${day}” is no day that exists; correct it.`,
        {
          field,
          value: day,
        },
      )
  if (from !== null && to !== null && from > to)
    refuse(
      'input',
      'period-reversed',
      `起始日期 ${from} 晚于截止日期 ${to}：请对调。`,
      `The period begins on ${from}, after its end on ${to}: swap them.`,
      { field: 'from', value: from },
    )
  return { from, to, known: momentOf(asked.known) }
}
