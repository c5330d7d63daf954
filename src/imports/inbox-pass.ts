import { createWriteStream } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { type Fault, Refusal } from '../kernel/refusal.ts'
import { MAX_UPLOAD_BYTES } from '../platform/http/receive.ts'
import { failImport, finishImport, IMPORT_LOCK, measure, openImport } from '../platform/import-record.ts'
import { type Drop, drops, fileProblem, type Inbox, type Outcome, problem, TAKING } from './inbox.ts'
import {
  type Dropped,
  dropped,
  freeName,
  move,
  refusedSheet,
  sentences,
  sourceOf,
  unmark,
  writeReport,
} from './inbox-files.ts'
import { takeIn } from './take-in.ts'

/** One pass at a time in an installation, whatever processes there are. */
const PASS_LOCK = 1768845944

/** A file whose import broke off so often is not tried again. */
const TRIES = 3

/** Where a drop folder's files belong, and who takes them in. */
interface Desk {
  drop: Drop
  actor: Actor
  division: number
}

/**
 * Looks into the drop folders once: first at what an earlier pass left half-way, then at what has arrived whole. Every file is in exactly
 * one folder at every moment (moves are renames), and its import is named by its name while it is being taken, so that after a crash the
 * record says whether it was. @returns how many files were moved on
 */
export async function lookIntoInbox(inbox: Inbox): Promise<number> {
  if (inbox.folder === null) return 0
  // The lock is held by a transaction that does nothing else; the work runs in transactions of its own.
  return inbox.run(SYSTEM, async ({ tx, clock }) => {
    const { mine } = await tx.one<{ mine: boolean }>('select pg_try_advisory_xact_lock($1) as mine', [PASS_LOCK])
    if (!mine) return 0
    const { found, problems } = await drops(inbox)
    inbox.problems = problems
    inbox.lookedAt = clock.now().toISOString()
    const present = new Set<string>()
    let moved = 0
    for (const drop of found) {
      try {
        const desk = await deskOf(inbox, drop)
        moved += await goOn(inbox, desk)
        for (const file of await dropped(drop.path)) {
          present.add(file.path.toString('latin1'))
          if (await arrived(inbox, desk, file)) moved++
        }
      } catch (error) {
        if (error instanceof Refusal) inbox.problems.push(...error.faults)
        else if (typeof (error as { code?: unknown }).code === 'string' && (error as { syscall?: string }).syscall)
          inbox.problems.push(fileProblem(error, drop.path))
        else throw error
      }
    }
    for (const path of inbox.seen.keys()) if (!present.has(path)) inbox.seen.delete(path)
    return moved
  })
}

async function deskOf(inbox: Inbox, drop: Drop): Promise<Desk> {
  const row = await inbox.run(
    SYSTEM,
    ({ tx }) =>
      drop.code === null
        ? tx.maybe<{ division: number }>(
            'select division from divisions.published_division where administrative_parent is null order by division limit 1',
          )
        : tx.maybe<{ division: number }>('select division from divisions.published_division where code = $1', [
            drop.code,
          ]),
    { readOnly: true },
  )
  if (drop.code !== null && !row)
    throw new Refusal('input', [
      problem(
        'inbox-division-unknown',
        drop.path,
        `收件夹“${drop.path}”的区划代码没有登记，其中的文件没有导入：请改用已登记的代码。`,
        `No division has the code of the drop folder “${drop.path}”, so nothing in it was taken: name it by a registered one.`,
      ),
    ])
  const actor: Actor = { ...SYSTEM, name: '收件夹', scope: drop.code === null ? 0 : row!.division }
  return { drop, actor, division: row?.division ?? 0 }
}

