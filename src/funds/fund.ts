import { LEVELS, type Level } from '../kernel/division-code.ts'
import type { FaultList } from '../kernel/refusal.ts'

export const POVERTY_FLAGS = ['whole', 'part', 'none'] as const
/** 扶贫标识 of a fund: all of it is for the poor, part of it, or none. */
export type PovertyFlag = (typeof POVERTY_FLAGS)[number]

const POVERTY_WORDS: ReadonlyMap<string, PovertyFlag> = new Map([
  ...POVERTY_FLAGS.map(flag => [flag, flag] as const),
  ...['全部', '全部扶贫', '整体', '是'].map(word => [word, 'whole'] as const),
  ...['部分', '部分扶贫'].map(word => [word, 'part'] as const),
  ...['否', '无', '非扶贫'].map(word => [word, 'none'] as const),
])

/** whole/part/none or 全部/部分/否; null for anything else. */
export const parsePoverty = (text: string): PovertyFlag | null => POVERTY_WORDS.get(text.trim().toLowerCase()) ?? null

/** What a fund is, apart from its number and its place among the others. */
export interface FundText {
  name: string
  level: Level
  ownerOffice: string | null
  poverty: PovertyFlag
  secret: boolean
  included: string | null
  excepted: string | null
}

export interface FundRow extends FundText {
  row: number
  catalogue: string
  code: string
  parent: string | null
  /** As typed; one code, or blank. */
  superior: string | null
}

export interface KnownFund extends FundText {
  id: number
  catalogue: string
  code: string
  parent: number | null
  superior: number | null
}

/** A fund that one below may name as its superior. */
export interface SuperiorFund {
  id: number
  code: string
  level: Level
}

export interface FundPlan {
  created: FundRow[]
  changed: (FundRow & { id: number })[]
  /** Links to set once all funds have numbers, by code within the division. */
  parents: { code: string; parent: string | null }[]
  superiors: { code: string; superior: { id: number } | { code: string } }[]
  /** Rows that changed something; all others repeat what is known. */
  taken: number
}

const TEXT = ['name', 'level', 'ownerOffice', 'poverty', 'secret', 'included', 'excepted'] as const

/**
 * Works out what a catalogue's file changes. A superior is looked for among the funds of the divisions above, the nearest
 * level first, and among those that this division itself keeps for a higher level (where the centre is not installed here).
 *
 * Faults: `fund-duplicated`, `fund-in-other-catalogue`, `unknown-parent`, `parent-cycle`, `fund-secret-detail`,
 * `superior-two`, `unknown-superior`, `superior-itself`.
 */
export function planFunds(
  known: readonly KnownFund[],
  above: readonly SuperiorFund[],
  rows: readonly FundRow[],
  faults: FaultList,
): FundPlan {
  const plan: FundPlan = { created: [], changed: [], parents: [], superiors: [], taken: 0 }
  const stored = new Map(known.map(fund => [fund.code, fund]))
  const codeOf = new Map(known.map(fund => [fund.id, fund.code]))
  const file = new Map<string, FundRow>()
  for (const row of rows) {
    const before = file.get(row.code)
    if (!before) file.set(row.code, row)
    else
      fault(faults, row, 'fund-duplicated', 'CODE', row.code, {
        zh: `与第 ${before.row} 行的资金代码重复：请只留一行`,
        en: `is the code of row ${before.row} already: keep one of the two`,
      })
  }
  const parentOf = (code: string): string | null => {
    const row = file.get(code)
    if (row) return row.parent
    const fund = stored.get(code)
    return fund?.parent == null ? null : (codeOf.get(fund.parent) ?? null)
  }
  for (const row of file.values()) {
    const fund = stored.get(row.code)
    if (fund && fund.catalogue !== row.catalogue)
      fault(faults, row, 'fund-in-other-catalogue', 'CODE', row.code, {
        zh: `已在目录“${fund.catalogue}”中：请换用新代码，或导入到该目录`,
        en: `stands in the catalogue “${fund.catalogue}” already: use a new code, or import into that catalogue`,
      })
    checkParent(row, file, stored, parentOf, faults)
    checkSecret(row, file, stored, faults)
    const superior = superiorOf(row, fund, file, known, above, faults)
    const textDiffers = fund !== undefined && TEXT.some(key => fund[key] !== row[key])
    const parentDiffers = parentOf(row.code) !== (fund?.parent == null ? null : codeOf.get(fund.parent))
    if (!fund) plan.created.push(row)
    else if (textDiffers) plan.changed.push({ ...row, id: fund.id })
    if (parentDiffers) plan.parents.push({ code: row.code, parent: row.parent })
    if (superior) plan.superiors.push({ code: row.code, superior })
    if (!fund || textDiffers || parentDiffers || superior) plan.taken++
  }
  return plan
}

