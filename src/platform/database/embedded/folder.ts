import { randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, open, realpath, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { Refusal, refuse } from '../../../kernel/refusal.ts'

export const isRoot = (): boolean => process.getuid?.() === 0

/**
 * Makes sure that the data folder is there, is ours to write, and lies on a file system that can hold a database.
 * Returns its real path. Refuses `embedded-not-writable`, `embedded-disk-full`, `embedded-file-system`.
 *
 * A folder that root creates may be passed through but not listed (0711), because the server's user has to reach its
 * own folder inside; anybody else's is private.
 */
export async function prepareFolder(dataDir: string): Promise<string> {
  const wanted = path.resolve(dataDir)
  try {
    await mkdir(wanted, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
    const folder = await realpath(wanted)
    await probe(folder)
    return folder
  } catch (error) {
    throw folderRefusal(error, wanted)
  }
}

/** Writes, syncs and restricts a file in the folder: what does not work here would fail later and less clearly. */
async function probe(folder: string): Promise<void> {
  const unfit = unfitFileSystem((await statfs(folder)).type)
  if (unfit) refuseFileSystem(folder, unfit)
  const file = path.join(folder, `.probe-${randomBytes(6).toString('hex')}`)
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await handle.write('fundwatch')
      await handle.sync()
    } finally {
      await handle.close()
    }
    await chmod(file, 0o600)
    if (process.platform !== 'win32' && ((await lstat(file)).mode & 0o777) !== 0o600)
      refuseFileSystem(folder, 'permissions are not kept')
  } finally {
    await rm(file, { force: true })
  }
}

const UNFIT = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9P'],
  [0x4d44, 'FAT'],
  [0x2011bab0, 'exFAT'],
])

/**
 * Name of the file system with this number (statfs(2) `f_type`) when no database may live there: the FAT family keeps
 * no permissions, and on network file systems a second machine could open the same cluster unnoticed and destroy it.
 */
export function unfitFileSystem(type: number): string | undefined {
  return process.platform === 'linux' ? UNFIT.get(type >>> 0) : undefined
}

function refuseFileSystem(folder: string, what: string): never {
  refuse(
    'conflict',
    'embedded-file-system',
    `数据目录 ${folder} 所在的文件系统（${what}）不能安全存放数据库。请用 --data 指定本机磁盘（如 ext4、xfs）上的目录。`,
    `The data folder ${folder} lies on a file system (${what}) that cannot hold a database safely. Name a folder on a local disk (ext4, xfs …) with --data.`,
    { field: '--data', value: folder },
  )
}

/** Space that a new cluster needs before it holds a single row, with room for its first WAL files. */
const NEW_CLUSTER_MB = 150

/** Refuses `embedded-disk-full` before a cluster is begun that could not be finished. */
export async function refuseIfTooFull(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeMb = Math.floor((bavail * bsize) / 1_048_576)
  if (freeMb < NEW_CLUSTER_MB) throw diskFull(folder, `${freeMb} MB`)
}

export function diskFull(folder: string, free = '0 MB'): Refusal {
  return new Refusal('conflict', [
    {
      code: 'embedded-disk-full',
      field: '--data',
      value: free,
      zh: `${folder} 所在磁盘空间不足（剩余 ${free}，新建数据库至少需要 ${NEW_CLUSTER_MB} MB）。已有数据未受影响；请腾出空间或用 --data 换到更大的磁盘后重试。`,
      en: `The disk of ${folder} is full (${free} left; a new database needs at least ${NEW_CLUSTER_MB} MB). Data already stored is unharmed; free some space, or name a folder on a larger disk with --data, and try again.`,
    },
  ])
}

/** Turns what the file system says into a sentence; anything else is returned as it is. */
export function folderRefusal(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException)?.code
  if (error instanceof Refusal) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(folder)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    const at = (error as NodeJS.ErrnoException).path ?? folder
    return new Refusal('forbidden', [
      {
        code: 'embedded-not-writable',
        field: '--data',
        value: folder,
        zh: `数据目录 ${folder} 不可写（${code}，${at}）。请改用当前用户可写的目录（--data），或以该目录的属主身份运行。`,
        en: `The data folder ${folder} cannot be written (${code} at ${at}). Name a folder that this user may write with --data, or run as the owner of that folder.`,
      },
    ])
  }
  return error
}
