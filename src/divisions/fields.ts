import { type DivisionCode, parseDivisionCode } from '../kernel/division-code.ts'
import { narrowDigits } from '../kernel/money.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import type { DivisionRef } from './store.ts'

/**
 * A division code in a table: nine digits, or the six of GB/T 2260. Faults `field-missing`, `division-code-malformed`;
 * repairs `code-full-width`.
 */
export function divisionCodeField(
  reader: RowReader,
  field: string,
  rule: { required?: boolean } = {},
): DivisionCode | null {
  const value = reader.text(field, { required: rule.required ?? true })
  if (value === null) return null
  const narrow = narrowDigits(value).trim()
  const code = parseDivisionCode(narrow)
  if (code === null)
    return reader.fault(
      'division-code-malformed',
      field,
      value,
      '不是区划代码，应为 9 位（或 6 位）数字',
      'is not a division code; nine digits (or six) are expected',
    )
  if (narrow !== value) reader.repair('code-full-width', field, value, code, '是全角数字', 'has full-width digits')
  return code
}

/** The division that a row names. Faults as above, and `unknown-division`, `division-outside-scope`. */
export function divisionField(
  reader: RowReader,
  field: string,
  known: ReadonlyMap<string, DivisionRef>,
  scope: ReadonlySet<number>,
): DivisionRef | null {
  const code = divisionCodeField(reader, field)
  if (code === null) return null
  const division = known.get(code)
  if (!division)
    return reader.fault(
      'unknown-division',
      field,
      code,
      '没有登记这个区划，请先导入区划，或改正代码',
      'is not a registered division; import the divisions first, or correct the code',
    )
  if (!scope.has(division.id))
    return reader.fault(
      'division-outside-scope',
      field,
      code,
      '不在您的权限范围内，请删去该行，或由其上级办理',
      'lies outside your scope; remove the row, or let its superior do it',
    )
  return division
}
