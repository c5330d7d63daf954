import { groupBy } from '../kernel/group-by.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { ReconciliationDifference, ReconciliationKind } from './contract.ts'
import type { SheetRow } from './read-sheet.ts'
import { movedOf } from './store.ts'

export interface Compared {
  agreeing: number
  hereFen: bigint
  thereFen: bigint
  differences: Omit<ReconciliationDifference, 'no'>[]
}

/** Something of ours that a sheet should name. */
interface Ours {
  subject: string
  name: string | null
  allotment: string | null
  fen: bigint
}
interface Theirs {
  row: number
  subject: string
  fen: bigint
}

/** Pairs what has one key on both sides, first with first; what is left has no counterpart. */
function paired<A, B>(
  ours: readonly A[],
  theirs: readonly B[],
  keys: { ours(one: A): string | null; theirs(one: B): string | null },
) {
  const waiting = groupBy(
    ours.filter(one => keys.ours(one) !== null),
    one => keys.ours(one),
  )
  const pairs: [A, B][] = []
  const left = new Set(ours)
  const unmatched: B[] = []
  for (const one of theirs) {
    const key = keys.theirs(one)
    const match = key === null ? undefined : waiting.get(key)?.shift()
    if (match === undefined) unmatched.push(one)
    else {
      pairs.push([match, one])
      left.delete(match)
    }
  }
  return { pairs, ours: [...left], theirs: unmatched }
}

function outcome(
  pairs: readonly (readonly [Ours, Theirs])[],
  ours: readonly Ours[],
  theirs: readonly Theirs[],
): Compared {
  const sum = (some: readonly { fen: bigint }[]) => some.reduce((total, one) => total + one.fen, 0n)
  const differing = pairs.filter(([our, their]) => our.fen !== their.fen)
  return {
    agreeing: pairs.length - differing.length,
    hereFen: sum(pairs.map(([our]) => our)) + sum(ours),
    thereFen: sum(pairs.map(([, their]) => their)) + sum(theirs),
    differences: [
      ...differing.map(([our, their]) => ({
        reason: 'amount-differs' as const,
        rowNo: their.row,
        subject: our.subject,
        name: our.name,
        allotment: our.allotment,
        hereFen: String(our.fen),
        thereFen: String(their.fen),
      })),
      ...theirs.map(their => ({
        reason: 'missing-here' as const,
        rowNo: their.row,
        subject: their.subject,
        name: null,
        allotment: null,
        hereFen: null,
        thereFen: String(their.fen),
      })),
      ...ours.map(our => ({
        reason: 'missing-there' as const,
        rowNo: null,
        subject: our.subject,
        name: our.name,
        allotment: our.allotment,
        hereFen: String(our.fen),
        thereFen: null,
      })),
    ],
  }
}

/**
 * Lines against the budget system's: by its id (BGT_ID) first; lines that were entered by hand have none, and are paired by document,
 * fund, agency and amount. A line's amount is what was issued, less the red letters on its own document.
 */
async function compareAllotments(tx: Tx, division: number, year: number, rows: readonly SheetRow[]): Promise<Compared> {
  type Line = Ours & { externalId: string | null; number: string; fund: string; agency: string }
  const lines = await tx.query<Line & Record<string, unknown>>(
    `select a.id::text as allotment, a.external_id as "externalId", d.number, f.code as fund, coalesce(g.code, '') as agency,
       concat_ws(' ', d.number, f.name, g.name, p.name) as name, coalesce(a.external_id, '#' || a.id) as subject,
       (a.amount_fen + coalesce(r.red, 0))::bigint as fen
     from allotments.published_allotment a join ledger.published_document d on d.division = a.division and d.id = a.document
     join funds.published_fund f on f.id = a.fund
     left join divisions.published_agency g on g.division = a.division and g.id = a.agency
     left join projects.published_project p on p.division = a.division and p.id = a.project
     left join (
       select e.debit_allotment, b.document, sum(e.amount_fen) as red from ledger.published_batch c join ledger.published_entry_alone e on e.division = c.division and e.batch = c.id
         join ledger.published_batch b on b.division = e.division and b.id = e.corrects_batch
       where c.division = $1 and c.fiscal_year = $2 and c.form = 'correct' group by 1, 2) r on r.debit_allotment = a.id and r.document = a.document
     where a.division = $1 and a.fiscal_year = $2 order by a.id`,
    [division, year],
  )
  const standing = lines.filter(line => line.fen !== 0n)
  const byId = paired(standing, rows, { ours: line => line.externalId, theirs: row => row.externalId })
  const elements = (one: { number: string; fund: string; agency: string; fen: bigint }) =>
    `${one.number}|${one.fund}|${one.agency}|${one.fen}`
  const byElements = paired(byId.ours, byId.theirs, {
    ours: line => (line.externalId === null ? elements(line) : null),
    theirs: (row: SheetRow) => elements(row),
  })
  const theirs = (row: SheetRow): Theirs => ({ row: row.row, subject: row.externalId, fen: row.fen })
  return outcome(
    [...byId.pairs, ...byElements.pairs].map(([line, row]) => [line, theirs(row)] as const),
    byElements.ours,
    byElements.theirs.map(theirs),
  )
}

