import { spawn } from 'node:child_process'
import { lchown, lstat, open, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../../../kernel/refusal.ts'
import { writeSettings } from './cluster.ts'
import { diskFull } from './folder.ts'
import { type Programs, programFile } from './pg-programs.ts'
import { makeSocketFolder, type Place, removeSocketFolder, SOCKET_PORT } from './place.ts'
import { lastLines, runProgram, serverEnvironment } from './run-program.ts'

/** What postmaster.pid says of a server. */
export interface Running {
  pid: number
  /** Folder of the socket; on Windows, where Node cannot open one, the loopback address. */
  host: string
  port: number
  status: 'starting' | 'stopping' | 'ready' | 'standby' | ''
  /** False for a server in another container on the same volume: it can be joined, but its number means nothing here. */
  visible: boolean
}

const POLL_MS = 20
const SAY_AFTER_MS = 1_000
const START_LOG = 'start.log'
const pidFile = (place: Place): string => path.join(place.cluster, 'postmaster.pid')

/** The live server of a cluster, in whatever state; undefined when none lives, whatever a stale file may say. */
export async function runningServer(place: Place): Promise<Running | undefined> {
  const text = await readFile(pidFile(place), 'utf8').catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  })
  const lines = text.split('\n').map(line => line.trim())
  const pid = Number(lines[0])
  if (!(pid > 0)) return undefined
  const host = process.platform === 'win32' ? '127.0.0.1' : (lines[4] ?? '')
  const port = Number(lines[3] || SOCKET_PORT)
  const visible = await isPostmaster(pid, place)
  if (!visible && !(await answers(host, port))) return undefined
  return { pid, host, port, status: (lines[7] ?? '') as Running['status'], visible }
}

