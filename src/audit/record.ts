import type { AuditPort } from '../platform/run.ts'

/** Writes acts and refusals to the append-only record; what is written never holds personal data in the clear. */
export const auditPort: AuditPort = {
  async done(tx, actor, address, act) {
    await tx.query(
      `insert into audit.entry (division, actor, actor_name, address, action, subject, outcome, detail) values ($1, $2, $3, $4, $5, $6, 'done', $7)`,
      [act.division, actor.id, actor.name, address, act.action, act.subject ?? null, act.detail ?? {}],
    )
  },
  async refused(tx, actor, address, action, refusal) {
    await tx.query(
      `insert into audit.entry (division, actor, actor_name, address, action, outcome, detail) values (0, $1, $2, $3, $4, 'refused', $5)`,
      [
        actor.id,
        actor.name,
        address,
        action,
        { codes: [...new Set(refusal.faults.map(fault => fault.code))].slice(0, 20), count: refusal.count },
      ],
    )
  },
}
