import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { refuse } from '../../../kernel/refusal.ts'
import { type Keys, ROLES, type Role, SUPERUSER } from './keys.ts'
import type { Running } from './postmaster.ts'

export const DATABASE = 'fundwatch'
const MARK = 'fundwatch-presence:'
const CONNECT_PATIENCE_MS = 60_000

/**
 * Connects as the supervisor. The connection is at the same time the mark of our presence that every other fundwatch
 * process sees in pg_stat_activity: the kernel closes it when we die, however we die.
 */
export async function connectPresence(server: Running, keys: Keys): Promise<pg.Client> {
  const began = Date.now()
  for (;;) {
    const client = new pg.Client({
      host: server.host,
      port: server.port,
      database: 'postgres',
      user: SUPERUSER,
      password: keys[SUPERUSER],
      application_name: `${MARK}${process.pid}`,
    })
    // Without a listener the end of the server would be an uncaught exception.
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => undefined)
      const { code = '' } = error as { code?: string }
      if (code === '28P01') refuseKeys()
      // 57P03: still starting up. 53300: every slot is taken at this moment.
      if (!['57P03', '53300', 'ECONNREFUSED', 'ENOENT'].includes(code) || Date.now() - began > CONNECT_PATIENCE_MS)
        throw error
      await sleep(50)
    }
  }
}

function refuseKeys(): never {
  refuse(
    'conflict',
    'embedded-keys-wrong',
    '口令文件 database-keys.json 与数据库不符（数据库不认其中的口令）。请从与数据库同一时间的备份恢复该文件。',
    'The key file database-keys.json does not fit the database, which does not take its password. Restore that file from a backup of the same time as the database.',
    { field: '--data', value: 'database-keys.json' },
  )
}

/** Whether an idle presence keeps Node from ending. Only while we wait for an answer on it, it should. */
export function holdNode(client: pg.Client, hold: boolean): void {
  const socket = client as unknown as { ref(): void; unref(): void }
  if (hold) socket.ref()
  else socket.unref()
}

export interface Others {
  /** Other live fundwatch processes, or other handles of this one. */
  present: number
  /** All other clients: theirs, and anybody's who connected with a tool. */
  clients: number
}

/** Who else uses the server. A killed process is not counted as present, even while its connection still ends. */
export async function others(client: pg.Client): Promise<Others> {
  const { rows } = await client.query<{ application_name: string }>(
    `select application_name from pg_stat_activity
      where backend_type in ('client backend', 'walsender') and pid <> pg_backend_pid()`,
  )
  const marks = rows.map(row => row.application_name).filter(name => name.startsWith(MARK))
  return { present: marks.filter(mark => isAlive(Number(mark.slice(MARK.length)))).length, clients: rows.length }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, as somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/**
 * Makes the roles and the database where they are missing, and touches nothing that is there. Call under the lock.
 *
 * The owner is no superuser: it owns the database (and may therefore create the trusted extensions), makes databases
 * for tests, manages and may become the two lesser roles, and sees the server's statistics.
 */
export async function ensureRoles(client: pg.Client, keys: Keys): Promise<void> {
  const found = await client.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname = any ($1)
      union all select 'database' from pg_database where datname = $2`,
    [ROLES, DATABASE],
  )
  const names = new Set(found.rows.map(row => row.name))
  if (ROLES.every(role => names.has(role)) && names.has('database')) return

  for (const role of ROLES) if (!names.has(role)) await client.query(createRole(client, role, keys))
  await client.query('grant fundwatch_app, fundwatch_rules to fundwatch_owner with admin option')
  await client.query('grant pg_monitor, pg_checkpoint to fundwatch_owner')
  if (!names.has('database')) await client.query(`create database ${DATABASE} owner fundwatch_owner`)
  await client.query(`revoke all on database ${DATABASE} from public`)
  await client.query(`grant connect, temporary on database ${DATABASE} to fundwatch_app, fundwatch_rules`)
}

function createRole(client: pg.Client, role: Role, keys: Keys): string {
  const rights = role === 'fundwatch_owner' ? 'createrole createdb' : ''
  return `create role ${role} login nosuperuser ${rights} password ${client.escapeLiteral(keys[role])}`
}
