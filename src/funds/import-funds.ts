import { EDITION_COLUMNS, type EditionHead, HeadReader, lockedExplained } from '../base/edition.ts'
import { parseLevel } from '../divisions/division.ts'
import { divisionsAbove } from '../divisions/store.ts'
import { FaultList, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { catalogueNamed, endFunds, issuedCatalogues } from './catalogue-store.ts'
import { type FundPlan, type FundRow, parsePoverty, planFunds } from './fund.ts'
import { issueCatalogue } from './issue-catalogue.ts'
import { applyFunds, fundsAbove, knownFunds, lockFunds } from './store.ts'

export const FUND_COLUMNS: readonly Column[] = [
  { name: 'CODE', titles: ['资金代码', '代码'], required: true },
  { name: 'NAME', titles: ['资金名称', '名称'], required: true },
  { name: 'PARENT_CODE', titles: ['上层资金代码'], required: false },
  { name: 'LEVEL', titles: ['级次'], required: true },
  { name: 'OWNER_OFFICE', titles: ['归口处室', '归口股室'], required: false },
  { name: 'POVERTY_FLAG', titles: ['扶贫标识'], required: false },
  { name: 'SECRET', titles: ['涉密'], required: false },
  { name: 'INCLUDED', titles: ['包括'], required: false },
  { name: 'EXCEPTED', titles: ['不包括'], required: false },
  { name: 'SUPERIOR_CODE', titles: ['上级资金代码'], required: false },
  { name: 'SOURCE', titles: ['依据', '来源'], required: false },
  { name: 'CATALOGUE', titles: ['资金目录'], required: false },
]

/**
 * Takes in a catalogue of funds; the division of the request owns it. It is named by the column CATALOGUE, or else by the file.
 * A known code with another text is changed; the superior that a fund names is only ever set here, never replaced.
 * Faults: those of `planFunds`, `level-unknown`, `poverty-unknown`, `catalogue-issued`; refuses `division-needed`.
 */
export async function importFunds(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const division = ownerOf(request)
  await lockFunds(tx)
  const faults = new FaultList()
  const fromFile = nameOf(request)
  const sources = new Map<string, string>()
  const { read, rows } = await readRows(request, FUND_COLUMNS, faults, reader => fundRow(reader, fromFile, sources))
  const above = await fundsAbove(tx, await divisionsAbove(tx, division))
  const plan = planFunds(await knownFunds(tx, division), above, rows, faults)
  refuseIssued(plan, await issuedCatalogues(tx, division), faults)
  faults.throwIfAny()
  if (!request.checkOnly) {
    try {
      await applyFunds(tx, division, plan, sources)
    } catch (error) {
      throw lockedExplained(error)
    }
    await context.audit({
      division,
      action: 'funds.import',
      subject: request.source.fileName,
      detail: { read, created: plan.created.length, changed: plan.changed.map(row => row.code).slice(0, 100) },
    })
  }
  return outcomeOf(faults, read, plan.taken, {
    created: plan.created.length,
    changed: plan.changed.length,
    linked: plan.superiors.length,
  })
}

const ENDED: Column = { name: 'ENDED', titles: ['停用'], required: false }
export const EDITION_FUND_COLUMNS: readonly Column[] = [...FUND_COLUMNS, ENDED, ...EDITION_COLUMNS]

/**
 * Issues (下发) a catalogue by a file: what its rows add, change or end (ENDED 停用) is written and issued in one act, under the document of the
 * first row, for its fiscal years. Funds that the file does not name stay as they are; lines and additions below are not touched, and what
 * earlier editions held is kept. Faults: those of `planFunds`, `edition-several-catalogues`, `edition-head-missing`, `fund-unknown`; refuses
 * `division-needed`, and what `issueCatalogue` refuses.
 */
export async function importEdition(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const division = ownerOf(request)
  await lockFunds(tx)
  const faults = new FaultList()
  const heads = new HeadReader(faults)
  const fromFile = nameOf(request)
  const sources = new Map<string, string>()
  const ended = new Set<string>()
  const { read, rows } = await readRows(request, EDITION_FUND_COLUMNS, faults, reader => {
    heads.read(reader)
    const row = fundRow(reader, fromFile, sources)
    if (row && reader.flag('ENDED')) ended.add(row.code)
    return row
  })
  const name = rows[0]?.catalogue ?? fromFile
  const stray = rows.find(row => row.catalogue !== name)
  if (stray)
    faults.add({
      code: 'edition-several-catalogues',
      row: stray.row,
      field: 'CATALOGUE',
      value: stray.catalogue,
      zh: `第 ${stray.row} 行的目录“${stray.catalogue}”与第 ${rows[0]!.row} 行的“${name}”不同：一个文件只下发一个目录，请分开。`,
      en: `Row ${stray.row}: the catalogue “${stray.catalogue}” is not “${name}” of row ${rows[0]!.row}: a file issues one catalogue, split it.`,
    })
  const head = heads.head()
  const above = await fundsAbove(tx, await divisionsAbove(tx, division))
  const known = await knownFunds(tx, division)
  const plan = planFunds(known, above, rows, faults)
  for (const row of plan.created.filter(one => ended.has(one.code)))
    faults.add({
      code: 'fund-unknown',
      row: row.row,
      field: 'CODE',
      value: row.code,
      zh: `第 ${row.row} 行停用的“${row.code}”不在目录中：请核对代码。`,
      en: `Row ${row.row}: “${row.code}”, which is to end, stands in no edition: check the code.`,
    })
  faults.throwIfAny()
  const outcome = { created: plan.created.length, changed: plan.changed.length, ended: ended.size }
  if (request.checkOnly) return outcomeOf(faults, read, read, outcome)
  const write = async (from: EditionHead): Promise<number> => {
    await applyFunds(tx, division, plan, sources)
    const catalogue = await catalogueNamed(tx, division, name)
    const held = rows.map(row => row.code).filter(code => !ended.has(code))
    await endFunds(tx, catalogue!.id, [...ended], from.firstYear)
    await endFunds(tx, catalogue!.id, held, null)
    return catalogue!.id
  }
  const issued = await issueCatalogue(context, { division, name, head: head!, write })
  return outcomeOf(faults, read, issued.edition === null ? 0 : read, outcome)
}

function ownerOf({ division }: ImportRequest): number {
  if (division === null)
    refuse(
      'input',
      'division-needed',
      '请说明资金目录属于哪个区划（命令行用 --division）。',
      'Say which division owns the catalogue (on the command line: --division).',
      { field: 'division' },
    )
  return division
}

const nameOf = ({ source }: ImportRequest): string => source.fileName.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '')

