import type { Fen } from '../kernel/money.ts'
import { negate } from '../kernel/money.ts'
import { type Fault, Refusal, refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { explained, post, postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { RewordedRefusal } from '../platform/reworded.ts'
import { STUCK, undoFirst } from './correct.ts'
import { aroundLowering, movesOf } from './correction-moves.ts'
import { hangingOf, type Original } from './hanging.ts'
import type { HangingRow, WholeAnswer } from './recall-contract.ts'

export interface DocumentCorrection {
  division: number
  /** The document whose postings are wrong, all of them. */
  wrong: bigint
  effectiveOn: string
  /** The document that says so. */
  document: DocumentInput
  requestKey?: string | null
}

type Entry = Original & { batch: bigint; line: number; left: Fen }

/** The most entries in trouble that are looked into one by one for what hangs on them. */
const LOOKED_INTO = 20

/** The entries of a document that are not red themselves, with what of each is left to correct. */
const entriesOf = (tx: Tx, division: number, document: bigint): Promise<Entry[]> =>
  tx.query<never>(
    `select b.form, b.fiscal_year, e.batch, e.line, e.debit_allotment, e.debit, e.credit_allotment, e.credit, e.amount_fen,
       coalesce(c.corrected_fen, 0)::bigint as corrected_fen, (e.amount_fen - coalesce(c.corrected_fen, 0))::bigint as left
     from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
     left join ledger.corrected c on c.division = e.division and c.batch = e.batch and c.line = e.line
     where b.division = $1 and b.document = $2 and e.amount_fen > 0 order by e.batch desc, e.line desc`,
    [division, document],
  )

/**
 * Corrects a whole document in red letters (整单红字): whatever is left of all that it posted, in one act or not at all. What was corrected
 * before stays corrected. What has flowed further through other documents is dealt with first: `over-allotted` or `transfer-exceeded`
 * otherwise, with a fault `undo-first` for each thing that hangs on it, from the bottom up.
 * Refuses `document-missing`, `nothing-to-correct`, `correction-of-payment`, and what `post` refuses.
 * @returns the batches, one for each fiscal year that the document posted to
 */
export async function correctDocument(context: Context, input: DocumentCorrection): Promise<bigint[]> {
  const { tx } = context
  const { division } = input
  const before = input.requestKey
    ? await postedBefore(context, division, input.requestKey, askedOf('correct-document', input))
    : null
  if (before) return batchesUnder(tx, division, before.document!)
  const all = await entriesOf(tx, division, input.wrong)
  const entries = all.filter(entry => entry.left > 0n)
  refuseWhole(all, entries)
  const document = await registerDocument(context, division, input.document)
  const at = { division, document: document.id, effectiveOn: input.effectiveOn }
  const years = [...new Set(entries.map(entry => entry.fiscal_year))].sort((a, b) => b - a)
  const batches: bigint[] = []
  await tx.query('savepoint correcting')
  try {
    for (const [index, year] of years.entries()) {
      const these = entries.filter(entry => entry.fiscal_year === year)
      const reversed = these.map(entry => ({ original: entry, by: entry.left }))
      const { transfers, lowered } = await movesOf(tx, division, reversed)
      const requestKey = input.requestKey ? `${input.requestKey}${index === 0 ? '' : ` ${year}`}` : null
      batches.push(
        await aroundLowering(tx, at, lowered, () =>
          post(context, {
            ...at,
            form: 'correct',
            fiscalYear: year,
            requestKey,
            transfers,
            lines: these.map(({ debit_allotment, debit, credit_allotment, credit, batch, line, left }) => ({
              debitAllotment: debit_allotment,
              debit,
              creditAllotment: credit_allotment,
              credit,
              amount: negate(left),
              corrects: { batch, line },
            })),
          }),
        ),
      )
    }
  } catch (error) {
    const said = explained(error)
    if (!(said instanceof Refusal) || !said.faults.some(fault => STUCK.has(fault.code))) throw said
    await tx.query('rollback to savepoint correcting')
    const refusal = said instanceof RewordedRefusal ? await said.reword(tx) : said
    throw new Refusal('conflict', [
      ...refusal.faults.map(fault => whole(fault)),
      ...undoFirst(await hanging(tx, input, entries)),
    ])
  }
  await context.audit({
    division,
    action: 'corrected-whole',
    subject: document.number,
    detail: { document: String(input.wrong), entries: entries.length, batches: batches.map(String) },
  })
  for (const fiscalYear of years) await context.announce('allotments.room-made', { division, fiscalYear })
  return batches
}

/** What of a document a correction would take back, and what stands in its way; nothing is changed. Refuses `document-missing`. */
export async function wholeDocument(tx: Tx, division: number, wrong: bigint): Promise<WholeAnswer> {
  const document = await tx.maybe<{ number: string; title: string; dated: string }>(
    'select number, title, dated from ledger.published_document where division = $1 and id = $2',
    [division, wrong],
  )
  const all = await entriesOf(tx, division, wrong)
  if (!document || all.length === 0) return refuseMissing()
  const entries = all.filter(entry => entry.left > 0n)
  const forms = await tx.query<{ code: string; zh: string; en: string }>(
    'select code, name as zh, english as en from ledger.form where code = any ($1)',
    [[...new Set(all.map(entry => entry.form))]],
  )
  return {
    document,
    forms: forms.map(({ zh, en }) => ({ zh, en })),
    entries: entries.length,
    corrected: all.length - entries.length,
    fiscalYears: [...new Set(all.map(entry => entry.fiscal_year))].sort(),
    ofPayment: all.some(touchesPayment),
    rows: await hanging(tx, { division, wrong }, entries),
  }
}

const touchesPayment = ({ debit, credit }: Original): boolean =>
  [debit, credit].some(account => account === ACCOUNT.paid || account === ACCOUNT.transit)

const refuseMissing = (): never =>
  refuse(
    'missing',
    'document-missing',
    '本级账上没有这份文件的记账：请从指标页进入整单红字。',
    'Nothing in this division’s book was posted under that document: begin from the line’s page.',
  )

function refuseWhole(all: readonly Entry[], entries: readonly Entry[]): void {
  if (all.length === 0) refuseMissing()
  if (entries.length === 0)
    refuse(
      'conflict',
      'nothing-to-correct',
      '这份文件的分录都已更正，没有可冲销的金额。',
      'All entries of this document are corrected already: nothing is left to take back.',
    )
  if (entries.some(touchesPayment))
    refuse(
      'conflict',
      'correction-of-payment',
      '这份文件含支付分录，不能在此更正：请导入国库的退款或更正凭证。',
      'This document posted payments, which are not corrected here: import the treasury’s refund or its correcting voucher.',
    )
}

const whole = (fault: Fault): Fault => ({
  ...fault,
  zh: `整单红字未登记，账上没有变动。${fault.zh}该文件的资金已继续流转，须按下列顺序自下而上先行处理。`,
  en: `Nothing was posted of the whole document’s correction. ${fault.en} Its money has flowed on, which is dealt with first, from the bottom up, in this order.`,
})

const batchesUnder = async (tx: Tx, division: number, document: bigint): Promise<bigint[]> =>
  (
    await tx.query<{ id: bigint }>(
      `select id from ledger.batch where division = $1 and document = $2 and form = 'correct' order by id`,
      [division, document],
    )
  ).map(row => row.id)

/** What stands in the way: of each entry whose money is not there any more, what hangs on it and is of another document. */
async function hanging(
  tx: Tx,
  of: { division: number; wrong: bigint },
  entries: readonly Entry[],
): Promise<HangingRow[]> {
  const trouble = await tx.query<{ batch: bigint; line: number }>(
    `with asked as (
       select * from unnest($2::bigint[], $3::int[], $4::bigint[], $5::int[], $6::bigint[], $7::int[], $8::bigint[])
         as e(batch, line, debit_allotment, debit, credit_allotment, credit, fen)),
     needed as (
       select allotment, account, sum(fen) as fen from (
         select debit_allotment as allotment, debit as account, fen from asked
         union all select credit_allotment, credit, -fen from asked) x
       where account <> ${ACCOUNT.revenue} group by 1, 2),
     short as (
       select n.allotment, n.account from needed n
       left join ledger.published_balance b on b.division = $1 and b.allotment = n.allotment and b.account = n.account
       where n.fen > coalesce(b.balance_fen, 0)
       union select s.sender_allotment, case when s.across then ${ACCOUNT.horizontal} else ${ACCOUNT.passed} end
       from ledger.sent_by($1, $4::bigint[]) s join needed n on n.allotment = s.sender_allotment and n.account in (${ACCOUNT.passed}, ${ACCOUNT.horizontal})
       where n.fen > s.sent_fen - s.taken_fen)
     select a.batch, a.line from asked a join short s on s.allotment = a.debit_allotment and s.account = a.debit
     order by a.batch desc, a.line desc limit ${LOOKED_INTO}`,
    [
      of.division,
      entries.map(entry => entry.batch),
      entries.map(entry => entry.line),
      entries.map(entry => entry.debit_allotment),
      entries.map(entry => entry.debit),
      entries.map(entry => entry.credit_allotment),
      entries.map(entry => entry.credit),
      entries.map(entry => entry.left),
    ],
  )
  const rows = new Map<string, HangingRow>()
  for (const { batch, line } of trouble) {
    const entry = entries.find(one => one.batch === batch && one.line === line)!
    for (const { document, ...row } of await hangingOf(tx, of.division, entry, of.wrong))
      rows.set(`${row.division.code} ${row.allotment} ${row.kind} ${row.form} ${document}`, row)
  }
  return [...rows.values()]
}
