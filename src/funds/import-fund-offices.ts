import { divisionCodeField, divisionField } from '../divisions/fields.ts'
import { divisionsAbove, divisionsByCode, officesByCode, scopeOf } from '../divisions/store.ts'
import { LEVELS } from '../kernel/division-code.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import {
  changeFundOffices,
  type FundOffice,
  fundOffices,
  fundsOf,
  type LinkedFund,
  lockFunds,
  secretFunds,
} from './store.ts'

export const FUND_OFFICE_COLUMNS: readonly Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['区划代码', '财政区划代码'], required: true },
  { name: 'FUND_CODE', titles: ['资金代码'], required: true },
  { name: 'FUND_DIV_CODE', titles: ['资金所属区划'], required: false },
  { name: 'OFFICE_CODE', titles: ['股室代码', '处室代码', '归口股室'], required: true },
  { name: 'VALID_FROM', titles: ['起始日期', '生效日期'], required: true },
]

interface Stated extends FundOffice {
  row: number
}

/**
 * Takes in which own office answers for a fund from a day on (归口股室). Another office from a later day ends the one before.
 * A fund is found by its code among the division's own funds, then among those of the divisions above, the nearest level
 * first; FUND_DIV_CODE says whose it is where that is not enough.
 * Faults: `unknown-division`, `division-outside-scope`, `unknown-fund`, `fund-secret`, `fund-ambiguous`, `unknown-office`,
 * `fund-office-duplicated`, `fund-office-differs`, `fund-office-past`.
 */
export async function importFundOffices(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  await lockFunds(tx)
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const offices = await officesByCode(tx)
  const candidates = new Map<number, LinkedFund[]>()
  const above = new Map<number, number[]>()
  const raw: { row: number; division: number; code: string; owner: string | null; office: number; from: string }[] = []
  const { read } = await readRows(request, FUND_OFFICE_COLUMNS, faults, reader => {
    const division = divisionField(reader, 'MOF_DIV_CODE', divisions, scope)
    const code = reader.text('FUND_CODE', { required: true, maxLength: 40 })
    const owner = divisionCodeField(reader, 'FUND_DIV_CODE', { required: false })
    const from = reader.date('VALID_FROM', { required: true })
    const office = division
      ? reader.code('OFFICE_CODE', offices.get(division.id) ?? new Map<string, never>(), {
          fault: 'unknown-office',
          zh: '股室',
          en: 'office of this division',
        })
      : null
    if (!division || code === null || from === null || office === null) return null
    raw.push({ row: reader.row, division: division.id, code, owner, office: office.id, from })
    return null
  })
  for (const { division } of raw)
    if (!candidates.has(division)) {
      above.set(division, [...(await divisionsAbove(tx, division))])
      candidates.set(division, await fundsOf(tx, [division, ...above.get(division)!]))
    }
  const secret = await secretFunds(tx)
  const stated = raw.flatMap((row): Stated[] => {
    const owner = row.owner === null ? undefined : divisions.get(row.owner)?.id
    const near = row.owner === null ? [row.division, ...above.get(row.division)!] : [owner]
    if (secret.some(fund => fund.code === row.code && near.includes(fund.division))) {
      faults.add({
        code: 'fund-secret',
        row: row.row,
        field: 'FUND_CODE',
        value: row.code,
        zh: `第 ${row.row} 行的资金“${row.code}”为涉密资金，本系统只登记名称，不登记归口股室：请从文件中删去。`,
        en: `Row ${row.row}: the fund “${row.code}” is secret; this system keeps its name only, and no office: take it out of the file.`,
      })
      return []
    }
    const fund = pick(row, owner, candidates.get(row.division)!, faults)
    return fund === null
      ? []
      : [{ row: row.row, division: row.division, fund, office: row.office, from: row.from, to: null }]
  })
  const plan = planOffices(await fundOffices(tx, [...candidates.keys()]), stated, faults)
  faults.throwIfAny()
  if (!request.checkOnly) {
    await changeFundOffices(tx, plan.ended, plan.begun)
    await context.audit({
      division: request.division ?? 0,
      action: 'fund-offices.import',
      subject: request.source.fileName,
      detail: { read, begun: plan.begun.length, ended: plan.ended.length },
    })
  }
  return outcomeOf(faults, read, plan.begun.length)
}

