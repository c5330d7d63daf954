import { refuse } from '../kernel/refusal.ts'
import type { Context } from './context.ts'

export const SHORTEST_PURPOSE = 4

/**
 * Lets a person look at personal data in the clear: counts the look of the day, and writes it down with its purpose, in the transaction
 * that shows it. Refuses `purpose-missing`, and `looks-used-up` beyond the day's limit (`platform.setting`, `looks-a-day`).
 * @param look.subject what is looked at, without the data itself: `payment 17 payee`
 */
export async function recordLook(
  context: Context,
  look: { division: number; subject: string; purpose: string },
): Promise<void> {
  const { tx, actor, clock } = context
  const purpose = look.purpose.trim()
  if (purpose.length < SHORTEST_PURPOSE)
    refuse(
      'input',
      'purpose-missing',
      '请写明查看用途（至少 4 个字），将记入审计日志。',
      'Say what the look is for (four characters at least): it goes into the audit.',
      { field: 'purpose', value: purpose },
    )
  const { value: limit } = await tx.one<{ value: number }>(
    `select value from platform.setting where name = 'looks-a-day'`,
  )
  const { looks } = await tx.one<{ looks: number }>(
    `insert into platform.look_count as c (actor, day, looks) values ($1, $2, 1)
     on conflict (actor, day) do update set looks = c.looks + 1 returning looks`,
    [actor.id, clock.today()],
  )
  if (looks > limit)
    refuse(
      'conflict',
      'looks-used-up',
      `今日查看明文次数已达上限（${limit} 次）：请明日再查，确需增加请找安全管理员。`,
      `Your ${limit} looks of today are used up: come back tomorrow, or ask the security administrator for more.`,
      { value: String(limit) },
    )
  await context.audit({
    division: look.division,
    action: 'personal.look',
    subject: look.subject,
    detail: { purpose },
    kind: 'personal',
  })
}
