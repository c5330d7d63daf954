import { RAISED } from '../kernel/raised.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { joinProposals } from './join-store.ts'

/** What the database's guards say about a joining, as sentences. */
function said(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string }
  try {
    if (code === RAISED.lineageBusy)
      refuse(
        'busy',
        'lineage-busy',
        '此刻正有指标在登记或导入，暂不能挂接：请稍后再试。',
        'Lines are being registered or imported just now, so nothing can be joined: try again in a moment.',
      )
    if (code === RAISED.joining)
      refuse(
        'conflict',
        'joining-does-not-fit',
        '不能这样挂接或撤销：两边的余额或状态已变，或本就不能对应。请刷新页面，核对两边的余额后再办。',
        'This cannot be joined or undone: what is left on both sides has changed, or they never belonged together. Reload the page and compare both sides.',
        { value: message ?? '' },
      )
    if (code === '42501')
      refuse('forbidden', 'division-outside-scope', '区划不在您的权限范围内。', 'The division lies outside your scope.')
  } catch (refusal) {
    return refusal
  }
  return error
}

/**
 * Joins the lines that were received through a transfer opened by hand with the superior's own transfer (挂接): what was received counts
 * there, and the lines and all made of them get its ancestors. Refuses `lineage-busy`, `joining-does-not-fit`.
 * @returns the joining
 */
export async function join(
  context: Context,
  input: { division: number; hand: bigint; superior: bigint; reason: string; manner?: 'person' | 'automatic' },
): Promise<bigint> {
  try {
    const { id } = await context.tx.one<{ id: bigint }>('select allotments.join_transfer($1, $2, $3, $4, $5) as id', [
      input.division,
      input.hand,
      input.superior,
      input.manner ?? 'person',
      input.reason.trim() || '-',
    ])
    await context.audit({
      division: input.division,
      action: 'allotment.join',
      subject: `transfer ${input.hand}`,
      detail: { superior: String(input.superior), joining: String(id), manner: input.manner ?? 'person' },
    })
    return id
  } catch (error) {
    throw said(error)
  }
}

/** Takes a joining back. Refuses `undo-reason`, `lineage-busy`, `joining-does-not-fit` (also where what was joined has changed since). */
export async function undoJoining(
  context: Context,
  input: { division: number; joining: bigint; reason: string },
): Promise<void> {
  const reason = input.reason.trim()
  if (reason === '')
    refuse('input', 'undo-reason', '请写明撤销挂接的理由。', 'Give the reason for taking the joining back.', {
      field: 'reason',
    })
  try {
    await context.tx.query('select allotments.undo_joining($1, $2, $3)', [input.division, input.joining, reason])
  } catch (error) {
    throw said(error)
  }
  await context.audit({
    division: input.division,
    action: 'allotment.undo-joining',
    subject: `joining ${input.joining}`,
    detail: { reason },
  })
}

/**
 * Joins by itself what leaves no doubt: number, fund and amount all equal, and neither side has another candidate. The rest is left to a
 * person (`joining-page.tsx`). @returns how many were joined
 */
export async function joinExact(context: Context, division: number): Promise<number> {
  const proposals = await joinProposals(context.tx, division)
  let joined = 0
  for (const one of proposals) {
    if (!one.exact || !one.unique) continue
    await join(context, {
      division,
      hand: BigInt(one.hand.id),
      superior: BigInt(one.superior.id),
      reason: '文号、资金、金额完全一致且唯一',
      manner: 'automatic',
    })
    joined++
  }
  return joined
}
