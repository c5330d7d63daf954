import { agenciesByCode, divisionsByCode, scopeOf } from '../divisions/store.ts'
import { sm3 } from '../kernel/digest.ts'
import { storedNumber } from '../kernel/document-number.ts'
import { groupBy } from '../kernel/group-by.ts'
import { type Fault, FaultList, Refusal, type Repair, refuse } from '../kernel/refusal.ts'
import { postedBefore } from '../ledger/post.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import { readRows } from '../platform/tables/read-rows.ts'
import { FORM_COLUMNS, type FormRow, readFormRow } from './form-file.ts'
import { fundsFor, projectsByCode, subjectsOf } from './import-resolve.ts'

/** Forms are acts of a document each; a sheet beyond this is not one that a person checked. */
const MAX_ROWS = 20_000

/** A row with its codes looked up. `source` is the line that it names; `sent` and `transfer` are that line's transfers, below and above. */
export interface FormLine extends FormRow {
  division: number
  fund: number | null
  useFund: number | null
  agency: number | null
  project: bigint | null
  receiver: number | null
  source: bigint | null
  transfer: bigint | null
  sent: bigint | null
}

/** The rows of one act: one division, form, document and day. */
export interface FormAct {
  division: number
  fiscalYear: number
  document: { number: string; title: string; dated: string }
  effectiveOn: string
  requestKey: string
  asked: Buffer
  lines: readonly FormLine[]
}

/** How a form of the sheet is run, and what it needs of a row. */
export interface FileForm {
  /** Words by which a sheet may call it, its code among them. */
  words: readonly string[]
  /** The columns that a row of it must fill; `source` also takes a spread (`ORI_DOC_NO`, fund, agency or receiver) where that is allowed. */
  needs: readonly (keyof FormRow)[]
  /** Without a source line the amount is spread over what the row names; each such row is an act of its own. */
  spreads?: boolean
  run(context: Context, act: FormAct): Promise<{ lines?: readonly bigint[]; repair: Repair | null }>
}

const FIELD: Partial<Record<keyof FormRow, string>> = {
  sourceId: 'ORI_BGT_ID',
  externalId: 'BGT_ID',
  fundCode: 'TRACK_PRO_CODE',
  useCode: 'USE_PRO_CODE',
  otherNumber: 'SUP_BGT_DOC_NO',
}

const spreadOf = (row: FormRow, form: FileForm): boolean => form.spreads === true && row.sourceId === null

/**
 * Takes in a sheet of forms: one act for each division, form, document and day, in the order of the rows, all or none. The same rows again
 * change nothing; other rows under the same form and document are refused. Faults, all at once: those of the fields, `form-unknown`,
 * `unknown-division`, `division-outside-scope`, `unknown-fund`, `fund-secret`, `unknown-agency`, `unknown-project`, `unknown-subject`,
 * `field-missing`, `source-missing`, `line-duplicated`, `document-title-differs`; then those of the form, one act after the other, `form-differs` among them.
 */
export async function importForms(
  context: Context,
  request: ImportRequest,
  forms: Readonly<Record<string, FileForm>>,
): Promise<ImportOutcome> {
  const faults = new FaultList()
  const words = new Map(Object.entries(forms).flatMap(([code, one]) => one.words.map(word => [word, code] as const)))
  const { read, rows } = await readRows(request, FORM_COLUMNS, faults, reader => readFormRow(reader, words), MAX_ROWS)
  const lines = await resolve(context.tx, rows, forms, faults)
  const acts = [...groupBy(lines, line => keyOf(line, forms[line.form]!))]
  for (const [, group] of acts) refuseMixed(group, forms[group[0]!.form]!, faults)
  refuseTwice(lines, faults)
  faults.throwIfAny()
  const taken = await takenKeys(context.tx, lines)
  if (request.checkOnly) await context.tx.query('savepoint look')
  const figures: Record<string, number> = {}
  const made = new Map<string, bigint>()
  let posted = 0
  for (const [key, group] of acts) {
    for (const line of group) line.source ??= made.get(sourceKey(line)) ?? null
    const form = forms[group[0]!.form]!
    const act = actOf(group, key)
    try {
      if (await postedBefore(context, act.division, act.requestKey, act.asked)) continue
      refuseTaken(group, taken)
      const done = await form.run(context, act)
      if (done.repair) faults.repair({ ...done.repair, row: group[0]!.row, field: 'COR_BGT_DOC_NO' })
      done.lines?.forEach((id, index) => {
        const line = group[index]!
        if (line.externalId !== null) made.set(madeKey(line), id)
      })
    } catch (error) {
      if (error instanceof Refusal)
        throw new Refusal(
          error.kind,
          error.faults.map(fault => inFile(fault, group)),
        )
      throw error
    }
    posted += group.length
    figures[group[0]!.form] = (figures[group[0]!.form] ?? 0) + group.length
    request.progress?.({ zh: '正在登记', en: 'Registering' }, posted, lines.length)
  }
  if (request.checkOnly) await context.tx.query('rollback to savepoint look')
  return {
    rows: read,
    taken: posted,
    repeated: read - posted,
    repairs: faults.repairs,
    repairCount: faults.repairCount,
    figures,
  }
}

