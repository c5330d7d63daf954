import { agenciesByCode, divisionsByCode, officesByCode, scopeOf } from '../divisions/store.ts'
import type { Level } from '../kernel/division-code.ts'
import { groupBy } from '../kernel/group-by.ts'
import { displayMoney, type Fen } from '../kernel/money.ts'
import type { FaultList } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { type AllotmentForm, TAKES } from './allotment.ts'
import type { FileRow } from './import-file.ts'

/** A row with its codes looked up. Amounts in fen. */
export interface Resolved extends Omit<FileRow, 'level'> {
  form: Exclude<AllotmentForm, 'plan'>
  /** The level of the division that the row belongs to; `sourceLevel` is where the money comes from. */
  level: Level
  sourceLevel: Level | null
  division: number
  fund: number
  superiorFund: number | null
  receiver: number | null
  agency: number | null
  office: number | null
  project: bigint | null
  key: string
  /** The source by its key in files; `source` is its id where it is in the books already. */
  sourceKey: string | null
  source: bigint | null
  known: boolean
}

export interface FundRef {
  id: number
  division: number
  code: string
  name: string
  secret: boolean
  superior: number | null
}

const keyOf = (division: number, year: number, externalId: string): string => `${division}/${year}/${externalId}`

const formOf = (row: FileRow): Resolved['form'] =>
  row.sourceId === null
    ? row.superiorNumber === null
      ? 'register'
      : 'receive'
    : row.receiverCode !== null
      ? 'pass-down'
      : row.agencyCode !== null
        ? 'refine'
        : 'assign'

