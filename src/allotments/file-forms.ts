import { storedNumber } from '../kernel/document-number.ts'
import { displayMoney } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Importer } from '../platform/part.ts'
import { receiveAcross, sendAcross } from './across.ts'
import type { NewLine } from './allotment.ts'
import { FORM_COLUMNS } from './form-file.ts'
import { type FileForm, type FormAct, type FormLine, importForms } from './import-forms.ts'
import { issue } from './issue.ts'
import { recall } from './recall.ts'
import type { RecallingForm } from './recallable.ts'
import { reduce } from './reduce.ts'
import type { ReducingForm } from './reduction.ts'
import { vire } from './virement.ts'

/** What a row says of the line that it makes; what it leaves out is taken over from its source. */
export const madeOf = (line: FormLine): NewLine => ({
  amount: line.amount,
  ...(line.fund === null ? {} : { fund: line.fund }),
  ...(line.source === null ? {} : { source: line.source }),
  ...(line.sourceType ? { sourceType: line.sourceType } : {}),
  ...(line.poverty ? { poverty: line.poverty } : {}),
  ...(line.monitored === null ? {} : { monitored: line.monitored }),
  fundNature: line.fundNature,
  functionSubject: line.functionSubject,
  economicSubject: line.economicSubject,
  departmentSubject: line.departmentSubject,
  agency: line.agency,
  project: line.project,
  toDivision: line.receiver,
  toOutside: line.region,
  note: line.note,
  externalId: line.externalId,
})

const spread = ({ lines: [line] }: FormAct) =>
  line!.sourceId !== null
    ? null
    : {
        amount: line!.amount,
        fund: line!.fund,
        agency: line!.agency,
        receiver: line!.receiver,
        documentNumber: line!.sourceNumber,
      }

const reducing = (form: ReducingForm, ...words: string[]): FileForm => ({
  words: [...words, form],
  needs: ['sourceId'],
  spreads: true,
  run: async (context, act) => {
    const over = spread(act)
    return {
      repair: (
        await reduce(context, {
          ...act,
          form,
          ...(over
            ? { lines: [], spread: over }
            : { lines: act.lines.map(one => ({ line: one.source!, amount: one.amount })) }),
        })
      ).repair,
    }
  },
})

const recalling = (form: RecallingForm, ...words: string[]): FileForm => ({
  words: [...words, form],
  needs: ['sourceId'],
  spreads: true,
  run: async (context, act) => {
    const over = spread(act)
    const own = form === 'recall' || form === 'settle'
    return {
      repair: (
        await recall(context, {
          ...act,
          form,
          ...(over
            ? { lines: [], spread: over }
            : {
                lines: act.lines.map(one => ({ transfer: (own ? one.sent : one.transfer) ?? 0n, amount: one.amount })),
              }),
        })
      ).repair,
    }
  },
})

/** Forms that make new lines are given the rows' own keys for them. */
const making = (
  words: readonly string[],
  needs: FileForm['needs'],
  run: (context: Context, act: FormAct) => ReturnType<FileForm['run']>,
): FileForm => ({ words, needs, run })

const RECALLS: Readonly<Record<string, FileForm>> = {
  recall: recalling('recall', '收回下级', '收回'),
  settle: recalling('settle', '清算扣回'),
  recalled: recalling('recalled', '上级收回'),
  settled: recalling('settled', '上级清算扣回'),
}

const ADJUSTMENTS: Readonly<Record<string, FileForm>> = {
  add: making(['追加', 'add'], ['externalId', 'fundCode'], (context, act) =>
    issue(context, { ...act, form: 'add', lines: act.lines.map(madeOf) }),
  ),
  cut: reducing('cut', '追减'),
  withdraw: reducing('withdraw', '收回单位指标', '收回单位', '单位收回'),
  virement: making(['调剂', 'virement'], ['sourceId', 'externalId'], (context, act) =>
    vire(context, { ...act, lines: act.lines.map(madeOf) }),
  ),
  'send-across': making(['横向转出', '横向转移', 'send-across'], ['sourceId', 'externalId'], (context, act) =>
    sendAcross(context, { ...act, lines: act.lines.map(madeOf) }),
  ),
  'receive-across': making(
    ['横向转入', '接收横向转移', 'receive-across'],
    ['externalId', 'fundCode', 'otherNumber'],
    takeAcross,
  ),
}

/** From a region outside by its document; from one of this installation out of what waits here under that number. */
async function takeAcross(context: Context, act: FormAct): ReturnType<FileForm['run']> {
  const first = act.lines[0]!
  const made = act.lines.map(line => ({ ...madeOf(line), toOutside: null, superiorNumber: line.otherNumber }))
  if (first.region !== null)
    return receiveAcross(context, {
      ...act,
      lines: made,
      from: { region: first.region, number: first.otherNumber!, title: first.title, dated: first.dated },
    })
  const waiting = await context.tx.query<{ id: bigint; left: bigint }>(
    `select id, sent_fen - taken_fen as left from ledger.transfer where division = $1 and fiscal_year = $2 and across
       and document_number = $3 and taken_fen < sent_fen order by id`,
    [act.division, act.fiscalYear, storedNumber(first.otherNumber!)],
  )
  const lines = made.map((line, index) => {
    const fits = waiting.find(one => one.left === line.amount) ?? waiting.find(one => one.left > line.amount)
    if (!fits)
      refuse(
        'conflict',
        'transfer-exceeded',
        `第 ${index + 1} 行横向转入 ${displayMoney(line.amount)} 元：没有以“${first.otherNumber}”转来且余额足够的待接收转移；系统外地区转来的请填写该地区名称。`,
        `Line ${index + 1}: nothing that waits here under “${first.otherNumber}” has ${displayMoney(line.amount)} yuan left; for a region outside this installation state its name.`,
        { row: index + 1, field: 'SUP_BGT_DOC_NO', value: first.otherNumber! },
      )
    fits.left -= line.amount
    return { ...line, transfer: fits.id }
  })
  return receiveAcross(context, { ...act, lines })
}

/** 指标调整单 (追加、追减、收回单位、调剂、横向转移), of any number of divisions and documents in one sheet. */
export const adjustmentImporter: Importer = {
  kind: 'adjustments',
  title: { zh: '指标调整单', en: 'adjustments' },
  permission: 'allotments.write',
  columns: FORM_COLUMNS,
  run: (run, actor, request) => run(actor, context => importForms(context, request, ADJUSTMENTS)),
}

/** 收回单 (收回下级、清算扣回, and those of superiors outside this installation): its own kind, for it takes another permission. */
export const recallImporter: Importer = {
  kind: 'recalls',
  title: { zh: '收回和清算扣回单', en: 'recalls and settlement deductions' },
  permission: 'allotments.recall',
  columns: FORM_COLUMNS,
  run: (run, actor, request) => run(actor, context => importForms(context, request, RECALLS)),
}
