import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Retention } from './contract.ts'
import { retention, setKeepMonths } from './store.ts'

/**
 * Says how many months a kind of record is kept; null keeps it for ever. Refuses `retention-fixed` for books and vouchers, which are
 * never removed, and `retention-too-short` for less than the law asks.
 */
export async function setRetention(
  context: Context,
  input: { kind: Retention['kind']; keepMonths: number | null },
): Promise<void> {
  const row = (await retention(context.tx)).find(one => one.kind === input.kind)
  if (!row) throw new Error(`no kind of record ${input.kind}`)
  const at = { field: 'keepMonths', value: String(input.keepMonths) }
  if (input.keepMonths !== null && row.floorMonths === null)
    refuse(
      'input',
      'retention-fixed',
      `“${row.name}”不设保存期限，系统不删除：请保留为长期。`,
      `“${row.english}” have no end and are never removed: leave it at for ever.`,
      at,
    )
  if (input.keepMonths !== null && row.floorMonths !== null && input.keepMonths < row.floorMonths)
    refuse(
      'input',
      'retention-too-short',
      `“${row.name}”至少保存 ${row.floorMonths} 个月（${row.basis}）：请延长。`,
      `“${row.english}” is kept for ${row.floorMonths} months or more (${row.basisEnglish}): make it longer.`,
      at,
    )
  await setKeepMonths(context.tx, input.kind, input.keepMonths)
  await context.audit({
    division: 0,
    action: 'retention.set',
    subject: input.kind,
    before: { keepMonths: row.keepMonths },
    after: { keepMonths: input.keepMonths },
  })
}
