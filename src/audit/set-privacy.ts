import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { PrivacySettings } from './contract.ts'

export const privacySettings = (tx: Tx): Promise<PrivacySettings> =>
  tx.one<never>(`select value::int as "looksADay" from platform.setting where name = 'looks-a-day'`)

/** Says how many unmasked looks at personal data one person may take on one day. */
export async function setPrivacy(context: Context, input: PrivacySettings): Promise<void> {
  const before = await privacySettings(context.tx)
  await context.tx.query(`update platform.setting set value = to_jsonb($1::int) where name = 'looks-a-day'`, [
    input.looksADay,
  ])
  await context.audit({
    division: 0,
    action: 'setting.privacy',
    subject: 'looks-a-day',
    before: { ...before },
    after: { ...input },
  })
}
