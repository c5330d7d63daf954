import type { Tx } from '../platform/database/transaction.ts'

/** By the field that holds the number: how it is called. Lines and transfers by their document and fund, as an office would. */
const NAMED: Readonly<Record<string, string>> = {
  fund: `select id::text as id, code || ' ' || name as name from funds.published_fund where $1::int is not null and id::text = any ($2)`,
  agency: `select id::text as id, code || ' ' || name as name from divisions.published_agency where division = $1 and id::text = any ($2)`,
  office: `select id::text as id, name from divisions.published_office where division = $1 and id::text = any ($2)`,
  project: `select id::text as id, code || ' ' || name as name from projects.published_project where division = $1 and id::text = any ($2)`,
  line: `select a.id::text as id, concat_ws(' ', d.number, f.name) as name from allotments.published_allotment a
    join ledger.published_document d on d.division = a.division and d.id = a.document join funds.published_fund f on f.id = a.fund
    where a.division = $1 and a.id::text = any ($2)`,
  transfer: `select t.id::text as id, concat_ws(' ', t.document_number, f.name) as name from ledger.published_transfer t
    join funds.published_fund f on f.id = t.fund where (t.division = $1 or t.sender = $1) and t.id::text = any ($2)`,
  division: `select code as id, name from divisions.published_division where $1::int is not null and code = any ($2)`,
}
const FIELDS: Readonly<Record<string, keyof typeof NAMED>> = {
  fund: 'fund',
  superior: 'fund',
  agency: 'agency',
  office: 'office',
  project: 'project',
  source: 'line',
  allotment: 'line',
  transfer: 'transfer',
  toDivision: 'division',
  receiver: 'division',
}

/** What the numbers in a form stand for, by `field:number`: who signs reads names. What the reader may not see stays a number. */
export async function namesIn(tx: Tx, division: number, body: unknown): Promise<Record<string, string>> {
  const asked = new Map<string, Map<string, Set<string>>>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk)
    else if (typeof value === 'object' && value !== null)
      for (const [field, one] of Object.entries(value)) {
        const kind = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
        if (kind && (typeof one === 'string' || typeof one === 'number')) {
          const fields = asked.get(kind) ?? new Map<string, Set<string>>()
          asked.set(kind, fields.set(field, (fields.get(field) ?? new Set()).add(String(one))))
        } else walk(one)
      }
  }
  walk(body)
  const names: Record<string, string> = {}
  for (const [kind, fields] of asked) {
    const ids = [...new Set([...fields.values()].flatMap(one => [...one]))]
    const rows = await tx.query<{ id: string; name: string }>(NAMED[kind] ?? '', [division, ids])
    for (const [field, held] of fields)
      for (const { id, name } of rows) if (held.has(id)) names[`${field}:${id}`] = name
  }
  return names
}
