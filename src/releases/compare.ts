import { displayMoney, fen } from '../kernel/money.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Differences } from './contract.ts'
import { type FrozenColumn, type FrozenLine, readFrozen } from './frozen-lines.ts'
import { type Snapshot, snapshotOf } from './store.ts'

/** Differences that are listed; all are counted. */
const LISTED = 500

/**
 * What differs between a release and an earlier one of the same kind and parameters, the last signed one where none is named: line by
 * line over the frozen lines, in one pass and little memory. Personal data in the clear is compared and never answered. Refuses
 * `release-missing`, `releases-unlike`.
 */
export async function compareReleases(
  context: Context,
  division: number,
  release: string,
  other?: string,
): Promise<Differences> {
  const now = await found(context, division, release)
  const name = other ?? now.previous
  const lines = await linesOf(context, division, now)
  if (name === null) return alone(lines.columns, now)
  const before = await found(context, division, name)
  if (before.series !== now.series)
    refuse(
      'input',
      'releases-unlike',
      '两份材料的种类或条件不同，不能比较。',
      'The two releases are of different kinds or parameters and cannot be compared.',
      { field: 'with', value: name },
    )
  const earlier = await linesOf(context, division, before)
  const answer: Differences = {
    with: { id: name, frozenAt: before.frozen_at, sm3: before.sm3 },
    columns: lines.columns,
    added: 0,
    removed: 0,
    changed: 0,
    totals: totalsOf(lines.columns, before, now),
    sentence: { zh: '', en: '' },
    rows: [],
  }
  for await (const [was, is] of pairs(earlier.lines, lines.lines)) {
    if (was && is && same(was, is)) continue
    answer[was === null ? 'added' : is === null ? 'removed' : 'changed']++
    if (answer.rows.length < LISTED)
      answer.rows.push({ key: String((was ?? is)!.key), before: was?.cells ?? null, after: is?.cells ?? null })
  }
  answer.sentence = say(answer)
  return answer
}

async function found({ tx }: Context, division: number, release: string): Promise<Snapshot> {
  const snapshot = await snapshotOf(tx, division, release)
  if (!snapshot)
    refuse('missing', 'release-missing', '没有这份报出材料。', 'There is no such release.', { value: release })
  return snapshot
}

const linesOf = async ({ tx, files }: Context, division: number, snapshot: Snapshot) =>
  readFrozen((await files.readMade(tx, division, snapshot.lines)).content)

const same = (a: FrozenLine, b: FrozenLine): boolean =>
  JSON.stringify([a.cells, a.clear]) === JSON.stringify([b.cells, comparable(a, b)])

// An extract without and one with personal data differ in what is in the clear, not in what they say.
const comparable = (a: FrozenLine, b: FrozenLine): Record<string, string> =>
  Object.keys(a.clear).length === 0 || Object.keys(b.clear).length === 0 ? a.clear : b.clear

/** Two runs of lines in ascending order of their keys, side by side. */
async function* pairs(
  before: AsyncGenerator<FrozenLine[]>,
  after: AsyncGenerator<FrozenLine[]>,
): AsyncGenerator<[FrozenLine | null, FrozenLine | null]> {
  const olds = each(before)
  const news = each(after)
  let old = (await olds.next()).value ?? null
  let now = (await news.next()).value ?? null
  while (old || now) {
    const order = !old ? 1 : !now ? -1 : old.key < now.key ? -1 : old.key > now.key ? 1 : 0
    yield [order <= 0 ? old : null, order >= 0 ? now : null]
    if (order <= 0) old = (await olds.next()).value ?? null
    if (order >= 0) now = (await news.next()).value ?? null
  }
}

async function* each(chunks: AsyncGenerator<FrozenLine[]>): AsyncGenerator<FrozenLine, undefined> {
  for await (const chunk of chunks) yield* chunk
}

const totalsOf = (columns: readonly FrozenColumn[], before: Snapshot | null, now: Snapshot): Differences['totals'] =>
  columns
    .filter(column => column.kind === 'money')
    .map(({ title }) => ({
      title,
      beforeFen: before?.totals[title] ?? '0',
      afterFen: now.totals[title] ?? '0',
    }))

const alone = (columns: FrozenColumn[], now: Snapshot): Differences => ({
  with: null,
  columns,
  added: 0,
  removed: 0,
  changed: 0,
  totals: totalsOf(columns, null, now),
  sentence: {
    zh: '这是同类、同条件的第一份，没有可比较的上一份。',
    en: 'This is the first of its kind and parameters: there is none before it to compare with.',
  },
  rows: [],
})

function say({ with: other, added, removed, changed, totals }: Differences): Differences['sentence'] {
  const money = totals.map(({ title, beforeFen, afterFen }) => {
    const [was, is] = [fen(beforeFen), fen(afterFen)]
    const by = is - was
    const name = title.replace('（元）', '')
    return by === 0n
      ? { zh: `“${name}”合计不变，${displayMoney(is)} 元`, en: `“${name}” still adds up to ${displayMoney(is)} yuan` }
      : {
          zh: `“${name}”合计由 ${displayMoney(was)} 元变为 ${displayMoney(is)} 元，${by > 0n ? '增加' : '减少'} ${displayMoney(by > 0n ? by : -by)} 元`,
          en: `“${name}” goes from ${displayMoney(was)} to ${displayMoney(is)} yuan, ${displayMoney(by > 0n ? by : -by)} ${by > 0n ? 'more' : 'less'}`,
        }
  })
  const none = added + removed + changed === 0
  return {
    zh: `与 ${other!.frozenAt} 冻结的第 ${other!.id} 号相比：${none ? '各行没有变化' : `新增 ${added} 行、减少 ${removed} 行、变动 ${changed} 行`}；${money.map(one => one.zh).join('；')}。`,
    en: `Against release ${other!.id}, frozen ${other!.frozenAt}: ${none ? 'no line differs' : `${added} lines are new, ${removed} gone, ${changed} changed`}; ${money.map(one => one.en).join('; ')}.`,
  }
}