/** Takes a file that is whole; one that may still be growing is looked at again. */
async function arrived(inbox: Inbox, desk: Desk, file: Dropped): Promise<boolean> {
  const { drop } = desk
  if (!file.stats.isFile()) {
    if (file.stats.isSymbolicLink()) {
      await giveBack(desk, file.path, file.name, 'refused', [
        {
          code: 'inbox-link',
          value: file.name,
          zh: `“${file.name}”是链接，不是文件：为防止读到别处的内容，没有导入；请放入文件本身。`,
          en: `“${file.name}” is a link, not a file: it is not followed, so that nothing from elsewhere is read; drop the file itself.`,
        },
      ])
      return true
    }
    inbox.problems.push(
      problem(
        'inbox-no-file',
        join(drop.path, file.name),
        `“${file.name}”不是普通文件，没有导入：请删去。`,
        `“${file.name}” is no ordinary file and was not taken: remove it.`,
      ),
    )
    return false
  }
  const key = file.path.toString('latin1')
  const before = inbox.seen.get(key)
  const now = inbox.now()
  const same = before && before.size === file.stats.size && before.modified === file.stats.mtimeMs
  if (!same) inbox.seen.set(key, { size: file.stats.size, modified: file.stats.mtimeMs, since: now })
  if (!file.marked && !(same ? now - before.since >= inbox.stillSeconds * 1000 : inbox.stillSeconds === 0)) return false
  if (file.stats.size > MAX_UPLOAD_BYTES) {
    await giveBack(desk, file.path, file.name, 'refused', [
      {
        code: 'file-too-large',
        value: file.name,
        zh: `“${file.name}”超过 300 MB：请按月份或单位拆成几个文件。`,
        en: `“${file.name}” is larger than 300 MB: split it by month or by unit.`,
      },
    ])
    return true
  }
  // From here on the file is ours: out of reach of whoever might go on writing under its name.
  await unmark(file.path)
  const folder = join(drop.path, TAKING)
  const path = await move(file.path, folder, `0-0-${(await freeName(folder, `0-0-${file.name}`)).slice(4)}`)
  inbox.seen.delete(key)
  await take(inbox, desk, path, file.name)
  return true
}

/** Takes in a file that lies in `taking`, and moves it to where its outcome belongs. */
async function take(inbox: Inbox, desk: Desk, path: string, name: string): Promise<void> {
  const { drop, actor, division } = desk
  const size = (await stat(path)).size
  const source = sourceOf(path, name, size)
  const { sm3 } = await measure(source)
  const known = await inbox.run(
    actor,
    ({ tx }) =>
      tx.maybe<{ id: string; at: string; broken: number }>(
        `select (select min(id)::text from platform.import where division = $1 and kind = $2 and file_sm3 = $3 and state = 'done' and not check_only) as id,
           (select to_char(min(started_at) at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') from platform.import
             where division = $1 and kind = $2 and file_sm3 = $3 and state = 'done' and not check_only) as at,
           (select count(*)::int from platform.import where division = $1 and kind = $2 and file_sm3 = $3 and state = 'broken' and source = 'folder') as broken`,
        [division, drop.importer.kind, sm3],
      ),
    { readOnly: true },
  )
  if (known?.id) {
    await giveBack(desk, path, name, 'duplicate', [
      {
        code: 'import-duplicate',
        value: name,
        zh: `“${name}”与 ${known.at} 导入的文件（导入记录 ${known.id}）内容完全相同，没有再次导入。`,
        en: `“${name}” holds exactly what was imported at ${known.at} (import ${known.id}), and was not imported again.`,
      },
    ])
    return
  }
  if ((known?.broken ?? 0) >= TRIES) {
    await giveBack(desk, path, name, 'refused', [
      {
        code: 'inbox-kept-breaking',
        value: name,
        zh: `“${name}”导入 ${TRIES} 次都中断了，不再重试：请看导入记录，或在页面上导入。`,
        en: `The import of “${name}” broke off ${TRIES} times and is not tried again: see the imports page, or bring it in there.`,
      },
    ])
    return
  }
  const request = { source, division: division === 0 ? null : division, came: 'folder' as const }
  const id = await inbox.run(actor, async context => {
    const opened = await openImport(context.tx, { ...request, kind: drop.importer.kind, division })
    await context.audit({
      division,
      action: 'import-started',
      subject: `${drop.importer.kind} ${opened}`,
      detail: { file: name, source: 'folder' },
    })
    return opened
  })
  const named = await move(path, join(drop.path, TAKING), `${division}-${id}-${name}`)
  try {
    await takeIn(inbox.run, actor, drop.importer, { ...request, source: sourceOf(named, name, size), importId: id })
  } catch (error) {
    // What broke, broke off: the record says so, and the next pass tries again.
    if (!(error instanceof Refusal)) return
    await refused(desk, named, name, error)
    return
  }
  await move(named, join(drop.path, 'done'), await freeName(join(drop.path, 'done'), name))
}

