import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { refuse } from '../../../kernel/refusal.ts'
import { isRoot } from './folder.ts'
import { runProgram, type ServerUser } from './run-program.ts'

/** Where the parts of one data folder's database lie. */
export interface Place {
  /** The real path of the data folder; keys and pointer lie here. */
  dataDir: string
  /** What holds `cluster`: the data folder, or a folder under SYSTEM_HOME that the server's user can reach. */
  home: string
  /** PostgreSQL's own data directory. */
  cluster: string
  /** Under whom PostgreSQL runs; undefined: under ourselves. */
  user?: ServerUser
}

/** Where root keeps what an unprivileged user has to reach when the data folder cannot be reached. */
export const SYSTEM_HOME = '/var/lib/fundwatch'

const POINTER = 'database-place.json'

/**
 * Decides where the cluster of a data folder lies and who runs it. Call under the lock.
 *
 * The server's user, when we are root: the owner of an existing cluster; else the owner of the data folder, so that the
 * owner can go on without root; else the first of the system's users `fundwatch`, `postgres`, `nobody`.
 */
export async function findPlace(dataDir: string): Promise<Place> {
  const home = (await readPointer(dataDir)) ?? dataDir
  const cluster = path.join(home, 'postgres')
  const existing = await lstat(cluster).catch(() => undefined)
  if (!isRoot()) return { dataDir, home, cluster }

  if (existing) {
    const user = existing.uid === 0 ? undefined : await userById(existing.uid)
    if (!user) return refuseOwner(cluster, existing.uid)
    if (!(await canReach(user, home))) refuseUnreachable(home, user)
    return { dataDir, home, cluster, user }
  }
  const user = await newServerUser(dataDir)
  if (await reachableOrOpened(user, dataDir)) return { dataDir, home: dataDir, cluster, user }
  const elsewhere = await newSystemHome(dataDir)
  if (!(await canReach(user, elsewhere))) refuseUnreachable(elsewhere, user)
  return { dataDir, home: elsewhere, cluster: path.join(elsewhere, 'postgres'), user }
}

/** Makes a folder that only the server's user (and root) may enter. */
export async function makePrivate(folder: string, user?: ServerUser): Promise<void> {
  await mkdir(folder, { mode: 0o700 })
  await chmod(folder, 0o700)
  if (user) await chown(folder, user.uid, user.gid)
}

async function readPointer(dataDir: string): Promise<string | undefined> {
  const file = path.join(dataDir, POINTER)
  const text = await readFile(file, 'utf8').catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  let home: unknown
  try {
    home = (JSON.parse(text) as { home?: unknown }).home
  } catch {
    // Said below.
  }
  if (typeof home === 'string' && (await stat(home).catch(() => undefined))) return realpath(home)
  return refuse(
    'missing',
    'embedded-place-missing',
    `数据目录中的 ${file} 指出数据库存放于 ${home ?? '（无法读取）'}，但该处不存在。请从备份恢复该目录；若确定不需要旧数据，删除 ${file} 后重试。`,
    `${file} says that the database lies in ${home ?? '(unreadable)'}, but there is nothing. Restore that folder from the backup; if the old data is truly not needed, delete ${file} and try again.`,
    { field: '--data', value: String(home) },
  )
}

/** The folder may not be reachable because root's own folders are not; the pointer in the data folder says where. */
async function newSystemHome(dataDir: string): Promise<string> {
  const home = path.join(SYSTEM_HOME, randomBytes(8).toString('hex'))
  await mkdir(home, { recursive: true, mode: 0o755 })
  await chmod(SYSTEM_HOME, 0o755)
  await chmod(home, 0o755)
  await writeFile(path.join(home, 'belongs-to'), `${dataDir}\n`)
  await writeFile(path.join(dataDir, POINTER), `${JSON.stringify({ home })}\n`, { flush: true })
  return home
}

async function newServerUser(dataDir: string): Promise<ServerUser> {
  const owner = (await stat(dataDir)).uid
  // An owner without an account (a folder mounted from another machine) will not do: initdb looks its name up.
  const byOwner = owner === 0 ? undefined : await userById(owner)
  if (byOwner) return byOwner
  for (const name of ['fundwatch', 'postgres', 'nobody']) {
    const user = await userByName(name)
    if (user) return user
  }
  return refuse(
    'missing',
    'embedded-no-user',
    'PostgreSQL 不允许以 root 身份运行，而本机没有 fundwatch、postgres 或 nobody 用户。请建立其中之一（如 useradd --system fundwatch），或改用普通用户运行。',
    'PostgreSQL refuses to run as root, and this machine has no user fundwatch, postgres or nobody. Make one of them (useradd --system fundwatch), or run as an ordinary user.',
    { field: 'user', value: 'root' },
  )
}

async function userByName(name: string): Promise<ServerUser | undefined> {
  const [uid, gid] = await Promise.all([runProgram('id', ['-u', name]), runProgram('id', ['-g', name])])
  if (uid.code !== 0 || gid.code !== 0) return undefined
  const user = { name, uid: Number(uid.output.trim()), gid: Number(gid.output.trim()) }
  return user.uid > 0 ? user : undefined
}

async function userById(uid: number): Promise<ServerUser | undefined> {
  const name = await runProgram('id', ['-un', String(uid)])
  return name.code === 0 ? userByName(name.output.trim()) : undefined
}

