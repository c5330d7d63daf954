import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { SYSTEM_HOME } from './place.ts'
import { openEmbedded } from './supervisor.ts'

import {
  base,
  can,
  install,
  isRoot,
  isRunning,
  newFolder,
  OtherProcess,
  open,
  opened,
  query,
  quick,
  serverPid,
} from './test-installation.ts'

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
    const cluster = path.join(folder, 'postgres')
    const stranger = spawn('sleep', ['60'], { uid: statSync(cluster).uid })
    await once(stranger, 'spawn')
    const file = path.join(cluster, 'postmaster.pid')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, String(stranger.pid)))
    const second = await open(folder, { settings: { ...quick.settings, fsync: 'on' } })
    expect(second.how).toBe('recovered')
    expect(stranger.exitCode).toBeNull()
    stranger.kill()
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
  // A system's own PostgreSQL (PGBIN) needs no copy.
  test.skipIf(!isRoot || process.env.PGBIN !== undefined)(
    'an ordinary user runs it himself, with programs that he cannot repair in place',
    async () => {
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
    },
  )

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

const debian15 = '/usr/lib/postgresql/15/bin'

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
