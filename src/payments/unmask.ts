import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { recordLook } from '../platform/look.ts'

/**
 * Shows the account number of a payment's payee or payer in the clear, for a purpose that is written down. Refuses `payment-missing`,
 * `account-missing`, `purpose-missing`, `looks-used-up`.
 */
export async function unmaskAccount(
  context: Context,
  input: { division: number; payment: string; whose: 'payee' | 'payer'; purpose: string },
): Promise<{ account: string }> {
  const row = await context.tx.maybe<{ voucher_no: string; line_no: number; ciphertext: Buffer | null }>(
    `select p.voucher_no, p.line_no, a.ciphertext from payments.payment p
     left join payments.holder h on h.division = p.division and h.id = case $3 when 'payee' then p.payee else p.payer end
     left join payments.bank_account a on a.division = h.division and a.id = h.account
     where p.division = $1 and p.id = $2`,
    [input.division, input.payment, input.whose],
  )
  if (!row)
    refuse('missing', 'payment-missing', '没有这笔支付。', 'There is no such payment.', { value: input.payment })
  if (!row.ciphertext)
    refuse('missing', 'account-missing', '这笔支付的凭证没有写账号。', 'The voucher of this payment states no account.')
  await recordLook(context, {
    division: input.division,
    subject: `payment ${row.voucher_no}-${row.line_no} ${input.whose}`,
    purpose: input.purpose,
  })
  return { account: context.vault.decrypt(row.ciphertext).toString() }
}
