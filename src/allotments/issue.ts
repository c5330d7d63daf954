import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList, type Repair, refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, type Registered, registerDocument } from '../ledger/document.ts'
import { lineNaming, type Naming, refuseNamed, transferNaming } from '../ledger/line-names.ts'
import { type Posting, post, postedBefore, type TransferMove } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import { enterBook } from './advance.ts'
import { type AllotmentForm, FORMS, type NewLine, type Origin, receives, sends, TAKES } from './allotment.ts'
import { newRow } from './new-line.ts'
import { paperTwice } from './paper.ts'
import { recognisedLines } from './recognition.ts'
import { type AllotmentRow, beforeLines, fundPoverty, insertAllotments, origins, transferOrigins } from './store.ts'

/** The funds of so few source lines are asked for beside the lines; those of many, once their lines are known. */
const FEW_LINES = 100

type Before = NonNullable<Awaited<ReturnType<typeof postedBefore>>>
type Funds = Awaited<ReturnType<typeof fundPoverty>>
type Drawn = Awaited<ReturnType<typeof beforeLines>>

/** One document, one form, its lines: posted as one batch, or not at all. */
export interface Issue {
  division: number
  fiscalYear: number
  form: AllotmentForm
  document: DocumentInput
  effectiveOn: string
  requestKey?: string | null
  /** What was asked under the key, where it was not in these words (a receipt whose transfer was opened for it). */
  asked?: Buffer
  lines: readonly NewLine[]
  importId?: bigint | null
  /** The document, where it is registered already (a file whose lines share one document over several forms). */
  documentId?: bigint
  /** The rows of a file that the lines stand in, for faults to name; the lines' ordinals where not given. */
  rows?: readonly number[]
}

export interface Issued {
  batch: bigint
  document: bigint
  /** The new lines in the order given; for a payment plan, the lines that were planned. */
  lines: bigint[]
  repair: Repair | null
}

/**
 * Runs a form: checks its lines against what they take from, writes the lines, and posts the transaction order.
 * Refuses, all faults at once, with `row` = the line's ordinal: `no-lines`, `amount-not-positive`, `source-missing`, `source-wrong-form`,
 * `over-allotted`, `fund-unknown`, `fund-secret`, `transfer-exceeded`, `book-provisional`; and what `ledger.post` refuses.
 */
