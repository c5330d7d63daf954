// Writes migrations/schema.sql: the schema as it stands after all migrations, for readers and for the drift test.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
register()
const { openEmbedded } = await import('../src/platform/database/embedded/supervisor.ts')
const { openPool } = await import('../src/platform/database/pool.ts')
const { migrate } = await import('../src/platform/database/migrate.ts')
const { prepareQueue } = await import('../src/platform/jobs/queue.ts')
const { dumpSchema, SCHEMA_HEAD } = await import('../src/platform/database/dump-schema.ts')

const folder = mkdtempSync(join(tmpdir(), 'fundwatch-schema-'))
const embedded = await openEmbedded(folder, { settings: { fsync: 'off' } })
const pool = openPool(embedded.connection('fundwatch_owner'), { max: 2 })
try {
  await prepareQueue(pool)
  await migrate(pool)
  writeFileSync(process.argv[2] ?? join(root, 'migrations', 'schema.sql'), SCHEMA_HEAD + (await dumpSchema(pool)))
} finally {
  await pool.end()
  await embedded.close()
  rmSync(folder, { recursive: true, force: true })
}
