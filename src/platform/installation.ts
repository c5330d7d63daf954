import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Actor } from '../kernel/actor.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import { Refusal, type Sentence } from '../kernel/refusal.ts'
import type { Act, Run } from './context.ts'
import { type EmbeddedDatabase, openEmbedded } from './database/embedded/supervisor.ts'
import { migrate } from './database/migrate.ts'
import { openPool, type Pool } from './database/pool.ts'
import { inTransaction, type Tx } from './database/transaction.ts'
import { FileStore } from './files/file-store.ts'
import { prepareQueue } from './jobs/queue.ts'
import { Vault } from './vault.ts'

export interface InstallationOptions {
  dataDir: string
  /** A PostgreSQL server instead of the embedded one. */
  databaseUrl?: string | undefined
  progress?: (sentence: Sentence) => void
  clock?: Clock
}

/** How acts and refusals are written down; the audit part fills it in. */
export interface AuditPort {
  done(tx: Tx, actor: Actor, address: string | null, act: Act): Promise<void>
  refused(tx: Tx, actor: Actor, address: string | null, action: string, refusal: Refusal): Promise<void>
}

/** One installation, open: its database, its keys, its files. */
export interface Installation {
  readonly dataDir: string
  /** As the app's role: what use cases run on. */
  readonly pool: Pool
  /** As the owner: migrations and the queue. */
  readonly ownerPool: Pool
  /** As the rules' role, read-only: what batch scans run on. */
  readonly rulesPool: Pool
  readonly vault: Vault
  readonly files: FileStore
  readonly embedded: EmbeddedDatabase | null
  readonly migrated: readonly string[]
  readonly run: Run
  close(): Promise<void>
}

export async function openInstallation(options: InstallationOptions, audit: AuditPort): Promise<Installation> {
  const dataDir = resolve(options.dataDir)
  mkdirSync(dataDir, { recursive: true })
  const progress = options.progress ?? (() => {})
  const embedded = options.databaseUrl ? null : await openEmbedded(dataDir, { progress })
  const url = { connectionString: options.databaseUrl }
  const ownerPool = openPool(embedded ? embedded.connection('fundwatch_owner') : url, { max: 4 })
  try {
    await prepareQueue(ownerPool)
    const migrated = await migrate(ownerPool, progress)
    // On the embedded server each duty signs in as itself; on another one the one login steps down to the duty's role.
    const pool = embedded ? openPool(embedded.connection('fundwatch_app')) : openPool(url, { role: 'fundwatch_app' })
    const rulesPool = embedded
      ? openPool(embedded.connection('fundwatch_rules'), { max: 2, readOnly: true })
      : openPool(url, { role: 'fundwatch_rules', max: 2, readOnly: true })
    const vault = Vault.open(join(dataDir, 'keys', 'vault.json'))
    const files = new FileStore(join(dataDir, 'files'), vault)
    const run = runner({ pool, vault, files, audit, clock: options.clock ?? systemClock })
    return {
      dataDir,
      pool,
      ownerPool,
      rulesPool,
      vault,
      files,
      embedded,
      migrated,
      run,
      async close() {
        await Promise.all([pool.end(), rulesPool.end(), ownerPool.end()])
        await embedded?.close()
      },
    }
  } catch (error) {
    await ownerPool.end()
    await embedded?.close()
    throw error
  }
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
