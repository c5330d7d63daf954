import { sm3 } from '../../kernel/digest.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Context } from '../context.ts'
import type { Tx } from '../database/transaction.ts'

/** How long an answer can be asked for again under its key. */
export const KEPT_DAYS = 14

const KEY = /^[\x21-\x7e]{8,80}$/

/** The `Idempotency-Key` of a request, null where there is none; refuses `idempotency-key-malformed`. */
export function idempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined || header === '') return null
  if (typeof header === 'string' && KEY.test(header)) return header
  return refuse(
    'input',
    'idempotency-key-malformed',
    'Idempotency-Key 应为 8 至 80 个可见的 ASCII 字符，例如一个 UUID：请改正后重发。',
    'The Idempotency-Key must be 8 to 80 visible ASCII characters, such as a UUID: correct it and send again.',
    { field: 'Idempotency-Key', value: String(header).slice(0, 80) },
  )
}

export function keyReused(key: string): never {
  return refuse(
    'conflict',
    'idempotency-key-reused',
    `Idempotency-Key“${key}”已用于另一个内容不同的请求：新的请求请换新的键；重试请原样重发。`,
    `The Idempotency-Key “${key}” was used for another request with another content: take a new key for a new request, or repeat the old one unchanged.`,
    { field: 'Idempotency-Key', value: key },
  )
}

export interface Keyed {
  actor: number
  key: string
  /** Method and address, with query. */
  route: string
  /** What was asked, as text or as the digest of an upload. */
  asked: string | Uint8Array
}

/** What a request was answered, now or the first time. */
export interface Answered {
  result: unknown
  /** The stored answer, as JSON, where the request had been answered before. */
  replayed: string | null
}

/**
 * Does `work` once for its key: the key, what was asked and the answer are written in the transaction of the work itself. The same request
 * again is given the first answer; a concurrent twin waits for the first and then is too. A refusal leaves nothing behind: the key can be
 * used again when the cause is mended. Answers may hold what is told once, and lie encrypted. Refuses `idempotency-key-reused`.
 */
export async function once(
  context: Pick<Context, 'tx' | 'vault'>,
  keyed: Keyed,
  work: () => Promise<unknown>,
  storable: (result: unknown) => string | null,
): Promise<Answered> {
  const { tx, vault } = context
  const digest = sm3(keyed.route, '\n', keyed.asked)
  const [mine] = await tx.query(
    'insert into platform.request (actor, key, route, digest) values ($1, $2, $3, $4) on conflict do nothing returning 1 as mine',
    [keyed.actor, keyed.key, keyed.route, digest],
  )
  if (!mine) {
    const before = await tx.maybe<{ digest: Buffer; answer: Buffer | null }>(
      'select digest, answer from platform.request where actor = $1 and key = $2',
      [keyed.actor, keyed.key],
    )
    // Gone between the two statements: swept as too old just now.
    if (!before) return once(context, keyed, work, storable)
    if (!before.digest.equals(digest)) keyReused(keyed.key)
    return { result: null, replayed: before.answer ? vault.decrypt(before.answer).toString() : '{}' }
  }
  const result = await work()
  const answer = storable(result)
  if (answer === null)
    await tx.query('delete from platform.request where actor = $1 and key = $2', [keyed.actor, keyed.key])
  else
    await tx.query('update platform.request set answer = $3 where actor = $1 and key = $2', [
      keyed.actor,
      keyed.key,
      vault.encrypt(answer),
    ])
  return { result, replayed: null }
}

/** Sweeps keys that are older than they are kept. */
export const forgetRequests = async (tx: Tx, now: Date): Promise<void> => {
  await tx.query(`delete from platform.request where recorded_at < $1::timestamptz - $2 * interval '1 day'`, [
    now,
    KEPT_DAYS,
  ])
}