const stored = (typed: string | null): string | null => (typed === null ? null : storedNumber(typed))

const sourceKey = (line: FormRow & { division: number }): string => `${line.division}/${line.year}/${line.sourceId}`

/** One act: a division, form, document and day; a spread by what it is spread over, and a receipt by whom it comes from. */
const keyOf = (line: FormLine, form: FileForm): string =>
  [
    line.division,
    line.year,
    line.form,
    storedNumber(line.number),
    line.dated,
    line.effectiveOn,
    ...(spreadOf(line, form)
      ? [stored(line.sourceNumber), line.fund, line.agency, line.receiver].map(one => one ?? '')
      : []),
    ...(line.form === 'receive-across' ? [line.region ?? '', stored(line.otherNumber) ?? ''] : []),
  ].join('\u0000')

function actOf(lines: readonly FormLine[], key: string): FormAct {
  const first = lines[0]!
  // What the row says, and not what the books make of it today; brackets of numbers are no difference.
  const content = lines.map(({ row: _, source: __, transfer: ___, sent: ____, ...line }) =>
    Object.entries({
      ...line,
      number: storedNumber(line.number),
      sourceNumber: stored(line.sourceNumber),
      otherNumber: stored(line.otherNumber),
    })
      .map(([name, value]) => `${name}=${value ?? ''}`)
      .join('\u0000'),
  )
  return {
    division: first.division,
    fiscalYear: first.year,
    document: { number: first.number, title: first.title, dated: first.dated },
    effectiveOn: first.effectiveOn,
    requestKey: `file:${sm3(key).toString('hex').slice(0, 40)}`,
    asked: sm3(content.join('\n')),
    lines,
  }
}

/** The rows of one act are of one document, and each is of another line: two rows of one source are one row, or one too many. */
function refuseMixed(group: readonly FormLine[], form: FileForm, faults: FaultList): void {
  const first = group[0]!
  const sources = new Map<string, number>()
  for (const line of group) {
    if (line.title !== first.title)
      faults.add({
        code: 'document-title-differs',
        row: line.row,
        field: 'BGT_DOC_TITLE',
        value: line.title,
        zh: `第 ${line.row} 行的文件标题与第 ${first.row} 行同一文号的“${first.title}”不同：请改成一致。`,
        en: `Row ${line.row}: the title differs from “${first.title}” in row ${first.row} under the same number: make them agree.`,
      })
    if (!form.spreads) continue
    const twin = sources.get(line.sourceId ?? '')
    if (twin === undefined) sources.set(line.sourceId ?? '', line.row)
    else twice(faults, line, 'ORI_BGT_ID', line.sourceId ?? '', twin)
  }
}

/** A key names one new line of a file. */
function refuseTwice(lines: readonly FormLine[], faults: FaultList): void {
  const keys = new Map<string, number>()
  for (const line of lines) {
    if (line.externalId === null) continue
    const key = madeKey(line)
    const twin = keys.get(key)
    if (twin === undefined) keys.set(key, line.row)
    else twice(faults, line, 'BGT_ID', line.externalId, twin)
  }
}

const twice = (faults: FaultList, line: FormLine, field: string, value: string, twin: number): void =>
  faults.add({
    code: 'line-duplicated',
    row: line.row,
    field,
    value,
    zh: `第 ${line.row} 行与第 ${twin} 行重复：请只留一行，或合并金额。`,
    en: `Row ${line.row} repeats row ${twin}: keep one of the two, or add up their amounts.`,
  })

