import { insertRows } from '../platform/database/insert.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { ChangePlan } from './change.ts'
import type { Change, TreeNode } from './contract.ts'
import { applyDivisions } from './store.ts'

/** The change that a request made before; null for a new request. */
export const changeOfRequest = async (tx: Tx, requestKey: string): Promise<number | null> =>
  (await tx.maybe<{ id: number }>('select id from divisions.change where request_key = $1', [requestKey]))?.id ?? null

/** Writes an order with its versions. @returns its number */
export async function applyChange(
  tx: Tx,
  plan: ChangePlan,
  documentNumber: string,
  requestKey: string | null,
): Promise<number> {
  const { input } = plan
  const { id } = await tx.one<{ id: number }>(
    `insert into divisions.change (kind, effective_on, document_number, document_title, document_dated, note, request_key)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [input.kind, input.effectiveOn, documentNumber, input.document.title, input.document.dated, input.note, requestKey],
  )
  await applyDivisions(tx, plan.versions, id)
  await insertRows(tx, 'divisions.change_part', { change: 'int', division: 'int', role: 'text' }, [
    ...plan.from.map(division => ({ change: id, division, role: 'from' })),
    ...plan.into.map(division => ({ change: id, division, role: 'into' })),
  ])
  // Who took over sees what is behind it only once the parts are written.
  await tx.query('select divisions.rebuild_scopes()')
  return id
}

/** The orders that touched a division or anything in its scope, the latest first. */
export const changesIn = (tx: Tx, division: number): Promise<Change[]> =>
  tx.query<never>(
    `select c.id, c.kind, c.effective_on as "effectiveOn",
       jsonb_build_object('number', c.document_number, 'title', c.document_title, 'dated', c.document_dated) as document, c.note,
       coalesce((select jsonb_agg(jsonb_build_object('code', v.code, 'name', v.name) order by v.code) from divisions.change_part p
         join divisions.published_version v on v.division = p.division and v.valid @> (c.effective_on - 1)
         where p.change = c.id and p.role = 'from'), '[]') as "from",
       coalesce((select jsonb_agg(jsonb_build_object('code', v.code, 'name', v.name) order by v.code) from divisions.change_part p
         join divisions.published_version v on v.division = p.division and v.valid @> c.effective_on
         where p.change = c.id and p.role = 'into'), '[]') as "into"
     from divisions.change c
     where exists (select from divisions.change_part p join divisions.scope_division s on s.scope = $1 and s.division = p.division where p.change = c.id)
     order by c.effective_on desc, c.id desc limit 500`,
    [division],
  )

/** The tree below a division on a day, those above first; divisions that ended earlier in that year are in it, and say so. */
export const treeOn = (tx: Tx, division: number, day: string): Promise<TreeNode[]> =>
  tx.query<never>(
    `select a.code, a.name, a.level, p.code as "administrativeParent", f.code as "fiscalParent", a.ended_on as "endedOn"
     from divisions.area($1, $2) a
     left join divisions.area($1, $2) p on p.division = a.administrative_parent
     left join divisions.area($1, $2) f on f.division = a.fiscal_parent
     order by a.code`,
    [division, day],
  )
