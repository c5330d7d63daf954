import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { PAYING } from './payment.ts'
import { postWaiting } from './post-waiting.ts'
import { lockDivision } from './ties.ts'

export interface SettleInput {
  division: number
  tie: bigint
  agreed: boolean
  reason: string
  requestKey: string
}

interface Proposal {
  id: bigint
  kind: string
  proposed: boolean
  settled: boolean | null
  payment: bigint
  original: bigint
  voucher: string
  fiscal_year: number
  /** The line that the refund went back to, where the re-issue has none of its own. */
  line: bigint | null
}

/**
 * A person agrees, or does not, that a payment issues again what came back (重新支付). Agreed, a re-issue that found no line takes the one that the
 * refund went back to, and is posted where there is room; not agreed, the tie stands no more and the refund counts as not issued again.
 * Once settled it stays so. The same request key again answers what the first did.
 * Refuses `tie-missing`, `tie-not-proposed`, `tie-settled`, `already-reissued`.
 */
export async function settleReissue(context: Context, input: SettleInput): Promise<{ waiting: boolean }> {
  const { tx } = context
  const { division } = input
  await lockDivision(tx, division)
  const before = await settledBefore(tx, division, input.requestKey)
  if (before) return waits(context, division, before.tie)
  const tie = await tx.maybe<Proposal & Record<string, unknown>>(
    `select t.id, t.kind, t.proposed, s.agreed as settled, t.payment, t.original, p.voucher_no as voucher, p.fiscal_year,
       case when p.allotment is null and r.fiscal_year = p.fiscal_year then r.allotment end as line
     from payments.tie t join payments.payment p on p.division = t.division and p.id = t.payment
     join payments.payment r on r.division = t.division and r.id = t.original
     left join payments.tie_settlement s on s.division = t.division and s.tie = t.id where t.division = $1 and t.id = $2`,
    [division, input.tie],
  )
  if (!tie)
    return refuse('missing', 'tie-missing', '没有这条关联。', 'There is no such tie.', { value: String(input.tie) })
  if (tie.kind !== 'reissue' || !tie.proposed)
    refuse(
      'conflict',
      'tie-not-proposed',
      '这条关联不是待确认的重新支付，无需确认：请刷新页面。',
      'This tie is no proposal of a re-issue, there is nothing to settle: reload the page.',
      { value: String(input.tie) },
    )
  if (tie.settled !== null)
    refuse(
      'conflict',
      'tie-settled',
      `凭证 ${tie.voucher} 的重新支付已经${tie.settled ? '确认' : '否认'}，不能再改：请刷新页面。`,
      `Whether voucher ${tie.voucher} issues a refund again was settled before (${tie.settled ? 'agreed' : 'not agreed'}): reload the page.`,
      { value: tie.voucher },
    )
  if (input.agreed) await refuseSecond(context, division, tie)
  await tx.query(
    'insert into payments.tie_settlement (division, tie, agreed, reason, request_key) values ($1, $2, $3, $4, $5)',
    [division, input.tie, input.agreed, input.reason, input.requestKey],
  )
  // What the program had proposed beside it is none, then.
  if (input.agreed)
    await tx.query(
      `insert into payments.tie_settlement (division, tie, agreed, reason, request_key)
       select t.division, t.id, false, $4, concat($5::text, ' ', t.id) from payments.tie t
       where t.division = $1 and t.kind = 'reissue' and t.proposed and (t.original = $2 or t.payment = $3)
         and not exists (select from payments.tie_settlement s where s.division = t.division and s.tie = t.id)`,
      [division, tie.original, tie.payment, input.reason, input.requestKey],
    )
  if (input.agreed && tie.line !== null)
    await tx.query(
      `update payments.payment p set allotment = a.id, fund = a.fund, project = coalesce(a.project, p.project), match = 'by-original'
       from allotments.allotment a where a.division = p.division and a.id = $3 and p.division = $1 and p.id = $2 and p.allotment is null`,
      [division, tie.payment, tie.line],
    )
  await context.audit({
    division,
    action: 'reissue-settled',
    subject: `payment ${tie.payment}`,
    detail: { refund: String(tie.original), agreed: input.agreed, reason: input.reason },
  })
  await postWaiting(context, division, tie.fiscal_year)
  return waits(context, division, input.tie)
}

