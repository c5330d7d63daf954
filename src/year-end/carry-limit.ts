import { storedNumber } from '../kernel/document-number.ts'
import { refuse, type Sentence } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { CarryLimits } from './contract.ts'

const REFUSED: Record<string, Sentence> = {
  'carry-limit-not-yours': {
    zh: '结转年限全省统一，由掌管全部区划的单位设定：请由其办理。',
    en: 'The limit of carrying is one for the whole installation and is set by whoever holds all of it: let them do it.',
  },
  'carry-limit-year-closed': {
    zh: '该年度或以后年度已有账簿结账，结转年限不能再改：请从尚未结账的年度起设定。',
    en: 'A book of that year or a later one is closed already, so its limit stands: set it from a year on that is not closed.',
  },
}

/** The limits by the fiscal year from which they hold, the latest first, and whether the reader may set one. */
export const carryLimits = (tx: Tx): Promise<CarryLimits> =>
  tx.one<never>(
    `select base.may_issue(null) as "mine", (select jsonb_agg(jsonb_build_object('firstYear', first_year, 'years', years,
       'documentNumber', document_number, 'dated', document_dated) order by first_year desc) from allotments.carry_limit) as rows`,
  )

/**
 * Sets after how many years carried money is to be recovered (结转年限), from a fiscal year on, by a document; a closing shows what is due
 * by it. The same year again sets it anew. Refuses `carry-limit-not-yours`, `carry-limit-year-closed`.
 */
export async function setCarryLimit(
  context: Context,
  input: { division: number; firstYear: number; years: number; document: { number: string; dated: string } },
): Promise<void> {
  const number = storedNumber(input.document.number)
  const before = (await carryLimits(context.tx)).rows.find(one => one.firstYear <= input.firstYear)
  const { code } = await context.tx.one<{ code: string | null }>(
    'select allotments.set_carry_limit($1, $2, $3, $4) as code',
    [input.firstYear, input.years, number, input.document.dated],
  )
  if (code) {
    const { zh, en } = REFUSED[code]!
    refuse(code === 'carry-limit-not-yours' ? 'forbidden' : 'conflict', code, zh, en, {
      field: 'firstYear',
      value: String(input.firstYear),
    })
  }
  await context.audit({
    division: input.division,
    action: 'year.carry-limit',
    subject: number,
    detail: { firstYear: input.firstYear },
    ...(before ? { before: { years: before.years, firstYear: before.firstYear } } : {}),
    after: { years: input.years, firstYear: input.firstYear },
  })
}