/** Whether somebody listens at the server's socket; a socket whose server was killed turns callers away. */
function answers(host: string, port: number): Promise<boolean> {
  if (!host.startsWith('/')) return Promise.resolve(false)
  return new Promise(resolve => {
    const socket = net.createConnection(path.join(host, `.s.PGSQL.${port}`))
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/**
 * Whether this process is the server of this cluster. A number alone proves nothing: after a power cut it may be
 * anybody's, and in a container without an init a killed server stays as a zombie.
 */
async function isPostmaster(pid: number, place: Place): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  if (process.platform === 'win32') return true
  if (process.platform !== 'linux')
    return /postgres/.test((await runProgram('ps', ['-o', 'comm=', '-p', String(pid)])).output)
  try {
    // A server's working folder is its cluster.
    return (await readlink(`/proc/${pid}/cwd`)) === place.cluster
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return false
    const [name, process, cluster] = await Promise.all([
      readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
      stat(`/proc/${pid}`).catch(() => undefined),
      lstat(place.cluster),
    ])
    return name.trim() === 'postgres' && process?.uid === cluster.uid
  }
}

/**
 * Waits until a live server takes connections; undefined when it ends instead (it was stopping, or it failed).
 * `waiting` is called once, when it takes more than a second: recovery after a crash may.
 */
export async function readyServer(place: Place, waiting?: () => void): Promise<Running | undefined> {
  const began = Date.now()
  let said = false
  for (;;) {
    const server = await runningServer(place)
    if (!server || server.status === 'ready') return server
    if (!said && Date.now() - began > SAY_AFTER_MS) {
      said = true
      waiting?.()
    }
    await sleep(POLL_MS)
  }
}

/**
 * Starts the server in a process session of its own, where neither Ctrl-C nor the end of the terminal reaches it.
 * Call under the lock, with no server running. Refuses `embedded-start`, `embedded-disk-full`, `embedded-socket-path`.
 */
export async function startServer(
  place: Place,
  programs: Programs,
  settings: Record<string, string> | undefined,
  waiting?: () => void,
): Promise<Running> {
  // Processes of a killed server leave within moments; until then PostgreSQL rightly refuses to start beside them.
  const patienceMs = 60_000
  const began = Date.now()
  for (;;) {
    await disownStalePid(place)
    const host = await listen(place, settings)
    const log = path.join(place.cluster, START_LOG)
    const exit = await launch(place, programs, log)
    const server = await untilReady(place, exit, waiting)
    if (server) return server
    const said = await failureText(place, log)
    if (said.includes('shared memory block') && Date.now() - began < patienceMs) {
      await sleep(200)
      continue
    }
    await removeSocketFolder(place, host)
    throw startRefusal(place, said)
  }
}

/**
 * A stale postmaster.pid whose number now belongs to somebody else would stop PostgreSQL from starting. The file is not
 * removed but given a number that no process can have (pids end at 2^22), because PostgreSQL still learns from it
 * whether orphans of the old server use the shared memory.
 */
async function disownStalePid(place: Place): Promise<void> {
  const text = await readFile(pidFile(place), 'utf8').catch(() => undefined)
  if (text === undefined) return
  if (text.trim() === '') await rm(pidFile(place), { force: true })
  else await writeFile(pidFile(place), text.replace(/^\d+/, '4194305'), { flag: 'r+' })
}

async function listen(place: Place, settings: Record<string, string> | undefined): Promise<string> {
  if (process.platform === 'win32') {
    const probe = net.createServer()
    await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
    const { port } = probe.address() as { port: number }
    await new Promise(resolve => probe.close(resolve))
    await writeSettings(place, { listen_addresses: '127.0.0.1', port: String(port) }, settings)
    return '127.0.0.1'
  }
  const folder = await makeSocketFolder(place)
  await writeSettings(
    place,
    {
      listen_addresses: '',
      port: String(SOCKET_PORT),
      // A list: quoted, so that a comma or a space in the path does not make two of it.
      unix_socket_directories: `"${folder.replaceAll('"', '""')}"`,
      unix_socket_permissions: '0700',
    },
    settings,
  )
  return folder
}

/** Starts the server and forgets it. The result tells whether it has ended, and is the only thing that watches it. */
async function launch(place: Place, programs: Programs, log: string): Promise<{ ended: boolean }> {
  const exit = { ended: false }
  await rm(log, { force: true })
  const handle = await open(log, 'wx', 0o600)
  try {
    if (place.user) await lchown(log, place.user.uid, place.user.gid)
    const windows = process.platform === 'win32'
    const child = windows
      ? // Only pg_ctl can shed an administrator's rights, which PostgreSQL refuses.
        spawn(programFile(programs, 'pg_ctl'), ['start', '-W', '-D', place.cluster, '-l', log], {
          detached: true,
          stdio: 'ignore',
          windowsHide: true,
          env: serverEnvironment(),
        })
      : spawn(programFile(programs, 'postgres'), ['-D', place.cluster], {
          detached: true,
          cwd: '/',
          stdio: ['ignore', handle.fd, handle.fd],
          env: serverEnvironment(),
          ...(place.user && { uid: place.user.uid, gid: place.user.gid }),
        })
    child.once('error', () => {
      exit.ended = true
    })
    child.once('exit', code => {
      exit.ended = !windows || code !== 0
    })
    child.unref()
  } finally {
    await handle.close()
  }
  return exit
}

async function untilReady(place: Place, exit: { ended: boolean }, waiting?: () => void): Promise<Running | undefined> {
  const began = Date.now()
  let said = false
  for (;;) {
    const server = await runningServer(place)
    if (server?.status === 'ready') return server
    if (exit.ended && !server) return undefined
    if (!said && Date.now() - began > SAY_AFTER_MS) {
      said = true
      waiting?.()
    }
    await sleep(POLL_MS)
  }
}

async function failureText(place: Place, log: string): Promise<string> {
  const started = await readFile(log, 'utf8').catch(() => '')
  const folder = path.join(place.cluster, 'log')
  let newest = { time: 0, text: '' }
  // Once the server writes its own log, the reason stands there and not in what it said before.
  if (started.includes('redirecting log output'))
    for (const name of await readdir(folder).catch(() => [])) {
      const file = path.join(folder, name)
      const time = (await stat(file)).mtimeMs
      if (time > newest.time) newest = { time, text: await readFile(file, 'utf8') }
    }
  return lastLines(`${started}\n${lastLines(newest.text, 4)}`, 6)
}

function startRefusal(place: Place, said: string): Refusal {
  if (said.includes('No space left on device')) return diskFull(place.cluster)
  return new Refusal('conflict', [
    {
      code: 'embedded-start',
      field: '--data',
      value: place.cluster,
      zh: `${place.cluster} 中的数据库未能启动，数据未动。请按其最后几行日志排除原因后重试：\n${said}`,
      en: `The database in ${place.cluster} did not start; its data was not touched. Mend what its last lines name, and try again:\n${said}`,
    },
  ])
}

/**
 * Stops the server in order: it rolls back what is open, writes a checkpoint and ends. Call under the lock.
 * Returns when the process is gone.
 */
export async function stopServer(
  place: Place,
  findPrograms: () => Promise<Programs>,
  waiting?: () => void,
): Promise<void> {
  const server = await runningServer(place)
  if (!server?.visible) return
  if (process.platform === 'win32') {
    // Windows has no signals: pg_ctl speaks to the server through a pipe of PostgreSQL's own.
    await runProgram(programFile(await findPrograms(), 'pg_ctl'), ['stop', '-m', 'fast', '-w', '-D', place.cluster])
    return
  }
  try {
    // SIGINT is PostgreSQL's fast shutdown, what `pg_ctl stop -m fast` sends.
    process.kill(server.pid, 'SIGINT')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  const began = Date.now()
  let said = false
  while ((await runningServer(place)) || (await isPostmaster(server.pid, place))) {
    if (!said && Date.now() - began > SAY_AFTER_MS) {
      said = true
      waiting?.()
    }
    await sleep(POLL_MS)
  }
  await removeSocketFolder(place, server.host)
}