/** Looks all codes up in a few statements, and adds a fault for each that is not there; then looks at sources and sums. */
export async function resolve(
  tx: Tx,
  rows: readonly FileRow[],
  faults: FaultList,
  /** Keys of rows that could not be read: they are in the file, and their own faults are told. */
  faulty: ReadonlySet<string> = new Set(),
): Promise<Resolved[]> {
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const ids = [...new Set(rows.flatMap(row => divisions.get(row.divisionCode)?.id ?? []))]
  const agencies = await agenciesByCode(tx, ids)
  const offices = await officesByCode(tx, ids)
  const funds = await fundsFor(tx, ids)
  const projects = await projectsByCode(tx, rows)
  const subjects = await subjectsOf(tx, [...new Set(rows.map(row => row.year))])
  const known = await knownLines(tx, ids, rows)
  const lines: Resolved[] = []
  const first = new Map<string, Resolved>()
  const spoilt = new Set(faulty)
  const seen = new Map<string, number>()
  const miss = (row: FileRow, code: string, field: string, value: string, zh: string, en: string): void =>
    faults.add({
      code,
      row: row.row,
      field,
      value,
      zh: `第 ${row.row} 行 ${field}“${value}”：${zh}。`,
      en: `Row ${row.row}, ${field} “${value}”: ${en}.`,
    })

  for (const row of rows) {
    const before = faults.count
    const division = divisions.get(row.divisionCode)
    if (!division) {
      spoilt.add(row.externalId)
      miss(
        row,
        'unknown-division',
        'MOF_DIV_CODE',
        row.divisionCode,
        '没有这个区划，请先登记区划或改正代码',
        'there is no such division; register it first, or mend the code',
      )
      continue
    }
    if (!scope.has(division.id)) {
      spoilt.add(row.externalId)
      miss(
        row,
        'division-outside-scope',
        'MOF_DIV_CODE',
        row.divisionCode,
        '不在您的权限范围内，请由该区划的用户导入',
        'lies outside your scope; have a user of that division import it',
      )
      continue
    }
    const form = formOf(row)
    const fund = funds(
      division.id,
      row.fundCode,
      row.fundDivision === null
        ? null
        : (divisions.get(row.fundDivision.length === 6 ? `${row.fundDivision}000` : row.fundDivision)?.id ?? -1),
    )
    if (!fund)
      miss(
        row,
        'unknown-fund',
        'TRACK_PRO_CODE',
        row.fundCode,
        '本级和上级目录中没有这项专项资金，请先登记目录或改正代码',
        'no catalogue of this division or above holds this fund; register it first, or mend the code',
      )
    else if (fund.secret)
      miss(
        row,
        'fund-secret',
        'TRACK_PRO_CODE',
        row.fundCode,
        `“${fund.name}”为涉密资金，本系统不登记其明细，请从文件中删去`,
        `“${fund.name}” is a secret fund, whose detail may not be entered in this system; take it out of the file`,
      )
    const receiver = row.receiverCode === null ? null : (divisions.get(row.receiverCode) ?? null)
    if (row.receiverCode !== null && receiver === null)
      miss(
        row,
        'unknown-division',
        'REC_DIV_CODE',
        row.receiverCode,
        '没有这个接收方区划，请先登记区划或改正代码',
        'there is no such receiving division; register it first, or mend the code',
      )
    else if (receiver?.id === division.id)
      miss(
        row,
        'receiver-missing',
        'REC_DIV_CODE',
        row.receiverCode ?? '',
        '接收方就是本级，请填写下级区划',
        'is this division itself; enter the one below that receives',
      )
    const agency = row.agencyCode === null ? null : (agencies.get(division.id)?.get(row.agencyCode)?.id ?? null)
    if (row.agencyCode !== null && agency === null)
      miss(
        row,
        'unknown-agency',
        'AGENCY_CODE',
        row.agencyCode,
        '本级没有这个预算单位，请先登记单位或改正代码',
        'this division has no such agency; register it first, or mend the code',
      )
    const office = row.officeCode === null ? null : (offices.get(division.id)?.get(row.officeCode)?.id ?? null)
    if (row.officeCode !== null && office === null)
      miss(
        row,
        'unknown-office',
        'MANAGE_MOF_DEP_CODE',
        row.officeCode,
        '本级没有这个股室，请先登记股室或改正代码',
        'this division has no such office; register it first, or mend the code',
      )
    const project =
      row.projectCode === null || form === 'pass-down'
        ? null
        : (projects.get(`${division.id}/${row.projectCode}`) ?? null)
    if (row.projectCode !== null && form === 'refine' && project === null)
      miss(
        row,
        'unknown-project',
        'PRO_CODE',
        row.projectCode,
        '项目库中没有这个项目，请先入库或改正代码',
        'the library holds no such project; enter it first, or mend the code',
      )
    for (const [field, code, kind] of [
      ['EXP_FUNC_CODE', row.functionSubject, 'function'],
      ['TP_FUNC_CODE', row.transferSubject, 'function'],
      ['GOV_BGT_ECO_CODE', row.economicSubject, 'government-economic'],
      ['DEP_BGT_ECO_CODE', row.departmentSubject, 'department-economic'],
    ] as const) {
      const list = subjects.get(`${kind}/${row.year}`)
      if (code !== null && list && !list.has(code))
        miss(
          row,
          'unknown-subject',
          field,
          code,
          `${row.year} 年没有这个科目，请核对当年科目表`,
          `there is no such subject in ${row.year}; check that year's table`,
        )
    }
    const key = keyOf(division.id, row.year, row.externalId)
    const twin = seen.get(key)
    if (twin !== undefined) {
      miss(
        row,
        'line-duplicated',
        'BGT_ID',
        row.externalId,
        `与第 ${twin} 行重复，请只留一行`,
        `stands in row ${twin} already; keep one of the two`,
      )
      continue
    }
    seen.set(key, row.row)
    const stored = known.get(key)
    if (stored && (stored.amount_fen !== row.amount || stored.form !== form))
      miss(
        row,
        'line-changed',
        'BGT_ID',
        row.externalId,
        `已登记为 ${displayMoney(stored.amount_fen as Fen)} 元，与本行不同；更改请用红字更正或调整`,
        `is registered with ${displayMoney(stored.amount_fen as Fen)} yuan, which differs from this row; use a correction or an adjustment to change it`,
      )
    if (faults.count > before || !fund) {
      spoilt.add(row.externalId)
      continue
    }
    const line: Resolved = {
      ...row,
      form,
      level: division.level,
      sourceLevel: row.level,
      division: division.id,
      fund: fund.id,
      superiorFund: fund.superior,
      receiver: receiver?.id ?? null,
      agency,
      office,
      project,
      key,
      sourceKey: row.sourceId === null ? null : keyOf(division.id, row.year, row.sourceId),
      source: null,
      known: stored !== undefined,
    }
    first.set(key, line)
    lines.push(line)
  }
  await checkSources(tx, lines, first, spoilt, faults)
  return lines
}

