import { LEVELS, type Level } from '../kernel/division-code.ts'
import type { FaultList } from '../kernel/refusal.ts'
import { refuseCycles, refuseWrongLevels } from './check-parents.ts'
import { covers, type DivisionVersion, LEVEL_NAMES } from './version.ts'

/** One row of a divisions file: what is so from a day on. */
export interface DivisionRow {
  row: number
  code: string
  name: string
  level: Level
  administrativeParent: string | null
  /** Undefined where the file does not say: the administrative one. */
  fiscalParent: string | null | undefined
  from: string
  goLive: string | null
  /** The code that the same division had before. */
  formerCode: string | null
}

/** What a file changes: nothing of it is done while there is a fault. */
export interface DivisionPlan {
  created: number[]
  /** Versions that end because a later one begins. */
  closed: { division: number; from: string; to: string }[]
  opened: DivisionVersion[]
  goLives: { division: number; goLive: string }[]
  /** Rows that changed something; all others repeat what is known. */
  taken: number
}

export interface Touched {
  row: DivisionRow
  version: DivisionVersion
}

export interface KnownDivisions {
  versions: readonly DivisionVersion[]
  goLives: ReadonlyMap<number, string | null>
}

const LEVEL_WORDS: ReadonlyMap<string, Level> = new Map([
  ...LEVELS.map(level => [level, level] as const),
  ...['中央', '中央级', '国家'].map(word => [word, 'central'] as const),
  ...['省', '省级', '自治区', '直辖市'].map(word => [word, 'province'] as const),
  ...['市', '市级', '地', '地级', '州', '盟', '地区', '地市'].map(word => [word, 'city'] as const),
  ...['县', '县级', '区', '区县', '旗', '县区'].map(word => [word, 'county'] as const),
  ...['乡', '乡级', '镇', '乡镇', '苏木'].map(word => [word, 'township'] as const),
])

/** 省/市/县/乡/中央 or the English word; null for anything else. */
export const parseLevel = (text: string): Level | null => LEVEL_WORDS.get(text.trim().toLowerCase()) ?? null

const byStart =
  <T>(startOf: (one: T) => string) =>
  (a: T, b: T): number =>
    startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0

const same = (a: DivisionVersion, b: DivisionVersion): boolean =>
  a.code === b.code &&
  a.name === b.name &&
  a.level === b.level &&
  a.administrativeParent === b.administrativeParent &&
  a.fiscalParent === b.fiscalParent

/**
 * Works out what a file of divisions changes. Rows may stand in any order and name parents that the file itself brings.
 * A row that says what is known already changes nothing; one that says something else from a later day ends the version of
 * before. History is never rewritten.
 *
 * Faults: `division-duplicated`, `division-code-taken`, `unknown-parent`, `unknown-former-code`, `parent-itself`,
 * `parent-level`, `parent-cycle`, `division-version-differs`, `division-version-past`, `go-live-differs`,
 * `division-outside-scope`.
 * @param seen codes of rows that have faults of their own, so that no second fault is made of them
 * @param inScope whether the actor may change a known division; a new one follows its administrative parent
 */
