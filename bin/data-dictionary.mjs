// Writes docs/data-dictionary.md from the catalogue of a freshly migrated database.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
register()
const { openEmbedded } = await import('../src/platform/database/embedded/supervisor.ts')
const { describeSchema, glossaryWords } = await import('../src/platform/database/describe-schema.ts')
const { migrate } = await import('../src/platform/database/migrate.ts')
const { openPool } = await import('../src/platform/database/pool.ts')
const { prepareQueue } = await import('../src/platform/jobs/queue.ts')

const words = glossaryWords(readFileSync(join(root, 'GLOSSARY.md'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'fundwatch-dictionary-'))
const embedded = await openEmbedded(folder, { settings: { fsync: 'off' } })
const pool = openPool(embedded.connection('fundwatch_owner'), { max: 2 })
try {
  await prepareQueue(pool)
  await migrate(pool)
  writeFileSync(process.argv[2] ?? join(root, 'docs', 'data-dictionary.md'), await describeSchema(pool, words))
} finally {
  await pool.end()
  await embedded.close()
  rmSync(folder, { recursive: true, force: true })
}
