/** How many of a kind are remembered at once; a county's file names a few thousand, a province's some hundred thousand. */
const REMEMBERED = 100_000

/**
 * Gives a number to each different thing that is named over and over while a file is read, so that it is stored and looked up
 * once instead of for each line. The memory of what was named is bounded: one that was forgotten gets another number, and both
 * stand for the same.
 */
export class Numbering<T> {
  readonly #limit: number
  #recent = new Map<string, number>()
  #older = new Map<string, number>()
  #fresh: { no: number; thing: T }[] = []
  #last = 0

  constructor(limit = REMEMBERED) {
    this.#limit = limit
  }

  /** The number of a thing; `key` says what makes it different from others. */
  of(key: string, thing: () => T): number {
    const known = this.#recent.get(key)
    if (known !== undefined) return known
    let no = this.#older.get(key)
    if (no === undefined) {
      no = ++this.#last
      this.#fresh.push({ no, thing: thing() })
    }
    // A copy: a text cut from the file would keep the whole piece of the file alive.
    this.#recent.set(Buffer.from(key).toString(), no)
    if (this.#recent.size > this.#limit / 2) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    return no
  }

  /** What was numbered since the last call. */
  take(): { no: number; thing: T }[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }
}
