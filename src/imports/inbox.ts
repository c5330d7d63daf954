import { constants } from 'node:fs'
import { access, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Actor } from '../kernel/actor.ts'
import type { Fault } from '../kernel/refusal.ts'
import type { Run } from '../platform/context.ts'
import type { Importer } from '../platform/part.ts'
import type { InboxFolder, InboxState } from './contract.ts'

/** Where files go when they were looked at; beside them, `taking` holds what is being taken in. */
export const OUTCOMES = ['done', 'refused', 'duplicate'] as const
export type Outcome = (typeof OUTCOMES)[number]
export const TAKING = 'taking'

/** How long a file must lie still before it is taken, where no marker says that it is whole. */
export const STILL_SECONDS = 30

/** One file as it was last seen. */
interface Seen {
  size: number
  modified: number
  since: number
}

/** The drop folder (收件夹) of an installation: `<folder>/<kind>/` and `<folder>/<kind>/<division code>/`. */
export interface Inbox {
  /** Null where it is switched off. */
  folder: string | null
  stillSeconds: number
  importers: readonly Importer[]
  run: Run
  /** Moments of this process, in milliseconds: what lies still is measured by it, never by the clock of a network share. */
  now: () => number
  seen: Map<string, Seen>
  problems: Fault[]
  lookedAt: string | null
}

const inboxes = new WeakMap<Run, Inbox>()
export const inboxOf = (run: Run): Inbox | undefined => inboxes.get(run)

/**
 * Says where the drop folder of an installation is: `FUNDWATCH_INBOX` (a folder, or `off`), else `inbox` under the data folder;
 * `FUNDWATCH_INBOX_STILL_SECONDS` says how long a file must lie still.
 */
export function watchInbox(
  run: Run,
  dataDir: string,
  importers: readonly Importer[],
  environment: NodeJS.ProcessEnv = process.env,
): Inbox {
  const named = environment.FUNDWATCH_INBOX
  const still = Number(environment.FUNDWATCH_INBOX_STILL_SECONDS ?? STILL_SECONDS)
  const inbox: Inbox = {
    folder: named === 'off' ? null : named || join(dataDir, 'inbox'),
    stillSeconds: Number.isFinite(still) && still >= 0 ? still : STILL_SECONDS,
    importers,
    run,
    now: () => performance.now(),
    seen: new Map(),
    problems: [],
    lookedAt: null,
  }
  inboxes.set(run, inbox)
  return inbox
}

export interface Drop {
  importer: Importer
  /** The code of the division that the folder is for; null for the kind's own folder. */
  code: string | null
  path: string
}

export const problem = (code: string, value: string, zh: string, en: string): Fault => ({ code, value, zh, en })

/** What the machine says of a folder or file, as a sentence. */
export function fileProblem(error: unknown, path: string): Fault {
  const { code = 'unknown' } = error as { code?: string }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return problem(
      'inbox-not-writable',
      path,
      `收件夹“${path}”不能读写（${code}），其中的文件没有导入：请让运行服务的用户可以读写它和其中的文件夹。`,
      `The drop folder “${path}” cannot be read or written (${code}), so nothing in it was taken: give the server's user the right to.`,
    )
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return problem(
      'inbox-disk-full',
      path,
      `收件夹“${path}”所在的磁盘已满，文件留在原处：请腾出空间。`,
      `The disk of the drop folder “${path}” is full, files stay where they are: make room.`,
    )
  if (code === 'EXDEV')
    return problem(
      'inbox-other-disk',
      path,
      `“${path}”与收件夹不在同一个文件系统，不能移动文件：请不要把 done、refused 等挂载到别处。`,
      `“${path}” lies on another file system than the drop folder, so files cannot be moved: do not mount done or refused elsewhere.`,
    )
  return problem(
    'inbox-unreadable',
    path,
    `收件夹“${path}”打不开（${code}）：请检查网络共享和磁盘。`,
    `The drop folder “${path}” cannot be opened (${code}): check the network share and the disk.`,
  )
}

