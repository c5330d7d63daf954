import { sqlCheck } from '../platform/verify.ts'

/** Parties of the payments that a slice has just made: `new` are those payments. */
export const USES_OF_NEW = `select division, holder, side, fiscal_year, count(*) as payments, sum(amount_fen)::bigint as amount_fen,
    min(vouched_on) as first_on, max(vouched_on) as last_on
  from (select division, payee as holder, 'payee' as side, fiscal_year, vouched_on, amount_fen from new where payee is not null
    union all select division, payer, 'payer', fiscal_year, vouched_on, amount_fen from new where payer is not null) party group by 1, 2, 3, 4`

/** Whom the bank paid where the voucher names somebody else; `confirmed` is a relation of confirmations. */
export const usesOfConfirmed = (confirmed: string): string =>
  `select m.division, m.payee as holder, 'paid-to' as side, p.fiscal_year, count(*) as payments, sum(m.paid_fen)::bigint as amount_fen,
    min(m.paid_on) as first_on, max(m.paid_on) as last_on
  from ${confirmed} m join payments.payment p on p.division = m.division and p.id = m.payment
  where m.payee is not null and m.payee is distinct from p.payee group by 1, 2, 3, 4`

/**
 * The statement that adds uses to `payments.account_use`: one row for each name with its account, side and year, in key order, so that two
 * imports cannot wait for each other in a ring.
 * @param uses a SELECT of division, holder, side, fiscal_year, payments, amount_fen, first_on, last_on
 */
export const keepUses = (uses: string): string => `insert into payments.account_use as u
    (division, holder, side, fiscal_year, payments, amount_fen, first_on, last_on)
  select division, holder, side, fiscal_year, payments, amount_fen, first_on, last_on from (${uses}) added order by 1, 2, 3, 4
  on conflict (division, holder, side, fiscal_year) do update set payments = u.payments + excluded.payments,
    amount_fen = u.amount_fen + excluded.amount_fen, first_on = least(u.first_on, excluded.first_on), last_on = greatest(u.last_on, excluded.last_on)`

export const accountUseCheck = sqlCheck(
  'account-use',
  '账户使用情况',
  'uses of accounts agree with the payments',
  'select count(*) from payments.account_use',
  `select concat('account use ', coalesce(u.division, a.division), '/', coalesce(u.holder, a.holder), ' ', coalesce(u.side, a.side), ' ', coalesce(u.fiscal_year, a.fiscal_year)) as place,
     concat(a.payments, ' payments, ', a.amount_fen, ' fen, ', a.first_on, ' to ', a.last_on) as expected,
     concat(u.payments, ' payments, ', u.amount_fen, ' fen, ', u.first_on, ' to ', u.last_on) as found
   from payments.account_use u full join payments.reckoned_account_use a using (division, holder, side, fiscal_year)
   where (u.payments, u.amount_fen, u.first_on, u.last_on) is distinct from (a.payments, a.amount_fen, a.first_on, a.last_on)`,
)