/** What came back is issued again once, and a payment issues one refund again: `already-reissued`. */
async function refuseSecond({ tx }: Context, division: number, tie: Proposal): Promise<void> {
  const other = await tx.maybe<{ voucher: string }>(
    `select p.voucher_no as voucher from payments.tie t join payments.tie_settlement s on s.division = t.division and s.tie = t.id
     join payments.payment p on p.division = t.division and p.id = t.payment
     where t.division = $1 and t.kind = 'reissue' and s.agreed and (t.original = $2 or t.payment = $3)`,
    [division, tie.original, tie.payment],
  )
  if (other)
    refuse(
      'conflict',
      'already-reissued',
      `已确认由凭证 ${other.voucher} 重新支付，一笔退款只能重新支付一次：请先核对。`,
      `Voucher ${other.voucher} was agreed to be the re-issue; what came back is issued again once: check which it is.`,
      { value: other.voucher },
    )
}

const waits = async ({ tx }: Context, division: number, tie: bigint): Promise<{ waiting: boolean }> =>
  tx.one(
    `select exists (select from payments.unposted u where u.division = t.division and u.payment = t.payment) as waiting
     from payments.tie t where t.division = $1 and t.id = $2`,
    [division, tie],
  )

/** The tie that the same request settled before. */
const settledBefore = (tx: Tx, division: number, requestKey: string) =>
  tx.maybe<{ tie: bigint }>('select tie from payments.tie_settlement where division = $1 and request_key = $2', [
    division,
    requestKey,
  ])

/**
 * A person names the payment that issues a refund again, where the program proposed none. It is a proposal of his, settled at once by
 * `settleReissue`. Refuses `tie-missing` (no such refund or payment), `not-a-reissue` (not later, or not out of the treasury).
 */
export async function nameReissue(
  context: Context,
  input: { division: number; refund: bigint; payment: bigint; reason: string; requestKey: string },
): Promise<{ waiting: boolean }> {
  const { tx } = context
  const { division } = input
  await lockDivision(tx, division)
  const before = await settledBefore(tx, division, input.requestKey)
  if (before) return waits(context, division, before.tie)
  const pair = await tx.maybe<{ fits: boolean; voucher: string; known: bigint | null }>(
    `select r.amount_fen < 0 and p.amount_fen > 0 and p.vouched_on >= r.vouched_on and p.voucher_type = any ($4) as fits, p.voucher_no as voucher,
       (select t.id from payments.tie t left join payments.tie_settlement s on s.division = t.division and s.tie = t.id
        where t.division = $1 and t.kind = 'reissue' and t.original = r.id and t.payment = p.id and s.tie is null) as known
     from payments.payment r, payments.payment p where r.division = $1 and r.id = $2 and p.division = $1 and p.id = $3`,
    [division, input.refund, input.payment, PAYING],
  )
  if (!pair)
    return refuse('missing', 'tie-missing', '没有这笔退款或支付。', 'There is no such refund or payment.', {
      value: String(input.payment),
    })
  if (!pair.fits)
    refuse(
      'input',
      'not-a-reissue',
      `凭证 ${pair.voucher} 早于退款或不是支付凭证，不能是它的重新支付：请改选退款之后的支付。`,
      `Voucher ${pair.voucher} is older than the refund or pays nothing, and cannot issue it again: choose a later payment.`,
      { field: 'payment', value: pair.voucher },
    )
  const tie =
    pair.known ??
    (
      await tx.one<{ id: bigint }>(
        `insert into payments.tie (division, kind, payment, original, found, proposed) values ($1, 'reissue', $2, $3, 'by-hand', true) returning id`,
        [division, input.payment, input.refund],
      )
    ).id
  return settleReissue(context, { ...input, tie, agreed: true })
}
