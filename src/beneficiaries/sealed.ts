import type { Tx } from '../platform/database/transaction.ts'
import type { Sealed } from '../platform/rotate-keys.ts'

const KEY = [
  ['division', 'int'],
  ['id', 'bigint'],
] as const

/** Makes one of two rows of the same number (and, of people, the same name): what was paid hangs on the one that stays. */
const join =
  (table: 'person' | 'account' | 'phone') =>
  async (tx: Tx, [division, from]: readonly string[], digest: Buffer): Promise<void> => {
    const alike =
      table === 'person'
        ? 'and t.name = (select f.name from beneficiaries.person f where f.division = $1 and f.id = $3)'
        : ''
    const { into } = await tx.one<{ into: bigint }>(
      `select t.id as into from beneficiaries.${table} t where t.division = $1 and t.digest = $2 and t.id <> $3 ${alike}`,
      [division, digest, from],
    )
    await tx.query(`update beneficiaries.disbursement set ${table} = $3 where division = $1 and ${table} = $2`, [
      division,
      from,
      into,
    ])
    await tx.query(`delete from beneficiaries.${table} where division = $1 and id = $2`, [division, from])
  }

/** What the vault closes of beneficiaries: identity numbers, accounts and telephones of people who were paid. */
export const sealed: readonly Sealed[] = (['person', 'account', 'phone'] as const).map(table => ({
  table: `beneficiaries.${table}` as const,
  key: KEY,
  ciphertext: 'ciphertext',
  digest: 'digest',
  version: 'key_version',
  join: join(table),
}))
