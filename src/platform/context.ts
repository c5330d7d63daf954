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
  /** What stood there before a change and what stands there now: changes of accounts, posts, settings, books and mappings say both. */
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  /** How long it is kept (`audit.retention`); told by the action where not said. */
  kind?: 'network' | 'operation' | 'personal' | 'authority' | 'book'
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
  /** Of a read-only transaction: the snapshot that another one exported. */
  snapshot?: string
  /** What was tried, for the audit of a refusal that comes before any act was named. */
  action?: string
}

/** Runs a use case in a transaction of its own; a refusal is audited in another one and thrown on. */
export type Run = <T>(actor: Actor, work: (context: Context) => Promise<T>, options?: RunOptions) => Promise<T>
