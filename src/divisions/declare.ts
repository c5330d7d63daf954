import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'

export const DECLARED = ['go-live', 'integrating', 'not-integrating'] as const
export type Declared = (typeof DECLARED)[number]

export interface Declaration {
  division: number
  kind: Declared
  /** From this day on; for the go-live, documents dated before it are back-entries (补录). */
  day: string
  documentNumber: string
  reason?: string | null
}

/**
 * Writes down, with its document, what a division declares of itself: the day from which it works with this system, or that from a day on it
 * is (or is no longer) a county that integrates agriculture-related funds. Nothing is overwritten; the latest holds.
 * Refuses `document-missing`, `go-live-after-today`, `declared-already`.
 */
export async function declare(context: Context, input: Declaration): Promise<void> {
  const { tx, clock } = context
  const { division, kind, day, reason = null } = input
  const documentNumber = input.documentNumber.trim()
  if (!documentNumber)
    refuse('input', 'document-missing', '请填写作为依据的文号。', 'Name the document that this rests on.', {
      field: 'documentNumber',
    })
  if (kind === 'go-live' && day > clock.today())
    refuse(
      'input',
      'go-live-after-today',
      `启用日期 ${day} 在今天之后：启用当天再登记，或改为今天以前的日期。`,
      `The go-live date ${day} lies after today: declare it on the day, or choose an earlier one.`,
      { field: 'day', value: day },
    )
  const latest = await tx.maybe<{ kind: Declared; day: string; number: string }>(
    `select kind, day, document_number as number from divisions.declaration where division = $1 and (kind = 'go-live') = ($2 = 'go-live') order by day desc, id desc limit 1`,
    [division, kind],
  )
  // A retried request says the same once more.
  if (latest?.kind === kind && latest.day === day && latest.number === documentNumber) return
  if (kind !== 'go-live' && (latest?.kind === kind || (!latest && kind === 'not-integrating')))
    refuse(
      'conflict',
      'declared-already',
      kind === 'integrating' ? '已登记为统筹整合县，不需要再登记。' : '没有登记为统筹整合县，不需要撤销。',
      kind === 'integrating' ? 'It is an integrating county already.' : 'It is no integrating county.',
      { field: 'kind' },
    )
  await tx.query(
    'insert into divisions.declaration (division, kind, day, document_number, reason) values ($1, $2, $3, $4, $5)',
    [division, kind, day, documentNumber, reason],
  )
  if (kind === 'go-live') await tx.query('update divisions.division set go_live = $2 where id = $1', [division, day])
  await context.audit({ division, action: `declared.${kind}`, subject: documentNumber, detail: { day } })
}

export interface DeclarationView {
  kind: Declared
  day: string
  documentNumber: string
  reason: string | null
  recordedAt: string
}

export const declarations = (context: Pick<Context, 'tx'>, division: number): Promise<DeclarationView[]> =>
  context.tx.query<never>(
    `select kind, day, document_number as "documentNumber", reason, recorded_at as "recordedAt" from divisions.published_declaration
     where division = $1 order by id desc`,
    [division],
  )