/** Every source exists, in the file or in the books, no line descends from itself, and nobody takes more than there is. */
async function checkSources(
  tx: Tx,
  lines: readonly Resolved[],
  inFile: ReadonlyMap<string, Resolved>,
  spoilt: ReadonlySet<string>,
  faults: FaultList,
): Promise<void> {
  const outside = lines.filter(
    line => line.sourceKey !== null && (!inFile.has(line.sourceKey) || inFile.get(line.sourceKey)!.known),
  )
  const stored = await knownLines(
    tx,
    [...new Set(outside.map(line => line.division))],
    outside.map(line => ({ externalId: line.sourceId! })),
  )
  const left = new Map<string, bigint>()
  for (const line of lines) {
    if (line.sourceKey === null || line.known) continue
    const sibling = inFile.get(line.sourceKey)
    const source = stored.get(line.sourceKey)
    if (source) line.source = source.id
    else if (!sibling) {
      if (spoilt.has(line.sourceId!)) continue
      faults.add({
        code: 'source-missing',
        row: line.row,
        field: 'ORI_BGT_ID',
        value: line.sourceId!,
        zh: `第 ${line.row} 行的源指标“${line.sourceId}”既不在文件中，也未登记：请先登记来源或改正主键。`,
        en: `Row ${line.row}: the source “${line.sourceId}” is neither in the file nor registered: register it first, or mend the key.`,
      })
      continue
    }
    const made = (source?.form ?? sibling!.form) as AllotmentForm
    if (!TAKES[line.form]!.from.includes(made)) {
      faults.add({
        code: 'source-wrong-form',
        row: line.row,
        field: 'ORI_BGT_ID',
        value: line.sourceId!,
        zh: `第 ${line.row} 行的源指标“${line.sourceId}”不能直接办理此项：应先登记或接收，再分配，再细化或下达。`,
        en: `Row ${line.row}: this step cannot follow on “${line.sourceId}”: register or receive first, then assign, then refine or pass down.`,
      })
      continue
    }
    const available =
      left.get(line.sourceKey) ??
      (source ? (TAKES[line.form]!.account === 1001 ? source.total_fen : source.to_refine_fen) : sibling!.amount)
    if (line.amount > available)
      faults.add({
        code: 'over-allotted',
        row: line.row,
        field: 'AMOUNT',
        value: displayMoney(line.amount),
        zh: `第 ${line.row} 行金额 ${displayMoney(line.amount)} 元超过源指标“${line.sourceId}”剩余的 ${displayMoney(available as Fen)} 元：请减少金额或改用其他来源。`,
        en: `Row ${line.row}: ${displayMoney(line.amount)} yuan exceeds the ${displayMoney(available as Fen)} yuan left of the source “${line.sourceId}”: lower it or use another source.`,
      })
    left.set(line.sourceKey, available - line.amount)
  }
}

/** How a file names a fund: by code, and by its owner where it says one; else the nearest catalogue's, the division's own first. */
export async function fundsFor(
  tx: Tx,
  divisions: readonly number[],
): Promise<(division: number, code: string, owner: number | null) => FundRef | undefined> {
  // Secret funds without their names: their detail is refused with the reason, to those too who do not see them.
  const funds = await tx.query<FundRef>(
    `select id, division, code, name, secret, superior from funds.published_fund
     union all select s.id, s.division, s.code, '#' || s.code, true, null from funds.secret_refs() s
       where not exists (select from funds.published_fund f where f.id = s.id)`,
  )
  const byCode = groupBy(funds, fund => fund.code)
  // Nearest first: the division's own catalogue, then those above it, the lowest of them before the higher.
  const above = await tx.query<{ division: number; scope: number; size: bigint }>(
    `select s.division, s.scope, (select count(*) from divisions.scope_division c where c.scope = s.scope) as size
     from divisions.scope_division s where s.division = any ($1::int[]) and s.scope <> 0`,
    [divisions],
  )
  const distance = new Map(above.map(row => [`${row.division}/${row.scope}`, Number(row.size)]))
  return (division, code, owner) =>
    (byCode.get(code) ?? [])
      .filter(fund => (owner === null ? distance.has(`${division}/${fund.division}`) : fund.division === owner))
      .sort(
        (a, b) => (distance.get(`${division}/${a.division}`) ?? 0) - (distance.get(`${division}/${b.division}`) ?? 0),
      )[0]
}

export async function projectsByCode(
  tx: Tx,
  rows: readonly { projectCode: string | null }[],
): Promise<Map<string, bigint>> {
  const codes = [...new Set(rows.flatMap(row => row.projectCode ?? []))]
  const found = await tx.query<{ division: number; code: string; id: bigint }>(
    'select division, code, id from projects.published_project where code = any ($1)',
    [codes],
  )
  return new Map(found.map(({ division, code, id }) => [`${division}/${code}`, id]))
}

export async function subjectsOf(tx: Tx, years: readonly number[]): Promise<Map<string, Set<string>>> {
  const rows = await tx.query<{ kind: string; fiscal_year: number; code: string }>(
    'select kind, fiscal_year, code from funds.published_subject where fiscal_year = any ($1::int[])',
    [years],
  )
  const lists = new Map<string, Set<string>>()
  for (const { kind, fiscal_year, code } of rows) {
    const key = `${kind}/${fiscal_year}`
    const list = lists.get(key)
    if (list) list.add(code)
    else lists.set(key, new Set([code]))
  }
  return lists
}

interface Known {
  id: bigint
  form: string
  amount_fen: bigint
  total_fen: bigint
  to_refine_fen: bigint
}

async function knownLines(
  tx: Tx,
  divisions: readonly number[],
  rows: readonly { externalId: string }[],
): Promise<Map<string, Known>> {
  const found = await tx.query<Known & { division: number; fiscal_year: number; external_id: string }>(
    `select division, fiscal_year, external_id, id, form, amount_fen, total_fen, to_refine_fen from allotments.published_line
     where division = any ($1::int[]) and external_id = any ($2)`,
    [divisions, [...new Set(rows.map(row => row.externalId))]],
  )
  return new Map(found.map(row => [keyOf(row.division, row.fiscal_year, row.external_id), row]))
}
