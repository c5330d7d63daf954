import { parseDate } from '../kernel/clock.ts'

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

/** An identity number of eighteen places with a day that exists and the right check digit (GB 11643), in capitals; null else. */
export function readIdentityNumber(text: string): string | null {
  const number = text.replace(/\s/g, '').toUpperCase()
  if (!/^\d{17}[\dX]$/.test(number) || parseDate(number.slice(6, 14)) === null) return null
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(number[i]), 0)
  return CHECKS[sum % 11] === number[17] ? number : null
}

/** `110101********1234`: place and end, as lists and logs may show it; anything shorter loses all but its end. */
export const maskNumber = (number: string): string =>
  number.length > 10
    ? `${number.slice(0, 6)}${'*'.repeat(number.length - 10)}${number.slice(-4)}`
    : `****${number.slice(-2)}`

/** A mobile or fixed number without spaces; null where it is neither. */
export function readPhone(text: string): string | null {
  const phone = text.replace(/[\s()（）]/g, '').replaceAll('－', '-')
  return /^1\d{10}$|^0\d{2,3}-?\d{7,8}(-\d{1,6})?$/.test(phone) ? phone : null
}

export const maskPhone = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`
