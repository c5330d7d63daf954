import { join } from 'node:path'
import { linePage, listLines, treeLines } from '../src/allotments/reads.ts'
import { auditPort } from '../src/audit/record.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { overviewOf } from '../src/overview/overview.ts'
import type { Tx } from '../src/platform/database/transaction.ts'
import type { Installation } from '../src/platform/installation.ts'
import { openInstallation } from '../src/platform/installation.ts'
import { type Benchmark, type BenchPlace, type Measured, timed } from './frame.ts'
import { FIRST_YEAR, makeLedger, sizeOf } from './generated-ledger.ts'

/** One county's year: about two thousand lines and ten thousand entries. */
const COUNTY = { refined: 1880, payments: 3 } as const
const ROUNDS = 15
const COUNTY_DIVISION = 2

/** What a page costs where there is ten times as much history of others. */
export const benchmark: Benchmark = {
  name: 'trace',
  title: 'a trace, and a county’s pages of balances, in a ledger of so many allotments (five times as many entries)',
  baseline: 'the same in a ledger of a tenth (the slowest of the pages counts)',
  defaultRows: 1_000_000,
  aim: 1.3,
  run,
}

const PAGES: Record<string, (tx: Tx, line: string, year: number) => Promise<unknown>> = {
  'trace up and the line’s page': (tx, line) => linePage(tx, COUNTY_DIVISION, line),
  'trace down': (tx, line) => treeLines(tx, COUNTY_DIVISION, FIRST_YEAR, null, line),
  allotments: (tx, _, year) => listLines(tx, { division: COUNTY_DIVISION, year }),
  overview: (tx, _, year) => overviewOf(tx, COUNTY_DIVISION, year, `${year}-12-31`),
}

async function run({ installation, folder, rows, say }: BenchPlace): Promise<Measured> {
  const perYear = sizeOf({ counties: 1, years: 1, ...COUNTY }).allotments
  const years = Math.max(1, Math.min(5, Math.round(rows / perYear / 20)))
  const counties = Math.max(1, Math.round(rows / perYear / years))
  const small = await openInstallation({ dataDir: join(folder, 'tenth') }, auditPort)
  try {
    await makeLedger(
      small.ownerPool,
      { counties: Math.max(1, Math.round((counties * years) / 10)), years: 1, ...COUNTY },
      say,
    )
    await makeLedger(installation.ownerPool, { counties, years, ...COUNTY }, say)
    const figures: Record<string, string> = {}
    let worst = { seconds: 0, baselineSeconds: 1 }
    for (const [name, page] of Object.entries(PAGES)) {
      // By turns, so that whatever else the machine does falls on both.
      const [tenth, whole]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        tenth.push(await once(small, page))
        whole.push(await once(installation, page))
      }
      const [baselineSeconds, seconds] = [median(tenth.slice(3)), median(whole.slice(3))]
      figures[name] = `${ms(seconds)} ms against ${ms(baselineSeconds)} ms`
      say(`${name}: ${figures[name]}`)
      if (seconds / baselineSeconds > worst.seconds / worst.baselineSeconds) worst = { seconds, baselineSeconds }
    }
    const { rows: count } = await installation.ownerPool.query(
      'select (select count(*) from allotments.allotment)::int as allotments, (select count(*) from ledger.entry)::int as entries',
    )
    return {
      ...worst,
      peakMegabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024),
      figures: { ...count[0], ...figures },
    }
  } finally {
    await small.close()
  }
}

const ms = (seconds: number): number => Math.round(seconds * 10_000) / 10

function median(all: number[]): number {
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
}

/** One page of the county's first year, in seconds; the line is one of its refined ones, another at each call. */
async function once(here: Installation, page: (typeof PAGES)[string]): Promise<number> {
  return here.run(
    SYSTEM,
    async ({ tx }) => {
      const { id } = await tx.one<{ id: bigint }>(
        `select id from allotments.allotment where division = $1 and fiscal_year = $2 and form = 'refine' offset $3 limit 1`,
        [COUNTY_DIVISION, FIRST_YEAR, Math.floor(performance.now()) % COUNTY.refined],
      )
      return (await timed(() => page(tx, String(id), FIRST_YEAR))).seconds
    },
    { readOnly: true },
  )
}
