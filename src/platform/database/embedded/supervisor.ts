import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Sentence } from '../../../kernel/refusal.ts'
import { clusterMajor, createCluster, needsRecovery, refuseOtherMajor } from './cluster.ts'
import { folderRefusal, isRoot, prepareFolder } from './folder.ts'
import { type Keys, type Role, readOrMakeKeys } from './keys.ts'
import { type Lock, takeLock } from './lock.ts'
import { findPrograms, type Programs } from './pg-programs.ts'
import { findPlace, type Place, SYSTEM_HOME } from './place.ts'
import { type Running, readyServer, startServer, stopServer } from './postmaster.ts'
import { connectPresence, DATABASE, ensureRoles, holdNode, others } from './presence.ts'

export interface EmbeddedDatabase {
  /** Config of a pg client: `host` is the folder of the Unix socket (on Windows the loopback address). */
  connection(user?: Role): { host: string; port: number; database: string; user: string; password: string }
  /**
   * What opening did, to be said aloud: a new cluster; a start in order; another live process's server; the server
   * that a killed process left running; a start that had to replay the log after a crash or power cut.
   */
  how: 'created' | 'started' | 'joined' | 'adopted' | 'recovered'
  /** PostgreSQL's version, e.g. `18.4`. */
  version: string
  /**
   * Leaves. Stops the server only when nobody else is connected; end your own pools first, for they count.
   * Calling it again does nothing.
   */
  close(): Promise<void>
}

export interface EmbeddedOptions {
  /** Told what takes longer than a second, and of a restart after the server crashed under us. */
  progress?: (sentence: Sentence) => void
  /** PostgreSQL settings of this start, over the defaults; without effect on a server that already runs. */
  settings?: Record<string, string>
}

/** A client's backend is gone a few moments after the client; this long we wait before we call it somebody. */
const LEAVE_GRACE_MS = 1_000
const JOIN_ATTEMPTS = 100
const LEAVE_POLL_MS = 25

/**
 * Opens the embedded PostgreSQL of a data folder: makes it, starts it, or joins the one that another process started.
 *
 * Refusals, each with its mend: `embedded-no-binaries`, `embedded-pgbin`, `embedded-cannot-run`,
 * `embedded-version-old` (programs); `embedded-not-writable`, `embedded-file-system`, `embedded-disk-full`,
 * `embedded-socket-path`, `embedded-unreachable`, `embedded-place-missing`, `embedded-owner`, `embedded-not-yours`,
 * `embedded-no-user` (folders); `embedded-version`, `embedded-damaged`, `embedded-keys-missing`, `embedded-keys-unreadable`, `embedded-keys-wrong`,
 * `embedded-initdb`, `embedded-start`, `embedded-setting`, `embedded-lock-busy`.
 */
export async function openEmbedded(dataDir: string, options: EmbeddedOptions = {}): Promise<EmbeddedDatabase> {
  const say = options.progress ?? (() => undefined)
  const folder = await prepareFolder(dataDir)
  const lock = await lockOf(folder, say)
  let place: Place
  let opened: Opened
  try {
    place = await findPlace(folder)
    opened = await open(place, options)
  } catch (error) {
    throw folderRefusal(error, folder)
  } finally {
    await lock.release()
  }

  const { keys, how, version } = opened
  let { server, client } = opened
  let closed: Promise<void> | undefined
  const guard = (watched: pg.Client): void => {
    watched.once('end', () => {
      if (!closed) void revive()
    })
  }
  guard(client)
  holdNode(client, false)

  /** The server went away under us. After a crash it is brought back; after an orderly stop by a person it is not. */
  async function revive(): Promise<void> {
    for (let pauseMs = 100; !closed; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        const again = await reopen(place, keys, options)
        if (!again) return
        server = again.server
        client = again.client
        if (closed) await client.end()
        else guard(client)
        holdNode(client, false)
        return
      } catch (error) {
        const reason = (error as Error).message
        say({ zh: `数据库尚未恢复，稍后重试：${reason}`, en: `The database is not back yet, trying again: ${reason}` })
        await sleep(pauseMs, undefined, { ref: false })
      }
    }
  }

  return {
    how,
    version,
    connection: (user: Role = 'fundwatch_owner') => ({
      host: server.host,
      port: server.port,
      database: DATABASE,
      user,
      password: keys[user],
    }),
    close() {
      closed ??= leave(place, keys, () => client, say)
      return closed
    },
  }
}

interface Opened {
  keys: Keys
  server: Running
  client: pg.Client
  how: EmbeddedDatabase['how']
  version: string
}

