/** The day on which the samples are judged. */
export const AS_OF = '2018-12-20'

/** Drawing that is the same on every run: the samples are committed, and their generator must write them again. */
export class Draw {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!
  }

  /** Cuts a whole into parts that add up to it, none below 1; weights between 1 and 3. */
  split(whole: bigint, parts: number, step = 1n): bigint[] {
    const weights = Array.from({ length: parts }, () => BigInt(this.integer(100, 300)))
    const sum = weights.reduce((a, b) => a + b, 0n)
    const cut = weights.map(weight => ((whole * weight) / sum / step) * step)
    cut[parts - 1] = whole - cut.slice(0, -1).reduce((a, b) => a + b, 0n)
    return cut
  }
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)
}

export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)

/** Saturday and Sunday go to the Friday before: bureaus and banks do not work on them. */
export function workday(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return weekday === 6 ? addDays(day, -1) : weekday === 0 ? addDays(day, -2) : day
}