function pick(
  row: { row: number; division: number; code: string; owner: string | null },
  owner: number | undefined,
  candidates: readonly LinkedFund[],
  faults: FaultList,
): number | null {
  const found = candidates
    .filter(fund => fund.code === row.code && (row.owner === null || fund.division === owner))
    .sort((a, b) =>
      a.division === row.division
        ? -1
        : b.division === row.division
          ? 1
          : LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level),
    )
  const [nearest, second] = found
  if (!nearest) {
    faults.add({
      code: 'unknown-fund',
      row: row.row,
      field: 'FUND_CODE',
      value: row.code,
      zh: `第 ${row.row} 行的资金“${row.code}”不在本级和上级${row.owner === null ? '' : `（${row.owner}）`}的目录中：请先导入目录，或改正代码。`,
      en: `Row ${row.row}: the fund “${row.code}” stands in no catalogue of this division or above${row.owner === null ? '' : ` (${row.owner})`}: import the catalogue first, or correct the code.`,
    })
    return null
  }
  if (second && nearest.division !== row.division && second.level === nearest.level) {
    faults.add({
      code: 'fund-ambiguous',
      row: row.row,
      field: 'FUND_CODE',
      value: row.code,
      zh: `第 ${row.row} 行的资金“${row.code}”在两个上级的目录中都有：请用“资金所属区划”说明是哪一个。`,
      en: `Row ${row.row}: the fund “${row.code}” stands in the catalogues of two divisions above: say which in FUND_DIV_CODE.`,
    })
    return null
  }
  return nearest.id
}

function planOffices(
  known: readonly FundOffice[],
  stated: readonly Stated[],
  faults: FaultList,
): { ended: FundOffice[]; begun: FundOffice[] } {
  const timelines = new Map<string, FundOffice[]>()
  const keyOf = (one: FundOffice) => `${one.division} ${one.fund}`
  for (const one of known) timelines.set(keyOf(one), [...(timelines.get(keyOf(one)) ?? []), { ...one }])
  const fresh = new Set<FundOffice>()
  const ended = new Set<FundOffice>()
  const rowOf = new Map<string, number>()
  for (const one of [...stated].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.row - b.row))) {
    const said = (code: string, zh: string, en: string) =>
      faults.add({
        code,
        row: one.row,
        field: 'VALID_FROM',
        value: one.from,
        zh: `第 ${one.row} 行（自 ${one.from} 起）${zh}。`,
        en: `Row ${one.row} (from ${one.from}) ${en}.`,
      })
    const before = rowOf.get(`${keyOf(one)} ${one.from}`)
    if (before !== undefined) {
      said('fund-office-duplicated', `与第 ${before} 行重复：请只留一行`, `repeats row ${before}: keep one of the two`)
      continue
    }
    rowOf.set(`${keyOf(one)} ${one.from}`, one.row)
    const timeline = timelines.get(keyOf(one)) ?? []
    timelines.set(keyOf(one), timeline)
    const current = timeline.find(other => other.from <= one.from && (other.to === null || one.from < other.to))
    if (current?.office === one.office) continue
    if (current?.from === one.from) {
      said(
        'fund-office-differs',
        '与已登记的归口股室不同：如有变更，请填写变更之日',
        'contradicts the registered office: for a change, give its day',
      )
      continue
    }
    const later = timeline.find(other => other.from > one.from)
    if (later) {
      said(
        'fund-office-past',
        `早于已登记的归口（自 ${later.from} 起）：历史不能改写，请填写其后的日期`,
        `lies before a registered one (from ${later.from}): history is not rewritten, give a later day`,
      )
      continue
    }
    if (current) {
      current.to = one.from
      if (!fresh.has(current)) ended.add(current)
    }
    const { row: _, ...begun } = one
    fresh.add(begun)
    timeline.push(begun)
  }
  return { ended: [...ended], begun: [...fresh] }
}