/** What superiors sent in the year (not other regions, nor a division that handed over) against their settlement sheet: by document and fund; by document alone where the sheet names no fund. */
async function compareSettlement(tx: Tx, division: number, year: number, rows: readonly SheetRow[]): Promise<Compared> {
  const sent = await tx.query<{ number: string; code: string; name: string; fen: bigint }>(
    `select t.document_number as number, f.code, f.name, sum(t.sent_fen)::bigint as fen from ledger.published_transfer t
     join funds.published_fund f on f.id = t.fund where t.division = $1 and t.fiscal_year = $2 and not t.across
       and not exists (select from allotments.published_line a where a.division = t.division and a.transfer = t.id and a.form = 'take-over')
     group by 1, 2, 3 having sum(t.sent_fen) <> 0 order by 1, 2`,
    [division, year],
  )
  const codes = new Map(sent.flatMap(one => [[one.code, one.code] as const, [one.name, one.code] as const]))
  const byFund = rows.some(row => row.fund !== '')
  const keyed = (number: string, fund: string) => (byFund ? `${number} ${codes.get(fund) ?? fund}` : number)
  const ours = [...groupBy(sent, one => keyed(one.number, one.code))].map(
    ([subject, some]): Ours => ({
      subject,
      name: [...new Set(some.map(one => one.name))].join('、'),
      allotment: null,
      fen: some.reduce((sum, one) => sum + one.fen, 0n),
    }),
  )
  const theirs = summed(rows, row => keyed(row.number, row.fund))
  const match = paired(ours, theirs, { ours: one => one.subject, theirs: one => one.subject })
  return outcome(match.pairs, match.ours, match.theirs)
}

const summed = (rows: readonly SheetRow[], keyOf: (row: SheetRow) => string): Theirs[] =>
  [...groupBy(rows, keyOf)].map(([subject, some]) => ({
    row: some[0]!.row,
    subject,
    fen: some.reduce((sum, row) => sum + row.fen, 0n),
  }))

/** What was paid in the year (5201) against the final accounts, by functional subject; a code of three or five digits is the sum of its own. */
async function compareFinalAccounts(
  tx: Tx,
  division: number,
  year: number,
  rows: readonly SheetRow[],
): Promise<Compared> {
  const paid = (
    await movedOf(tx, [division], year, { from: null, to: null, known: null }, ['account', 'function_subject'])
  ).filter(row => row.account === 5201 && row.debit !== row.credit)
  const theirs = summed(rows, row => row.subject)
  const ours = theirs
    .map(
      (row): Ours => ({
        subject: row.subject,
        name: null,
        allotment: null,
        fen: paid
          .filter(one => one.function_subject.startsWith(row.subject))
          .reduce((sum, one) => sum + one.debit - one.credit, 0n),
      }),
    )
    .filter((one, n) => one.fen !== 0n || theirs[n]!.fen === 0n)
  const unnamed = paid
    .filter(one => !theirs.some(row => row.subject !== '' && one.function_subject.startsWith(row.subject)))
    .map(
      (one): Ours => ({
        subject: one.function_subject || '—',
        name: null,
        allotment: null,
        fen: one.debit - one.credit,
      }),
    )
  const match = paired(ours, theirs, { ours: one => one.subject, theirs: one => one.subject })
  const found = outcome(match.pairs, [...match.ours, ...unnamed], match.theirs)
  // Where a sheet states a subject and its parts, the parts count once: the sums are those of its most general rows.
  const tops = theirs.filter(row => !theirs.some(one => one !== row && row.subject.startsWith(one.subject)))
  return {
    ...found,
    hereFen: paid.reduce((sum, one) => sum + one.debit - one.credit, 0n),
    thereFen: tops.reduce((sum, row) => sum + row.fen, 0n),
  }
}

/** Compares a sheet with our books of a division's year: what agrees, and every difference with its reason. */
export const COMPARE: Record<
  ReconciliationKind,
  (tx: Tx, division: number, year: number, rows: readonly SheetRow[]) => Promise<Compared>
> = { allotments: compareAllotments, settlement: compareSettlement, 'final-accounts': compareFinalAccounts }
