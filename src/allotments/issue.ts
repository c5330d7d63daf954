import { displayMoney, type Fen } from '../kernel/money.ts'
import { FaultList, type Repair, refuse } from '../kernel/refusal.ts'
import { ACCOUNT } from '../ledger/chart.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { type Posting, post, postedBefore, type TransferMove } from '../ledger/post.ts'
import type { Context } from '../platform/context.ts'
import { type AllotmentForm, FORMS, type NewLine, type Origin, TAKES } from './allotment.ts'
import { newRow } from './new-line.ts'
import { type AllotmentRow, fundPoverty, goLive, insertAllotments, newIds, origins, transferOrigins } from './store.ts'

/** One document, one form, its lines: posted as one batch, or not at all. */
export interface Issue {
  division: number
  fiscalYear: number
  form: AllotmentForm
  document: DocumentInput
  effectiveOn: string
  requestKey?: string | null
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
 * `over-allotted`, `fund-unknown`, `fund-secret`, `transfer-exceeded`; and what `ledger.post` refuses.
 */
export async function issue(context: Context, input: Issue): Promise<Issued> {
  const { tx } = context
  const { division, form, lines } = input
  if (!FORMS.includes(form)) refuse('input', 'form-unknown', `没有“${form}”这种业务单。`, `There is no form “${form}”.`)
  if (lines.length === 0)
    refuse('input', 'no-lines', '业务单没有明细：请至少填写一行。', 'The form has no lines: enter at least one.')
  const before = input.requestKey ? await postedBefore(context, division, input.requestKey) : null
  if (before) return { ...before, document: before.document!, repair: null }
  const takes = TAKES[form]
  const from: Map<bigint, Origin> = takes
    ? await origins(
        tx,
        division,
        lines.map(line => line.source ?? 0n),
        takes.account,
      )
    : form === 'receive'
      ? await transferOrigins(
          tx,
          division,
          lines.map(line => line.transfer ?? 0n),
        )
      : new Map()
  const originOf = (line: NewLine): Origin | undefined => from.get((takes ? line.source : line.transfer) ?? 0n)
  const funds = await fundPoverty(tx, [...new Set(lines.map(line => line.fund ?? originOf(line)?.fund ?? 0))])
  check(input, originOf, funds)

  const registered = input.documentId
    ? { id: input.documentId, repair: null, number: input.document.number }
    : await registerDocument(context, division, input.document, input.importId ?? null)
  const live = await goLive(tx, division)

  if (form === 'plan') {
    const batch = await post(context, {
      ...input,
      document: registered.id,
      lines: lines.map(line => ({
        debitAllotment: line.source!,
        debit: ACCOUNT.plan,
        creditAllotment: line.source!,
        credit: ACCOUNT.own,
        amount: line.amount,
      })),
    })
    await remember(context, input, batch)
    return { batch, document: registered.id, lines: lines.map(line => line.source!), repair: registered.repair }
  }

  const ids = await newIds(tx, lines.length)
  const common = {
    division,
    fiscalYear: input.fiscalYear,
    form,
    document: registered.id,
    dated: input.document.dated,
    live,
  }
  const rows = lines.map((line, index): AllotmentRow => {
    const origin = originOf(line)
    const fund = line.fund ?? origin!.fund
    // A line has one parent: the one that its form takes from, whatever else it may name.
    const named: NewLine = {
      ...line,
      ...(takes ? {} : { source: undefined }),
      ...(form === 'receive' ? {} : { transfer: undefined }),
      ...(form === 'add' ? { budgetOrigin: 2 } : {}),
    }
    return newRow(common, ids[index]!, named, origin, { id: fund, ...funds.get(fund)! })
  })
  await insertAllotments(tx, rows)
  const transfers = await moves(context, input, registered.number, rows, ids)
  const batch = await post(context, { ...input, document: registered.id, lines: postings(form, rows), transfers })
  await remember(context, input, batch)
  return { batch, document: registered.id, lines: ids, repair: registered.repair }
}

function check(
  input: Issue,
  originOf: (line: NewLine) => Origin | undefined,
  funds: Awaited<ReturnType<typeof fundPoverty>>,
): void {
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
    if (takes || input.form === 'receive') {
      const key = (takes ? line.source : line.transfer) ?? 0n
      if (!origin) {
        faults.add({
          code: 'source-missing',
          row,
          field: takes ? 'source' : 'transfer',
          value: String(key),
          zh: `第 ${row} 行的来源指标 ${key} 不存在或不属于本级：请重新选择。`,
          en: `Line ${row}: the source ${key} does not exist in this division: choose another.`,
        })
        return
      }
      if (takes && !takes.from.includes(origin.form as AllotmentForm)) {
        faults.add({
          code: 'source-wrong-form',
          row,
          field: 'source',
          value: String(key),
          zh: `第 ${row} 行的来源指标 ${key} 不能直接办理此项：请先完成上一步（登记→分配→细化或下达）。`,
          en: `Line ${row}: this step cannot follow on line ${key}: do the step before it first (register, assign, then refine or pass down).`,
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
          zh: `第 ${row} 行金额 ${displayMoney(line.amount)} 元超过来源 ${key} 的可用余额 ${left} 元：请减少金额或选用其他来源。`,
          en: `Line ${row}: ${displayMoney(line.amount)} yuan exceeds the ${left} yuan left of source ${key}: lower it or choose another source.`,
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
    if (input.form === 'pass-down' && (line.toDivision == null || line.toDivision === input.division))
      faults.add({
        code: 'receiver-missing',
        row,
        field: 'toDivision',
        zh: `第 ${row} 行没有接收方区划：请选择下级。`,
        en: `Line ${row} names no receiving division: choose one below.`,
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
  faults.throwIfAny()
}

function postings(form: AllotmentForm, rows: readonly AllotmentRow[]): Posting[] {
  const sides: Record<string, [debit: number, credit: number]> = {
    register: [ACCOUNT.total, ACCOUNT.revenue],
    add: [ACCOUNT.total, ACCOUNT.revenue],
    receive: [ACCOUNT.total, ACCOUNT.revenue],
    assign: [ACCOUNT.toRefine, ACCOUNT.total],
    refine: [ACCOUNT.own, ACCOUNT.toRefine],
    'pass-down': [ACCOUNT.passed, ACCOUNT.toRefine],
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

/** The transfers that the form moves: opened below for a pass-down, taken from for a receipt. */
async function moves(
  context: Context,
  input: Issue,
  number: string,
  rows: readonly AllotmentRow[],
  ids: readonly bigint[],
): Promise<TransferMove[]> {
  if (input.form === 'receive')
    return rows.map(row => ({ division: input.division, transfer: row.transfer!, amount: row.amount_fen as Fen }))
  if (input.form !== 'pass-down') return []
  const opened = await openTransfers(context, {
    sender: input.division,
    fiscalYear: input.fiscalYear,
    document: { ...input.document, number },
    lines: rows.map((row, index) => ({
      receiver: row.to_division!,
      senderAllotment: ids[index]!,
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
  return rows.map((row, index) => ({
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

/** Opens transfers in the receivers' books; from a superior outside this installation (`sender` null) with the amount it sent. */
export async function openTransfers(
  context: Context,
  input: { sender: number | null; fiscalYear: number; document: DocumentInput; lines: readonly TransferLine[] },
): Promise<bigint[]> {
  const { lines, document } = input
  const rows = await context.tx.query<{ id: bigint }>(
    `select ledger.open_transfers($1, $2, $3, $4, $5, $6::int[], $7::bigint[], $8::int[], $9::text[], $10::boolean[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[]) as id`,
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
    ],
  )
  return rows.map(row => row.id)
}

async function remember(context: Context, input: Issue, batch: bigint): Promise<void> {
  await context.audit({
    division: input.division,
    action: `allotment.${input.form}`,
    subject: input.document.number,
    detail: { batch: String(batch), lines: input.lines.length },
  })
  // Payments may have been waiting for this.
  if (input.form === 'refine' || input.form === 'plan')
    await context.announce('allotments.room-made', { division: input.division, fiscalYear: input.fiscalYear })
}