/** A new line's key may not be that of a line registered before; the same act again never comes here. */
function refuseTaken(group: readonly FormLine[], taken: ReadonlySet<string>): void {
  group.forEach((line, index) => {
    if (line.externalId !== null && taken.has(madeKey(line)))
      refuse(
        'conflict',
        'line-changed',
        `第 ${index + 1} 行的指标主键“${line.externalId}”已登记：请换用新的主键，更改请用红字更正。`,
        `Line ${index + 1}: the key “${line.externalId}” is that of a line registered before: use another, or a correction to change that one.`,
        { row: index + 1, field: 'BGT_ID', value: line.externalId },
      )
  })
}

const madeKey = (line: FormRow & { division: number }): string => `${line.division}/${line.year}/${line.externalId}`

/** Those of the new lines' keys that are registered already. */
async function takenKeys(tx: Tx, lines: readonly FormLine[]): Promise<Set<string>> {
  const found = await tx.query<{ division: number; year: number; key: string }>(
    `select division, fiscal_year as year, external_id as key from allotments.allotment
     where division = any ($1::int[]) and external_id = any ($2)`,
    [[...new Set(lines.map(line => line.division))], lines.flatMap(line => line.externalId ?? [])],
  )
  return new Set(found.map(row => `${row.division}/${row.year}/${row.key}`))
}

/** A form's fault, told of the row of the file that it is about, and not of the form's own line. */
function inFile(fault: Fault, group: readonly FormLine[]): Fault {
  if (fault.code === 'request-key-reused')
    return {
      code: 'form-differs',
      row: group[0]!.row,
      field: 'COR_BGT_DOC_NO',
      value: group[0]!.number,
      zh: `第 ${group[0]!.row} 行：这一业务单和文号已由文件登记过，内容与本次不同，未登记：更改请用红字更正，另一笔业务请用另一文号或业务日期。`,
      en: `Row ${group[0]!.row}: this form was registered from a file under this document before, with another content, and nothing was stored: correct it by red letters, or give another act another document or day.`,
    }
  const ordinal = fault.code === 'undo-first' ? undefined : fault.row
  const line = ordinal === undefined ? group[0]! : (group[ordinal - 1] ?? group[0]!)
  if (ordinal === undefined) return fault.code === 'undo-first' ? fault : { row: line.row, ...fault }
  return {
    ...fault,
    row: line.row,
    zh: fault.zh.replace(`第 ${ordinal} 行`, `第 ${line.row} 行`),
    en: fault.en.replace(`Line ${ordinal}`, `Row ${line.row}`),
  }
}

