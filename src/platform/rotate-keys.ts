import { setTimeout as pause } from 'node:timers/promises'
import { refuse, type Sentence } from '../kernel/refusal.ts'
import type { Client, Pool } from './database/pool.ts'
import { type Tx, txOf } from './database/transaction.ts'
import type { FileStore } from './files/file-store.ts'
import type { CipherName, Vault } from './vault.ts'

/** A column that the vault closes, and how rotation finds its rows and closes them anew. */
export interface Sealed {
  table: `${string}.${string}`
  /** The table's key, column and type in order. */
  key: readonly (readonly [column: string, type: string])[]
  ciphertext: string
  /** The keyed digest of the same value, under the same version. */
  digest?: string
  /** The column that says under which version. */
  version?: string
  /** Makes one of two rows that turn out to hold the same value: `from` goes, what hung on it hangs on the row with `digest`. */
  join?(tx: Tx, from: readonly string[], digest: Buffer): Promise<void>
  /** Passing work: it is not closed anew, and old keys stay until none of it is left. */
  passing?: boolean
}

interface SealedRow {
  at: string
  keys: string[]
  sealed: Buffer
}

/** Rows of one transaction: a kill loses no more work than these. */
const BATCH = 500
/** Other processes look at the key file every second. */
const SEEN_BY_ALL_MS = 1500
/** How long work that began under the old key is waited for. */
const WAIT_SECONDS = 120

export interface KeyStatus {
  inUse: number
  versions: { version: number; cipher: CipherName }[]
  places: { place: string; version: number; count: number }[]
}

/** Which versions there are, and how many values stand under each. */
export async function keyStatus(pool: Pool, vault: Vault, sealed: readonly Sealed[]): Promise<KeyStatus> {
  const places: KeyStatus['places'] = []
  for (const { table, ciphertext } of sealed) {
    const { rows } = await pool.query<{ version: number; count: bigint }>(
      `select get_byte(${ciphertext}, 0) as version, count(*) as count from ${table} where ${ciphertext} is not null group by 1 order by 1`,
    )
    for (const row of rows)
      places.push({ place: `${table}.${ciphertext}`, version: row.version, count: Number(row.count) })
  }
  const { rows } = await pool.query<{ version: number; count: bigint }>(
    'select key_version as version, count(*) as count from platform.file group by 1 order by 1',
  )
  for (const row of rows) places.push({ place: 'platform.file', version: row.version, count: Number(row.count) })
  return { inUse: vault.version, versions: vault.versions, places }
}

/**
 * Closes everything anew under a new version of the key, in batches, while the server goes on working; then takes the old versions out of
 * use. A run that was killed is taken up where it stopped: as long as an old version is left, no new one is made. Refuses
 * `keys-still-used` where work under the old key does not end; run it again then.
 * @param pool as the owner of the tables
 * @returns how many values and files were closed anew, how many rows were joined
 */
export async function rotateKeys(
  ports: { pool: Pool; vault: Vault; files: FileStore; sealed: readonly Sealed[] },
  cipher: CipherName,
  say: (sentence: Sentence) => void = () => {},
): Promise<{ version: number; resealed: number; joined: number; files: number; retired: number[]; path: string }> {
  const { pool, vault, sealed } = ports
  if (vault.versions.length === 1) vault.addVersion(cipher)
  const version = vault.version
  say({ zh: `正在改用第 ${version} 版密钥。`, en: `Moving to version ${version} of the key.` })
  let resealed = 0
  let joined = 0
  let files = 0
  const pass = async () => {
    for (const one of sealed) {
      if (one.passing) continue
      const done = await resealColumn(pool, vault, one)
      resealed += done.resealed
      joined += done.joined
      if (done.resealed > 0)
        say({
          zh: `${one.table}：已重新加密 ${done.resealed} 项。`,
          en: `${one.table}: ${done.resealed} values closed anew.`,
        })
    }
    files += await resealFiles(ports)
  }
  await pass()
  // Whoever still works with the old key has seen the new one by then, or has ended; what they left is taken along.
  await pause(SEEN_BY_ALL_MS)
  await othersEnded(pool)
  await pass()
  const left = (await keyStatus(pool, vault, sealed)).places.filter(place => place.version !== version)
  if (left.length > 0) {
    const places = left.map(({ place, version: old, count }) => `${place} v${old} ×${count}`).join(', ')
    refuse(
      'conflict',
      'keys-still-used',
      `仍有数据使用旧密钥（${places}）：请等正在进行的导入结束后再运行一次，旧密钥暂不停用。`,
      `Something still stands under an old key (${places}): run it again once imports in progress have ended; the old key stays.`,
    )
  }
  return { version, resealed, joined, files, ...vault.retireOld() }
}

