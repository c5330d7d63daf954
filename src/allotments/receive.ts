import { LEVELS, type Level } from '../kernel/division-code.ts'
import { storedNumber } from '../kernel/document-number.ts'
import { groupBy } from '../kernel/group-by.ts'
import { displayMoney } from '../kernel/money.ts'
import { FaultList, type Repair } from '../kernel/refusal.ts'
import { postedBefore } from '../ledger/post.ts'
import { askedOf } from '../ledger/request.ts'
import type { Context } from '../platform/context.ts'
import type { NewLine } from './allotment.ts'
import { type Issue, type Issued, issue, openTransfers } from './issue.ts'
import { refusePapers } from './paper.ts'
import { fundPoverty } from './store.ts'

/** A superior's line that nobody sent through this installation, as a clerk typed it off the paper. */
export interface Outside {
  number: string
  sourceLevel?: Level
  direct?: boolean
  /** The clerk knows that a superior in this installation sent nothing under the number. */
  confirmed?: boolean
}

export type ReceivedLine = NewLine & { outside?: Outside | undefined }

/**
 * Receives transfers: those that a superior in this installation sent, and those that came on paper from a superior outside it. For the
 * latter the outside transfer is opened with the amount received, under the number in its proper form.
 * Refuses, beside what `issue` refuses, all at once: `superior-line-waits` where the number was sent to this division and waits (taking it
 * in by hand would count it twice), `superior-sent-nothing` where a superior works in this installation and sent nothing under the
 * number (until it is confirmed), `outside-document-taken` where it was typed in before, `fund-missing`, `fund-unknown`, `amount-not-positive`.
 */
export async function receive(
  context: Context,
  input: Omit<Issue, 'form' | 'lines'> & { lines: readonly ReceivedLine[] },
): Promise<Issued & { repairs: Repair[] }> {
  const asked = askedOf('receive', input)
  const before = input.requestKey ? await postedBefore(context, input.division, input.requestKey, asked) : null
  const outside = input.lines.flatMap((line, index) =>
    line.outside ? [{ line, of: line.outside, row: index + 1 }] : [],
  )
  if (before || outside.length === 0)
    return { ...(await issue(context, { ...input, asked, form: 'receive' })), repairs: [] }
  await refuseInside(context, input, outside)
  await refusePapers(context, {
    ...input,
    across: false,
    papers: outside.map(({ line, of, row }) => ({
      row,
      number: storedNumber(of.number),
      fund: line.fund!,
      sender: null,
    })),
  })
  const level = await levelAbove(context, input.division)
  const opened = new Map<number, bigint>()
  for (const [number, lines] of groupBy(outside, ({ of }) => storedNumber(of.number))) {
    const ids = await openTransfers(context, {
      sender: null,
      byHand: true,
      fiscalYear: input.fiscalYear,
      // The paper's own title and day are those of the document that it is registered under.
      document: { number, title: input.document.title, dated: input.document.dated },
      lines: lines.map(({ line, of }) => ({
        receiver: input.division,
        senderAllotment: null,
        fund: line.fund!,
        sourceLevel: of.sourceLevel ?? level,
        direct: of.direct ?? false,
        functionSubject: line.functionSubject ?? null,
        fundNature: line.fundNature ?? null,
        note: line.note ?? null,
        externalId: null,
        path: '{}',
        sent: line.amount,
      })),
    })
    for (const [index, { row }] of lines.entries()) opened.set(row, ids[index]!)
  }
  const repairs = outside.flatMap(({ of, row }): Repair[] => {
    const number = storedNumber(of.number)
    return number === of.number.trim()
      ? []
      : [
          {
            code: 'document-number-repaired',
            row,
            field: 'superiorNumber',
            value: of.number,
            to: number,
            zh: `第 ${row} 行的上级文号“${of.number}”已规范为“${number}”。`,
            en: `Line ${row}: the superior's number “${of.number}” was mended to “${number}”.`,
          },
        ]
  })
  const lines = input.lines.map((line, index): NewLine => {
    const { outside: _, ...rest } = line
    return opened.has(index + 1) ? { ...rest, transfer: opened.get(index + 1) } : rest
  })
  return { ...(await issue(context, { ...input, asked, form: 'receive', lines })), repairs }
}