async function resolve(
  tx: Tx,
  rows: readonly FormRow[],
  forms: Readonly<Record<string, FileForm>>,
  faults: FaultList,
): Promise<FormLine[]> {
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const ids = [...new Set(rows.flatMap(row => divisions.get(row.divisionCode)?.id ?? []))]
  const agencies = await agenciesByCode(tx, ids)
  const funds = await fundsFor(tx, ids)
  const projects = await projectsByCode(tx, rows)
  const subjects = await subjectsOf(tx, [...new Set(rows.map(row => row.year))])
  const known = await knownLines(tx, ids, rows)
  const coming = new Set(rows.map(row => `${row.divisionCode}/${row.year}/${row.externalId}`))
  const lines: FormLine[] = []
  for (const row of rows) {
    const before = faults.count
    const miss = (code: string, field: string, value: string, zh: string, en: string): void =>
      faults.add({
        code,
        row: row.row,
        field,
        value,
        zh: `第 ${row.row} 行 ${field}${value === '' ? '' : `“${value}”`}：${zh}。`,
        en: `Row ${row.row}, ${field}${value === '' ? '' : ` “${value}”`}: ${en}.`,
      })
    const division = divisions.get(row.divisionCode)
    if (!division) {
      miss(
        'unknown-division',
        'MOF_DIV_CODE',
        row.divisionCode,
        '没有这个区划，请先登记区划或改正代码',
        'there is no such division; register it first, or mend the code',
      )
      continue
    }
    if (!scope.has(division.id)) {
      miss(
        'division-outside-scope',
        'MOF_DIV_CODE',
        row.divisionCode,
        '不在您的权限范围内，请由该区划的用户导入',
        'lies outside your scope; have a user of that division import it',
      )
      continue
    }
    const form = forms[row.form]!
    for (const need of form.needs)
      if (row[need] === null && !(need === 'sourceId' && spreadOf(row, form)))
        miss(
          'field-missing',
          FIELD[need] ?? String(need),
          '',
          `“${form.words[0]}”须填写此栏`,
          `the form “${row.form}” needs it`,
        )
    const fundOf = (field: string, code: string | null): number | null => {
      if (code === null) return null
      const owner = row.fundDivision === null ? null : (divisions.get(row.fundDivision)?.id ?? -1)
      const fund = funds(division.id, code, owner)
      if (!fund)
        miss(
          'unknown-fund',
          field,
          code,
          '本级和上级目录中没有这项专项资金，请先登记目录或改正代码',
          'no catalogue of this division or above holds this fund; register it first, or mend the code',
        )
      else if (fund.secret)
        miss(
          'fund-secret',
          field,
          code,
          '为涉密资金，本系统不登记其明细，请从文件中删去',
          'is a secret fund, whose detail may not be entered in this system; take it out of the file',
        )
      return fund?.id ?? null
    }
    const fund = fundOf('TRACK_PRO_CODE', row.fundCode)
    const useFund = fundOf('USE_PRO_CODE', row.useCode)
    const agency = row.agencyCode === null ? null : (agencies.get(division.id)?.get(row.agencyCode)?.id ?? null)
    if (row.agencyCode !== null && agency === null)
      miss(
        'unknown-agency',
        'AGENCY_CODE',
        row.agencyCode,
        '本级没有这个预算单位，请先登记单位或改正代码',
        'this division has no such agency; register it first, or mend the code',
      )
    const project = row.projectCode === null ? null : (projects.get(`${division.id}/${row.projectCode}`) ?? null)
    if (row.projectCode !== null && project === null)
      miss(
        'unknown-project',
        'PRO_CODE',
        row.projectCode,
        '项目库中没有这个项目，请先入库或改正代码',
        'the library holds no such project; enter it first, or mend the code',
      )
    const receiver = row.receiverCode === null ? null : (divisions.get(row.receiverCode)?.id ?? null)
    if (row.receiverCode !== null && receiver === null)
      miss(
        'unknown-division',
        'REC_DIV_CODE',
        row.receiverCode,
        '没有这个接收方区划，请先登记区划或改正代码',
        'there is no such receiving division; register it first, or mend the code',
      )
    for (const [field, code, kind] of [
      ['EXP_FUNC_CODE', row.functionSubject, 'function'],
      ['GOV_BGT_ECO_CODE', row.economicSubject, 'government-economic'],
      ['DEP_BGT_ECO_CODE', row.departmentSubject, 'department-economic'],
    ] as const) {
      const list = subjects.get(`${kind}/${row.year}`)
      if (code !== null && list && !list.has(code))
        miss(
          'unknown-subject',
          field,
          code,
          `${row.year} 年没有这个科目，请核对当年科目表`,
          `there is no such subject in ${row.year}; check that year's table`,
        )
    }
    const source = known.get(`${division.id}/${row.year}/${row.sourceId}`)
    if (row.sourceId !== null && !source && !coming.has(`${row.divisionCode}/${row.year}/${row.sourceId}`))
      miss(
        'source-missing',
        'ORI_BGT_ID',
        row.sourceId,
        '该指标未以此主键登记，请核对主键和年度；手工登记的指标没有主键，可按资金、单位或原文号按比例办理，或在页面上办理',
        'no line is registered under this key; check key and year. A line entered by hand has none: spread over its fund, agency or document, or use the page',
      )
    if (faults.count > before) continue
    lines.push({
      ...row,
      division: division.id,
      fund,
      useFund,
      agency,
      project,
      receiver,
      source: source?.id ?? null,
      transfer: source?.transfer ?? null,
      sent: source?.sent ?? null,
    })
  }
  return lines
}

interface Known {
  id: bigint
  transfer: bigint | null
  sent: bigint | null
}

/** The lines that the rows name, with the transfer that each took from or opened. */
async function knownLines(tx: Tx, divisions: readonly number[], rows: readonly FormRow[]): Promise<Map<string, Known>> {
  const found = await tx.query<Known & { division: number; fiscal_year: number; external_id: string }>(
    `select a.division, a.fiscal_year, a.external_id, a.id, a.transfer, t.id as sent from allotments.allotment a
     left join ledger.transfer t on t.sender = a.division and t.sender_allotment = a.id and a.form = 'pass-down'
     where a.division = any ($1::int[]) and a.external_id = any ($2)`,
    [divisions, [...new Set(rows.flatMap(row => row.sourceId ?? []))]],
  )
  return new Map(found.map(row => [`${row.division}/${row.fiscal_year}/${row.external_id}`, row]))
}
