import { sm3 } from '../kernel/digest.ts'
import { displayMoney, type Fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'

/** What was asked, as text that is the same whatever the order of the fields; what is left out equals what is null. */
const textOf = (value: unknown): string => {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`
  if (value !== null && typeof value === 'object')
    return `{${Object.entries(value)
      .filter(([, one]) => one !== undefined && one !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => `${name}:${textOf(one)}`)
      .join(',')}}`
  return JSON.stringify(value) ?? ''
}

/** The digest of what a form was asked, with the name of the form; the key itself is not part of it. */
export function askedOf(form: string, input: object): Buffer {
  const { requestKey: _, asked: __, ...rest } = input as { requestKey?: unknown; asked?: unknown }
  return sm3(form, '\n', textOf(rest))
}

/**
 * Remembers what was asked under a request key, or holds it against what was asked the first time. Forms do it through `postedBefore`;
 * acts that post nothing call it themselves. Refuses `request-key-reused`, saying what was posted under the key.
 */
export async function sameRequest(
  context: Context,
  division: number,
  requestKey: string,
  asked: Buffer,
): Promise<void> {
  // A twin at the same moment waits here, and then sees what the first one kept.
  const [row] = await context.tx.prepared<{ digest: Buffer | null }>(
    'select digest from ledger.begin_request($1, $2, $3)',
    [division, requestKey, asked],
  )
  if (row?.digest && !row.digest.equals(asked)) await refuseReused(context, division, requestKey)
}

/** Refuses a key that was used for something else: which form, document, day and amount it posted, where it posted. */
export async function refuseReused(context: Context, division: number, requestKey: string): Promise<never> {
  const posted = await context.tx.maybe<{ zh: string; en: string; number: string | null; on: string; fen: bigint }>(
    `select f.name as zh, f.english as en, nullif(d.number, '') as number, b.effective_on as on,
       (select coalesce(sum(e.amount_fen), 0) from ledger.entry e where e.division = b.division and e.batch = b.id)::bigint as fen
     from ledger.batch b join ledger.form f on f.code = b.form
     left join ledger.document d on d.division = b.division and d.id = b.document
     where b.division = $1 and b.request_key = $2`,
    [division, requestKey],
  )
  const amount = displayMoney((posted?.fen ?? 0n) as Fen)
  return refuse(
    'conflict',
    'request-key-reused',
    posted
      ? `这一请求号已登记“${posted.zh}”${posted.number ?? ''}（${posted.on}，${amount} 元），与本次内容不同，本次未登记：新的业务请换新的请求号；重试请原样重发。`
      : '这一请求号已用于另一项内容不同的业务，本次未登记：新的业务请换新的请求号；重试请原样重发。',
    posted
      ? `Under this request key “${posted.en}” ${posted.number ?? ''} of ${posted.on} (${amount} yuan) was posted, which is not what is asked now, so nothing was posted: take a new key for a new form, or repeat the old one unchanged.`
      : 'This request key was used for another act with another content, so nothing was done: take a new key for a new one, or repeat the old one unchanged.',
    { field: 'requestKey', value: requestKey },
  )
}