interface Typed {
  line: ReceivedLine
  of: Outside
  row: number
}

/** What cannot be opened by hand: no fund, no money, a number that a superior here uses, or should have used. */
async function refuseInside(context: Context, input: Pick<Issue, 'division' | 'fiscalYear'>, typed: readonly Typed[]) {
  const { tx } = context
  const { division, fiscalYear } = input
  const numbers = [...new Set(typed.map(({ of }) => storedNumber(of.number)))]
  const waiting = await tx.query<{ number: string; left: bigint }>(
    `select document_number as number, sum(sent_fen - taken_fen)::bigint as left from ledger.transfer
     where division = $1 and fiscal_year = $2 and document_number = any ($3) and sent_fen > taken_fen group by 1`,
    [division, fiscalYear, numbers],
  )
  const left = new Map(waiting.map(row => [row.number, row.left]))
  const superior = await superiorHere(context, division)
  const funds = await fundPoverty(tx, [...new Set(typed.flatMap(({ line }) => line.fund ?? []))])
  const faults = new FaultList()
  for (const { line, of, row } of typed) {
    const number = storedNumber(of.number)
    const add = (code: string, field: string, value: string, zh: string, en: string): void =>
      faults.add({ code, row, field, value, zh, en })
    if (line.fund === undefined)
      add(
        'fund-missing',
        'fund',
        '',
        `第 ${row} 行没有专项资金：手工录入的上级指标须填写资金。`,
        `Line ${row} names no fund: a superior's line that is typed by hand needs one.`,
      )
    else if (!funds.has(line.fund))
      add(
        'fund-unknown',
        'fund',
        String(line.fund),
        `第 ${row} 行的专项资金不存在：请从目录中选择。`,
        `Line ${row}: there is no such fund: choose one from the catalogue.`,
      )
    if (line.amount <= 0n)
      add(
        'amount-not-positive',
        'amount',
        displayMoney(line.amount),
        `第 ${row} 行金额应大于零：减少请用追减或红字更正。`,
        `Line ${row}: the amount must be above zero; to lower, use a cut or a red letter.`,
      )
    const waits = left.get(number)
    if (waits !== undefined)
      add(
        'superior-line-waits',
        'superiorNumber',
        number,
        `第 ${row} 行：上级已通过本系统下达“${number}”，尚有 ${displayMoney(waits)} 元待接收。请改为选择该笔上级指标，手工录入会重复计算。`,
        `Line ${row}: a superior sent “${number}” through this system, and ${displayMoney(waits)} yuan of it wait. Choose that transfer: typed by hand it would count twice.`,
      )
    else if (superior && !of.confirmed)
      add(
        'superior-sent-nothing',
        'superiorNumber',
        number,
        `第 ${row} 行：上级“${superior}”在本系统内，但没有以“${number}”向本级下达可接收的指标。请核对文号或与上级联系；确属系统外上级的文件，请勾选确认后再登记。`,
        `Line ${row}: the superior “${superior}” works in this system, yet nothing of “${number}” was sent here that could be received. Check the number or ask the superior; if the document is of a superior outside this system, confirm that and register again.`,
      )
  }
  faults.throwIfAny()
}

/** The name of a superior that works in this installation: it has begun, or has sent here before. Null where all of them are outside. */
const superiorHere = async ({ tx }: Context, division: number): Promise<string | null> =>
  (
    await tx.maybe<{ name: string }>(
      `select p.name from divisions.published_division d
       join divisions.published_division p on p.division in (d.fiscal_parent, d.administrative_parent)
       where d.division = $1 and (p.go_live is not null or exists (
         select from ledger.transfer t where t.division = d.division and t.sender = p.division))
       order by p.division = d.fiscal_parent desc limit 1`,
      [division],
    )
  )?.name ?? null

async function levelAbove({ tx }: Context, division: number): Promise<Level> {
  const row = await tx.maybe<{ level: Level }>('select level from divisions.published_division where division = $1', [
    division,
  ])
  return LEVELS[Math.max(0, LEVELS.indexOf(row?.level ?? 'province') - 1)]!
}