/** Asked of the kernel rather than worked out from modes: ancestors, ACLs and mounts all have a say. */
async function canReach(user: ServerUser, folder: string): Promise<boolean> {
  return (await runProgram('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], user)).code === 0
}

/** A folder that root made for us (mktemp -d: 0700) and in which nothing lies yet may be opened for passing through. */
async function reachableOrOpened(user: ServerUser, folder: string): Promise<boolean> {
  if (await canReach(user, folder)) return true
  const { uid, mode } = await stat(folder)
  if (uid !== 0 || (await readdir(folder)).length > 0) return false
  await chmod(folder, 0o711)
  if (await canReach(user, folder)) return true
  await chmod(folder, mode & 0o7777)
  return false
}

function refuseOwner(cluster: string, uid: number): never {
  refuse(
    'conflict',
    'embedded-owner',
    `数据库目录 ${cluster} 的属主（uid ${uid}）不能运行 PostgreSQL。请将其属主改为普通用户，例如：chown -R postgres ${cluster}`,
    `The owner (uid ${uid}) of the database folder ${cluster} cannot run PostgreSQL. Give it to an unprivileged user, for example: chown -R postgres ${cluster}`,
    { field: '--data', value: cluster },
  )
}

function refuseUnreachable(home: string, user: ServerUser): never {
  refuse(
    'forbidden',
    'embedded-unreachable',
    `数据库以用户 ${user.name} 身份运行，但该用户进不了 ${home}。请放开上级目录的通过权限（chmod o+x），或把数据目录移到该用户可达之处。`,
    `The database runs as ${user.name}, who cannot enter ${home}. Allow passing through the folders above it (chmod o+x), or move the data folder to where that user can go.`,
    { field: '--data', value: home },
  )
}

/** The port names the socket file only; nothing listens on the network. */
export const SOCKET_PORT = 5432
/** 104 bytes on macOS, 108 on Linux, with the closing zero; one limit for both. */
const SOCKET_PATH_BYTES = 103
const socketFile = (folder: string): string => path.join(folder, `.s.PGSQL.${SOCKET_PORT}`)
const shortEnough = (folder: string): boolean => Buffer.byteLength(socketFile(folder)) <= SOCKET_PATH_BYTES

/**
 * The folder of the server's socket, made and empty: beside the cluster, where no sweep of /tmp, private /tmp of a
 * service or end of a login session touches it; when that path is too long or takes no sockets, a short one named by
 * a hash. Whoever joins reads it from postmaster.pid. Call under the lock, with no server running.
 * Refuses `embedded-socket-path`.
 */
export async function makeSocketFolder(place: Place): Promise<string> {
  const own = path.join(place.home, 'socket')
  if (shortEnough(own)) {
    await rm(own, { recursive: true, force: true })
    await makePrivate(own, place.user)
    if (await takesSockets(own)) return own
  }
  const name = createHash('sha256').update(place.cluster).digest('hex').slice(0, 16)
  const owner = place.user?.uid ?? process.getuid?.() ?? 0
  // /run/user/<uid> goes away with the login session while the server stays, so an ordinary user's is not there.
  const parents = place.user ? ['/run/fundwatch', os.tmpdir(), '/tmp'] : [os.tmpdir(), '/tmp']
  for (const parent of parents) {
    if (parent === '/run/fundwatch') await mkdir(parent, { recursive: true, mode: 0o755 }).catch(() => undefined)
    // In a shared folder a stranger may have made our name first; then the next number is tried.
    for (let number = 0; number < 8; number++) {
      const folder = path.join(parent, `fundwatch-${name}${number === 0 ? '' : `-${number}`}`)
      if (!shortEnough(folder)) break
      if (await claim(folder, owner, place.user)) return folder
    }
  }
  return refuse(
    'conflict',
    'embedded-socket-path',
    `找不到可放置数据库套接字的短路径（上限 ${SOCKET_PATH_BYTES} 字节；试过 ${[own, ...parents].join('、')}）。请用 --data 指定路径较短的目录，或将 TMPDIR 设为可写的短路径。`,
    `There is no short path for the database's socket (at most ${SOCKET_PATH_BYTES} bytes; tried ${[own, ...parents].join(', ')}). Name a data folder with a shorter path with --data, or set TMPDIR to a short writable one.`,
    { field: '--data', value: own },
  )
}

/** Removes a socket folder that `makeSocketFolder` made outside the data folder. */
export async function removeSocketFolder(place: Place, folder: string): Promise<void> {
  if (path.dirname(folder) === place.home || !path.basename(folder).startsWith('fundwatch-')) return
  await rm(folder, { recursive: true, force: true }).catch(() => undefined)
}

async function claim(folder: string, owner: number, user?: ServerUser): Promise<boolean> {
  try {
    await makePrivate(folder, user)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false
    const found = await lstat(folder).catch(() => undefined)
    if (!found?.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) return false
    // Ours, from a server that did not get to tidy up: its socket and lock file would name a process number
    // that may meanwhile be somebody else's.
    for (const name of await readdir(folder)) await rm(path.join(folder, name), { force: true })
  }
  return (await takesSockets(folder)) && (!user || (await canReach(user, folder)))
}

function takesSockets(folder: string): Promise<boolean> {
  return new Promise(resolve => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen({ path: socketFile(folder), exclusive: true }, () => server.close(() => resolve(true)))
  })
}
