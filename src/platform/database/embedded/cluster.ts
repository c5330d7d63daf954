import { randomBytes } from 'node:crypto'
import { lchown, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import path from 'node:path'
import { Refusal, refuse } from '../../../kernel/refusal.ts'
import { diskFull, refuseIfTooFull } from './folder.ts'
import { type Keys, SUPERUSER } from './keys.ts'
import { type Programs, programFile } from './pg-programs.ts'
import { majorOf } from './pg-version.ts'
import { makePrivate, type Place } from './place.ts'
import { lastLines, type Outcome, runProgram } from './run-program.ts'

const SETTINGS_FILE = 'fundwatch.conf'
const DRAFT = 'postgres.new-'

/**
 * The major version that made the cluster, from its PG_VERSION; undefined when there is no cluster.
 * Refuses `embedded-not-yours`, `embedded-damaged`.
 */
export async function clusterMajor(cluster: string): Promise<number | undefined> {
  try {
    const major = majorOf(await readFile(path.join(cluster, 'PG_VERSION'), 'utf8'))
    return major > 0 ? major : refuseDamaged(cluster)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // An empty folder does no harm; files without a version are what is left of somebody's data.
    if (code === 'ENOENT')
      return (await readdir(cluster).catch(() => [])).length > 0 ? refuseDamaged(cluster) : undefined
    if (code === 'EACCES') refuseStranger(cluster)
    throw error
  }
}

function refuseStranger(cluster: string): never {
  refuse(
    'forbidden',
    'embedded-not-yours',
    `数据库目录 ${cluster} 属于另一用户。请以该目录的属主或 root 身份运行，或用 --data 指定另一目录。`,
    `The database folder ${cluster} belongs to another user. Run as its owner or as root, or name another folder with --data.`,
    { field: '--data', value: cluster },
  )
}

function refuseDamaged(cluster: string): never {
  refuse(
    'conflict',
    'embedded-damaged',
    `目录 ${cluster} 中有文件，但缺少有效的 PG_VERSION，不是完整的数据库。请从备份恢复该目录；若其中没有需要的数据，请将其移走后重试。`,
    `There are files in ${cluster} but no valid PG_VERSION: it is not a whole database. Restore that folder from the backup; if nothing in it is needed, move it away and try again.`,
    { field: 'PG_VERSION', value: cluster },
  )
}

/** Refuses `embedded-version` when these programs cannot open a cluster that version `made` made. */
export function refuseOtherMajor(place: Place, made: number, programs: Programs): void {
  const have = majorOf(programs.version)
  if (made === have) return
  refuse(
    'conflict',
    'embedded-version',
    `数据目录 ${place.dataDir} 由 PostgreSQL ${made} 建立，现有程序为 PostgreSQL ${programs.version}（${programs.binDir}），不能打开。请用 PGBIN 指向 PostgreSQL ${made} 的 bin 目录；或用原版本导出数据，再导入新的数据目录。`,
    `The data folder ${place.dataDir} was made by PostgreSQL ${made}; the programs at hand are PostgreSQL ${programs.version} (${programs.binDir}) and cannot open it. Point PGBIN at the bin folder of PostgreSQL ${made}; or export with the old version and import into a new data folder.`,
    { field: 'PG_VERSION', value: String(made) },
  )
}

/**
 * Makes the cluster aside and renames it into place, so that an interrupted initdb leaves nothing that looks like one;
 * what such an interruption left is removed. Call under the lock. `durable` false skips syncing (tests).
 * Refuses `embedded-disk-full`, `embedded-initdb`.
 */
export async function createCluster(place: Place, programs: Programs, keys: Keys, durable: boolean): Promise<void> {
  await removeDrafts(place.home)
  await refuseIfTooFull(place.home)
  const draft = path.join(place.home, DRAFT + randomBytes(4).toString('hex'))
  try {
    await makePrivate(draft, place.user)
    const key = path.join(draft, 'key')
    await writeFile(key, `${keys[SUPERUSER]}\n`, { mode: 0o600, flag: 'wx' })
    if (place.user) await lchown(key, place.user.uid, place.user.gid)
    const data = path.join(draft, 'data')
    const outcome = await initdb(place, programs, data, key, durable)
    if (outcome.code !== 0) throw initdbRefusal(place, outcome)
    await appendSettingsLine(path.join(data, 'postgresql.conf'))
    await rename(data, place.cluster)
    if (durable) for (const folder of [place.home, place.dataDir]) await syncFolder(folder)
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
  }
}

async function initdb(place: Place, programs: Programs, data: string, key: string, durable: boolean): Promise<Outcome> {
  const run = (locale: string[]) =>
    runProgram(
      programFile(programs, 'initdb'),
      [
        ...['-D', data, '--username', SUPERUSER, '--pwfile', key, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--text-search-config=simple', '--data-checksums', ...locale],
        ...(durable ? [] : ['--no-sync']),
      ],
      place.user,
    )
  // Order is by bytes everywhere. What is a letter must know Chinese: under the plain C locale pg_trgm and lower() are
  // blind to everything that is not ASCII. From 17 on PostgreSQL brings most of that knowledge itself; pg_trgm still
  // asks the system, which may not have the locale: then everything but similarity search works.
  const locale = ['--locale=C']
  if (majorOf(programs.version) >= 17) locale.push('--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  const outcome = await run([...locale, '--lc-ctype=C.UTF-8'])
  return outcome.output.includes('invalid locale name') ? run(locale) : outcome
}

function initdbRefusal(place: Place, outcome: Outcome): Refusal {
  if (outcome.output.includes('No space left on device')) return diskFull(place.home)
  const said = lastLines(outcome.output)
  return new Refusal('conflict', [
    {
      code: 'embedded-initdb',
      field: '--data',
      value: place.cluster,
      zh: `在 ${place.home} 建立数据库失败，没有留下半成品。请按 initdb 的最后几行输出排除原因后重试：\n${said}`,
      en: `Making the database in ${place.home} failed; nothing half-made was left. Mend what the last lines of initdb name, and try again:\n${said}`,
    },
  ])
}

async function removeDrafts(home: string): Promise<void> {
  // An initdb whose parent was killed may still be writing into its own draft; the next start removes that one.
  for (const name of await readdir(home))
    if (name.startsWith(DRAFT)) await rm(path.join(home, name), { recursive: true, force: true }).catch(() => undefined)
}

async function appendSettingsLine(file: string): Promise<void> {
  const handle = await open(file, 'a')
  try {
    await handle.writeFile(`\n# Written anew by fundwatch at every start:\ninclude_if_exists = '${SETTINGS_FILE}'\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/**
 * A sixteenth of the machine's memory, 128 MB to 1 GB: with a quarter of a gigabyte a million payments do not fit with their indexes, and
 * posting them took a third longer.
 */
const sharedBuffers = (): string => `${Math.min(1024, Math.max(128, Math.floor(totalmem() / 16 / 1024 / 1024)))}MB`

/** A small server beside the application; durable. Everything can be overridden by `settings` of `openEmbedded`. */
const DEFAULTS: Record<string, string> = {
  shared_buffers: sharedBuffers(),
  max_connections: '100',
  wal_level: 'replica',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'Asia/Shanghai',
  log_timezone: 'Asia/Shanghai',
  cluster_name: 'fundwatch',
  // One file per weekday, overwritten a week later.
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_truncate_on_rotation: 'on',
  // Statements and details of errors quote values, and values are people: the log gets the error alone.
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
}

/** Writes the settings file of the next start. Refuses `embedded-setting` for a name or value that is none. */
export async function writeSettings(place: Place, listen: Record<string, string>, own: Record<string, string> = {}) {
  const lines = Object.entries({ ...DEFAULTS, ...own, ...listen }).map(([name, value]) => {
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name) || /[\r\n\0]/.test(value))
      refuse(
        'input',
        'embedded-setting',
        `数据库设置 ${name} = ${value} 无效：名称只能含字母、数字、下划线和点，值不能换行。`,
        `The database setting ${name} = ${value} is not valid: a name is letters, digits, underscores and dots; a value has no line break.`,
        { field: name, value },
      )
    return `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  })
  const file = path.join(place.cluster, SETTINGS_FILE)
  // The server's user owns that folder: do not follow what could have been put there in our file's place.
  await rm(file, { force: true })
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' })
  if (place.user) await lchown(file, place.user.uid, place.user.gid)
}

/**
 * Whether the cluster was not shut down in order, so that PostgreSQL will replay its log: the state in pg_control
 * (`DBState`, the fifth field, unchanged since version 8; 1 = shut down, 2 = shut down in recovery).
 */
export async function needsRecovery(cluster: string): Promise<boolean> {
  const control = await readFile(path.join(cluster, 'global', 'pg_control'))
  const state = control.readUInt32LE(16)
  return state !== 1 && state !== 2
}
