import type { Level } from '../kernel/division-code.ts'
import { storedNumber } from '../kernel/document-number.ts'
import { monitoredOf, type NewLine, type Origin } from './allotment.ts'
import type { AllotmentRow } from './store.ts'

/** What all new lines of one form have in common. */
export interface NewLines {
  division: number
  fiscalYear: number
  form: string
  document: number | bigint
  /** The document's date: before `live`, the division's first day with the system, the lines are back-entered. */
  dated: string
  live: string | null
}

/**
 * The row of a new line: what it states itself, and for the rest what it takes over from its origin (a source line, or a transfer from
 * above), else from its fund.
 */
export function newRow(
  common: NewLines,
  id: bigint,
  line: NewLine,
  origin: Origin | undefined,
  fund: { id: number; poverty: string; level: string },
): AllotmentRow {
  const poverty = line.poverty ?? origin?.poverty ?? (fund.poverty as Origin['poverty'])
  return {
    division: common.division,
    id,
    fiscal_year: common.fiscalYear,
    form: common.form,
    document: BigInt(common.document),
    fund: fund.id,
    amount_fen: line.amount,
    source: line.source ?? null,
    transfer: line.transfer ?? null,
    path: `{${[...(origin?.path ?? []), id].join(',')}}`,
    source_type: line.sourceType ?? origin?.sourceType ?? 'own',
    source_level: line.sourceLevel ?? origin?.sourceLevel ?? (fund.level as Level),
    superior_number: line.superiorNumber ? storedNumber(line.superiorNumber) : (origin?.superiorNumber ?? null),
    direct: line.direct ?? origin?.direct ?? false,
    advance: line.advance ?? origin?.advance ?? false,
    fund_nature: line.fundNature ?? origin?.fundNature ?? null,
    function_subject: line.functionSubject ?? origin?.functionSubject ?? null,
    economic_subject: line.economicSubject ?? origin?.economicSubject ?? null,
    department_subject: line.departmentSubject ?? null,
    transfer_subject: line.transferSubject ?? null,
    poverty,
    monitored_fen: monitoredOf(poverty, line.amount, line.monitored),
    office: line.office ?? origin?.office ?? null,
    agency: line.agency ?? null,
    project: line.project ?? null,
    below_project_code: line.belowProjectCode ?? null,
    to_division: line.toDivision ?? null,
    to_outside: line.toOutside ?? null,
    note: line.note ?? null,
    external_id: line.externalId ?? null,
    back_entered: common.live !== null && common.dated < common.live,
    use_fund: line.useFund ?? origin?.useFund ?? null,
    budget_origin: line.budgetOrigin ?? origin?.budgetOrigin ?? 1,
  }
}
