import { storedNumber } from '../kernel/document-number.ts'
import { displayMoney, type Fen, split } from '../kernel/money.ts'
import { FaultList, type Repair, refuse, type Sentence } from '../kernel/refusal.ts'
import { type DocumentInput, registerDocument } from '../ledger/document.ts'
import { lineNaming, type Naming, refuseNamed } from '../ledger/line-names.ts'
import { type Posting, post, postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import { type Holding, leftFor, mayTake, type ReducingForm, takenOff, takeOff } from './reduction.ts'
import { entriesOf, holdings, type SpreadFilter, spreadOver } from './store.ts'

/** A lawful reduction: one document that names its lines, or an amount that is spread over the lines that it is of. */
export interface Reduction {
  division: number
  fiscalYear: number
  form: ReducingForm
  document: DocumentInput
  effectiveOn: string
  requestKey?: string | null
  /** What was asked under the key, where it was not in these words (a row of a file). */
  asked?: Buffer
  lines?: readonly { line: bigint; amount: Fen }[]
  spread?: Partial<SpreadFilter> & { amount: Fen }
  /** Posts it and takes it all back: to see the spread before it is stored. */
  checkOnly?: boolean
}

export interface Reduced {
  /** Both null where it was only looked at. */
  batch: bigint | null
  document: bigint | null
  /** What was taken off each line, and what the form could take of it after that. The parts sum to the amount asked for, to the fen. */
  parts: { line: bigint; amount: Fen; left: Fen }[]
  repair: Repair | null
}

const SPREAD_FORMS: Record<ReducingForm, string[]> = { cut: ['register', 'add', 'assign'], withdraw: ['refine'] }

/**
 * Cuts own budget (追减) or withdraws from agencies (收回): positive entries in the opposite direction, with a document and a day of their
 * own. A cut takes what is not refined yet (assigned money goes back through 1001 in the same batch); a withdrawal takes own spending,
 * and what is planned after it. A spread goes over the lines in proportion to what is left of each.
 * Refuses, all faults at once: `no-lines`, `amount-not-positive`, `source-missing`, `source-wrong-form`, `source-wrong-year`,
 * `over-allotted`, `spread-unnamed`, `nothing-to-reduce`; and what `ledger.post` refuses.
 */
export async function reduce(context: Context, input: Reduction): Promise<Reduced> {
  const { tx } = context
  if (!input.checkOnly) return perform(context, input)
  await tx.query('savepoint look')
  const { parts, repair } = await perform(context, { ...input, requestKey: null })
  await tx.query('rollback to savepoint look')
  return { batch: null, document: null, parts, repair }
}

async function perform(context: Context, input: Reduction): Promise<Reduced> {
  const { tx } = context
  const { division, form } = input
  const before = input.requestKey
    ? await postedBefore(context, division, input.requestKey, input.asked ?? askedOf(form, input))
    : null
  if (before) {
    const parts = takenOff(form, await entriesOf(tx, division, before.batch))
    const lines = await holdings(
      tx,
      division,
      parts.map(part => part.line),
    )
    return { batch: before.batch, document: before.document, parts: withLeft(form, parts, lines), repair: null }
  }
  const { asked, lines } = await (input.spread ? spread(context, input, input.spread) : named(context, input))
  const postings: Posting[] = asked.flatMap(({ line, amount }) => takeOff(form, lines.get(line)!, amount))
  const registered = await registerDocument(context, division, input.document)
  const batch = await post(context, { ...input, lines: postings, document: registered.id })
  await context.audit({
    division,
    action: `allotment.${form}`,
    subject: registered.number,
    detail: { batch: String(batch), lines: asked.length },
  })
  return { batch, document: registered.id, parts: withLeft(form, asked, lines), repair: registered.repair }
}

interface Asked {
  asked: { line: bigint; amount: Fen }[]
  lines: Map<bigint, Holding>
}

const withLeft = (form: ReducingForm, parts: Asked['asked'], lines: Asked['lines']): Reduced['parts'] =>
  parts.map(part => ({ ...part, left: leftFor(form, lines.get(part.line)!) as Fen }))

async function named(context: Context, input: Reduction): Promise<Asked> {
  const asked = [...(input.lines ?? [])]
  if (asked.length === 0)
    refuse('input', 'no-lines', '业务单没有明细：请至少填写一行。', 'The form has no lines: enter at least one.')
  const lines = await holdings(
    context.tx,
    input.division,
    asked.map(one => one.line),
  )
  await refuseNamed(
    () => lineNaming(context.tx, input.division, [...lines.keys()]),
    name => {
      const faults = new FaultList()
      checkTaken(faults, input, asked, lines, name)
      return faults
    },
  )
  return { asked, lines }
}

async function spread(context: Context, input: Reduction, over: NonNullable<Reduction['spread']>): Promise<Asked> {
  const { tx } = context
  const { division, form } = input
  const { fund = null, agency = null, amount } = over
  const typed = over.documentNumber?.trim() || null
  if ((input.lines ?? []).length > 0 || (fund === null && agency === null && typed === null))
    refuse(
      'input',
      'spread-unnamed',
      '请指明从哪个专项资金、文件或预算单位按比例减少，且不要同时填写明细行。',
      'Name the fund, document or agency over which to spread, and no lines beside it.',
      { field: 'spread' },
    )
  if (amount <= 0n) refuse('input', 'amount-not-positive', ...notPositive(null, amount), { field: 'amount' })
  const ids = await spreadOver(tx, division, input.fiscalYear, SPREAD_FORMS[form], {
    fund,
    agency,
    documentNumber: typed && storedNumber(typed),
  })
  const lines = await holdings(tx, division, ids)
  const live = ids.map(id => lines.get(id)!).filter(line => mayTake(form, line) && leftFor(form, line) > 0n)
  const left = live.map(line => leftFor(form, line))
  const total = left.reduce((sum, one) => sum + one, 0n)
  if (total === 0n)
    refuse(
      'conflict',
      'nothing-to-reduce',
      '所指资金、文件或单位下没有可减少的余额：请核对后重新选择。',
      'Nothing is left to reduce under that fund, document or agency: check it and choose again.',
      { field: 'spread' },
    )
  if (amount > total)
    refuse(
      'input',
      'over-allotted',
      `金额 ${displayMoney(amount)} 元超过可减少的余额合计 ${displayMoney(total)} 元（${live.length} 条指标）：请减少金额。`,
      `${displayMoney(amount)} yuan exceeds the ${displayMoney(total)} yuan left in ${live.length} lines: lower the amount.`,
      { field: 'amount', value: displayMoney(amount) },
    )
  const asked = split(amount, left)
    .map((part, index) => ({ line: live[index]!.id, amount: part }))
    .filter(part => part.amount > 0n)
  return { asked, lines }
}

const notPositive = (row: number | null, amount: Fen): [zh: string, en: string] => [
  `${row === null ? '' : `第 ${row} 行`}金额应大于零：追减、收回、调剂填写正数，红字只用于更正错误（现为 ${displayMoney(amount)}）。`,
  `${row === null ? 'The' : `Line ${row}: the`} amount must be above zero (it is ${displayMoney(amount)}): a cut, withdrawal or virement states what it takes; red letters are for errors.`,
]

const WRONG_FORM: Record<ReducingForm | 'virement', Sentence> = {
  cut: {
    zh: '不是未细化的本级预算，不能追减：上级资金由上级收回，已细化的先向单位收回',
    en: 'is not own budget that is still to be refined: what a superior sent is recalled by the superior, what is refined is withdrawn first',
  },
  withdraw: { zh: '未细化到单位，无可收回', en: 'is not refined to an agency, so there is nothing to withdraw' },
  virement: { zh: '未细化到单位，不能调剂', en: 'is not refined to an agency, so nothing can be moved from it' },
}

/** Adds a fault for each line that the form may not take so much from: missing, of another form or year, or with less left. */
export function checkTaken(
  faults: FaultList,
  input: { form: ReducingForm | 'virement'; fiscalYear: number },
  asked: Asked['asked'],
  lines: Asked['lines'],
  name: Naming,
): void {
  const { form } = input
  const taken = new Map<bigint, bigint>()
  asked.forEach(({ line: id, amount }, index) => {
    const row = index + 1
    const line = lines.get(id)
    const add = (code: string, field: string, value: string, zh: string, en: string): void =>
      faults.add({ code, row, field, value, zh, en })
    if (amount <= 0n) add('amount-not-positive', 'amount', displayMoney(amount), ...notPositive(row, amount))
    if (!line) {
      add(
        'source-missing',
        'source',
        String(id),
        `第 ${row} 行的指标不存在或不属于本级：请重新选择。`,
        `Line ${row}: its source does not exist in this division: choose another.`,
      )
      return
    }
    if (!mayTake(form, line)) {
      add(
        'source-wrong-form',
        'source',
        String(id),
        `第 ${row} 行的指标${name(id).zh}${WRONG_FORM[form].zh}。`,
        `Line ${row}: ${name(id).en} ${WRONG_FORM[form].en}.`,
      )
      return
    }
    if (line.fiscalYear !== input.fiscalYear)
      add(
        'source-wrong-year',
        'source',
        String(id),
        `第 ${row} 行的指标${name(id).zh}属于 ${line.fiscalYear} 年度，不是 ${input.fiscalYear} 年度：请分年度办理。`,
        `Line ${row}: ${name(id).en} is of ${line.fiscalYear}, not of ${input.fiscalYear}: use a form for each year.`,
      )
    const sum = (taken.get(id) ?? 0n) + amount
    taken.set(id, sum)
    const left = leftFor(form, line)
    if (sum > left)
      add(
        'over-allotted',
        'amount',
        displayMoney(amount),
        `第 ${row} 行金额 ${displayMoney(amount)} 元超过指标${name(id).zh}的可用余额 ${displayMoney(left - (sum - amount))} 元：请减少金额；已下达或已支付的须先收回或退回。`,
        `Line ${row}: ${displayMoney(amount)} yuan exceeds the ${displayMoney(left - (sum - amount))} yuan left of ${name(id).en}: lower it; what was passed down or paid has to come back first.`,
      )
  })
}