/** What is issued stands: no fund of such a catalogue is added or changed by a file; links to superiors are. */
function refuseIssued(plan: FundPlan, issued: ReadonlyMap<string, string>, faults: FaultList): void {
  for (const row of [...plan.created, ...plan.changed]) {
    const document = issued.get(row.catalogue)
    if (document === undefined) continue
    faults.add({
      code: 'catalogue-issued',
      row: row.row,
      field: 'CODE',
      value: row.code,
      zh: `第 ${row.row} 行的“${row.code} ${row.name}”在目录“${row.catalogue}”中，该目录已由“${document}”下发并锁定：请写入自己的另一目录；下发单位要变更，请在“资金目录版次”中以新文件再次下发。`,
      en: `Row ${row.row}: “${row.code} ${row.name}” stands in the catalogue “${row.catalogue}”, which “${document}” issued and locked: put it into a catalogue of your own; the issuer changes it by issuing another edition, by a file of “catalogue-editions”.`,
    })
  }
}

function fundRow(reader: RowReader, fromFile: string, sources: Map<string, string>): FundRow | null {
  const code = reader.text('CODE', { required: true, maxLength: 40 })
  const name = reader.text('NAME', { required: true, maxLength: 200 })
  if (reader.raw('LEVEL') === '') reader.text('LEVEL', { required: true })
  const level = worded(reader, 'LEVEL', parseLevel, 'level-unknown', {
    zh: '不是级次，请填 中央、省、市、县、乡 之一',
    en: 'is no level; enter one of central, province, city, county, township',
  })
  const poverty = worded(reader, 'POVERTY_FLAG', parsePoverty, 'poverty-unknown', {
    zh: '不是扶贫标识，请填 whole（全部）、part（部分）、none（否）之一',
    en: 'is no poverty flag; enter whole, part or none',
  })
  const secret = reader.flag('SECRET') ?? false
  const catalogue = reader.text('CATALOGUE', { maxLength: 100 }) ?? fromFile
  const source = reader.text('SOURCE', { maxLength: 200 })
  if (source !== null) sources.set(catalogue, common(sources.get(catalogue) ?? source, source))
  const row = {
    row: reader.row,
    catalogue,
    parent: reader.text('PARENT_CODE', { maxLength: 40 }),
    superior: reader.text('SUPERIOR_CODE', { maxLength: 200 }),
    ownerOffice: reader.text('OWNER_OFFICE', { maxLength: 60 }),
    included: reader.text('INCLUDED', { maxLength: 2000 }),
    excepted: reader.text('EXCEPTED', { maxLength: 2000 }),
    secret,
  }
  if (code === null || name === null || level == null || poverty === null) return null
  return { ...row, code, name, level, poverty: poverty ?? 'whole' }
}

/** A word of a closed list: undefined when blank, null (and a fault) when it is none of them. */
function worded<T>(
  reader: RowReader,
  field: string,
  parse: (text: string) => T | null,
  code: string,
  said: { zh: string; en: string },
): T | null | undefined {
  const text = reader.text(field)
  if (text === null) return undefined
  return parse(text) ?? reader.fault(code, field, text, said.zh, said.en)
}

/** What the rows' sources have in common is the source of the catalogue: the document, without the item in it. */
function common(a: string, b: string): string {
  let length = 0
  while (length < a.length && a[length] === b[length]) length++
  return a.slice(0, length).replace(/[第（(【\s,，、]+\d*$/, '')
}
