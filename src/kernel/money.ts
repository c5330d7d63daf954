/**
 * Money is a whole number of fen (分), never a float. Yuan and 万元 exist only where people type or read.
 */
declare const fenBrand: unique symbol
export type Fen = bigint & { readonly [fenBrand]: true }

/** The largest amount one line may carry: ten trillion yuan, far above any budget and far below `bigint` in PostgreSQL. */
export const MAX_FEN = 1_000_000_000_000_000n as Fen

export const fen = (value: bigint | number | string): Fen => BigInt(value) as Fen
export const add = (...amounts: Fen[]): Fen => amounts.reduce((sum, amount) => sum + amount, 0n) as Fen
export const negate = (amount: Fen): Fen => -amount as Fen

/** How many fen one unit of display holds. */
export const UNITS = { 元: 100n, 万元: 1_000_000n, 亿元: 10_000_000_000n } as const
export type MoneyUnit = keyof typeof UNITS

export type MoneyProblem = 'empty' | 'comma' | 'decimals' | 'too-large' | 'not-a-number'
export type ParsedMoney = { fen: Fen; repaired: boolean } | { problem: MoneyProblem }

// Nearly all that is read is plain: it is handed back as it came.
const ASCII = /^[\x20-\x7e]*$/
const EXPORTED = /^-?\d+\.\d\d$/
const FULL_WIDTH = /[\uFF0B\uFF0D-\uFF19\u3000]/g

/** Full-width digits, signs, points and blanks (０–９ ＋ － ．) as their ASCII forms; other text is left alone. */
export const narrowDigits = (text: string): string => (ASCII.test(text) ? text : narrowed(text))

const narrowed = (text: string): string =>
  text.replace(FULL_WIDTH, c => (c === '\u3000' ? ' ' : String.fromCharCode(c.charCodeAt(0) - 0xfee0)))

/**
 * Reads an amount as people write it, exactly. Full-width digits are repaired (`repaired: true`); a thousands comma, or
 * more decimals than the unit has fen for, is a problem and never guessed at.
 */
export function parseMoney(text: string, unit: MoneyUnit = '元'): ParsedMoney {
  // As a treasury exports it, `12345.67`: the digits without their point are the fen.
  if (unit === '元' && text.length <= 15 && EXPORTED.test(text))
    return { fen: BigInt(text.slice(0, -3) + text.slice(-2)) as Fen, repaired: false }
  const narrow = narrowDigits(text).trim()
  if (narrow === '') return { problem: 'empty' }
  if (/[,，]/.test(narrow)) return { problem: 'comma' }
  const match = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(narrow)
  if (!match) return { problem: 'not-a-number' }
  const [, sign = '', whole = '0', fraction = ''] = match
  const places = UNITS[unit].toString().length - 1
  const significant = fraction.replace(/0+$/, '')
  if (significant.length > places || (unit === '元' && fraction.length > places && significant.length > places))
    return { problem: 'decimals' }
  if (unit === '元' && fraction.length > 2) return { problem: 'decimals' }
  if (whole.length > 18) return { problem: 'too-large' }
  const magnitude = BigInt(whole) * UNITS[unit] + BigInt(significant.padEnd(places, '0') || '0')
  if (magnitude > MAX_FEN) return { problem: 'too-large' }
  return { fen: (sign === '-' ? -magnitude : magnitude) as Fen, repaired: narrow !== text.trim() }
}

/** `1234567` fen as `12345.67`: the form of files and JSON, no separators. */
export function yuan(amount: Fen | bigint): string {
  const magnitude = amount < 0n ? -amount : amount
  return `${amount < 0n ? '-' : ''}${magnitude / 100n}.${(magnitude % 100n).toString().padStart(2, '0')}`
}

/** The form for reading: separators, and as many decimals as the unit needs to stay exact (trailing zeros cut to two). */
export function displayMoney(amount: Fen | bigint, unit: MoneyUnit = '元'): string {
  const magnitude = amount < 0n ? -amount : amount
  const places = UNITS[unit].toString().length - 1
  const whole = (magnitude / UNITS[unit]).toString().replace(/\B(?=(\d{3})+$)/g, ',')
  let fraction = (magnitude % UNITS[unit]).toString().padStart(places, '0')
  while (fraction.length > 2 && fraction.endsWith('0')) fraction = fraction.slice(0, -1)
  return `${amount < 0n ? '-' : ''}${whole}.${fraction}`
}

/**
 * Splits an amount in proportion to weights so that the parts always sum back to it: every part is rounded down and the
 * remaining fen go one each to the largest remainders (first come first where they tie).
 */
export function split(amount: Fen, weights: readonly bigint[]): Fen[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  if (total <= 0n || weights.some(weight => weight < 0n)) throw new RangeError('weights must be positive')
  const sign = amount < 0n ? -1n : 1n
  const magnitude = amount * sign
  const parts = weights.map(weight => (magnitude * weight) / total)
  let rest = magnitude - parts.reduce((sum, part) => sum + part, 0n)
  const order = weights
    .map((weight, index) => ({ index, remainder: (magnitude * weight) % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of order) {
    if (rest === 0n) break
    parts[index] = parts[index]! + 1n
    rest -= 1n
  }
  return parts.map(part => (part * sign) as Fen)
}
