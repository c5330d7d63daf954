/** Weights and check characters of GB 11643: the last character of an identity number. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const CHECKS = '10X98765432'

/** Whether eighteen characters are an identity number: a day of birth that can be, and the right check character. */
export function isIdentityNumber(text: string): boolean {
  const found = /^\d{6}(18|19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]$/.test(text)
  if (!found) return false
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(text[index]), 0)
  return CHECKS[sum % 11] === text[17]!.toUpperCase()
}

/** Whether digits are the number of a bank card of this country: it begins with 62 and its last digit checks (Luhn). */
export function isCardNumber(text: string): boolean {
  if (!/^62\d{14,17}$/.test(text)) return false
  const sum = [...text].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

const CANDIDATE = /(?<![\dA-Za-z])\d{10,18}[\dXx](?![\dA-Za-z])/g

const maskOne = (found: string): string =>
  isIdentityNumber(found) || isCardNumber(found)
    ? `${found.slice(0, 4)}****${found.slice(-4)}`
    : /^1[3-9]\d{9}$/.test(found)
      ? `${found.slice(0, 3)}****${found.slice(-4)}`
      : found

/**
 * Free text with identity numbers, bank cards and mobile numbers masked: what stands in sentences about a file, in the audit and in the
 * server's log, where somebody may have typed one into the wrong place. Other digits, amounts and document numbers among them, stay.
 */
export const maskPersonal = (text: string): string => (/\d{10}/.test(text) ? text.replace(CANDIDATE, maskOne) : text)
