import { EDITION_COLUMNS, HeadReader, lockedExplained } from '../base/edition.ts'
import { issueEdition } from '../base/issue-edition.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { accountsOfOurs, type ChartRow, putChart, shippedChartFrom } from './chart-store.ts'

export const CHART_COLUMNS: readonly Column[] = [
  { name: 'CHART_NAME', titles: ['科目表名称'], required: false },
  { name: 'SHOWN_CODE', titles: ['科目编码', '科目代码'], required: true },
  { name: 'NAME', titles: ['科目名称'], required: true },
  { name: 'ENGLISH', titles: ['英文名称'], required: false },
  { name: 'SIDE', titles: ['余额方向'], required: true },
  { name: 'ACCOUNT', titles: ['对应原科目'], required: false },
  ...EDITION_COLUMNS,
]

const SIDES: ReadonlyMap<string, 'D' | 'C'> = new Map([
  ['D', 'D'],
  ['借', 'D'],
  ['借方', 'D'],
  ['C', 'C'],
  ['贷', 'C'],
  ['贷方', 'C'],
])

/**
 * Takes in a further chart of accounts for later years, with its mapping: ACCOUNT names which accounts of the first chart (by their codes,
 * several separated by blanks or 、) are shown as this one. Entries keep their accounts; what is shown follows the year. Every account of
 * the first chart must be shown as exactly one of the new.
 * Faults: `chart-code-duplicated`, `chart-code-malformed`, `side-unknown`, `chart-account-unknown`, `chart-account-twice`, `chart-side-differs`,
 * `chart-account-unmapped`, `edition-head-missing`, `chart-year-taken`; refuses what `issueEdition` refuses.
 */
export async function importChart(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const heads = new HeadReader(faults)
  const ours = await accountsOfOurs(tx)
  const codes = new Map<string, number>()
  const mapped = new Map<number, number>()
  let name = ''
  const { read, rows } = await readRows(request, CHART_COLUMNS, faults, (reader): ChartRow | null => {
    heads.read(reader)
    name ||= reader.text('CHART_NAME', { maxLength: 100 }) ?? ''
    const shownCode = reader.text('SHOWN_CODE', { required: true })
    const title = reader.text('NAME', { required: true, maxLength: 100 })
    const english = reader.text('ENGLISH', { maxLength: 100 }) ?? title ?? ''
    const side = reader.code('SIDE', SIDES, {
      required: true,
      fault: 'side-unknown',
      zh: '余额方向',
      en: 'side',
      mend: { zh: '不是余额方向，请填 借 或 贷', en: 'is no side; enter D (借) or C (贷)' },
    })
    if (shownCode === null || title === null || side === null) return null
    if (!/^\d{1,12}$/.test(shownCode))
      return reader.fault(
        'chart-code-malformed',
        'SHOWN_CODE',
        shownCode,
        '不是科目编码，应为数字',
        'is no account code; digits are expected',
      )
    const before = codes.get(shownCode)
    if (before !== undefined)
      return reader.fault(
        'chart-code-duplicated',
        'SHOWN_CODE',
        shownCode,
        `与第 ${before} 行重复，请只留一行`,
        `stands in row ${before} already; keep one of the two`,
      )
    codes.set(shownCode, reader.row)
    const accounts: number[] = []
    for (const typed of reader
      .raw('ACCOUNT')
      .split(/[\s,，;；、]+/)
      .filter(Boolean)) {
      const account = ours.get(typed)
      if (!account)
        reader.fault(
          'chart-account-unknown',
          'ACCOUNT',
          typed,
          `不是原科目表的科目，可填 ${[...ours.keys()].join('、')}`,
          `is no account of the first chart; take of ${[...ours.keys()].join(', ')}`,
        )
      else if (mapped.has(account.code))
        reader.fault(
          'chart-account-twice',
          'ACCOUNT',
          typed,
          `已在第 ${mapped.get(account.code)} 行对应，一个原科目只能对应一个新科目`,
          `is mapped in row ${mapped.get(account.code)} already; an account of the first chart is shown as one`,
        )
      else if (account.side !== side)
        reader.fault(
          'chart-side-differs',
          'ACCOUNT',
          typed,
          '的余额方向与原科目相反，请核对对应关系',
          'has its balance on the other side in the first chart; check the mapping',
        )
      else {
        mapped.set(account.code, reader.row)
        accounts.push(account.code)
      }
    }
    return { shownCode, name: title, english, side, accounts }
  })
  for (const [shown, account] of ours)
    if (!mapped.has(account.code) && faults.count === 0)
      faults.add({
        code: 'chart-account-unmapped',
        field: 'ACCOUNT',
        value: shown,
        zh: `原科目“${shown} ${account.name}”没有对应的新科目：请在其对应的行填写，否则以后年度的余额无处列示。`,
        en: `Account “${shown} ${account.name}” of the first chart is shown nowhere: enter it in the row that stands for it, or its balances of later years have no place.`,
      })
  const head = heads.head()
  if (head) {
    // Another edition for that year is refused by the act of issuing, which knows the same one when it comes again.
    const later = await shippedChartFrom(tx, head.firstYear)
    if (later)
      faults.add({
        code: 'chart-year-taken',
        field: 'FIRST_YEAR',
        value: String(head.firstYear),
        zh: `自 ${later.firstYear} 年度起已使用“${later.name}”：新科目表须从其后的年度开始。`,
        en: `From ${later.firstYear} on “${later.name}” is in force: a further chart begins in a later year.`,
      })
  }
  faults.throwIfAny()
  const title = name || request.source.fileName.replace(/\.[^.]*$/, '')
  let taken = read
  if (!request.checkOnly && head) {
    const edition = await issueEdition(context, {
      issuer: null,
      kind: 'chart',
      name: title,
      head,
      lines: rows.map(row => JSON.stringify(row)),
    })
    if (edition === null) taken = 0
    else
      try {
        await putChart(tx, { name: title, edition, firstYear: head.firstYear, lastYear: head.lastYear, rows })
      } catch (error) {
        throw lockedExplained(error)
      }
  }
  return outcomeOf(faults, read, taken, { accounts: rows.length, mapped: mapped.size })
}
