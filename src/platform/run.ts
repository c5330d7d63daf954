import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Act, Run } from './context.ts'
import type { Pool } from './database/pool.ts'
import { inTransaction, type Tx } from './database/transaction.ts'
import type { FileStore } from './files/file-store.ts'
import type { Vault } from './vault.ts'

/** How acts and refusals are written down; the audit part fills it in. */
export interface AuditPort {
  done(tx: Tx, actor: Actor, address: string | null, act: Act): Promise<void>
  refused(tx: Tx, actor: Actor, address: string | null, action: string, refusal: Refusal): Promise<void>
}

/** Use cases in transactions of their own; a refusal is audited in another one, for its own has been rolled back. */
export function runner(ports: { pool: Pool; vault: Vault; files: FileStore; audit: AuditPort; clock: Clock }): Run {
  return async (actor, work, options = {}) => {
    const clock = options.clock ?? ports.clock
    const address = options.address ?? null
    let lastAction = ''
    try {
      return await inTransaction(
        ports.pool,
        { actor, clock },
        tx =>
          work({
            tx,
            actor,
            clock,
            address,
            vault: ports.vault,
            files: ports.files,
            audit: act => {
              lastAction = act.action
              return ports.audit.done(tx, actor, address, act)
            },
            announce: async (topic, payload) => {
              await tx.query(`select platform.enqueue('event', $1)`, [{ topic, ...payload }])
            },
          }),
        { readOnly: options.readOnly ?? false },
      )
    } catch (error) {
      if (error instanceof Refusal && !options.readOnly && actor.id > 0)
        await inTransaction(ports.pool, { actor, clock }, tx =>
          ports.audit.refused(tx, actor, address, lastAction || 'act', error),
        ).catch(() => {})
      throw error
    }
  }
}
