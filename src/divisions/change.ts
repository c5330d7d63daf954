import type { FaultList } from '../kernel/refusal.ts'
import { refuseCycles, refuseWrongLevels } from './check-parents.ts'
import type { DivisionPlan, KnownDivisions } from './division.ts'
import { covers, type DivisionVersion } from './version.ts'

/** 区划调整: what an order may do to divisions. */
export const CHANGES = ['rename', 'recode', 'move', 'merge', 'split'] as const
export type ChangeKind = (typeof CHANGES)[number]

/** A division that a split makes: its code, its name, and which divisions below the old one go to it. */
export interface SplitPart {
  code: string
  name: string
  below: readonly string[]
}

/** One order, as it is read from a page or a sheet; divisions by code, as they are called on the day before. */
export interface ChangeInput {
  /** The row of a sheet, or 1. */
  row: number
  kind: ChangeKind
  /** The first day on which it is so. */
  effectiveOn: string
  document: { number: string; title: string; dated: string }
  note: string | null
  /** Whom it changes; several for a merge into one. */
  codes: readonly string[]
  /** rename, recode: the new one; merge into a new division: its name. */
  name: string | null
  /** recode: the new code; merge: the code of the division that goes on, or of a new one. */
  code: string | null
  /** move: undefined leaves it, null is the top. */
  administrativeParent?: string | null | undefined
  fiscalParent?: string | null | undefined
  /** split: what it makes. */
  parts: readonly SplitPart[]
  /** split: whether the old division ends. */
  ends: boolean
}

/** What a change does to the versions, and who gave and took. */
export interface ChangePlan {
  input: ChangeInput
  versions: DivisionPlan
  from: number[]
  into: number[]
}

/** The versions as planning goes on: each change sees what those before it did. */
export interface Timelines {
  of: Map<number, DivisionVersion[]>
  next: number
}

export function timelinesOf(known: KnownDivisions): Timelines {
  const of = new Map<number, DivisionVersion[]>()
  let next = 1
  for (const version of [...known.versions].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const timeline = of.get(version.division)
    if (timeline) timeline.push({ ...version })
    else of.set(version.division, [{ ...version }])
    next = Math.max(next, version.division + 1)
  }
  return { of, next }
}

/**
 * Works out one order on the timelines and moves them on. What lies below a division that ends goes to the one that takes it over, or to
 * the part that names it. Faults: `change-division-unknown`, `change-version-past`, `division-code-taken`, `change-nothing`,
 * `change-into-missing`, `change-parts-missing`, `change-below-unplaced`, `change-below-foreign`, `unknown-parent`, `parent-cycle`,
 * `parent-level`, `division-outside-scope`.
 * @param inScope whether the actor holds a division: all that change, and the parents that they come under
 */
