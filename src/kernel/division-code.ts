/**
 * A nine-digit financial division code (MOF_DIV_CODE): six digits of GB/T 2260 and three for the township.
 * A code is an attribute that changes with time; no parent is ever derived from its digits.
 */
export type DivisionCode = string & { readonly __divisionCode: true }

/** Six digits are widened with `000`; anything but 6 or 9 digits is null. */
export function parseDivisionCode(text: string): DivisionCode | null {
  const trimmed = text.trim()
  if (/^\d{9}$/.test(trimmed)) return trimmed as DivisionCode
  if (/^\d{6}$/.test(trimmed)) return `${trimmed}000` as DivisionCode
  return null
}

export const LEVELS = ['central', 'province', 'city', 'county', 'township'] as const
/** The level of government (预算级次): 中央 省 市 县 乡. */
export type Level = (typeof LEVELS)[number]
