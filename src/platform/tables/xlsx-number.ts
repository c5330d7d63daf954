/** What the number format of a cell says about its value. */
export type NumberKind = 'number' | 'date' | { zeros: number }

/** Built-in formats that show a day or a time, those of Chinese Excel among them (27–36, 50–58). ECMA-376 §18.8.30. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** What a number format (`numFmtId` and, for own formats, its code) makes of a number. */
export function numberKind(id: number, code: string | undefined): NumberKind {
  if (code === undefined) return isBuiltInDate(id) ? 'date' : 'number'
  const positive = code.split(';')[0]!
  if (/^0{2,15}$/.test(positive)) return { zeros: positive.length }
  const bare = positive
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .replace(/general|G\/通用格式/gi, '')
  return /[ymdhs]/i.test(bare) ? 'date' : 'number'
}

export type CellText = { text: string } | { problem: 'number-precision' | 'date-impossible' }

/**
 * The decimal text of a stored number as the office program shows it: fifteen significant digits, without the noise of
 * binary fractions. Sixteen digits and more are a problem, because the program has then already lost the last.
 */
export function numberText(stored: string): CellText | null {
  const value = Number(stored)
  if (stored.trim() === '' || !Number.isFinite(value)) return null
  const magnitude = Math.abs(value)
  if (Number.isInteger(value)) {
    if (magnitude < 1e15) return { text: String(value === 0 ? 0 : value) }
    return { problem: 'number-precision' }
  }
  // Two decimals behind fourteen digits are sixteen digits.
  if (magnitude >= 1e13) return { problem: 'number-precision' }
  const text = String(Number(value.toPrecision(15)))
  return { text: text.includes('e') ? plain(text) : text }
}

/** `1.5e-7` as `0.00000015`. */
function plain(text: string): string {
  const match = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', fraction = '', exponent = ''] = match
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${whole}${fraction}`
}

/**
 * The day (and time, where there is one) of a serial number: `2018-02-28`, `2018-02-28 09:30:00`, `09:30:00`.
 * The 1900 system counts a 29 February 1900 that never was.
 */
export function serialDate(stored: string, epoch1904: boolean): CellText | null {
  const serial = Number(stored)
  if (stored.trim() === '' || !Number.isFinite(serial)) return null
  let days = Math.floor(serial)
  let seconds = Math.round((serial - days) * 86_400)
  if (seconds === 86_400) {
    days++
    seconds = 0
  }
  if (serial < 0 || days > 2_958_465 || (!epoch1904 && days === 60)) return { problem: 'date-impossible' }
  const time = new Date(seconds * 1000).toISOString().slice(11, 19)
  if (days === 0 && !epoch1904) return { text: time }
  const origin = epoch1904 ? Date.UTC(1904, 0, 1) : days > 60 ? Date.UTC(1899, 11, 30) : Date.UTC(1899, 11, 31)
  const day = new Date(origin + days * 86_400_000).toISOString().slice(0, 10)
  return { text: seconds === 0 ? day : `${day} ${time}` }
}
