import type { Tx } from '../platform/database/transaction.ts'
import type { Sealed } from '../platform/rotate-keys.ts'
import { keepUses } from './account-use.ts'

/**
 * Makes one of two rows of the same account: payments and names that hang on the first hang on the other afterwards. Both stand for the
 * same number, so that nothing that a voucher said is changed.
 */
async function joinAccounts(tx: Tx, [division, from]: readonly string[], digest: Buffer): Promise<void> {
  const { into } = await tx.one<{ into: bigint }>(
    'select id as into from payments.bank_account where division = $1 and digest = $2',
    [division, digest],
  )
  const twins = `select h.id as was, k.id as stays from payments.holder h join payments.holder k on k.division = h.division
    and k.account = $3 and k.name = h.name and k.bank is not distinct from h.bank where h.division = $1 and h.account = $2`
  const values = [division, from, into]
  for (const [table, column] of [
    ['payments.payment', 'payee'],
    ['payments.payment', 'payer'],
    ['payments.confirmation', 'payee'],
    ['payments.staged_party', 'holder'],
  ])
    await tx.query(
      `update ${table} t set ${column} = w.stays from (${twins}) w where t.division = $1 and t.${column} = w.was`,
      values,
    )
  // What both were used for is one use of the one that stays.
  await tx.query(
    `with gone as (delete from payments.account_use u using (${twins}) w where u.division = $1 and u.holder = w.was
       returning w.stays, u.division, u.side, u.fiscal_year, u.payments, u.amount_fen, u.first_on, u.last_on)
     ${keepUses('select division, stays as holder, side, fiscal_year, payments, amount_fen, first_on, last_on from gone')}`,
    values,
  )
  for (const table of ['payments.account_kind', 'payments.account_listing'])
    await tx.query(`update ${table} set account = $3 where division = $1 and account = $2`, values)
  await tx.query(`delete from payments.holder h using (${twins}) w where h.division = $1 and h.id = w.was`, values)
  await tx.query('update payments.holder set account = $3 where division = $1 and account = $2', values)
  await tx.query('delete from payments.bank_account where division = $1 and id = $2', [division, from])
}

/** What the vault closes of payments. */
export const sealed: readonly Sealed[] = [
  {
    table: 'payments.bank_account',
    key: [
      ['division', 'int'],
      ['id', 'bigint'],
    ],
    ciphertext: 'ciphertext',
    digest: 'digest',
    version: 'key_version',
    join: joinAccounts,
  },
  {
    table: 'payments.staged_account',
    key: [
      ['import', 'bigint'],
      ['digest', 'bytea'],
    ],
    ciphertext: 'ciphertext',
    passing: true,
  },
]