async function resealColumn(pool: Pool, vault: Vault, one: Sealed): Promise<{ resealed: number; joined: number }> {
  const keys = one.key.map(([column]) => column)
  const types = one.key.map(([, type]) => type)
  let last: string[] | null = null
  const done = { resealed: 0, joined: 0 }
  for (;;) {
    const client = await pool.connect()
    try {
      await client.query('begin')
      const behind: string = last
        ? `and (${keys.join(', ')}) > (${types.map((type, n) => `$${n + 2}::${type}`).join(', ')})`
        : ''
      const found: { rows: SealedRow[] } = await client.query<SealedRow>(
        `select ctid::text as at, array[${keys.map(key => `${key}::text`).join(', ')}] as keys, ${one.ciphertext} as sealed from ${one.table}
         where ${one.ciphertext} is not null and get_byte(${one.ciphertext}, 0) <> $1 ${behind} order by ${keys.join(', ')} limit ${BATCH} for update`,
        [vault.version, ...(last ?? [])],
      )
      const rows = found.rows
      if (rows.length === 0) {
        await client.query('commit')
        return done
      }
      last = rows.at(-1)!.keys
      for (const row of rows) {
        if (await resealRow(client, vault, one, row)) done.joined++
        done.resealed++
      }
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    } finally {
      client.release()
    }
  }
}

/** @returns whether the row was joined with one that held the same value already */
async function resealRow(client: Client, vault: Vault, one: Sealed, row: SealedRow): Promise<boolean> {
  const plain = vault.decrypt(row.sealed)
  const ciphertext = vault.encrypt(plain)
  const version = ciphertext[0]!
  const digest = one.digest ? vault.digest(plain.toString(), version) : null
  const sets = [
    `${one.ciphertext} = $2`,
    ...(one.digest ? [`${one.digest} = $3`] : []),
    ...(one.version ? [`${one.version} = ${version}`] : []),
  ]
  await client.query('savepoint one_row')
  try {
    await client.query(`update ${one.table} set ${sets.join(', ')} where ctid = $1::tid`, [
      row.at,
      ciphertext,
      ...(digest ? [digest] : []),
    ])
    await client.query('release savepoint one_row')
    return false
  } catch (error) {
    // Somebody who did not know the old version has stored the same value under the new one.
    if ((error as { code?: string }).code !== '23505' || !one.join || !digest) throw error
    await client.query('rollback to savepoint one_row')
    await one.join(txOf(client), row.keys, digest)
    return true
  }
}

async function resealFiles({ pool, vault, files }: { pool: Pool; vault: Vault; files: FileStore }): Promise<number> {
  const { rows } = await pool.query<{ division: number; id: string; framed: boolean }>(
    'select division, id, framed from platform.file where key_version <> $1 order by division, id',
    [vault.version],
  )
  for (const file of rows) {
    await files.reseal(file.id, file.framed)
    await pool.query('update platform.file set key_version = $3 where division = $1 and id = $2', [
      file.division,
      file.id,
      vault.version,
    ])
  }
  return rows.length
}

/** Waits until every transaction that is open now has ended, whoever's it is. */
async function othersEnded(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ mine: string }>('select pg_current_xact_id()::text as mine')
  for (let waited = 0; waited < WAIT_SECONDS * 5; waited++) {
    const answer = await pool.query<{ ended: boolean }>(
      'select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as ended',
      [rows[0]!.mine],
    )
    if (answer.rows[0]!.ended) return
    await pause(200)
  }
}
