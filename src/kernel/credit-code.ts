/** Alphabet and weights of GB 32100: the last of eighteen characters checks the others. */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const

export const CREDIT_CODE_VERDICTS = ['ok', 'missing', 'form', 'check-digit'] as const
export type CreditCodeVerdict = (typeof CREDIT_CODE_VERDICTS)[number]

/** A code as it is compared: without spaces, in capitals. */
export const plainCreditCode = (text: string): string => text.replace(/[\s\u3000]+/g, '').toUpperCase()

/**
 * What a unified social credit code (统一社会信用代码) is worth. Codes that were issued with a wrong check character do exist, so that the
 * verdict is shown and nothing is refused by it.
 */
export function judgeCreditCode(text: string | null): CreditCodeVerdict {
  const code = plainCreditCode(text ?? '')
  if (code === '') return 'missing'
  if (code.length !== 18 || [...code].some(one => !ALPHABET.includes(one))) return 'form'
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * ALPHABET.indexOf(code[index]!), 0)
  return ALPHABET[(31 - (sum % 31)) % 31] === code[17] ? 'ok' : 'check-digit'
}