/** The folders to look into: each kind's own, and below it one for each division code that somebody made. */
export async function drops(inbox: Inbox): Promise<{ found: Drop[]; problems: Fault[] }> {
  const found: Drop[] = []
  const problems: Fault[] = []
  if (inbox.folder === null) return { found, problems }
  for (const importer of inbox.importers) {
    const path = join(inbox.folder, importer.kind)
    try {
      await mkdir(path, { recursive: true, mode: 0o770 })
      const entries = await readdir(path, { withFileTypes: true })
      await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
      found.push({ importer, code: null, path })
      for (const entry of entries)
        if (entry.isDirectory() && /^\d{9}$/.test(entry.name))
          found.push({ importer, code: entry.name, path: join(path, entry.name) })
        else if (entry.isDirectory() && ![...OUTCOMES, TAKING].includes(entry.name as Outcome))
          problems.push(
            problem(
              'inbox-strange-folder',
              join(path, entry.name),
              `“${join(path, entry.name)}”不是收件夹：其中的文件不会导入；按区划投放请用九位区划代码命名。`,
              `“${join(path, entry.name)}” is no drop folder: nothing in it is taken; a folder for a division is named by its nine-digit code.`,
            ),
          )
    } catch (error) {
      problems.push(fileProblem(error, path))
    }
  }
  return { found, problems }
}

const IGNORED = /^(?:\.|~\$)|\.(?:part|tmp|partial|filepart|crdownload|done)$|^(?:thumbs\.db|desktop\.ini)$/i
/** Names that programs give to what is not yet, or never will be, a file for us. */
export const ignored = (name: string): boolean => IGNORED.test(name)

const count = async (path: string): Promise<number> =>
  readdir(path, { withFileTypes: true }).then(
    entries => entries.filter(entry => !entry.isDirectory() && !ignored(entry.name)).length,
    () => 0,
  )
const refusedFiles = async (path: string): Promise<number> =>
  readdir(path).then(
    names => names.filter(name => names.includes(`${name}.txt`)).length,
    () => 0,
  )

/**
 * What lies in the drop folders, for a page or for `doctor`. With `only`, the folders of one division; the kinds' own folders are shown
 * to who sees the whole installation, or where the division has nobody above it.
 */
export async function inboxState(inbox: Inbox | undefined, only?: { code: string; actor: Actor }): Promise<InboxState> {
  if (!inbox || inbox.folder === null)
    return { folder: null, lookedAt: null, stillSeconds: STILL_SECONDS, folders: [], problems: [] }
  const { found, problems } = await drops(inbox)
  const top = only ? await isTop(inbox, only.code) : true
  const shown = found.filter(drop => !only || drop.code === only.code || (drop.code === null && top))
  const folders = await Promise.all(
    shown.map(
      async (drop): Promise<InboxFolder> => ({
        kind: drop.importer.kind,
        path: drop.code === null ? drop.importer.kind : `${drop.importer.kind}/${drop.code}`,
        waiting: await count(drop.path),
        taking: await count(join(drop.path, TAKING)),
        done: await count(join(drop.path, 'done')),
        refused: await refusedFiles(join(drop.path, 'refused')),
        duplicate: await refusedFiles(join(drop.path, 'duplicate')),
      }),
    ),
  )
  const all = [...problems, ...inbox.problems]
  const told = all.filter(
    (one, index) =>
      all.findIndex(other => other.code === one.code && other.value === one.value) === index &&
      (top || shown.some(drop => one.value?.startsWith(drop.path))),
  )
  return {
    folder: inbox.folder,
    lookedAt: inbox.lookedAt,
    stillSeconds: inbox.stillSeconds,
    folders,
    problems: told.map(({ code, value, zh, en }) => ({ code, ...(value === undefined ? {} : { value }), zh, en })),
  }
}

const isTop = (inbox: Inbox, code: string): Promise<boolean> =>
  inbox
    .run(
      { id: 0, name: '', scope: 0, permissions: new Set() },
      ({ tx }) =>
        tx.maybe<{ parent: number | null }>(
          'select administrative_parent as parent from divisions.published_division where code = $1',
          [code],
        ),
      { readOnly: true },
    )
    .then(row => row !== undefined && row.parent === null)
