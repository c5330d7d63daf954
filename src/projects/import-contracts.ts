import { divisionField } from '../divisions/fields.ts'
import { type DivisionRef, divisionsByCode, scopeOf } from '../divisions/store.ts'
import { plainCreditCode } from '../kernel/credit-code.ts'
import { FaultList } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { ImportOutcome, ImportRequest } from '../platform/part.ts'
import type { RowReader } from '../platform/tables/fields.ts'
import { outcomeOf, readRows } from '../platform/tables/read-rows.ts'
import type { Column } from '../platform/tables/table.ts'
import { type ContractRow, contractKey, insertContracts, knownContracts } from './contract-store.ts'
import { lockProjects, projectsByCode } from './store.ts'

export const CONTRACT_COLUMNS: readonly Column[] = [
  { name: 'MOF_DIV_CODE', titles: ['区划代码', '财政区划代码'], required: true },
  { name: 'CONTRACT_NO', titles: ['采购合同编号', '合同编号'], required: true },
  { name: 'SUPPLEMENT_NO', titles: ['补充协议序号'], required: false },
  { name: 'PRO_CODE', titles: ['项目代码'], required: false },
  { name: 'CONTRACTOR', titles: ['承包人', '供应商', '中标单位'], required: true },
  { name: 'CONTRACTOR_CODE', titles: ['承包人统一社会信用代码', '统一社会信用代码'], required: false },
  { name: 'CONTRACT_AMT', titles: ['合同金额'], required: true },
  { name: 'SIGN_DATE', titles: ['签订日期'], required: true },
]

/**
 * Takes in contracts and their supplements. One that is known with the same content is counted as repeated. Faults: `unknown-division`,
 * `division-outside-scope`, `unknown-project`, `contract-duplicated`, `contract-changed` (a known one says something else),
 * `supplement-without-contract`, and of the fields.
 */
export async function importContracts(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const { tx } = context
  const faults = new FaultList()
  await lockProjects(tx)
  const divisions = await divisionsByCode(tx)
  const scope = await scopeOf(tx)
  const first = new Map<string, number>()
  const { read, rows } = await readRows(request, CONTRACT_COLUMNS, faults, reader => {
    const row = contractRow(reader, divisions, scope)
    if (row === null) return null
    const before = first.get(contractKey(row))
    if (before !== undefined)
      return reader.fault(
        'contract-duplicated',
        'CONTRACT_NO',
        row.contractNo,
        `与第 ${before} 行的合同和补充协议序号重复，请只留一行`,
        `stands in row ${before} already, with the same supplement; keep one of the two`,
      )
    first.set(contractKey(row), reader.row)
    return row
  })
  const named = [...new Set(rows.map(row => row.division))]
  const known = await knownContracts(tx, named)
  const projects = await projectsByCode(tx, named)
  const fresh: ContractRow[] = []
  for (const row of rows) {
    const at = { row: row.row, field: 'CONTRACT_NO', value: row.contractNo }
    if (row.projectCode !== null && !projects.has(`${row.division} ${row.projectCode}`))
      faults.add({
        row: row.row,
        field: 'PRO_CODE',
        value: row.projectCode,
        code: 'unknown-project',
        zh: `第 ${row.row} 行项目代码“${row.projectCode}”不在项目库内：请先导入项目，或改正代码。`,
        en: `Row ${row.row}: project “${row.projectCode}” is not in the library; import it first, or correct the code.`,
      })
    row.project = row.projectCode === null ? null : (projects.get(`${row.division} ${row.projectCode}`) ?? null)
    const before = known.get(contractKey(row))
    if (!before) fresh.push(row)
    else if (
      before.amountFen !== row.amountFen ||
      before.contractor !== row.contractor ||
      before.signedOn !== row.signedOn ||
      before.project !== row.project ||
      before.contractorCode !== row.contractorCode
    )
      faults.add({
        ...at,
        code: 'contract-changed',
        zh: `第 ${row.row} 行合同“${row.contractNo}”已登记，内容不同：合同变更请作为补充协议登记（填写补充协议序号）。`,
        en: `Row ${row.row}: contract “${row.contractNo}” is known with another content; enter a change as a supplement, with its number.`,
      })
    if (
      row.supplement > 0 &&
      !known.has(contractKey({ ...row, supplement: 0 })) &&
      !first.has(contractKey({ ...row, supplement: 0 }))
    )
      faults.add({
        ...at,
        field: 'SUPPLEMENT_NO',
        code: 'supplement-without-contract',
        zh: `第 ${row.row} 行是合同“${row.contractNo}”的补充协议，但没有登记原合同：请一并导入原合同（补充协议序号填 0 或不填）。`,
        en: `Row ${row.row} is a supplement of contract “${row.contractNo}”, which is not known: import the contract with it (supplement 0 or blank).`,
      })
  }
  faults.throwIfAny()
  if (!request.checkOnly) {
    await insertContracts(tx, fresh, request.importId ?? null)
    await context.audit({
      division: request.division ?? 0,
      action: 'contracts.import',
      subject: request.source.fileName,
      detail: { read, created: fresh.length },
    })
  }
  return outcomeOf(faults, read, fresh.length, { created: fresh.length })
}

function contractRow(
  reader: RowReader,
  divisions: ReadonlyMap<string, DivisionRef>,
  scope: ReadonlySet<number>,
): ContractRow | null {
  const division = divisionField(reader, 'MOF_DIV_CODE', divisions, scope)
  const contractNo = reader.text('CONTRACT_NO', { required: true, maxLength: 200 })
  const supplement = reader.integer('SUPPLEMENT_NO', { min: 0, max: 999 }) ?? 0
  const projectCode = reader.text('PRO_CODE', { maxLength: 40 })
  const contractor = reader.text('CONTRACTOR', { required: true, maxLength: 200 })
  const code = reader.text('CONTRACTOR_CODE', { maxLength: 40 })
  // A supplement may lower the contract.
  const amount = reader.money('CONTRACT_AMT', { sign: supplement > 0 ? 'any' : 'positive' })
  const signedOn = reader.date('SIGN_DATE', { required: true })
  if (amount === 0n)
    return reader.fault(
      'amount-zero',
      'CONTRACT_AMT',
      '0',
      '是零，没有增减金额的补充协议不必登记',
      'is zero; leave supplements that change nothing out',
    )
  if (division === null || contractNo === null || contractor === null || amount === null || signedOn === null)
    return null
  return {
    row: reader.row,
    division: division.id,
    contractNo,
    supplement,
    projectCode,
    project: null,
    contractor,
    contractorCode: code === null ? null : plainCreditCode(code),
    amountFen: amount,
    signedOn,
  }
}