export async function issue(context: Context, input: Issue): Promise<Issued> {
  const { tx } = context
  const { division, form, lines } = input
  if (!FORMS.includes(form)) refuse('input', 'form-unknown', `没有“${form}”这种业务单。`, `There is no form “${form}”.`)
  if (lines.length === 0)
    refuse('input', 'no-lines', '业务单没有明细：请至少填写一行。', 'The form has no lines: enter at least one.')
  const takes = TAKES[form]
  const sources = lines.flatMap(line => (takes ? line.source : line.transfer) ?? [])
  const from = takes || receives(form)
  const reads = await tx.together<[Before | null, Map<bigint, Origin>, Funds, Drawn]>(() => [
    input.requestKey
      ? postedBefore(context, division, input.requestKey, input.asked ?? askedOf(form, input))
      : Promise.resolve(null),
    takes
      ? origins(tx, division, sources, takes.account)
      : receives(form)
        ? transferOrigins(tx, division, sources)
        : Promise.resolve(new Map()),
    fundPoverty(
      tx,
      [...new Set(lines.flatMap(line => line.fund ?? []))],
      from && lines.length <= FEW_LINES ? { division, ids: sources, transfers: !takes } : undefined,
    ),
    beforeLines(tx, division, input.fiscalYear, form === 'plan' ? 0 : lines.length),
  ])
  const [before, fromLines, funds, drawn] = reads
  if (before) return { ...before, document: before.document!, repair: null }
  const originOf = (line: NewLine): Origin | undefined => fromLines.get((takes ? line.source : line.transfer) ?? 0n)
  const unread = new Set([...fromLines.values()].map(origin => origin.fund).filter(fund => !funds.has(fund)))
  if (unread.size > 0) for (const [id, fund] of await fundPoverty(tx, [...unread])) funds.set(id, fund)
  await refuseNamed(
    () => (takes ? lineNaming : transferNaming)(tx, division, sources),
    name => check(input, originOf, funds, name),
  )
  const early = await enterBook(
    context,
    input,
    drawn.provisional,
    line => line.advance ?? originOf(line)?.advance ?? false,
  )

  const document = input.documentId ?? drawn.document
  const register = (): Promise<Registered | null> =>
    input.documentId
      ? Promise.resolve(null)
      : registerDocument(context, division, input.document, input.importId ?? null, drawn.document)
  const postAs = (postings: Posting[], transfers: TransferMove[] = []): Promise<bigint> =>
    post(context, { ...input, document, batch: drawn.batch, lines: postings, transfers })

  if (form === 'plan') {
    const [registered, batch] = await tx.together<[Registered | null, bigint, ...unknown[]]>(() => [
      register(),
      postAs(
        lines.map(line => ({
          debitAllotment: line.source!,
          debit: ACCOUNT.plan,
          creditAllotment: line.source!,
          credit: ACCOUNT.own,
          amount: line.amount,
        })),
      ),
      ...remember(context, input, drawn.batch),
    ])
    return { batch, document, lines: lines.map(line => line.source!), repair: registered?.repair ?? null }
  }

  const { ids } = drawn
  const recognised = form === 'receive' ? recognisedLines(lines, originOf) : []
  const common = {
    division,
    fiscalYear: input.fiscalYear,
    form,
    document,
    dated: input.document.dated,
    live: drawn.live,
  }
  const rows = lines.map((line, index): AllotmentRow => {
    const origin = originOf(line)
    const fund = line.fund ?? origin!.fund
    // A line has one parent: the one that its form takes from, whatever else it may name.
    const named: NewLine = {
      ...line,
      ...(takes ? {} : { source: undefined }),
      ...(receives(form) ? {} : { transfer: undefined }),
      ...(form === 'add' ? { budgetOrigin: 2 } : {}),
      ...(early ? { advance: true } : {}),
      ...recognised[index],
    }
    return newRow(common, ids[index]!, named, origin, { id: fund, ...funds.get(fund)! })
  })
  // What is written needs no answer of what was written before and goes together: but for transfers, which are opened for lines that are
  // there, and for so many lines that they are sent in slices.
  const write = () => [register(), insertAllotments(tx, rows)] as const
  const opens = sends(form) && rows.some(row => row.to_division !== null)
  const apart = opens || lines.length > FEW_LINES
  let registered: Registered | null = null
  if (apart) [registered] = await tx.together<[Registered | null, unknown]>(write)
  const transfers = opens
    ? await openedFor(context, input, registered?.number ?? input.document.number, rows, ids)
    : receives(form)
      ? rows.map(row => ({ division, transfer: row.transfer!, amount: row.amount_fen as Fen }))
      : []
  const [told, , batch] = await tx.together<[Registered | null, unknown, bigint, ...unknown[]]>(() => [
    ...(apart ? ([Promise.resolve(registered), Promise.resolve()] as const) : write()),
    postAs(postings(form, rows), transfers),
    ...remember(context, input, drawn.batch),
  ])
  return { batch, document, lines: ids, repair: told?.repair ?? null }
}

/** Forms that bring own budget under a fund. */
const OWN: ReadonlySet<string> = new Set(['register', 'add'])

