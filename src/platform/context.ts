import type { Actor } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Tx } from './database/transaction.ts'
import type { FileStore } from './files/file-store.ts'
import type { Vault } from './vault.ts'

/** An act worth remembering: what was done, to what, with what outcome. */
export interface Act {
  division: number
  action: string
  subject?: string
  detail?: Record<string, unknown>
}

/**
 * What every use case is given: one transaction, who acts, when, and the ports that parts above fill in (`src/app.ts`), so
 * that a part below can be audited without importing the audit.
 */
export interface Context {
  readonly tx: Tx
  readonly actor: Actor
  readonly clock: Clock
  readonly address: string | null
  readonly vault: Vault
  readonly files: FileStore
  audit(act: Act): Promise<void>
  /** News for other parts; it leaves only if the transaction commits. */
  announce(topic: string, payload: Record<string, unknown>): Promise<void>
}

export interface RunOptions {
  clock?: Clock
  address?: string | null
  readOnly?: boolean
}

/** Runs a use case in a transaction of its own; a refusal is audited in another one and thrown on. */
export type Run = <T>(actor: Actor, work: (context: Context) => Promise<T>, options?: RunOptions) => Promise<T>
