import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { refuse } from '../../../kernel/refusal.ts'

export interface Lock {
  release(): Promise<void>
}

const RETRY_MS = 25
const SAY_AFTER_MS = 1_000
/** Recovery after a crash may take minutes under the lock; beyond this something hangs. */
const GIVE_UP_AFTER_MS = 15 * 60_000

/**
 * Serialises start and stop of the database of one data folder among all processes of this machine. The lock is a thing
 * that the kernel frees when its holder dies, so it is never stale: an abstract Unix socket on Linux, a named pipe on
 * Windows, an exclusively opened file on macOS. It is named after device and inode, not after the path: the same folder
 * reached by another path is the same folder.
 *
 * `waiting` is called once, when it takes more than a second. Refuses `embedded-lock-busy` after a quarter of an hour.
 */
export async function takeLock(folder: string, waiting?: () => void): Promise<Lock> {
  const began = Date.now()
  const attempt = process.platform === 'darwin' ? lockFile : lockSocket
  const name = await lockName(folder)
  let said = false
  for (;;) {
    const lock = await attempt(name, folder)
    if (lock) return lock
    const waited = Date.now() - began
    if (waited > SAY_AFTER_MS && !said) {
      said = true
      waiting?.()
    }
    if (waited > GIVE_UP_AFTER_MS)
      refuse(
        'busy',
        'embedded-lock-busy',
        `另一个进程占用数据目录 ${folder} 的数据库启停锁已超过 15 分钟。请查看并结束停滞的 fundwatch 进程后重试。`,
        `Another process has held the start-and-stop lock of the data folder ${folder} for more than 15 minutes. Look for a fundwatch process that hangs, end it, and try again.`,
        { field: '--data', value: folder },
      )
    await sleep(RETRY_MS)
  }
}

async function lockName(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true })
  return `fundwatch-${createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32)}`
}

function lockSocket(name: string): Promise<Lock | undefined> {
  const address = process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : `\0${name}`
  return new Promise((resolve, reject) => {
    const server = net.createServer(socket => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    )
    // `exclusive`: in a cluster worker Node would otherwise share the primary's socket, which locks nothing.
    server.listen({ path: address, exclusive: true }, () => {
      server.unref()
      resolve({ release: () => new Promise(done => server.close(() => done())) })
    })
  })
}

/** macOS has no abstract sockets, but `open` there takes an flock in the same call (O_EXLOCK of <fcntl.h>). */
async function lockFile(_name: string, folder: string): Promise<Lock | undefined> {
  const O_EXLOCK = 0x20
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK
  try {
    const handle = await open(path.join(folder, 'database-lock'), flags, 0o600)
    return { release: () => handle.close() }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}