export function planDivisions(
  known: KnownDivisions,
  rows: readonly DivisionRow[],
  faults: FaultList,
  seen: ReadonlySet<string> = new Set(),
  inScope: (division: number) => boolean = () => true,
): DivisionPlan {
  const plan: DivisionPlan = { created: [], closed: [], opened: [], goLives: [], taken: 0 }
  const timelines = new Map<number, DivisionVersion[]>()
  const ids = new Map<string, number>()
  let next = 1
  for (const version of [...known.versions].sort(byStart(one => one.from))) {
    const timeline = timelines.get(version.division)
    if (timeline) timeline.push(version)
    else timelines.set(version.division, [version])
    // The latest bearer of a code is the one that is meant.
    ids.set(version.code, version.division)
    next = Math.max(next, version.division + 1)
  }

  const unique = withoutDuplicates(rows, faults).sort(byStart(row => row.from))
  // Renumbered divisions first: a code that was taken over is not a new division.
  for (const row of unique) {
    if (row.formerCode === null || row.formerCode === row.code) continue
    const division = ids.get(row.formerCode)
    const bearer = ids.get(row.code)
    if (division === undefined && !unique.some(other => other.code === row.formerCode)) {
      if (!seen.has(row.formerCode))
        faults.add({
          code: 'unknown-former-code',
          row: row.row,
          field: 'FORMER_CODE',
          value: row.formerCode,
          zh: `第 ${row.row} 行的原区划代码“${row.formerCode}”没有登记过：请改正，新设区划请留空。`,
          en: `Row ${row.row}: the former code “${row.formerCode}” was never registered: correct it, or leave it blank for a new division.`,
        })
    } else if (division !== undefined && bearer !== undefined && bearer !== division)
      faults.add({
        code: 'division-code-taken',
        row: row.row,
        field: 'MOF_DIV_CODE',
        value: row.code,
        zh: `第 ${row.row} 行的区划代码“${row.code}”已属于另一区划：请核对新旧代码。`,
        en: `Row ${row.row}: the code “${row.code}” already belongs to another division: check the old and the new code.`,
      })
    else if (division !== undefined) ids.set(row.code, division)
  }
  const create = (code: string): void => {
    ids.set(code, next)
    plan.created.push(next++)
  }
  for (const row of unique) if (row.formerCode === null && !ids.has(row.code)) create(row.code)
  for (const row of unique)
    if (!ids.has(row.code)) {
      const former = row.formerCode === null ? undefined : ids.get(row.formerCode)
      if (former === undefined) create(row.code)
      else ids.set(row.code, former)
    }

  const resolved = unique.map(row => ({ row, version: resolve(row, ids, seen, faults) }))
  refuseOutsideScope(resolved, new Set(plan.created), inScope, faults)

  const opened = new Set<DivisionVersion>()
  const touched: Touched[] = []
  for (const { row, version } of resolved) {
    const timeline = timelines.get(version.division) ?? []
    timelines.set(version.division, timeline)
    if (place(row, version, timeline, opened, plan, faults)) {
      touched.push({ row, version })
      plan.taken++
    }
  }
  planGoLives(known, unique, ids, plan, faults)
  refuseCycles(timelines, touched, faults)
  refuseWrongLevels(timelines, touched, faults)
  return plan
}

function withoutDuplicates(rows: readonly DivisionRow[], faults: FaultList): DivisionRow[] {
  const first = new Map<string, number>()
  return rows.filter(row => {
    const key = `${row.code} ${row.from}`
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, row.row)
      return true
    }
    faults.add({
      code: 'division-duplicated',
      row: row.row,
      field: 'MOF_DIV_CODE',
      value: row.code,
      zh: `第 ${row.row} 行的区划代码“${row.code}”（自 ${row.from} 起）与第 ${before} 行重复：请只留一行。`,
      en: `Row ${row.row}: the code “${row.code}” (from ${row.from}) already stands in row ${before}: keep one of the two.`,
    })
    return false
  })
}

function resolve(
  row: DivisionRow,
  ids: ReadonlyMap<string, number>,
  seen: ReadonlySet<string>,
  faults: FaultList,
): DivisionVersion {
  const division = ids.get(row.code)!
  const parent = (code: string | null, field: string, zh: string, en: string): number | null => {
    if (code === null) return null
    const id = ids.get(code)
    if (id === division)
      faults.add({
        code: 'parent-itself',
        row: row.row,
        field,
        value: code,
        zh: `第 ${row.row} 行“${row.name}”的${zh}是它自己：请填写真正的上级，没有上级的留空。`,
        en: `Row ${row.row}: “${row.name}” is its own ${en}: enter the real one, or leave it blank where there is none.`,
      })
    else if (id === undefined && !seen.has(code))
      faults.add({
        code: 'unknown-parent',
        row: row.row,
        field,
        value: code,
        zh: `第 ${row.row} 行的${zh}“${code}”既没有登记，也不在本文件中：请先登记该区划，或改正代码。`,
        en: `Row ${row.row}: the ${en} “${code}” is neither registered nor in this file: register it first, or correct the code.`,
      })
    return id === undefined || id === division ? null : id
  }
  const administrativeParent = parent(row.administrativeParent, 'ADMIN_PARENT', '行政上级', 'administrative parent')
  const fiscalParent =
    row.fiscalParent === undefined || row.fiscalParent === null
      ? administrativeParent
      : parent(row.fiscalParent, 'FISCAL_PARENT', '财政上级', 'fiscal parent')
  return {
    division,
    from: row.from,
    to: null,
    code: row.code,
    name: row.name,
    level: row.level,
    administrativeParent,
    fiscalParent,
  }
}

