import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Clock, systemClock } from '../kernel/clock.ts'
import type { Sentence } from '../kernel/refusal.ts'
import type { Run } from './context.ts'
import { type EmbeddedDatabase, openEmbedded } from './database/embedded/supervisor.ts'
import { migrate } from './database/migrate.ts'
import { openPool, type Pool } from './database/pool.ts'
import { FileStore } from './files/file-store.ts'
import { prepareQueue } from './jobs/queue.ts'
import { type AuditPort, runner } from './run.ts'
import { keyFileOf, Vault } from './vault.ts'

export interface InstallationOptions {
  dataDir: string
  /** A PostgreSQL server instead of the embedded one. */
  databaseUrl?: string | undefined
  progress?: (sentence: Sentence) => void
  clock?: Clock
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
    const vault = Vault.open(keyFileOf(dataDir))
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
