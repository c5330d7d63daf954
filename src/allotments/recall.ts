import { parseDocumentNumber } from '../kernel/document-number.ts'
import { displayMoney, type Fen, negate, split } from '../kernel/money.ts'
import { FaultList, type Repair, refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { type Naming, refuseNamed, transferNaming } from '../ledger/line-names.ts'
import { explained, newBatch, post, postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import { type RecallView, recallOf, storeRecall } from './recall-acts.ts'
import { carriedReaches, lockCarried, recallCarried } from './recall-carried.ts'
import { calledTransfers, lockReaches, reachesOf } from './recall-store.ts'
import { refuseCarried, refusePassedOn } from './recall-undo.ts'
import {
  BELOW,
  callsBack,
  mostOf,
  type Reach,
  type RecallingForm,
  type Unwound,
  unspentOf,
  unwind,
} from './recallable.ts'

/** A recall or settlement deduction: transfers that it names, or an amount spread over all that a document, fund or receiver still has. */
export interface Recall {
  division: number
  fiscalYear: number
  form: RecallingForm
  document: DocumentInput
  effectiveOn: string
  requestKey?: string | null
  /** What was asked under the key, where another act calls this one. */
  asked?: Buffer
  lines?: readonly { transfer: bigint; amount: Fen }[]
  spread?: { amount: Fen; fund?: number | null; documentNumber?: string | null; receiver?: number | null }
  /** Posts it and takes it all back: to see what would come, and what is gone, before it is stored. */
  checkOnly?: boolean
  /** Takes what came back below for a claim: nothing of it may be gone again, and the claim does not stand in its way. */
  forClaim?: boolean
}

export interface Recalled {
  /** The act as it is stored; its `recall` and `document` mean nothing where it was only looked at. */
  view: RecallView
  repair: Repair | null
}

/** What is asked of one transfer: that much to take, that much gone. */
interface Asked {
  reach: Reach
  take: Fen
  gone: Fen
}

/**
 * Calls money back from below (收回下级、清算扣回): *sent* falls above and *taken* below, both or neither, and only what is unspent: in
 * transit, then unassigned, unrefined, own spending and plan, each in proportion. What is gone becomes a claim, to be recovered. Of a
 * superior outside this installation there is this side alone, and its document lowers what it sent. A transfer of an earlier year than
 * the form's is called back out of what was carried into that year (`recall-carried.ts`).
 * Refuses: `no-lines`, `amount-not-positive`, `source-missing`, `source-wrong-year`, `spread-unnamed`, `nothing-to-recall`,
 * `recall-exceeds` (more than was sent and is not claimed yet), `recall-passed-on` with a fault `undo-first` for each document below that
 * has to be recalled before, bottom up; `recall-carried` where what is missing was carried into a later year and is unspent there (it is called back in that year); `book-locked` on either side; and what `ledger.post` refuses.
 */
export async function recall(context: Context, input: Recall): Promise<Recalled> {
  const { tx } = context
  if (!input.checkOnly) return perform(context, input)
  await tx.query('savepoint look')
  const looked = await perform(context, { ...input, requestKey: null })
  await tx.query('rollback to savepoint look')
  return looked
}

async function perform(context: Context, input: Recall): Promise<Recalled> {
  const { tx } = context
  const { division } = input
  if (input.requestKey) {
    await postedBefore(context, division, input.requestKey, input.asked ?? askedOf(input.form, input))
    const before = await tx.maybe<{ id: bigint }>(
      'select id from allotments.recall where division = $1 and request_key = $2',
      [division, input.requestKey],
    )
    if (before) return { view: await recallOf(tx, division, before.id), repair: null }
  }
  const asked = await (input.spread ? spread(context, input, input.spread) : named(context, input))
  const short = asked.filter(one => one.gone > 0n)
  if (short.length > 0) await refusePassedOn(context, short)
  if (short.length > 0) await refuseCarried(context, short)
  if (input.forClaim && short.length > 0) refuseGone(short)

  const registered = await registerDocument(context, division, input.document)
  const late = asked.filter(one => carriedFrom(input, one.reach))
  const now = asked.filter(one => !late.includes(one))
  const posted = [
    ...(await (callsBack(input.form) ? bothSides : thisSide)(context, input, now, registered.id)),
    ...(await recallCarried(context, input, late, registered.id)),
  ]
  const id = await storeRecall(
    context,
    { ...input, document: registered.id },
    posted.map(({ reach, gone, unwound, batch, below }) => ({
      transferDivision: reach.division,
      transfer: reach.transfer,
      line: reach.line,
      inTransit: unwound.inTransit,
      taken: unwound.taken,
      gone,
      batch,
      below: unwound.taken > 0n ? below : null,
    })),
  )
  await context.audit({
    division,
    action: `allotment.${input.form}`,
    subject: registered.number,
    detail: {
      recall: String(id),
      transfers: asked.length,
      fen: String(asked.reduce((sum, one) => sum + one.take, 0n)),
    },
  })
  return { view: await recallOf(tx, division, id), repair: registered.repair }
}

interface Posted extends Asked {
  unwound: Unwound
  batch: bigint | null
  below: bigint | null
}

/** Below first, which lowers taken; then above, which lowers sent; a pair of batches for each receiver, each naming the other. */
async function bothSides(context: Context, input: Recall, asked: Asked[], document: bigint): Promise<Posted[]> {
  const posted: Posted[] = []
  const receivers = [...new Set(asked.map(one => one.reach.division))]
  let posts = 0
  for (const receiver of receivers) {
    const parts = asked
      .filter(one => one.reach.division === receiver)
      .map(one => ({ ...one, unwound: unwind(one.reach, one.take) }))
    const moved = parts.filter(part => part.take > 0n)
    const taken = parts.filter(part => part.unwound.taken > 0n)
    const batch = moved.length > 0 ? await newBatch(context) : null
    const below = taken.length > 0 ? await newBatch(context) : null
    const common = { fiscalYear: input.fiscalYear, effectiveOn: input.effectiveOn }
    if (below !== null) {
      const copy = await registerDocument(context, receiver, input.document)
      const made = await post(context, {
        ...common,
        division: receiver,
        form: BELOW[input.form],
        document: copy.id,
        requestKey: input.requestKey ?? null,
        batch: below,
        other: { division: input.division, batch: batch! },
        lines: taken.flatMap(part => part.unwound.postings),
        transfers: taken.map(({ reach, unwound }) => ({
          division: receiver,
          transfer: reach.transfer,
          amount: negate(unwound.taken),
        })),
      })
      // A key that the receiver's clerk used for something else would leave this side out.
      if (made !== below)
        refuse(
          'conflict',
          'request-key-taken',
          '请求编号在下级已被使用：请重新提交。',
          'The request’s key was used below for something else: submit it again.',
        )
      await context.audit({
        division: receiver,
        action: `allotment.${BELOW[input.form]}`,
        subject: copy.number,
        detail: { batch: String(below), by: input.division },
      })
    }
    if (batch !== null)
      await post(context, {
        ...common,
        division: input.division,
        form: input.form,
        document,
        requestKey: input.requestKey ? (posts++ === 0 ? input.requestKey : `${input.requestKey}/${receiver}`) : null,
        batch,
        other: below === null ? null : { division: receiver, batch: below },
        lines: moved.map(({ reach, take }) => ({
          debitAllotment: reach.assigned!,
          debit: ACCOUNT.toRefine,
          creditAllotment: reach.line!,
          credit: ACCOUNT.passed,
          amount: take,
        })),
        transfers: moved.map(({ reach, take }) => ({
          division: receiver,
          transfer: reach.transfer,
          amount: negate(take),
        })),
      })
    posted.push(...parts.map(part => ({ ...part, batch: part.take > 0n ? batch : null, below })))
  }
  return posted
}

/** The superior is outside: its document stands for its side. */
async function thisSide(context: Context, input: Recall, asked: Asked[], document: bigint): Promise<Posted[]> {
  const parts = asked.map(one => ({ ...one, unwound: unwind(one.reach, one.take) }))
  const taken = parts.filter(part => part.unwound.taken > 0n)
  const below =
    taken.length === 0
      ? null
      : await post(context, {
          ...input,
          document,
          lines: taken.flatMap(part => part.unwound.postings),
          transfers: taken.map(({ reach, unwound }) => ({
            division: input.division,
            transfer: reach.transfer,
            amount: negate(unwound.taken),
          })),
        })
  const moved = parts.filter(part => part.take > 0n)
  if (moved.length > 0)
    try {
      await context.tx.query('select ledger.lower_sent($1, $2, $3, $4::bigint[], $5::bigint[])', [
        input.division,
        document,
        input.effectiveOn,
        moved.map(part => part.reach.transfer),
        moved.map(part => part.take),
      ])
    } catch (error) {
      throw explained(error)
    }
  return parts.map(part => ({ ...part, batch: null, below }))
}

async function reached(
  context: Context,
  input: Recall,
  over: Omit<Parameters<typeof calledTransfers>[1], 'sent' | 'division' | 'fiscalYear'>,
) {
  const called = await calledTransfers(context.tx, {
    division: input.division,
    fiscalYear: input.fiscalYear,
    sent: callsBack(input.form),
    ...over,
  })
  // What an earlier year sent is called back out of what the receiver carried into this one.
  const earlier = input.forClaim ? [] : called.filter(one => one.fiscalYear < input.fiscalYear)
  const now = called.filter(one => !earlier.includes(one))
  if (now.length > 0) await lockReaches(context.tx, input.division, now)
  if (earlier.length > 0) await lockCarried(context.tx, input.division, earlier, input.fiscalYear)
  return new Map([
    ...(await reachesOf(context.tx, now)),
    ...(await carriedReaches(context.tx, earlier, input.fiscalYear)),
  ])
}

const carriedFrom = (input: Recall, reach: Reach): boolean => !input.forClaim && reach.fiscalYear < input.fiscalYear
const limitOf = (input: Recall, reach: Reach): bigint =>
  input.forClaim ? reach.sent : carriedFrom(input, reach) ? unspentOf(reach) : mostOf(reach)
const unspent = (input: Recall, reach: Reach): bigint => unspentOf(input.forClaim ? { ...reach, claimed: 0n } : reach)

async function named(context: Context, input: Recall): Promise<Asked[]> {
  const lines = input.lines ?? []
  if (lines.length === 0)
    refuse('input', 'no-lines', '业务单没有明细：请至少填写一行。', 'The form has no lines: enter at least one.')
  const reaches = await reached(context, input, { transfers: lines.map(line => line.transfer) })
  let sums = new Map<bigint, bigint>()
  await refuseNamed(
    () => transferNaming(context.tx, input.division, [...reaches.keys()]),
    name => {
      const found = faultsOf(input, lines, reaches, name)
      sums = found.sums
      return found.faults
    },
  )
  return [...sums].map(([transfer, amount]) => {
    const reach = reaches.get(transfer)!
    const there = unspent(input, reach)
    const take = amount < there ? amount : there
    return { reach, take: take as Fen, gone: (amount - take) as Fen }
  })
}

function faultsOf(
  input: Recall,
  lines: NonNullable<Recall['lines']>,
  reaches: ReadonlyMap<bigint, Reach>,
  name: Naming,
): { faults: FaultList; sums: Map<bigint, bigint> } {
  const faults = new FaultList()
  const sums = new Map<bigint, bigint>()
  lines.forEach(({ transfer, amount }, index) => {
    const row = index + 1
    const reach = reaches.get(transfer)
    const shown = displayMoney(amount)
    const add = (code: string, field: string, value: string, zh: string, en: string): void =>
      faults.add({ code, row, field, value, zh, en })
    if (amount <= 0n) add('amount-not-positive', 'amount', shown, ...notPositive(row, amount))
    if (!reach || reach.across) {
      add(
        'source-missing',
        'transfer',
        String(transfer),
        `第 ${row} 行的转移支付不是本级下达的（或不是系统外上级下达给本级的）：请重新选择；横向转入的款项由接收方以横向转出退回。`,
        `Line ${row}: its transfer was not passed down from here (or not sent here by a superior outside): choose another; what came across is sent back across by its receiver.`,
      )
      return
    }
    if (reach.fiscalYear !== input.fiscalYear && !carriedFrom(input, reach))
      add(
        'source-wrong-year',
        'transfer',
        String(transfer),
        `第 ${row} 行的转移支付${name(transfer).zh}属于 ${reach.fiscalYear} 年度，不是 ${input.fiscalYear} 年度：请分年度办理。`,
        `Line ${row}: ${name(transfer).en} is of ${reach.fiscalYear}, not of ${input.fiscalYear}: use a form for each year.`,
      )
    const total = (sums.get(transfer) ?? 0n) + amount
    sums.set(transfer, total)
    const most = limitOf(input, reach)
    if (total > most)
      add(
        'recall-exceeds',
        'amount',
        shown,
        `第 ${row} 行金额 ${shown} 元超过${name(transfer).zh}中可收回的 ${displayMoney(most - total + amount)} 元（${carriedFrom(input, reach) ? `结转到 ${input.fiscalYear} 年度且未用的；已用出的在 ${reach.fiscalYear} 年度收回，列入待追回` : '已列入待追回的不重复收回'}）：请减少金额。`,
        `Line ${row}: ${shown} yuan exceeds the ${displayMoney(most - total + amount)} yuan of ${name(transfer).en} that may be called back (${carriedFrom(input, reach) ? `what was carried into ${input.fiscalYear} and is unspent; what is spent is called back in ${reach.fiscalYear}, and becomes a claim` : 'what is claimed already is not called twice'}): lower it.`,
      )
  })
  return { faults, sums }
}

async function spread(context: Context, input: Recall, over: NonNullable<Recall['spread']>): Promise<Asked[]> {
  const { amount, fund = null, receiver = null } = over
  const typed = over.documentNumber?.trim() || null
  if ((input.lines ?? []).length > 0 || (fund === null && receiver === null && typed === null))
    refuse(
      'input',
      'spread-unnamed',
      '请指明从哪个专项资金、文件或接收方按比例收回，且不要同时填写明细行。',
      'Name the fund, document or receiver over which to spread, and no lines beside it.',
    )
  if (amount <= 0n) refuse('input', 'amount-not-positive', ...notPositive(null, amount), { field: 'amount' })
  const documentNumber = typed && (parseDocumentNumber(typed).normalised ?? typed)
  const reaches = [...(await reached(context, input, { fund, receiver, documentNumber })).values()].filter(
    reach => mostOf(reach) > 0n,
  )
  const most = reaches.reduce((sum, reach) => sum + mostOf(reach), 0n)
  if (most === 0n)
    refuse(
      'conflict',
      'nothing-to-recall',
      '所指资金、文件或接收方下没有可收回的下达：请核对后重新选择。',
      'Nothing was sent under that fund, document or receiver that could be called back: check it and choose again.',
    )
  if (amount > most)
    refuse(
      'input',
      'recall-exceeds',
      `金额 ${displayMoney(amount)} 元超过可收回的下达合计 ${displayMoney(most)} 元（${reaches.length} 笔）：请减少金额。`,
      `${displayMoney(amount)} yuan exceeds the ${displayMoney(most)} yuan that were sent in ${reaches.length} transfers and are not claimed yet: lower it.`,
      { field: 'amount', value: displayMoney(amount) },
    )
  const there = reaches.map(unspentOf)
  const total = there.reduce((sum, one) => sum + one, 0n)
  const got = amount < total ? amount : (total as Fen)
  const take = total === 0n ? reaches.map(() => 0n as Fen) : split(got, there)
  const spent = reaches.map((reach, index) => mostOf(reach) - there[index]!)
  const rest = (amount - got) as Fen
  const gone = rest === 0n ? reaches.map(() => 0n as Fen) : split(rest, spent)
  return reaches
    .map((reach, index) => ({ reach, take: take[index]!, gone: gone[index]! }))
    .filter(one => one.take + one.gone > 0n)
}

function refuseGone(short: Asked[]): never {
  const missing = displayMoney(short.reduce((sum, one) => sum + one.gone, 0n))
  return refuse(
    'conflict',
    'claim-not-back',
    `下级账上还差 ${missing} 元未退回：请减少金额，或待退款入账后再收回；已另行缴回的请登记为缴回。`,
    `${missing} yuan have not come back below yet: lower the amount, or wait for the refund; what was paid in otherwise is registered as such.`,
    { field: 'amount', value: missing },
  )
}

const notPositive = (row: number | null, amount: Fen): [zh: string, en: string] => [
  `${row === null ? '' : `第 ${row} 行`}金额应大于零：收回、扣回填写正数，红字只用于更正错误（现为 ${displayMoney(amount)}）。`,
  `${row === null ? 'The' : `Line ${row}: the`} amount must be above zero (it is ${displayMoney(amount)}): a recall or deduction states what it takes; red letters are for errors.`,
]