async function open(place: Place, options: EmbeddedOptions): Promise<Opened> {
  const made = await clusterMajor(place.cluster)
  const keys = await readOrMakeKeys(place.dataDir, made !== undefined)
  let how: EmbeddedDatabase['how'] = 'joined'
  const joined = made === undefined ? undefined : await joinServer(place, keys, options)
  let server = joined?.server
  if (!server) {
    const programs = await programsFor(place)
    if (made === undefined) {
      options.progress?.({
        zh: `正在 ${place.home} 建立数据库（PostgreSQL ${programs.version}）……`,
        en: `Making the database in ${place.home} (PostgreSQL ${programs.version}) …`,
      })
      await createCluster(place, programs, keys, options.settings?.fsync !== 'off')
      how = 'created'
    } else {
      refuseOtherMajor(place, made, programs)
      how = (await needsRecovery(place.cluster)) ? 'recovered' : 'started'
    }
    server = await start(place, programs, options)
  }
  const client = joined?.client ?? (await connectPresence(server, keys))
  try {
    if (how === 'joined' && (await others(client)).present === 0) how = 'adopted'
    await ensureRoles(client, keys)
    const { rows } = await client.query<{ server_version: string }>('show server_version')
    const version = rows[0]?.server_version.split(' ')[0] ?? ''
    return { keys, server, client, how, version }
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
}

/** Reconnects, starting the server again if it crashed; undefined when it was stopped in order or its folder is gone. */
async function reopen(
  place: Place,
  keys: Keys,
  options: EmbeddedOptions,
): Promise<{ server: Running; client: pg.Client } | undefined> {
  if ((await clusterMajor(place.cluster)) === undefined) return undefined
  const lock = await takeLock(place.dataDir)
  try {
    const joined = await joinServer(place, keys, options)
    let server = joined?.server
    if (!server) {
      if (!(await needsRecovery(place.cluster))) return undefined
      options.progress?.({
        zh: '数据库意外终止，正在重新启动并恢复；已提交的数据不会丢失。',
        en: 'The database ended unexpectedly; it is being restarted and recovered. Nothing committed is lost.',
      })
      server = await start(place, await programsFor(place), options)
    }
    return { server, client: joined?.client ?? (await connectPresence(server, keys)) }
  } finally {
    await lock.release()
  }
}

const programsFor = (place: Place): Promise<Programs> =>
  findPrograms(isRoot() ? [SYSTEM_HOME, place.home] : [place.dataDir], place.user)

/** Joins the server that runs already. One that is killed at this moment still takes a call and cuts it off: it is looked for again. */
async function joinServer(
  place: Place,
  keys: Keys,
  options: EmbeddedOptions,
): Promise<{ server: Running; client: pg.Client } | undefined> {
  for (let attempt = 1; ; attempt++) {
    const server = await liveServer(place, options)
    if (!server) return undefined
    try {
      return { server, client: await connectPresence(server, keys) }
    } catch (error) {
      const { code = '', message } = error as { code?: string; message: string }
      const cut = ['ECONNRESET', 'EPIPE'].includes(code) || message === 'Connection terminated unexpectedly'
      if (!cut || attempt === JOIN_ATTEMPTS) throw error
      await sleep(LEAVE_POLL_MS)
    }
  }
}

/** The server that runs already, once it takes connections: one that is still stopping counts as none. */
const liveServer = (place: Place, { progress }: EmbeddedOptions): Promise<Running | undefined> =>
  readyServer(place, () => progress?.({ zh: '正在等待数据库就绪……', en: 'Waiting for the database to be ready …' }))

const start = (place: Place, programs: Programs, { settings, progress }: EmbeddedOptions): Promise<Running> =>
  startServer(place, programs, settings, () =>
    progress?.({
      zh: '正在启动数据库；若上次异常中断，正在恢复数据……',
      en: 'Starting the database; after an abrupt end it recovers its data first …',
    }),
  )

const lockOf = (folder: string, say: (sentence: Sentence) => void): Promise<Lock> =>
  takeLock(folder, () =>
    say({
      zh: '另一个 fundwatch 进程正在启动或停止数据库，请稍候……',
      en: 'Another fundwatch process is starting or stopping the database; waiting for it …',
    }),
  )

/** Leaves the server, and stops it when nobody else is there; under the lock, so that nobody comes in meanwhile. */
async function leave(
  place: Place,
  keys: Keys,
  presence: () => pg.Client,
  say: (sentence: Sentence) => void,
): Promise<void> {
  holdNode(presence(), true)
  const lock = await takeLock(place.dataDir).catch(() => undefined)
  // A data folder that was deleted under us has nothing left to be stopped or told.
  if (!lock) return void (await presence().end())
  try {
    const alone = await isAlone(presence()).catch(async () => {
      // Our connection broke and is not back yet; the server, if there is one, is asked on a new one.
      const server = await readyServer(place)
      if (!server) return false
      const client = await connectPresence(server, keys)
      return isAlone(client).finally(() => client.end())
    })
    await presence().end()
    if (alone)
      await stopServer(
        place,
        () => programsFor(place),
        () => say({ zh: '正在停止数据库……', en: 'Stopping the database …' }),
      )
  } finally {
    await lock.release()
  }
}

async function isAlone(client: pg.Client): Promise<boolean> {
  const began = Date.now()
  for (;;) {
    const { present, clients } = await others(client)
    if (present > 0 || clients === 0) return present === 0
    if (Date.now() - began > LEAVE_GRACE_MS) return false
    await sleep(LEAVE_POLL_MS)
  }
}