/** What an earlier pass left in `taking`: the record of its import says what became of it. */
async function goOn(inbox: Inbox, desk: Desk): Promise<number> {
  const { drop, actor } = desk
  const folder = join(drop.path, TAKING)
  const names = await readdir(folder).catch(() => [] as string[])
  let moved = 0
  for (const found of names.sort()) {
    const [, division = '', id = '', name = found] = /^(\d+)-(\d+)-(.+)$/s.exec(found) ?? []
    const path = join(folder, found)
    // Nothing but files is put here by us.
    if (!(await lstat(path)).isFile()) continue
    const record =
      id && id !== '0'
        ? await inbox.run(SYSTEM, ({ tx }) =>
            tx.maybe<{ state: string; faults: Fault[]; fault_count: bigint; free: boolean }>(
              `select state, faults, fault_count, pg_try_advisory_xact_lock($3, id::int) as free from platform.import where division = $1 and id = $2`,
              [division, id, IMPORT_LOCK],
            ),
          )
        : undefined
    moved++
    if (record?.state === 'done')
      await move(path, join(drop.path, 'done'), await freeName(join(drop.path, 'done'), name))
    else if (record?.state === 'refused')
      await refused(desk, path, name, new Refusal('input', record.faults, { count: Number(record.fault_count) }))
    else if (record?.state === 'posting') {
      // Posted in part: it goes on behind what is posted, or, where its staged rows are gone, begins anew as a repeat.
      if (!record.free) continue
      const outcome = await drop.importer.resume?.(inbox.run, actor, { division: Number(division), id })
      if (outcome) {
        await finishImport(inbox.run, actor, Number(division), id, outcome)
        await move(path, join(drop.path, 'done'), await freeName(join(drop.path, 'done'), name))
      } else {
        await failImport(inbox.run, actor, Number(division), id, null, { lost: true })
        await take(inbox, desk, path, name)
      }
    } else {
      // Passes exclude each other, so that nobody is reading it: whoever was, is gone.
      if (record?.state === 'reading') await failImport(inbox.run, actor, Number(division), id, null, { lost: true })
      await take(inbox, desk, path, name)
    }
  }
  return moved
}

/** Gives a refused file back with its faults as sentences and, of a table, a sheet of the refused rows. */
async function refused(desk: Desk, path: string, name: string, refusal: Refusal): Promise<void> {
  const folder = join(desk.drop.path, 'refused')
  const free = await giveBack(desk, null, name, 'refused', refusal.faults, refusal.count)
  const sheet = await refusedSheet(sourceOf(path, name, (await stat(path)).size), refusal.faults)
  if (sheet) await pipeline(sheet, createWriteStream(join(folder, `${free}.rows.xlsx`), { mode: 0o660 }))
  await move(path, folder, free)
}

const TITLES: Record<Exclude<Outcome, 'done'>, { zh: string; en: string }> = {
  refused: {
    zh: '没有导入，没有存入任何数据。请按下列说明改正后重新放入。',
    en: 'Not taken, nothing was stored. Correct what is listed and drop it again.',
  },
  duplicate: { zh: '没有再次导入。', en: 'Not taken again.' },
}

/** The report first, the file after it: a file among the refused always has its reasons beside it. */
async function giveBack(
  desk: Desk,
  path: string | Buffer | null,
  name: string,
  outcome: Exclude<Outcome, 'done'>,
  faults: readonly Fault[],
  count = faults.length,
): Promise<string> {
  const folder = join(desk.drop.path, outcome)
  const free = await freeName(folder, name).catch(() => name)
  await writeReport(folder, free, sentences(name, TITLES[outcome], { faults, count }))
  if (path !== null) await move(path, folder, free)
  return free
}
