import { LEVELS, type Level } from '../kernel/division-code.ts'
import type { FaultList } from '../kernel/refusal.ts'
import type { Touched } from './division.ts'
import { covers, type DivisionVersion, LEVEL_NAMES } from './version.ts'

const rank = (level: Level): number => LEVELS.indexOf(level)

/** The version of a division on a day, and before its first day the first one. */
const versionOn = (timelines: ReadonlyMap<number, DivisionVersion[]>, division: number, day: string) => {
  const timeline = timelines.get(division) ?? []
  return timeline.find(one => covers(one, day)) ?? timeline[0]
}

/** No division may be above itself by any mix of the two parents: a scope would hold its own superior. */
export function refuseCycles(
  timelines: ReadonlyMap<number, DivisionVersion[]>,
  touched: readonly Touched[],
  faults: FaultList,
): void {
  // A later change elsewhere, already registered, may close a circle that is still open on the version's first day.
  const changes = [
    ...new Set([...timelines.values()].flatMap(timeline => timeline.slice(1).map(one => one.from))),
  ].sort()
  const told = new Set<string>()
  for (const { row, version } of touched) {
    let day = version.from
    let path = wayBack(timelines, version.division, day)
    for (const change of path ? [] : changes) {
      if (change <= version.from || (version.to !== null && change >= version.to)) continue
      day = change
      path = wayBack(timelines, version.division, day)
      if (path) break
    }
    if (!path) continue
    const key = [...new Set(path)].sort((a, b) => a - b).join()
    if (told.has(key)) continue
    told.add(key)
    const names = path.map(division => versionOn(timelines, division, day)?.code ?? '').join(' → ')
    faults.add({
      code: 'parent-cycle',
      row: row.row,
      field: 'ADMIN_PARENT',
      value: names,
      zh: `第 ${row.row} 行使上级关系成环（${names}）：请改正其中一个上级。`,
      en: `Row ${row.row} closes a circle of parents (${names}): correct one of them.`,
    })
  }
}

/** The parents from a division back to itself, or null. */
function wayBack(timelines: ReadonlyMap<number, DivisionVersion[]>, start: number, day: string): number[] | null {
  const from = new Map<number, number>()
  const waiting = [start]
  for (let division = waiting.pop(); division !== undefined; division = waiting.pop()) {
    const version = versionOn(timelines, division, day)
    for (const parent of new Set([version?.administrativeParent, version?.fiscalParent])) {
      if (parent === null || parent === undefined) continue
      if (parent === start) {
        const path = [start]
        for (let at = division; at !== start; at = from.get(at)!) path.unshift(at)
        return [start, ...path]
      }
      if (from.has(parent)) continue
      from.set(parent, division)
      waiting.push(parent)
    }
  }
  return null
}

/** A superior of a lower level than its subordinate is a slip of the pen. */
export function refuseWrongLevels(
  timelines: ReadonlyMap<number, DivisionVersion[]>,
  touched: readonly Touched[],
  faults: FaultList,
): void {
  for (const { row, version } of touched)
    for (const [parent, field] of [
      [version.administrativeParent, 'ADMIN_PARENT'],
      [version.fiscalParent, 'FISCAL_PARENT'],
    ] as const) {
      if (parent === null || (field === 'FISCAL_PARENT' && parent === version.administrativeParent)) continue
      const above = versionOn(timelines, parent, version.from)
      // Equal levels are lawful: a county may look after a development zone.
      if (!above || rank(above.level) <= rank(version.level)) continue
      faults.add({
        code: 'parent-level',
        row: row.row,
        field,
        value: above.code,
        zh: `第 ${row.row} 行“${version.name}”是${LEVEL_NAMES[version.level]}级，上级“${above.name}”却是${LEVEL_NAMES[above.level]}级：请核对级次和上级。`,
        en: `Row ${row.row}: “${version.name}” is of the ${version.level} level, its parent “${above.name}” only of the ${above.level} level: check level and parent.`,
      })
    }
}
