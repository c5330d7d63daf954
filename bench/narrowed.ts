import { linePage, listLines, treeLines } from '../src/allotments/reads.ts'
import { type Actor, type Narrowing, SYSTEM } from '../src/kernel/actor.ts'
import { overviewOf } from '../src/overview/overview.ts'
import type { Tx } from '../src/platform/database/transaction.ts'
import type { Installation } from '../src/platform/installation.ts'
import { type Benchmark, type BenchPlace, type Measured, timed } from './frame.ts'
import { FIRST_YEAR, makeLedger, sizeOf } from './generated-ledger.ts'

const YEARS = 5
const DIVISION = 2
const ROUNDS = 9

/** What it costs to be held to a part of a division, on a county's pages. */
export const benchmark: Benchmark = {
  name: 'narrowed',
  title:
    'a county’s pages for a post over one fund, agency or office, in a county of so many allotments over five years',
  baseline: 'the same pages for a post over the whole county (the slowest of the pages counts)',
  defaultRows: 20_000,
  aim: 2,
  run,
}

const over = (part: Partial<Narrowing>): Actor => ({
  ...SYSTEM,
  id: 5,
  scope: DIVISION,
  narrowing: [{ scope: DIVISION, office: null, fund: null, agency: null, ...part }],
})
const WHOLE: Actor = { ...SYSTEM, id: 5, scope: DIVISION }
const POSTS: Record<string, Actor> = {
  'all of one fund': over({ fund: 1 }),
  'one agency': over({ agency: 1 }),
  'one office': over({ office: 1 }),
}

const PAGES: Record<string, (tx: Tx, line: string) => Promise<unknown>> = {
  'trace up and the line’s page': (tx, line) => linePage(tx, DIVISION, line),
  'trace down': (tx, line) => treeLines(tx, DIVISION, FIRST_YEAR, null, line),
  allotments: tx => listLines(tx, { division: DIVISION, year: FIRST_YEAR }),
  overview: tx => overviewOf(tx, DIVISION, FIRST_YEAR, `${FIRST_YEAR}-12-31`),
  documents: tx => tx.query('select * from ledger.document where division = $1 order by id desc limit 100', [DIVISION]),
  entries: tx =>
    tx.query('select * from ledger.entry where division = $1 order by batch desc, line limit 100', [DIVISION]),
  'entries, summed': tx =>
    tx.query('select count(*), sum(amount_fen) from ledger.entry where division = $1', [DIVISION]),
}

async function run({ installation, rows, say }: BenchPlace): Promise<Measured> {
  const size = { counties: 1, years: YEARS, refined: 50, payments: 3 }
  while (sizeOf(size).allotments < rows) size.refined += 50
  await makeLedger(installation.ownerPool, size, say)
  // Every second line of a fund's office, so that a post over an office sees half.
  await installation.ownerPool.query(`insert into divisions.office (division, code, name) values (${DIVISION}, '01', '农业股');
    update allotments.allotment set office = (select id from divisions.office where division = ${DIVISION}) where division = ${DIVISION} and id % 2 = 0`)
  await installation.ownerPool.query('vacuum analyze allotments.allotment')
  const figures: Record<string, string> = {}
  let worst = { seconds: 0, baselineSeconds: 1 }
  for (const [name, page] of Object.entries(PAGES)) {
    const whole: number[] = []
    const held = new Map<string, number[]>(Object.keys(POSTS).map(post => [post, []]))
    for (let round = 0; round < ROUNDS; round++) {
      whole.push(await once(installation, WHOLE, page))
      for (const [post, actor] of Object.entries(POSTS)) held.get(post)!.push(await once(installation, actor, page))
    }
    const baselineSeconds = median(whole.slice(2))
    const told = [`${ms(baselineSeconds)} ms over the county`]
    for (const [post, all] of held) {
      const seconds = median(all.slice(2))
      told.push(`${ms(seconds)} ms over ${post}`)
      if (seconds / baselineSeconds > worst.seconds / worst.baselineSeconds) worst = { seconds, baselineSeconds }
    }
    figures[name] = told.join(', ')
    say(`${name}: ${figures[name]}`)
  }
  return {
    ...worst,
    peakMegabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    figures: { ...sizeOf(size), ...figures },
  }
}

const ms = (seconds: number): number => Math.round(seconds * 10_000) / 10

function median(all: number[]): number {
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
}

/** One page as one post sees it, in seconds; the line is the same refined one for all, of the first agency. */
async function once(here: Installation, actor: Actor, page: (typeof PAGES)[string]): Promise<number> {
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    `select id from allotments.allotment where division = ${DIVISION} and fiscal_year = ${FIRST_YEAR} and form = 'refine' and agency = 1 and id % 2 = 0 limit 1`,
  )
  return here.run(actor, async ({ tx }) => (await timed(() => page(tx, String(rows[0]?.id ?? 0)))).seconds, {
    readOnly: true,
  })
}
