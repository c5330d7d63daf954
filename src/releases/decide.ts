import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { type ReleaseState, STEPS } from './status.ts'
import { decide, snapshotOf } from './store.ts'

/**
 * The lead office signs a release or refuses it (会签): another person than the one who made it, over the digest that they saw. Refuses
 * `release-missing`, `release-decided`, `maker-signs`, `release-changed`, `opinion-missing`.
 */
export async function decideRelease(
  context: Context,
  input: { division: number; release: string; agree: boolean; opinion: string | undefined; sm3: string },
): Promise<void> {
  const { tx, actor } = context
  const snapshot = await snapshotOf(tx, input.division, input.release, true)
  const at = { value: input.release }
  if (!snapshot) refuse('missing', 'release-missing', '没有这份报出材料。', 'There is no such release.', at)
  const next: ReleaseState | undefined = STEPS[snapshot.state as ReleaseState][input.agree ? 'agree' : 'decline']
  if (!next)
    refuse(
      'conflict',
      'release-decided',
      '这份材料已经办结：请刷新页面。',
      'This release has been decided already: reload the page.',
      at,
    )
  if (snapshot.asked_by === BigInt(actor.id))
    refuse(
      'forbidden',
      'maker-signs',
      '制表人不能会签自己的材料：请由牵头股室另一人会签。',
      'Whoever made a release may not sign it: have somebody else of the lead office do so.',
      at,
    )
  if (snapshot.sm3 !== input.sm3)
    refuse(
      'conflict',
      'release-changed',
      '摘要与页面所示不同：请刷新后核对再签。',
      'The digest is not the one that the page showed: reload and look again before you sign.',
      { field: 'sm3', value: input.sm3 },
    )
  const opinion = input.opinion?.trim() || null
  if (!input.agree && opinion === null)
    refuse('input', 'opinion-missing', '不同意时请写明意见。', 'Say why you refuse.', { field: 'opinion' })
  await decide(tx, input.division, input.release, { state: next, id: actor.id, name: actor.name, opinion })
  await context.audit({
    division: input.division,
    action: input.agree ? 'release.sign' : 'release.decline',
    subject: input.release,
    before: { state: snapshot.state },
    after: { state: next, sm3: snapshot.sm3, ...(opinion ? { opinion } : {}) },
  })
}
