import type { Actor } from '../kernel/actor.ts'
import { maskPersonal } from '../kernel/personal-data.ts'
import type { Act } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { AuditPort } from '../platform/run.ts'
import { kindOf } from './kind.ts'

// An identity number that somebody typed into a note would otherwise stand here for years.
const clean = (said: unknown): string | null => (said == null ? null : maskPersonal(JSON.stringify(said, digits)))
const digits = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

const write = (
  tx: Tx,
  actor: Actor,
  address: string | null,
  act: Act & { outcome: 'done' | 'refused'; kind: string },
): Promise<unknown> =>
  tx.prepared('select audit.record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)', [
    act.division,
    actor.id,
    actor.name,
    address,
    act.kind,
    act.action,
    act.subject === undefined ? null : maskPersonal(act.subject),
    act.outcome,
    clean(act.detail ?? {}),
    clean(act.before),
    clean(act.after),
  ])

/** Writes acts and refusals to the append-only record; what is written never holds personal data in the clear. */
export const auditPort: AuditPort = {
  async done(tx, actor, address, act) {
    await write(tx, actor, address, { ...act, outcome: 'done', kind: act.kind ?? kindOf(act.action) })
  },
  async refused(tx, actor, address, action, refusal) {
    // A refusal belongs to the division of whoever was refused, so that its own audit administrator sees it.
    await write(tx, actor, address, {
      division: actor.scope > 0 ? actor.scope : 0,
      action,
      outcome: 'refused',
      kind: kindOf(action),
      detail: { codes: [...new Set(refusal.faults.map(fault => fault.code))].slice(0, 20), count: refusal.count },
    })
  },
}