function check(input: Issue, originOf: (line: NewLine) => Origin | undefined, funds: Funds, name: Naming): FaultList {
  const takes = TAKES[input.form]
  const faults = new FaultList()
  const asked = new Map<bigint, bigint>()
  input.lines.forEach((line, index) => {
    const row = input.rows?.[index] ?? index + 1
    if (line.amount <= 0n)
      faults.add({
        code: 'amount-not-positive',
        row,
        field: 'amount',
        value: displayMoney(line.amount),
        zh: `第 ${row} 行金额应大于零：减少请用追减或红字更正。`,
        en: `Line ${row}: the amount must be above zero; to lower, use a cut or a red letter.`,
      })
    const origin = originOf(line)
    if (takes || receives(input.form)) {
      const key = (takes ? line.source : line.transfer) ?? 0n
      if (!origin) {
        faults.add({
          code: 'source-missing',
          row,
          field: takes ? 'source' : 'transfer',
          value: String(key),
          ...(takes
            ? {
                zh: `第 ${row} 行的来源指标不存在或不属于本级：请重新选择。`,
                en: `Line ${row}: its source does not exist in this division: choose another.`,
              }
            : {
                zh: `第 ${row} 行的转移支付不存在或不是给本级的：请重新选择。`,
                en: `Line ${row}: its transfer does not exist or is not this division’s: choose another.`,
              }),
        })
        return
      }
      if (!takes && origin.form !== input.form) {
        faults.add({
          code: 'transfer-other-way',
          row,
          field: 'transfer',
          value: String(key),
          zh: `第 ${row} 行的转移支付${name(key).zh}应以“${origin.form === 'receive' ? '接收上级转移支付' : '横向转入'}”登记：请换用该业务单。`,
          en: `Line ${row}: ${name(key).en} is taken by the form “${origin.form}”: use that one.`,
        })
        return
      }
      if (takes && !takes.from.includes(origin.form as AllotmentForm)) {
        faults.add({
          code: 'source-wrong-form',
          row,
          field: 'source',
          value: String(key),
          zh: `第 ${row} 行的来源指标${name(key).zh}不能直接办理此项：请先完成上一步（登记→分配→细化或下达）。`,
          en: `Line ${row}: this step cannot follow on ${name(key).en}: do the step before it first (register, assign, then refine or pass down).`,
        })
        return
      }
      const total = (asked.get(key) ?? 0n) + line.amount
      asked.set(key, total)
      if (total > origin.available) {
        const left = displayMoney((origin.available - (total - line.amount)) as Fen)
        faults.add({
          code: takes ? 'over-allotted' : 'transfer-exceeded',
          row,
          field: 'amount',
          value: displayMoney(line.amount),
          zh: `第 ${row} 行金额 ${displayMoney(line.amount)} 元超过来源${name(key).zh}的可用余额 ${left} 元：请减少金额或选用其他来源。`,
          en: `Line ${row}: ${displayMoney(line.amount)} yuan exceeds the ${left} yuan left of ${name(key).en}: lower it or choose another source.`,
        })
      }
    }
    const fund = line.fund ?? origin?.fund ?? 0
    const known = funds.get(fund)
    if (!known)
      faults.add({
        code: 'fund-unknown',
        row,
        field: 'fund',
        value: String(fund),
        zh: `第 ${row} 行的专项资金不存在：请从目录中选择。`,
        en: `Line ${row}: there is no such fund: choose one from the catalogue.`,
      })
    else if (known.secret)
      faults.add({
        code: 'fund-secret',
        row,
        field: 'fund',
        value: known.name,
        zh: `第 ${row} 行的“${known.name}”为涉密资金，本系统不登记其明细。`,
        en: `Line ${row}: “${known.name}” is a secret fund; its detail may not be entered in this system.`,
      })
    else if (OWN.has(input.form) && known.endedFrom !== null && known.endedFrom <= input.fiscalYear)
      faults.add({
        code: 'fund-ended',
        row,
        field: 'fund',
        value: known.name,
        zh: `第 ${row} 行的“${known.name}”自 ${known.endedFrom} 年度起已不在下发的目录中：请选择现用的资金；以前年度的余额照常办理。`,
        en: `Line ${row}: from ${known.endedFrom} on “${known.name}” stands in no catalogue that is issued: choose a fund in force; what is left of earlier years goes on as before.`,
      })
    if (line.toDivision != null && line.toOutside != null)
      faults.add({
        code: 'receiver-twice',
        row,
        field: 'toOutside',
        value: line.toOutside,
        zh: `第 ${row} 行同时写了系统内和系统外的接收地区：请只保留一个。`,
        en: `Line ${row} names a receiver in this system and one outside it: keep one.`,
      })
    const outside = input.form === 'send-across' && line.toOutside != null && line.toOutside.trim() !== ''
    if (sends(input.form) && !outside && (line.toDivision == null || line.toDivision === input.division))
      faults.add({
        code: 'receiver-missing',
        row,
        field: 'toDivision',
        ...(input.form === 'pass-down'
          ? {
              zh: `第 ${row} 行没有接收方区划：请选择下级。`,
              en: `Line ${row} names no receiving division: choose one below.`,
            }
          : {
              zh: `第 ${row} 行没有接收方：请选择其他地区，或填写系统外地区的名称。`,
              en: `Line ${row} names no receiver: choose another region, or write the name of one outside this installation.`,
            }),
      })
    if (input.form === 'refine' && line.agency == null)
      faults.add({
        code: 'agency-missing',
        row,
        field: 'agency',
        zh: `第 ${row} 行没有预算单位：细化须落实到单位。`,
        en: `Line ${row} names no agency: refining settles on a budget unit.`,
      })
  })
  return faults
}

