/** The one clock. Tests and `check --as-of` set it; nothing else asks the machine what time it is. */
export interface Clock {
  now(): Date
  /** Today in Beijing, `YYYY-MM-DD`. */
  today(): string
}

const beijing = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

export const beijingDate = (moment: Date): string => beijing.format(moment)

export const systemClock: Clock = { now: () => new Date(), today: () => beijingDate(new Date()) }

/** A clock that stands at noon, Beijing time, of one day. */
export function clockAt(date: string): Clock {
  const moment = new Date(`${date}T12:00:00+08:00`)
  return { now: () => moment, today: () => date }
}

/** A clock whose moments are real and whose day stands still: the demo's year is over, and its deadlines must not run on. */
export const standingOn = (date: string): Clock => ({ now: () => new Date(), today: () => date })

/** Reads `2018-02-28`, `20180228`, `2018/2/28` and the standard's `yyyyMMddHHmmssSSS`; null for a day that does not exist. */
export function parseDate(text: string): string | null {
  const known = KNOWN_DAYS.get(text)
  if (known !== undefined) return known
  const date = readDate(text)
  if (date !== null && text.length <= 10) {
    if (KNOWN_DAYS.size >= DAYS_REMEMBERED) KNOWN_DAYS.clear()
    KNOWN_DAYS.set(text, date)
  }
  return date
}

// A file of a million payments has a few hundred days.
const DAYS_REMEMBERED = 5000
const KNOWN_DAYS = new Map<string, string>()

function readDate(text: string): string | null {
  const trimmed = text.trim()
  const match =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$/.exec(trimmed) ??
    /^(\d{4})\/(\d{1,2})\/(\d{1,2})$/.exec(trimmed) ??
    /^(\d{4})年(\d{1,2})月(\d{1,2})日$/.exec(trimmed) ??
    /^(\d{4})(\d{2})(\d{2})(?:\d{6}(?:\d{3})?)?$/.exec(trimmed)
  if (!match) return null
  const [, y = '', m = '', d = ''] = match
  const date = new Date(Date.UTC(Number(y), Number(m) - 1, Number(d)))
  if (Number(y) < 1949 || date.getUTCMonth() !== Number(m) - 1 || date.getUTCDate() !== Number(d)) return null
  return `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`
}

/** Whole days from one `YYYY-MM-DD` to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)
