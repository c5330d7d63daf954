import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { RecallAnswer } from './recall-contract.ts'
import type { RecallingForm } from './recallable.ts'
import { takenBelow } from './recallable.ts'
import { entriesOf } from './store.ts'

export type RecallView = Pick<RecallAnswer, 'recall' | 'document' | 'parts'>

/** One transfer's part of an act, to be stored; amounts in fen. */
export interface NewPart {
  transferDivision: number
  transfer: bigint
  line: bigint | null
  inTransit: bigint
  taken: bigint
  gone: bigint
  batch: bigint | null
  below: bigint | null
}

/** Stores an act with its parts, and a claim for what was gone of each. */
export async function storeRecall(
  context: Context,
  act: {
    division: number
    form: RecallingForm
    fiscalYear: number
    document: bigint
    effectiveOn: string
    requestKey?: string | null
  },
  parts: readonly NewPart[],
): Promise<bigint> {
  const asked = parts.reduce((sum, part) => sum + part.inTransit + part.taken + part.gone, 0n)
  const { id } = await context.tx.one<{ id: bigint }>(
    `insert into allotments.recall (division, form, fiscal_year, document, effective_on, request_key, asked_fen)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [act.division, act.form, act.fiscalYear, act.document, act.effectiveOn, act.requestKey ?? null, asked],
  )
  await context.tx.query(
    `with part as (
       insert into allotments.recall_part (division, recall, no, transfer_division, transfer, line, in_transit_fen, taken_fen, gone_fen, batch, below_batch)
       select $1, $2, n, d, t, l, i, k, g, b, w
       from unnest($3::int[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
         with ordinality as p(d, t, l, i, k, g, b, w, n)
       returning division, recall, no, transfer_division, transfer, gone_fen)
     insert into allotments.recoverable (division, recall, no, transfer_division, transfer, amount_fen)
     select division, recall, no, transfer_division, transfer, gone_fen from part where gone_fen > 0 order by no`,
    [
      act.division,
      id,
      parts.map(part => part.transferDivision),
      parts.map(part => part.transfer),
      parts.map(part => part.line),
      parts.map(part => part.inTransit),
      parts.map(part => part.taken),
      parts.map(part => part.gone),
      parts.map(part => part.batch),
      parts.map(part => part.below),
    ],
  )
  return id
}

interface PartRow {
  transfer: bigint
  division: number
  code: string
  name: string
  documentNumber: string
  fund: string
  line: bigint | null
  inTransit: bigint
  taken: bigint
  gone: bigint
  below: bigint | null
  recoverable: bigint | null
  document: bigint
}

/** An act as it was stored, the same each time it is asked for. */
export async function recallOf(tx: Tx, division: number, id: bigint): Promise<RecallView> {
  const parts = (await tx.query<never>(
    `select p.transfer, p.transfer_division as division, v.code, v.name, t.document_number as "documentNumber", f.name as fund, p.line,
       p.in_transit_fen as "inTransit", p.taken_fen as taken, p.gone_fen as gone, p.below_batch as below, r.id as recoverable, c.document
     from allotments.recall c join allotments.recall_part p on p.division = c.division and p.recall = c.id
     join ledger.published_transfer t on t.division = p.transfer_division and t.id = p.transfer
     join funds.published_fund f on f.id = t.fund
     left join divisions.published_division v on v.division = p.transfer_division
     left join allotments.recoverable r on r.division = p.division and r.recall = p.recall and r.no = p.no
     where c.division = $1 and c.id = $2 order by p.no`,
    [division, id],
  )) as PartRow[]
  const batches = new Map(parts.flatMap(part => (part.below === null ? [] : [[part.below, part.division] as const])))
  const taken: { transfer: bigint; line: bigint; amount: bigint }[] = []
  for (const [batch, receiver] of batches) {
    const from = takenBelow(await entriesOf(tx, receiver, batch))
    const roots = await tx.query<{ id: bigint; transfer: bigint }>(
      `select a.id, r.transfer from allotments.allotment a
       join lateral (select x.transfer from allotments.allotment x where x.division = a.division and x.id = any (a.path) and x.transfer is not null
         order by array_position(a.path, x.id) desc limit 1) r on true
       where a.division = $1 and a.id = any ($2::bigint[])`,
      [receiver, from.map(one => one.root)],
    )
    const transferOf = new Map(roots.map(root => [root.id, root.transfer]))
    taken.push(...from.map(one => ({ ...one, transfer: transferOf.get(one.root)! })))
  }
  return {
    recall: String(id),
    document: parts[0] ? String(parts[0].document) : null,
    parts: parts.map(part => ({
      transfer: String(part.transfer),
      receiver: { code: part.code, name: part.name },
      documentNumber: part.documentNumber,
      fund: part.fund,
      line: part.line === null ? null : String(part.line),
      inTransitFen: String(part.inTransit),
      takenFen: String(part.taken),
      goneFen: String(part.gone),
      below: taken
        .filter(one => one.transfer === part.transfer)
        .map(one => ({ line: String(one.line), amountFen: String(one.amount) })),
      recoverable: part.recoverable === null ? null : String(part.recoverable),
    })),
  }
}