function postings(form: AllotmentForm, rows: readonly AllotmentRow[]): Posting[] {
  const sides: Record<string, [debit: number, credit: number]> = {
    register: [ACCOUNT.total, ACCOUNT.revenue],
    add: [ACCOUNT.total, ACCOUNT.revenue],
    receive: [ACCOUNT.total, ACCOUNT.revenue],
    assign: [ACCOUNT.toRefine, ACCOUNT.total],
    refine: [ACCOUNT.own, ACCOUNT.toRefine],
    'pass-down': [ACCOUNT.passed, ACCOUNT.toRefine],
    'receive-across': [ACCOUNT.total, ACCOUNT.revenue],
    'send-across': [ACCOUNT.horizontal, ACCOUNT.toRefine],
  }
  const [debit, credit] = sides[form]!
  return rows.map(row => ({
    debitAllotment: row.id,
    debit,
    creditAllotment: row.source ?? row.id,
    credit,
    amount: row.amount_fen as Fen,
  }))
}

/** The transfers that a form opens for what it passes down or sends across. */
async function openedFor(
  context: Context,
  input: Issue,
  number: string,
  rows: readonly AllotmentRow[],
  ids: readonly bigint[],
): Promise<TransferMove[]> {
  // What goes to a region outside this installation interlocks with nothing here.
  const inside = rows.flatMap((row, index) => (row.to_division === null ? [] : [{ row, id: ids[index]! }]))
  const opened = await openTransfers(context, {
    sender: input.division,
    fiscalYear: input.fiscalYear,
    document: { ...input.document, number },
    across: input.form === 'send-across',
    lines: inside.map(({ row, id }) => ({
      receiver: row.to_division!,
      senderAllotment: id,
      fund: row.fund,
      sourceLevel: row.source_level,
      direct: row.direct,
      functionSubject: row.transfer_subject ?? row.function_subject,
      fundNature: row.fund_nature,
      note: row.note,
      externalId: row.external_id,
      path: row.path,
      sent: 0n as Fen,
    })),
  })
  return inside.map(({ row }, index) => ({
    division: row.to_division!,
    transfer: opened[index]!,
    amount: row.amount_fen as Fen,
  }))
}

export interface TransferLine {
  receiver: number
  senderAllotment: bigint | null
  fund: number
  sourceLevel: string
  direct: boolean
  functionSubject: string | null
  fundNature: string | null
  note: string | null
  externalId: string | null
  path: string
  sent: Fen
}

/**
 * Opens transfers in the receivers' books; from a superior or region outside this installation (`sender` null) with the amount it sent.
 * `across` says that they come from another region, not from above. Refuses `outside-document-taken` (of those typed by hand).
 */
export async function openTransfers(
  context: Context,
  input: {
    sender: number | null
    fiscalYear: number
    document: DocumentInput
    lines: readonly TransferLine[]
    across?: boolean
    senderName?: string | null
    /** A clerk typed them off a paper of a sender outside this installation: the same paper is not taken a second time. */
    byHand?: boolean
  },
): Promise<bigint[]> {
  const { lines, document } = input
  const rows = await context.tx.query<{ id: bigint }>(
    `select ledger.open_transfers($1, $2, $3, $4, $5, $6::int[], $7::bigint[], $8::int[], $9::text[], $10::boolean[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[], $17, $18) as id`,
    [
      input.sender,
      input.fiscalYear,
      document.number,
      document.title,
      document.dated,
      lines.map(line => line.receiver),
      lines.map(line => line.senderAllotment),
      lines.map(line => line.fund),
      lines.map(line => line.sourceLevel),
      lines.map(line => line.direct),
      lines.map(line => line.functionSubject),
      lines.map(line => line.fundNature),
      lines.map(line => line.note),
      lines.map(line => line.externalId),
      lines.map(line => line.path),
      lines.map(line => line.sent),
      input.across ?? false,
      input.senderName ?? null,
    ],
  )
  const ids = rows.map(row => row.id)
  if (input.byHand)
    try {
      await context.tx.query('select ledger.name_papers($1, $2::bigint[])', [lines[0]!.receiver, ids])
    } catch (error) {
      throw paperTwice(error)
    }
  return ids
}

/** What is written down and told of a form; sent, and not waited for. */
function remember(context: Context, input: Issue, batch: bigint): Promise<unknown>[] {
  const sent: Promise<unknown>[] = [
    context.audit({
      division: input.division,
      action: `allotment.${input.form}`,
      subject: input.document.number,
      detail: { batch: String(batch), lines: input.lines.length },
    }),
  ]
  // A line that was entered by hand below, before this arrived, is joined with it.
  if (input.form === 'pass-down')
    for (const division of new Set(input.lines.flatMap(line => line.toDivision ?? [])))
      sent.push(context.announce('allotments.passed-down', { division }))
  // Payments may have been waiting for this.
  if (input.form === 'refine' || input.form === 'plan')
    sent.push(context.announce('allotments.room-made', { division: input.division, fiscalYear: input.fiscalYear }))
  return sent
}
