import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrate } from '../src/platform/database/migrate.ts'
import { type Connection, openPool } from '../src/platform/database/pool.ts'
import { prepareQueue } from '../src/platform/jobs/queue.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The connection to the test server, and the name of the migrated template database. */
    testServer: { connections: Record<'owner' | 'app' | 'rules', Connection>; roles: boolean; template: string }
  }
}

/**
 * One real PostgreSQL for the whole test run: the embedded one, or the server that DATABASE_URL names. The schema is built
 * once, in a template; every test file works on a clone of it.
 */
export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.DATABASE_URL
  const folder = mkdtempSync(join(tmpdir(), 'fundwatch-test-'))
  const template = `fundwatch_template_${randomUUID().slice(0, 8)}`
  let close = async () => {}
  let connections: Record<'owner' | 'app' | 'rules', Connection>
  if (url)
    connections = { owner: { connectionString: url }, app: { connectionString: url }, rules: { connectionString: url } }
  else {
    const { openEmbedded } = await import('../src/platform/database/embedded/supervisor.ts')
    // Tests throw their data away: durability is tested where it matters, by the crash suite.
    const embedded = await openEmbedded(folder, {
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
    })
    connections = {
      owner: embedded.connection('fundwatch_owner'),
      app: embedded.connection('fundwatch_app'),
      rules: embedded.connection('fundwatch_rules'),
    }
    close = () => embedded.close()
  }
  const admin = openPool(connections.owner, { max: 1 })
  await admin.query(`create database ${template} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8'`)
  const pool = openPool(inDatabase(connections.owner, template), { max: 2 })
  await prepareQueue(pool)
  await migrate(pool)
  await pool.end()
  project.provide('testServer', { connections, roles: Boolean(url), template })
  return async () => {
    await admin.query(`drop database if exists ${template} with (force)`)
    await admin.end()
    await close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export function inDatabase(connection: Connection, database: string): Connection {
  if (!connection.connectionString) return { ...connection, database }
  const url = new URL(connection.connectionString)
  url.pathname = `/${database}`
  return { connectionString: url.toString() }
}
