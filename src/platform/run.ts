import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Act, Run } from './context.ts'
import type { Pool } from './database/pool.ts'
import { inTransaction, type Tx } from './database/transaction.ts'
import type { FileStore } from './files/file-store.ts'
import { waker } from './jobs/wake.ts'
import { RewordedRefusal } from './reworded.ts'
import type { Vault } from './vault.ts'

/** How acts and refusals are written down; the audit part fills it in. */
export interface AuditPort {
  done(tx: Tx, actor: Actor, address: string | null, act: Act): Promise<void>
  refused(tx: Tx, actor: Actor, address: string | null, action: string, refusal: Refusal): Promise<void>
}

const written = new WeakSet<Refusal>()

/** Whether a refusal stands in the audit already, so that nobody writes it down twice. */
export const isWritten = (refusal: Refusal): boolean => written.has(refusal)

/** An act in somebody's place says so. */
const standingIn = (act: Act, standsFor: number): Act => ({ ...act, detail: { ...act.detail, standsFor } })

/** Use cases in transactions of their own; a refusal is audited in another one, for its own has been rolled back. */
export function runner(ports: { pool: Pool; vault: Vault; files: FileStore; audit: AuditPort; clock: Clock }): Run {
  const wake = waker(ports.pool)
  return async (actor, work, options = {}) => {
    const clock = options.clock ?? ports.clock
    const address = options.address ?? null
    let lastAction = options.action ?? ''
    let news = false
    try {
      const done = await inTransaction(
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
            audit: async act => {
              await ports.audit.done(tx, actor, address, actor.standsFor ? standingIn(act, actor.standsFor) : act)
              // Only now: what is sent together with a posting that is refused was not done.
              lastAction = act.action
            },
            announce: async (topic, payload) => {
              news = true
              await tx.prepared(`select platform.enqueue('event', $1)`, [{ topic, ...payload }])
            },
          }),
        { readOnly: options.readOnly ?? false, ...(options.snapshot ? { snapshot: options.snapshot } : {}) },
      )
      if (news) wake()
      return done
    } catch (raised) {
      const error =
        raised instanceof RewordedRefusal
          ? await inTransaction(ports.pool, { actor, clock }, tx => raised.reword(tx), { readOnly: true }).catch(
              () => raised,
            )
          : raised
      if (error instanceof Refusal && !options.readOnly && actor.id > 0) {
        written.add(error)
        // Not written after all: whoever hears of it next may try.
        await inTransaction(ports.pool, { actor, clock }, tx =>
          ports.audit.refused(tx, actor, address, lastAction || 'act', error),
        ).catch(() => written.delete(error))
      }
      throw error
    }
  }
}
