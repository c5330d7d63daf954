import { displayMoney, fen, type MoneyUnit } from '../../src/kernel/money.ts'

/** The units that a reader may choose; the kernel knows them by their Chinese names. */
export const READING_UNITS = ['yuan', 'wan', 'yi'] as const
export type ReadingUnit = (typeof READING_UNITS)[number]

const KERNEL_UNIT: Record<ReadingUnit, MoneyUnit> = { yuan: '元', wan: '万元', yi: '亿元' }

/** An amount in fen (a digit string, as JSON carries it) in the chosen unit, exact to the fen, with separators. */
export const moneyText = (amountFen: string, unit: ReadingUnit): string =>
  displayMoney(fen(amountFen), KERNEL_UNIT[unit])

/** The same without separators: what a spreadsheet reads as a number. */
export const moneyNumeral = (amountFen: string, unit: ReadingUnit): string =>
  moneyText(amountFen, unit).replaceAll(',', '')

export const sumFen = (amounts: readonly string[]): string =>
  amounts.reduce((sum, amount) => sum + BigInt(amount), 0n).toString()

/** `part` of `whole` in percent with two decimals, rounded half up on the digit behind; null where there is no whole. */
export function percentText(part: string, whole: string): string | null {
  const divisor = BigInt(whole)
  if (divisor <= 0n) return null
  const scaled = BigInt(part) * 100_000n
  const negative = scaled < 0n
  const rounded = ((negative ? -scaled : scaled) / divisor + 5n) / 10n
  return `${negative && rounded > 0n ? '-' : ''}${rounded / 100n}.${(rounded % 100n).toString().padStart(2, '0')}%`
}

/** A share for drawing only, 0 to 100; never shown as a figure. */
export function shareOf(part: string, whole: string): number {
  const divisor = BigInt(whole)
  if (divisor <= 0n) return 0
  return Math.max(0, Math.min(100, Number((BigInt(part) * 10_000n) / divisor) / 100))
}
