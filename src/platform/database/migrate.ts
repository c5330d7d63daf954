import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sm3 } from '../../kernel/digest.ts'
import { refuse, type Sentence } from '../../kernel/refusal.ts'
import { ROOT } from '../root.ts'
import type { Pool } from './pool.ts'

interface Migration {
  name: string
  sql: string
  digest: string
}

function migrations(): Migration[] {
  const folder = join(ROOT, 'migrations')
  return readdirSync(folder)
    .filter(name => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map(name => {
      const sql = readFileSync(join(folder, name), 'utf8')
      return { name, sql, digest: sm3(sql).toString('hex') }
    })
}

/** The two roles that are not the owner; on a server of one's own they are made here, on the embedded one they exist already. */
async function ensureRoles(pool: Pool): Promise<void> {
  for (const role of ['fundwatch_app', 'fundwatch_rules']) {
    const { rows } = await pool.query(
      `select pg_has_role(current_user, oid, 'member') as member from pg_roles where rolname = $1`,
      [role],
    )
    if (rows.length === 0) {
      // Roles belong to the whole server: another database's migration may make the same one at this moment.
      await pool.query(`create role ${role} nologin`).catch((error: { code?: string }) => {
        if (error.code !== '42710' && error.code !== '23505') throw error
      })
    }
    await pool.query(`do $$ begin if not pg_has_role(current_user, '${role}', 'set') then grant ${role} to current_user; end if;
      exception when invalid_parameter_value then grant ${role} to current_user; end $$`)
  }
}

/**
 * Brings the database to the newest schema: numbered plain SQL, forward only, each file in a transaction of its own, one
 * process at a time. A file that changed after it was run is refused (`migration-changed`), as is a database newer than this
 * program (`database-newer`).
 * @returns the names that were run now
 */
export async function migrate(pool: Pool, progress: (sentence: Sentence) => void = () => {}): Promise<string[]> {
  const known = migrations()
  await ensureRoles(pool)
  const client = await pool.connect()
  const run: string[] = []
  try {
    await client.query(`select pg_advisory_lock(727472)`)
    await client.query(`create table if not exists public.migration (
      name text primary key, digest text not null, applied_at timestamptz not null default clock_timestamp())`)
    const { rows } = await client.query<{ name: string; digest: string }>(
      'select name, digest from public.migration order by name',
    )
    const done = new Map(rows.map(row => [row.name, row.digest]))
    for (const name of done.keys()) {
      if (!known.some(migration => migration.name === name))
        refuse(
          'conflict',
          'database-newer',
          `数据库已执行 ${name}，本程序没有这一步：请改用更新的程序。`,
          `The database has run ${name}, which this program does not have: use a newer program.`,
        )
    }
    for (const migration of known) {
      const digest = done.get(migration.name)
      if (digest === migration.digest) continue
      if (digest !== undefined)
        refuse(
          'conflict',
          'migration-changed',
          `迁移文件 ${migration.name} 在执行之后被改动过：请恢复原文件，改动另写新文件。`,
          `Migration ${migration.name} was changed after it ran: restore the file and put the change into a new one.`,
        )
      progress({ zh: `正在升级数据库：${migration.name}`, en: `Migrating the database: ${migration.name}` })
      await client.query('begin')
      await client.query(migration.sql)
      await client.query('insert into public.migration (name, digest) values ($1, $2)', [
        migration.name,
        migration.digest,
      ])
      await client.query('commit')
      run.push(migration.name)
    }
    return run
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  } finally {
    await client.query('select pg_advisory_unlock(727472)').catch(() => {})
    client.release()
  }
}
