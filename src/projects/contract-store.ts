import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'

/** A contract (supplement 0) or one of its supplements, as a file states it; amount in fen. */
export interface ContractRow {
  row: number
  division: number
  contractNo: string
  supplement: number
  projectCode: string | null
  project: bigint | null
  contractor: string
  contractorCode: string | null
  amountFen: bigint
  signedOn: string
}

export const contractKey = (one: Pick<ContractRow, 'division' | 'contractNo' | 'supplement'>): string =>
  `${one.division} ${one.supplement} ${one.contractNo}`

export async function knownContracts(
  tx: Tx,
  divisions: readonly number[],
): Promise<Map<string, Omit<ContractRow, 'row' | 'projectCode'>>> {
  const rows = await tx.query<Omit<ContractRow, 'row' | 'projectCode'> & Record<string, unknown>>(
    `select division, contract_no as "contractNo", supplement, project, contractor, contractor_code as "contractorCode",
       amount_fen as "amountFen", signed_on::text as "signedOn"
     from projects.contract where division = any ($1::int[])`,
    [divisions],
  )
  return new Map(rows.map(row => [contractKey(row), row]))
}

export const insertContracts = (tx: Tx, rows: readonly ContractRow[], importId: string | null): Promise<void> =>
  insertRows(
    tx,
    'projects.contract',
    {
      division: 'int',
      contract_no: 'text',
      supplement: 'smallint',
      project: 'bigint',
      contractor: 'text',
      contractor_code: 'text',
      amount_fen: 'bigint',
      signed_on: 'date',
      import: 'bigint',
    },
    rows.map(row => ({
      division: row.division,
      contract_no: row.contractNo,
      supplement: row.supplement,
      project: row.project,
      contractor: row.contractor,
      contractor_code: row.contractorCode,
      amount_fen: row.amountFen,
      signed_on: row.signedOn,
      import: importId,
    })),
  )

/** What a review settled for a project; amounts in fen. */
export interface SettlementRow {
  row: number
  division: number
  projectCode: string
  settledOn: string
  submittedFen: bigint | null
  settledFen: bigint
  document: string | null
}

export async function knownSettlements(
  tx: Tx,
  divisions: readonly number[],
): Promise<Map<string, Omit<SettlementRow, 'row'>>> {
  const rows = await tx.query<Omit<SettlementRow, 'row'> & Record<string, unknown>>(
    `select s.division, p.code as "projectCode", s.settled_on::text as "settledOn", s.submitted_fen as "submittedFen",
       s.settled_fen as "settledFen", s.document
     from projects.settlement s join projects.project p on p.division = s.division and p.id = s.project
     where s.division = any ($1::int[])`,
    [divisions],
  )
  return new Map(rows.map(row => [`${row.division} ${row.projectCode} ${row.settledOn}`, row]))
}

export const insertSettlements = (
  tx: Tx,
  rows: readonly (SettlementRow & { project: bigint })[],
  importId: string | null,
): Promise<void> =>
  insertRows(
    tx,
    'projects.settlement',
    {
      division: 'int',
      project: 'bigint',
      settled_on: 'date',
      submitted_fen: 'bigint',
      settled_fen: 'bigint',
      document: 'text',
      import: 'bigint',
    },
    rows.map(row => ({
      division: row.division,
      project: row.project,
      settled_on: row.settledOn,
      submitted_fen: row.submittedFen,
      settled_fen: row.settledFen,
      document: row.document,
      import: importId,
    })),
  )
