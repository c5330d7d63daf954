import { parseLevel } from '../divisions/division.ts'
import { divisionsAbove } from '../divisions/store.ts'
import { FaultList, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { type FundRow, parsePoverty, planFunds } from './fund.ts'
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
 * Faults: those of `planFunds`, `level-unknown`, `poverty-unknown`; refuses `division-needed`.
 */
export async function importFunds(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const { division } = request
  if (division === null)
    refuse(
      'input',
      'division-needed',
      '请说明资金目录属于哪个区划（命令行用 --division）。',
      'Say which division owns the catalogue (on the command line: --division).',
      { field: 'division' },
    )
  await lockFunds(tx)
  const faults = new FaultList()
  const fromFile = request.source.fileName.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '')
  const sources = new Map<string, string>()
  const { read, rows } = await readRows(request, FUND_COLUMNS, faults, reader => fundRow(reader, fromFile, sources))
  const above = await fundsAbove(tx, await divisionsAbove(tx, division))
  const plan = planFunds(await knownFunds(tx, division), above, rows, faults)
  faults.throwIfAny()
  if (!request.checkOnly) {
    await applyFunds(tx, division, plan, sources)
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