function fault(
  faults: FaultList,
  row: FundRow,
  code: string,
  field: string,
  value: string,
  said: { zh: string; en: string },
): null {
  faults.add({
    code,
    row: row.row,
    field,
    value,
    zh: `第 ${row.row} 行 ${field}“${value}”${said.zh}。`,
    en: `Row ${row.row}, ${field} “${value}” ${said.en}.`,
  })
  return null
}

function checkParent(
  row: FundRow,
  file: ReadonlyMap<string, FundRow>,
  stored: ReadonlyMap<string, KnownFund>,
  parentOf: (code: string) => string | null,
  faults: FaultList,
): void {
  if (row.parent === null) return
  if (!file.has(row.parent) && !stored.has(row.parent)) {
    fault(faults, row, 'unknown-parent', 'PARENT_CODE', row.parent, {
      zh: '既没有登记，也不在本文件中：请先列出上层资金，或改正代码',
      en: 'is neither registered nor in this file: list the fund above it first, or correct the code',
    })
    return
  }
  const passed = new Set<string>()
  for (let at: string | null = row.parent; at !== null && !passed.has(at); at = parentOf(at)) {
    if (at === row.code) {
      fault(faults, row, 'parent-cycle', 'PARENT_CODE', row.parent, {
        zh: '使子项成环（自己成了自己的上层）：请改正其中一个',
        en: 'closes a circle of sub-items: correct one of them',
      })
      return
    }
    passed.add(at)
  }
}

/** On a system that is not classified a secret fund (涉密) has a name and nothing else. */
function checkSecret(
  row: FundRow,
  file: ReadonlyMap<string, FundRow>,
  stored: ReadonlyMap<string, KnownFund>,
  faults: FaultList,
): void {
  const said = {
    zh: '是涉密资金的细节，本系统不登记：请删去，只留名称',
    en: 'is detail of a secret fund, which this system must not hold: remove it and keep the name only',
  }
  if (row.secret && row.included !== null) fault(faults, row, 'fund-secret-detail', 'INCLUDED', row.included, said)
  if (row.secret && row.excepted !== null) fault(faults, row, 'fund-secret-detail', 'EXCEPTED', row.excepted, said)
  if (row.parent !== null && (file.get(row.parent) ?? stored.get(row.parent))?.secret)
    fault(faults, row, 'fund-secret-detail', 'PARENT_CODE', row.parent, said)
}

function superiorOf(
  row: FundRow,
  fund: KnownFund | undefined,
  file: ReadonlyMap<string, FundRow>,
  known: readonly KnownFund[],
  above: readonly SuperiorFund[],
  faults: FaultList,
): { id: number } | { code: string } | null {
  if (row.superior === null) return null
  const field = 'SUPERIOR_CODE'
  if (/[;；,，、|/\s]/.test(row.superior))
    return fault(faults, row, 'superior-two', field, row.superior, {
      zh: '写了不止一个上级资金：一项资金至多指定一个上级资金，请只留一个',
      en: 'names more than one superior fund: a fund names at most one, keep one',
    })
  if (row.superior === row.code)
    return fault(faults, row, 'superior-itself', field, row.superior, {
      zh: '是它自己：请填写上级的资金，没有的留空',
      en: 'is the fund itself: enter the superior’s fund, or leave it blank',
    })
  const higher = (level: Level): boolean => LEVELS.indexOf(level) < LEVELS.indexOf(row.level)
  const own = [
    ...known.filter(one => one.code === row.superior && !file.has(one.code)),
    ...(file.has(row.superior) ? [file.get(row.superior)!] : []),
  ].filter(one => higher(one.level))
  const found = [
    ...above.filter(one => one.code === row.superior).map(one => ({ level: one.level, link: { id: one.id } })),
    ...own.map(one => ({ level: one.level, link: { code: one.code } })),
  ].sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level))
  const [nearest, second] = found
  if (!nearest)
    return fault(faults, row, 'unknown-superior', field, row.superior, {
      zh: '不是任何上级的资金：请先导入上级的资金目录，或改正代码',
      en: 'is no fund of any division above: import the superior’s catalogue first, or correct the code',
    })
  if (second && second.level === nearest.level)
    return fault(faults, row, 'superior-two', field, row.superior, {
      zh: '在两个同级上级的目录中都有：请在资金页面上指定其中一个',
      en: 'stands in the catalogues of two superiors of one level: choose one of them on the fund’s page',
    })
  const idOf = (code: string) => known.find(one => one.code === code)?.id
  const now = 'id' in nearest.link ? nearest.link.id : idOf(nearest.link.code)
  if (fund?.superior != null) {
    if (fund.superior === now) return null
    return fault(faults, row, 'superior-two', field, row.superior, {
      zh: `与已指定的上级资金不同：“${row.code}”已指定了另一个，要更改请在资金页面上改`,
      en: `differs from the superior fund that “${row.code}” names already: change that on the fund’s page`,
    })
  }
  return nearest.link
}
