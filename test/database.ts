import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { auditPort } from '../src/audit/record.ts'
import { type Clock, systemClock } from '../src/kernel/clock.ts'
import { openPool } from '../src/platform/database/pool.ts'
import { FileStore } from '../src/platform/files/file-store.ts'
import type { Installation } from '../src/platform/installation.ts'
import { runner } from '../src/platform/run.ts'
import { Vault } from '../src/platform/vault.ts'
import { inDatabase } from './database-server.ts'

/** An installation on a fresh clone of the migrated template database. Close it in `afterAll`. */
export async function testInstallation(options: { clock?: Clock } = {}): Promise<Installation> {
  const { connections, roles, template } = inject('testServer')
  const name = `fundwatch_test_${randomUUID().slice(0, 8)}`
  const admin = openPool(connections.owner, { max: 1 })
  // Copied file by file: nothing of it need pass through the log of a database that is thrown away.
  await admin.query(`create database ${name} template ${template} strategy file_copy`)
  const folder = mkdtempSync(join(tmpdir(), 'fundwatch-files-'))
  const ownerPool = openPool(inDatabase(connections.owner, name), { max: 3 })
  const pool = openPool(inDatabase(connections.app, name), roles ? { role: 'fundwatch_app' } : {})
  const rulesPool = openPool(
    inDatabase(connections.rules, name),
    roles ? { role: 'fundwatch_rules', max: 2, readOnly: true } : { max: 2, readOnly: true },
  )
  const vault = Vault.open(join(folder, 'vault.json'))
  const files = new FileStore(join(folder, 'files'), vault)
  return {
    dataDir: folder,
    pool,
    ownerPool,
    rulesPool,
    vault,
    files,
    embedded: null,
    migrated: [],
    run: runner({ pool, vault, files, audit: auditPort, clock: options.clock ?? systemClock }),
    async close() {
      await Promise.all([pool.end(), rulesPool.end(), ownerPool.end()])
      // Not by force: an ordinary owner may not end another's autovacuum; what stays goes with the server's folder.
      await admin.query(`drop database if exists ${name}`).catch(() => {})
      await admin.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
