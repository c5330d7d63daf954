import { refuse } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import type { ControlScopes, SettleScopeBody } from './contract.ts'
import { wholeDivision } from './reconcile-totals.ts'

/** What each kind of control totals covers in a division, by whose word, and what was settled in it before. */
export async function controlScopes(tx: Tx, division: number): Promise<ControlScopes> {
  const rows = await tx.query<never>(
    `select s.voucher_type as "voucherType", s.covers, jsonb_build_object('code', v.code, 'name', v.name) as "settledBy", s.settled_by = $1 as own
     from payments.published_control_scope s join divisions.published_division v on v.division = s.settled_by
     where s.division = $1 order by s.voucher_type`,
    [division],
  )
  const history = await tx.query<never>(
    `select s.id::text as id, s.voucher_type as "voucherType", s.covers, s.reason, coalesce(a.name, '') as actor, s.recorded_at as at
     from payments.control_scope s left join identity.account a on a.id = s.actor where s.division = $1 order by s.id desc limit 200`,
    [division],
  )
  return { rows, history }
}

/**
 * Settles which payment vouchers a kind of control totals covers in a division and below; `covers` null is all of them. What was settled
 * before stays written. Refuses `reconcile-whole-division`, `reason-missing`, `scope-unchanged`.
 */
export async function settleScope(context: Context, division: number, body: SettleScopeBody): Promise<void> {
  wholeDivision(context)
  const { voucherType } = body
  if (body.reason.trim() === '')
    refuse('input', 'reason-missing', '请写明理由。', 'Say why.', { field: 'reason', value: body.reason })
  const covers = body.covers && [...new Set(body.covers)].sort((a, b) => a - b)
  const { tx } = context
  // Of two at once the second sees what the first settled.
  await tx.query('select pg_advisory_xact_lock(1885957237, $1)', [division])
  const before = await tx.maybe<{ covers: number[] | null; same: boolean }>(
    `select covers, covers is not distinct from $3::smallint[] as same from payments.published_control_scope where division = $1 and voucher_type = $2`,
    [division, voucherType, covers],
  )
  const shown = covers ? covers.join('、') : '全部支付凭证'
  if (before?.same ?? covers === null)
    refuse(
      'conflict',
      'scope-unchanged',
      `对账凭证 ${voucherType} 现在就是核对${shown}，无需再设：请刷新页面。`,
      `Control totals ${voucherType} cover ${covers ? covers.join(', ') : 'all payment vouchers'} already, there is nothing to settle: reload the page.`,
      { field: 'covers', value: covers?.join(' ') ?? '' },
    )
  await tx.query(
    'insert into payments.control_scope (division, voucher_type, covers, reason) values ($1, $2, $3, $4)',
    [division, voucherType, covers, body.reason.trim()],
  )
  await context.audit({
    division,
    action: 'control-scope.settle',
    subject: `control totals ${voucherType}`,
    detail: { covers, before: before?.covers ?? null, reason: body.reason.trim() },
  })
}
