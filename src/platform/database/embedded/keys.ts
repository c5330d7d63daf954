import { randomBytes } from 'node:crypto'
import { open, readFile, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { refuse } from '../../../kernel/refusal.ts'
import { isRoot } from './folder.ts'

/** Roles of the application, in the order in which they are created. */
export const ROLES = ['fundwatch_owner', 'fundwatch_app', 'fundwatch_rules'] as const
export type Role = (typeof ROLES)[number]

/** The role that initdb makes. Nothing but the supervisor uses it. */
export const SUPERUSER = 'fundwatch_superuser'

export type Keys = Record<Role | typeof SUPERUSER, string>

/** Where the passwords of the embedded database lie: in the data folder, readable by its owner alone. */
export const keyFile = (dataDir: string): string => path.join(dataDir, 'database-keys.json')

/**
 * Reads the passwords; makes them when there is no cluster yet that would know others. Call under the lock.
 * Refuses `embedded-keys-missing` and `embedded-keys-unreadable`.
 */
export async function readOrMakeKeys(dataDir: string, clusterExists: boolean): Promise<Keys> {
  const file = keyFile(dataDir)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') refuseOwner(file)
    if (code !== 'ENOENT') throw error
    if (clusterExists)
      refuse(
        'missing',
        'embedded-keys-missing',
        `数据目录中有数据库，但缺少其口令文件 ${file}，无法登录。请从备份恢复该文件。`,
        `The data folder holds a database, but its key file ${file} is missing, so nobody can sign in to it. Restore that file from the backup.`,
        { field: '--data', value: file },
      )
    return makeKeys(dataDir)
  }
  const keys = parseKeys(text)
  if (keys) return keys
  return refuse(
    'conflict',
    'embedded-keys-unreadable',
    `口令文件 ${file} 已损坏。请从备份恢复该文件。`,
    `The key file ${file} is damaged. Restore it from the backup.`,
    { field: '--data', value: file },
  )
}

function refuseOwner(file: string): never {
  refuse(
    'forbidden',
    'embedded-not-yours',
    `数据目录属于另一用户，当前用户无权读取 ${file}。请以该目录的属主或 root 身份运行，或用 --data 指定另一目录。`,
    `The data folder belongs to another user: this user may not read ${file}. Run as the owner of that folder or as root, or name another folder with --data.`,
    { field: '--data', value: file },
  )
}

function parseKeys(text: string): Keys | undefined {
  try {
    const keys = JSON.parse(text) as Keys
    return [SUPERUSER, ...ROLES].every(role => typeof keys[role as Role] === 'string') ? keys : undefined
  } catch {
    return undefined
  }
}

async function makeKeys(dataDir: string): Promise<Keys> {
  const keys = Object.fromEntries(
    [SUPERUSER, ...ROLES].map(role => [role, randomBytes(24).toString('base64url')]),
  ) as Keys
  const file = keyFile(dataDir)
  const draft = `${file}.new`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.chmod(0o600)
    await handle.writeFile(`${JSON.stringify(keys, null, 2)}\n`)
    // Root working in somebody's folder leaves it usable by that somebody.
    const owner = await stat(dataDir)
    if (isRoot() && owner.uid !== 0) await handle.chown(owner.uid, owner.gid)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  return keys
}
