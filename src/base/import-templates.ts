import { FaultList, refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { EDITION_COLUMNS, HeadReader, lockedExplained } from './edition.ts'
import { issueEdition } from './issue-edition.ts'
import { issuedTemplates, putTemplates, type TemplateFile } from './store.ts'

/** What a column of a ledger may show: the elements of a line [std], by our names, and how offices call them. */
export const ELEMENTS: ReadonlyMap<string, string> = new Map(
  (
    [
      ['fiscal-year', '预算年度'],
      ['document-number', '本级指标文号'],
      ['document-title', '文件标题'],
      ['document-date', '发文日期'],
      ['superior-number', '上级指标文号'],
      ['fund', '专项资金'],
      ['fund-nature', '资金性质'],
      ['source-level', '资金级次'],
      ['direct', '直达标识'],
      ['function-subject', '支出功能分类'],
      ['economic-subject', '政府支出经济分类'],
      ['department-subject', '部门支出经济分类'],
      ['office', '业务主管处室'],
      ['agency', '预算单位'],
      ['project', '预算项目'],
      ['receiver', '接收方区划'],
      ['poverty', '扶贫标识'],
      ['amount', '指标金额'],
      ['available', '可用余额'],
      ['paid', '已支付'],
      ['note', '备注'],
    ] as const
  ).flatMap(([element, title]) => [[element, element] as const, [title, element] as const]),
)

export const TEMPLATE_COLUMNS: readonly Column[] = [
  { name: 'TEMPLATE_CODE', titles: ['模板代码'], required: true },
  { name: 'TEMPLATE_NAME', titles: ['模板名称'], required: true },
  { name: 'ELEMENT', titles: ['要素'], required: true },
  { name: 'TITLE', titles: ['栏目名称'], required: false },
  { name: 'REQUIRED', titles: ['必填'], required: false },
  ...EDITION_COLUMNS,
]

/**
 * Takes in ledger templates, a row for each column of each. With a document the file is issued by the division of the request (none: the
 * ministry) and locked for everyone; with a first year alone the templates are the division's own, and its own may be replaced.
 * Faults: `template-element-unknown`, `template-element-twice`, `template-code-issued`, `template-year-missing`; refuses what `issueEdition` refuses.
 */
export async function importTemplates(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const heads = new HeadReader(faults)
  const templates = new Map<string, TemplateFile>()
  const firstRow = new Map<string, number>()
  let documented = false
  let firstYear: number | null = null
  let lastYear: number | null = null
  const { read } = await readRows(request, TEMPLATE_COLUMNS, faults, reader => {
    heads.read(reader)
    documented ||= reader.raw('DOC_NUMBER') !== ''
    if (reader.raw('FIRST_YEAR') !== '') firstYear ??= Number(reader.raw('FIRST_YEAR'))
    if (reader.raw('LAST_YEAR') !== '') lastYear ??= Number(reader.raw('LAST_YEAR'))
    const code = reader.text('TEMPLATE_CODE', { required: true, maxLength: 40 })
    const name = reader.text('TEMPLATE_NAME', { required: true, maxLength: 100 })
    const element = reader.code('ELEMENT', ELEMENTS, {
      required: true,
      fault: 'template-element-unknown',
      zh: '要素',
      en: 'element',
      mend: { zh: '不是指标要素，请从要素表中选', en: 'is no element of a line; take one of the list' },
    })
    const title = reader.text('TITLE', { maxLength: 60 }) ?? reader.raw('ELEMENT')
    const required = reader.flag('REQUIRED') ?? false
    if (code === null || name === null || element === null) return null
    const template: TemplateFile = templates.get(code) ?? { code, name, fields: [] }
    templates.set(code, template)
    if (!firstRow.has(code)) firstRow.set(code, reader.row)
    if (template.fields.some(field => field.element === element))
      return reader.fault(
        'template-element-twice',
        'ELEMENT',
        reader.raw('ELEMENT'),
        '在同一模板中出现了两次，请只留一行',
        'stands twice in the same template; keep one row',
      )
    template.fields.push({ position: template.fields.length + 1, element, title, required })
    return template
  })
  const head = documented ? heads.head() : null
  if (!documented && firstYear === null)
    faults.add({
      code: 'template-year-missing',
      field: 'FIRST_YEAR',
      zh: '没有起始年度：请在第一行填写模板从哪个年度起使用。',
      en: 'There is no first year: say in the first row from which fiscal year the templates are used.',
    })
  if (!documented)
    for (const { code } of await issuedTemplates(tx))
      if (templates.has(code))
        faults.add({
          code: 'template-code-issued',
          row: firstRow.get(code)!,
          field: 'TEMPLATE_CODE',
          value: code,
          zh: `第 ${firstRow.get(code)} 行的模板“${code}”由上级下发，本级不得更改：请另用一个代码增设自己的模板。`,
          en: `Row ${firstRow.get(code)}: template “${code}” is issued above and locked here: add your own under another code.`,
        })
  faults.throwIfAny()
  if (!documented && request.division === null)
    refuse(
      'input',
      'division-needed',
      '请说明模板属于哪个区划，或在第一行填写下发文件。',
      'Say which division owns the templates, or state the document that issues them in the first row.',
      { field: 'division' },
    )
  const list = [...templates.values()]
  let taken = read
  if (!request.checkOnly) {
    try {
      let edition: number | null = null
      if (head) {
        edition = await issueEdition(context, {
          issuer: request.division,
          kind: 'templates',
          name: list
            .map(one => one.name)
            .join('、')
            .slice(0, 100),
          head,
          lines: list.map(one => JSON.stringify(one)),
        })
        if (edition === null) taken = 0
      }
      if (taken > 0)
        await putTemplates(
          tx,
          {
            division: request.division,
            edition,
            firstYear: head?.firstYear ?? firstYear!,
            lastYear: head ? head.lastYear : lastYear,
          },
          list,
        )
    } catch (error) {
      throw lockedExplained(error)
    }
    if (!head)
      await context.audit({
        division: request.division!,
        action: 'base.templates',
        subject: request.source.fileName,
        detail: { templates: list.map(one => one.code) },
      })
  }
  return outcomeOf(faults, read, taken, { templates: list.length })
}