/** Puts a version into its division's timeline; true when that changed something. */
function place(
  row: DivisionRow,
  version: DivisionVersion,
  timeline: DivisionVersion[],
  opened: Set<DivisionVersion>,
  plan: DivisionPlan,
  faults: FaultList,
): boolean {
  const current = timeline.find(one => covers(one, version.from))
  if (current && same(current, version)) return false
  if (current?.from === version.from) {
    faults.add({
      code: 'division-version-differs',
      row: row.row,
      field: 'VALID_FROM',
      value: row.from,
      zh: `第 ${row.row} 行与已登记的不一致：“${row.code}”自 ${row.from} 起登记为“${current.name}”（${LEVEL_NAMES[current.level]}）。如有变更，请填写变更之日作为起始日期。`,
      en: `Row ${row.row} contradicts what is registered: “${row.code}” is “${current.name}” (${current.level}) from ${row.from} on. For a change, give the day of the change as VALID_FROM.`,
    })
    return false
  }
  const later = timeline.find(one => one.from > version.from)
  if (later) {
    faults.add({
      code: 'division-version-past',
      row: row.row,
      field: 'VALID_FROM',
      value: row.from,
      zh: `第 ${row.row} 行的起始日期 ${row.from} 早于“${row.code}”已登记的版本（自 ${later.from} 起）：历史不能改写，请填写其后的日期。`,
      en: `Row ${row.row}: ${row.from} lies before a registered version of “${row.code}” (from ${later.from} on): history is not rewritten, give a later day.`,
    })
    return false
  }
  if (current) {
    // A version of this very file is shortened before it is written; a stored one is closed.
    if (opened.has(current)) current.to = version.from
    else {
      plan.closed.push({ division: version.division, from: current.from, to: version.from })
      timeline[timeline.indexOf(current)] = { ...current, to: version.from }
    }
  }
  timeline.push(version)
  opened.add(version)
  plan.opened.push(version)
  return true
}

function planGoLives(
  known: KnownDivisions,
  rows: readonly DivisionRow[],
  ids: ReadonlyMap<string, number>,
  plan: DivisionPlan,
  faults: FaultList,
): void {
  const stated = new Map<number, DivisionRow>()
  for (const row of rows) {
    if (row.goLive === null) continue
    const division = ids.get(row.code)!
    const before = stated.get(division)
    if (before && before.goLive !== row.goLive)
      faults.add({
        code: 'go-live-differs',
        row: row.row,
        field: 'GO_LIVE',
        value: row.goLive,
        zh: `第 ${row.row} 行“${row.code}”的上线日期与第 ${before.row} 行（${before.goLive}）不同：一个区划只有一个上线日期，请改成一致。`,
        en: `Row ${row.row}: the go-live date of “${row.code}” differs from row ${before.row} (${before.goLive}): a division has one, make them agree.`,
      })
    else stated.set(division, row)
  }
  const created = new Set(plan.opened.map(version => version.division))
  for (const [division, row] of stated) {
    if ((known.goLives.get(division) ?? null) === row.goLive) continue
    plan.goLives.push({ division, goLive: row.goLive! })
    if (!created.has(division)) plan.taken++
  }
}

function refuseOutsideScope(
  resolved: readonly Touched[],
  created: ReadonlySet<number>,
  inScope: (division: number) => boolean,
  faults: FaultList,
): void {
  const parents = new Map(resolved.map(({ version }) => [version.division, version.administrativeParent]))
  for (const { row, version } of resolved) {
    let division: number | null = version.division
    const passed = new Set<number>()
    while (division !== null && created.has(division) && !passed.has(division)) {
      passed.add(division)
      division = parents.get(division) ?? null
    }
    if (division === null ? inScope(0) : passed.has(division) || inScope(division)) continue
    faults.add({
      code: 'division-outside-scope',
      row: row.row,
      field: 'MOF_DIV_CODE',
      value: row.code,
      zh: `第 ${row.row} 行的区划“${row.code}”不在您的权限范围内：请由其上级登记。`,
      en: `Row ${row.row}: division “${row.code}” lies outside your scope: let its superior register it.`,
    })
  }
}
