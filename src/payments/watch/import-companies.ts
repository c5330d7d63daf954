import { judgeCreditCode, plainCreditCode } from '../../kernel/credit-code.ts'
import { FaultList } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../../platform/part.ts'
import { outcomeOf, readRows } from '../../platform/tables/read-rows.ts'
import type { Column } from '../../platform/tables/table.ts'

export const COMPANY_COLUMNS: readonly Column[] = [
  { name: 'CORP_NAME', titles: ['企业名称', '名称'], required: true },
  { name: 'UNIFSOC_CRED_CODE', titles: ['统一社会信用代码'], required: false },
  { name: 'STATE', titles: ['登记状态', '经营状态'], required: true },
  { name: 'SINCE', titles: ['状态起始日期', '变更日期'], required: true },
]

const STATES: ReadonlyMap<string, string> = new Map([
  ...['存续', '在业', '在营', '开业', '正常', '在册', '迁出', '迁入', 'normal'].map(word => [word, 'normal'] as const),
  ...['经营异常', '异常', '列入经营异常名录', 'abnormal'].map(word => [word, 'abnormal'] as const),
  ...['停业', '歇业', '清算', 'suspended'].map(word => [word, 'suspended'] as const),
  ...['吊销', '吊销未注销', '撤销', 'revoked'].map(word => [word, 'revoked'] as const),
  ...['注销', '已注销', '吊销已注销', 'deregistered'].map(word => [word, 'deregistered'] as const),
])
const WORDS = ['存续', '经营异常', '停业', '吊销', '注销']

/**
 * Takes in what the business register says of enterprises: name, code, state and since when. A code that does not check is kept and
 * counted (`codesDoubtful`), for such codes exist. Faults: `state-unknown`, `company-repeated`, `company-state-changed`, and of the fields.
 */
export async function importCompanies(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  const first = new Map<string, number>()
  const { read, rows } = await readRows(request, COMPANY_COLUMNS, faults, reader => {
    const name = reader.text('CORP_NAME', { required: true, maxLength: 200 })
    const stated = reader.text('UNIFSOC_CRED_CODE', { maxLength: 40 })
    const word = reader.text('STATE', { required: true, maxLength: 40 })
    const since = reader.date('SINCE', { required: true })
    const state = word === null ? null : STATES.get(word.replace(/[（(].*$/, '').trim())
    if (word !== null && !state)
      return reader.fault(
        'state-unknown',
        'STATE',
        word,
        `不是登记状态，请填：${WORDS.join('、')}`,
        `is no state of the register; use one of ${WORDS.join(', ')}`,
      )
    if (name === null || !state || since === null) return null
    const code = stated === null ? null : plainCreditCode(stated)
    const key = `${code ?? ''} ${name} ${since}`
    const before = first.get(key)
    if (before !== undefined)
      return reader.fault(
        'company-repeated',
        'CORP_NAME',
        name,
        `与第 ${before} 行的企业和日期重复，请只留一行`,
        `stands in row ${before} already with the same day; keep one of the two`,
      )
    first.set(key, reader.row)
    return { row: reader.row, name, code, state, since, verdict: judgeCreditCode(code) }
  })
  const values = [
    rows.map(row => row.name),
    rows.map(row => row.code),
    rows.map(row => row.since),
    rows.map(row => row.state),
    rows.map(row => row.verdict),
    rows.map(row => row.row),
  ]
  await tx.query(`select pg_advisory_xact_lock(hashtext('payments.company_state'))`)
  const given = `unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[], $6::int[]) as g(name, code, since, state, verdict, row)`
  const changed = await tx.query<{ row: number; name: string; state: string }>(
    `select g.row, g.name, c.state from ${given} join payments.company_state c on c.name = g.name and c.since = g.since
       and c.code is not distinct from g.code where c.state <> g.state order by g.row`,
    values,
  )
  for (const one of changed)
    faults.add({
      code: 'company-state-changed',
      row: one.row,
      field: 'STATE',
      value: one.name,
      zh: `第 ${one.row} 行企业“${one.name}”当日的登记状态已登记为另一种：请核对日期，状态变化请用变化的日期登记。`,
      en: `Row ${one.row}: another state of “${one.name}” is known for that day; check the day, and enter a change with its own.`,
    })
  faults.throwIfAny()
  const doubtful = rows.filter(row => row.verdict === 'form' || row.verdict === 'check-digit').length
  let taken = 0
  if (!request.checkOnly) {
    const made = await tx.query(
      `insert into payments.company_state (name, code, since, state, code_verdict, import)
       select name, code, since, state, verdict, $7 from ${given} order by row on conflict do nothing returning 1`,
      [...values, request.importId ?? 0],
    )
    taken = made.length
    await context.audit({
      division: request.division ?? 0,
      action: 'companies.import',
      subject: request.source.fileName,
      detail: { read, taken, doubtful },
    })
  }
  return outcomeOf(faults, read, taken, { created: taken, codesDoubtful: doubtful })
}

export const companiesImporter: Importer = {
  kind: 'companies',
  title: { zh: '企业登记状态', en: 'states of enterprises' },
  permission: 'enterprises.import',
  columns: COMPANY_COLUMNS,
  run: (run, actor, request) =>
    run(actor, context => importCompanies(context, request), { readOnly: request.checkOnly }),
}
