import type { Tx } from '../platform/database/transaction.ts'
import type { Sealed } from '../platform/rotate-keys.ts'

/** Makes one of two rows of the same identity number: accounts and lines of applications hang on the one that stays. */
async function joinPersons(tx: Tx, [from]: readonly string[], digest: Buffer): Promise<void> {
  const { into } = await tx.one<{ into: bigint }>('select id as into from identity.person where number_digest = $1', [
    digest,
  ])
  for (const table of ['identity.account', 'identity.application_line'])
    await tx.query(`update ${table} set person = $2 where person = $1`, [from, into])
  await tx.query('delete from identity.person where id = $1', [from])
}

/** What the vault closes of identity: numbers and phones of people, phones on applications, secrets of second factors. */
export const sealed: readonly Sealed[] = [
  {
    table: 'identity.person',
    key: [['id', 'bigint']],
    ciphertext: 'number_ciphertext',
    digest: 'number_digest',
    version: 'key_version',
    join: joinPersons,
  },
  { table: 'identity.person', key: [['id', 'bigint']], ciphertext: 'phone_ciphertext', digest: 'phone_digest' },
  {
    table: 'identity.application_line',
    key: [
      ['division', 'int'],
      ['application', 'bigint'],
      ['line', 'int'],
    ],
    ciphertext: 'phone_ciphertext',
  },
  { table: 'identity.account', key: [['id', 'bigint']], ciphertext: 'totp_secret' },
]