export function planChange(
  lines: Timelines,
  input: ChangeInput,
  faults: FaultList,
  inScope: (division: number) => boolean,
): ChangePlan {
  const plan: ChangePlan = {
    input,
    versions: { created: [], closed: [], opened: [], goLives: [], taken: 0 },
    from: [],
    into: [],
  }
  const before = faults.count
  const add = (code: string, field: string, value: string, zh: string, en: string): void =>
    faults.add({ code, row: input.row, field, value, zh: `第 ${input.row} 行${zh}`, en: `Row ${input.row}: ${en}` })
  const current = (code: string): DivisionVersion | undefined => {
    for (const timeline of lines.of.values())
      for (const version of timeline) if (version.code === code && covers(version, dayBefore(input))) return version
    for (const timeline of lines.of.values())
      for (const version of timeline) if (version.code === code && covers(version, input.effectiveOn)) return version
    return undefined
  }
  const known = (code: string, field: string): DivisionVersion | null => {
    const found = current(code)
    if (!found)
      add(
        'change-division-unknown',
        field,
        code,
        `的区划“${code}”在 ${input.effectiveOn} 之前没有登记：请核对代码和日期。`,
        `there is no division “${code}” before ${input.effectiveOn}: check the code and the day.`,
      )
    else if (!inScope(found.division))
      add(
        'division-outside-scope',
        field,
        code,
        `的区划“${code}”不在您的权限范围内：请由共同的上级办理。`,
        `division “${code}” lies outside your scope: let the superior of all concerned do it.`,
      )
    return found ?? null
  }
  const taken = (code: string, but: number | null): boolean => {
    const bearer = [...lines.of].find(
      ([division, timeline]) =>
        division !== but && timeline.some(one => one.code === code && (one.to === null || one.to > input.effectiveOn)),
    )
    if (bearer)
      add(
        'division-code-taken',
        'NEW_CODE',
        code,
        `的新代码“${code}”届时已属于“${bearer[1].at(-1)!.name}”：请换一个代码。`,
        `the new code “${code}” belongs to “${bearer[1].at(-1)!.name}” by then: take another.`,
      )
    return bearer !== undefined
  }
  const touched: { row: { row: number }; version: DivisionVersion }[] = []
  /** Ends a version; false where a later one, or one of that very day, stands in the way. */
  const end = (version: DivisionVersion): boolean => {
    const timeline = lines.of.get(version.division)!
    if (version.from >= input.effectiveOn || timeline.at(-1) !== version || version.to !== null) {
      add(
        'change-version-past',
        'EFFECTIVE_ON',
        input.effectiveOn,
        `的生效日 ${input.effectiveOn} 不晚于“${version.name}”已登记的最近一次变更：历史不能改写，请填写其后的日期。`,
        `${input.effectiveOn} is not after the last registered change of “${version.name}”: history is not rewritten, give a later day.`,
      )
      return false
    }
    version.to = input.effectiveOn
    plan.versions.closed.push({ division: version.division, from: version.from, to: input.effectiveOn })
    return true
  }
  const begin = (version: DivisionVersion): void => {
    const timeline = lines.of.get(version.division)
    if (timeline) timeline.push(version)
    else lines.of.set(version.division, [version])
    plan.versions.opened.push(version)
    plan.versions.taken++
    touched.push({ row: { row: input.row }, version })
  }
  const change = (version: DivisionVersion, to: Partial<DivisionVersion>): void => {
    const next = { ...version, ...to, from: input.effectiveOn, to: null }
    if (end(version)) begin(next)
  }
  const found = (code: string, name: string, like: DivisionVersion): number => {
    const division = lines.next++
    plan.versions.created.push(division)
    begin({ ...like, division, code, name, from: input.effectiveOn, to: null })
    return division
  }
  /** Those directly below a division on the day, as they were before. */
  const below = (division: number): DivisionVersion[] =>
    [...lines.of.values()].flatMap(timeline =>
      timeline.filter(
        one =>
          covers(one, input.effectiveOn) && (one.administrativeParent === division || one.fiscalParent === division),
      ),
    )
  const reparent = (version: DivisionVersion, old: number, now: number): void =>
    change(version, {
      administrativeParent: version.administrativeParent === old ? now : version.administrativeParent,
      fiscalParent: version.fiscalParent === old ? now : version.fiscalParent,
    })

  const subjects = input.codes.map(code => known(code, 'MOF_DIV_CODE'))
  if (subjects.includes(null) || faults.count > before) return plan
  const all = subjects as DivisionVersion[]
  const one = all[0]!
  plan.from = all.map(version => version.division)
  if (input.kind === 'rename' || input.kind === 'recode' || input.kind === 'move') {
    plan.into = plan.from
    const parent = (code: string | null | undefined, was: number | null, field: string): number | null => {
      if (code === undefined) return was
      return code === null ? null : (known(code, field)?.division ?? was)
    }
    const to: Partial<DivisionVersion> =
      input.kind === 'rename'
        ? { name: input.name ?? one.name }
        : input.kind === 'recode'
          ? { code: input.code ?? one.code, ...(input.name ? { name: input.name } : {}) }
          : {
              administrativeParent: parent(input.administrativeParent, one.administrativeParent, 'ADMIN_PARENT'),
              fiscalParent: parent(input.fiscalParent, one.fiscalParent, 'FISCAL_PARENT'),
            }
    if (Object.entries(to).every(([key, value]) => one[key as keyof DivisionVersion] === value)) {
      if (faults.count === before)
        add(
          'change-nothing',
          'KIND',
          input.kind,
          `没有改变“${one.name}”的任何内容：请填写新的名称、代码或上级。`,
          `nothing of “${one.name}” would change: give the new name, code or parent.`,
        )
    } else if (!(to.code && to.code !== one.code && taken(to.code, one.division))) change(one, to)
  } else if (input.kind === 'merge') {
    if (!input.code) {
      add(
        'change-into-missing',
        'INTO_CODE',
        '',
        '没有并入的区划：请填写并入区划的代码，新设的还要填写名称。',
        'it does not say into which division: give its code, and the name of a new one.',
      )
      return plan
    }
    const target = current(input.code)
    let into: number
    if (target) {
      known(input.code, 'INTO_CODE')
      into = target.division
    } else if (input.name) into = found(input.code, input.name, one)
    else {
      known(input.code, 'INTO_CODE')
      return plan
    }
    plan.into = [into]
    const ending = all.filter(version => version.division !== into)
    plan.from = ending.map(version => version.division)
    for (const version of ending) {
      for (const child of below(version.division)) if (child.division !== into) reparent(child, version.division, into)
      end(version)
    }
  } else {
    if (input.parts.length === 0)
      add(
        'change-parts-missing',
        'NEW_CODE',
        '',
        '没有析置的新区划：请填写其代码和名称。',
        'it names no new division: give its code and name.',
      )
    const children = below(one.division)
    const placed = new Map(input.parts.flatMap(part => part.below.map(code => [code, part.code] as const)))
    for (const code of placed.keys())
      if (!children.some(child => child.code === code))
        add(
          'change-below-foreign',
          'BELOW',
          code,
          `的“${code}”不是“${one.name}”的直接下级，不能划给新区划：请改正。`,
          `“${code}” does not lie directly below “${one.name}” and cannot go to a part: correct it.`,
        )
    if (input.ends)
      for (const child of children)
        if (!placed.has(child.code))
          add(
            'change-below-unplaced',
            'BELOW',
            child.code,
            `撤销“${one.name}”后，下级“${child.name}”没有去处：请写明划给哪个新区划。`,
            `“${one.name}” ends and leaves “${child.name}” (${child.code}) nowhere: say to which part it goes.`,
          )
    if (faults.count > before) return plan
    for (const part of input.parts) {
      if (taken(part.code, null)) continue
      const division = found(part.code, part.name, one)
      plan.into.push(division)
      for (const child of children) if (placed.get(child.code) === part.code) reparent(child, one.division, division)
    }
    if (input.ends) end(one)
  }
  // The checks of parents read a sheet's row number alone.
  refuseCycles(lines.of, touched as never, faults)
  refuseWrongLevels(lines.of, touched as never, faults)
  return plan
}

const dayBefore = (input: ChangeInput): string =>
  new Date(Date.parse(`${input.effectiveOn}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
