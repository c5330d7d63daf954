import type { Fen } from '../kernel/money.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { registerDocument } from '../ledger/document.ts'
import { newBatch, post } from '../ledger/post.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Recall } from './recall.ts'
import { reachesOf } from './recall-store.ts'
import { callsBack, type Reach, type Unwound, unwind } from './recallable.ts'
import { openRecovered } from './recover.ts'

// What a superior calls back of earlier years' transfers, out of the year into which the receiver carried it (decision 0046).

type Called = Pick<Reach, 'division' | 'transfer'>

// What of some transfers stands in a year's book of their receiver: lines carried over from those that were received, and what came back to
// them since. Money that left the receiver and came in again belongs to the transfer by which it came in last.
const LATE = `
  asked as (select d as division, i as transfer from unnest($1::int[], $2::bigint[]) as x(d, i)),
  received as (select k.division, k.transfer, r.id from asked k join allotments.allotment r on r.division = k.division and r.transfer = k.transfer),
  late as (
    select r.transfer, a.division, a.id, coalesce(a.source, a.id) as source, o.id as root
    from received r cross join lateral allotments.made_of(array[r.id]) m
    join allotments.allotment a on a.division = r.division and a.division = m.division and a.id = m.id and a.fiscal_year = $3
      and a.form not in ('pass-down', 'send-across', 'hand-over')
    left join allotments.allotment s on s.division = a.division and s.id = a.source
    join allotments.allotment o on o.division = a.division and o.id = coalesce(s.source, s.id, a.id) and o.form in ('carry', 'recover')
    where not exists (select from allotments.allotment x where x.division = o.division and x.id = any (o.path) and x.transfer is not null
      and array_position(o.path, x.id) > array_position(o.path, r.id)))`

const names = (called: readonly Called[], year: number) => [
  called.map(one => one.division),
  called.map(one => one.transfer),
  year,
]

/** Transfers of earlier years as they could be called back in a year: nothing in transit, and what the receiver carried, or got back, in it. */
export async function carriedReaches(tx: Tx, called: readonly Called[], year: number): Promise<Map<bigint, Reach>> {
  const heads = await reachesOf(tx, called)
  const lines = await tx.query<Reach['lines'][number] & { transfer: bigint }>(
    `with ${LATE}
     select l.transfer, l.id, l.source, l.root,
       coalesce(sum(b.balance_fen) filter (where b.account = 1001), 0)::bigint as "toAssign",
       coalesce(sum(b.balance_fen) filter (where b.account = 5001), 0)::bigint as "toRefine",
       coalesce(sum(b.balance_fen) filter (where b.account = 500201), 0)::bigint as own,
       coalesce(sum(b.balance_fen) filter (where b.account = 5101), 0)::bigint as plan
     from late l join ledger.published_balance b on b.division = l.division and b.allotment = l.id and b.account in (1001, 5001, 500201, 5101)
     group by l.transfer, l.id, l.source, l.root order by l.id`,
    names(called, year),
  )
  const found = new Map(
    [...heads].map(([id, reach]) => [id, { ...reach, taken: reach.sent, lines: [] as Reach['lines'] }]),
  )
  for (const { transfer, ...line } of lines) found.get(transfer)?.lines.push(line)
  return found
}

/** Locks the transfers and the balances of what was carried of them; what another form made meanwhile is found, and all is locked anew. */
export async function lockCarried(tx: Tx, division: number, called: readonly Called[], year: number): Promise<void> {
  await tx.query('select ledger.lock_transfers($1, $2::int[], $3::bigint[])', [
    division,
    called.map(one => one.division),
    called.map(one => one.transfer),
  ])
  const lines = () =>
    tx.query<{ division: number; id: bigint }>(
      `with ${LATE} select distinct division, id from late order by 1, 2`,
      names(called, year),
    )
  for (;;) {
    const found = await lines()
    await tx.query('savepoint carried')
    await tx.query('select ledger.lock_balances_across($1::int[], $2::bigint[])', [
      found.map(line => line.division),
      found.map(line => line.id),
    ])
    if ((await lines()).length === found.length) return
    await tx.query('rollback to savepoint carried')
  }
}

export interface CarriedPart {
  reach: Reach
  take: Fen
  gone: Fen
  unwound: Unwound
  batch: bigint | null
  below: bigint | null
}

/**
 * Posts it: below out of the carried lines and their revenue, above in as recovered of earlier years, on a line that names the one that was
 * passed down. A pair of batches for each receiver, each naming the other; of a superior outside this installation the lower one alone.
 */
export async function recallCarried(
  context: Context,
  input: Recall,
  asked: readonly { reach: Reach; take: Fen }[],
  document: bigint,
): Promise<CarriedPart[]> {
  const { tx } = context
  const own = callsBack(input.form)
  const common = { fiscalYear: input.fiscalYear, effectiveOn: input.effectiveOn }
  const posted: CarriedPart[] = []
  let posts = 0
  const keyed = (of: string) => (input.requestKey ? `${input.requestKey}/carried${of}` : null)
  for (const receiver of new Set(asked.map(one => one.reach.division))) {
    const parts = asked
      .filter(one => one.reach.division === receiver)
      .map(one => ({ ...one, gone: 0n as Fen, unwound: unwind(one.reach, one.take) }))
    const batch = own ? await newBatch(context) : null
    const below = await newBatch(context)
    const copy = own ? await registerDocument(context, receiver, input.document) : { id: document, number: '' }
    await post(context, {
      ...common,
      division: receiver,
      form: 'carried-recalled',
      document: copy.id,
      requestKey: keyed('-below'),
      batch: below,
      other: batch === null ? null : { division: input.division, batch },
      lines: parts.flatMap(part => part.unwound.postings),
    })
    if (batch !== null) {
      const lines = await openRecovered(
        tx,
        input.division,
        input.fiscalYear,
        parts.map(part => ({ line: part.reach.line!, amount: part.take })),
        document,
      )
      await post(context, {
        ...common,
        division: input.division,
        form: 'recall-carried',
        document,
        requestKey: keyed(posts++ === 0 ? '' : `/${receiver}`),
        batch,
        other: { division: receiver, batch: below },
        lines: lines.map((line, index) => ({
          debitAllotment: line,
          debit: ACCOUNT.total,
          creditAllotment: line,
          credit: ACCOUNT.revenue,
          amount: parts[index]!.take,
        })),
      })
      await context.audit({
        division: receiver,
        action: 'allotment.carried-recalled',
        subject: copy.number,
        detail: { batch: String(below), by: input.division },
      })
    }
    posted.push(...parts.map(part => ({ ...part, batch, below })))
  }
  return posted
}
