import { join } from 'node:path'
import { auditPort } from '../src/audit/record.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import type { PaymentQuery } from '../src/payments/contract.ts'
import { paymentById, paymentPage, paymentTotals } from '../src/payments/list-store.ts'
import type { Tx } from '../src/platform/database/transaction.ts'
import { type Installation, openInstallation } from '../src/platform/installation.ts'
import { type Benchmark, type BenchPlace, type Measured, timed } from './frame.ts'
import { arrange, fillPayments, type PaymentWorld, YEAR } from './generated-payments.ts'

const ROUNDS = 43
const WARMING = 3
/** Looked at in this division; each has a tenth of all. */
const DIVISION = 3

/** A payee has fifty payments and a project five hundred, however many there are in all. */
const worldOf = (rows: number): PaymentWorld => ({
  divisions: 10,
  agencies: 20,
  lines: Math.max(1, Math.round(rows / 5000)),
  payees: Math.max(1, Math.round(rows / 500)),
})

/** What the payments' pages cost where there are ten times as many. */
export const benchmark: Benchmark = {
  name: 'payments-list',
  title:
    'the list of payments, filtered by payee, by project, further down, and one payment’s page, at so many payments',
  baseline: 'the same at a tenth (the slowest of the pages counts)',
  defaultRows: 1_000_000,
  aim: 1.3,
  run,
}

/** Something in the middle of what there is, another one each round. */
interface Chosen {
  id: string
  payee: string
  project: string
  day: string
}

const list = async (tx: Tx, query: PaymentQuery): Promise<unknown> => [
  await paymentPage(tx, DIVISION, YEAR, query),
  await paymentTotals(tx, DIVISION, YEAR, query),
]
const PAGES: Record<string, (tx: Tx, chosen: Chosen) => Promise<unknown>> = {
  list: tx => list(tx, {}),
  'further down': (tx, { day, id }) => paymentPage(tx, DIVISION, YEAR, { after: `${day}~${id}` }),
  'by payee': (tx, { payee }) => list(tx, { payee }),
  'by project': (tx, { project }) => list(tx, { project }),
  'by voucher number': (tx, { id }) => list(tx, { q: String(Number(id) - 1).padStart(9, '0') }),
  'days of a week': (tx, { day }) => list(tx, { from: day, to: day }),
  'one payment': (tx, { id }) => paymentById(tx, DIVISION, id),
}

async function run({ installation, folder, rows, seed, say }: BenchPlace): Promise<Measured> {
  const tenth = Math.round(rows / 10)
  const small = await openInstallation({ dataDir: join(folder, 'tenth') }, auditPort)
  try {
    const filled = await timed(async () => {
      for (const [here, count] of [
        [small, tenth],
        [installation, rows],
      ] as const) {
        const world = worldOf(count)
        await arrange(here.ownerPool, world)
        await fillPayments(here.ownerPool, world, { rows: count, seed })
        say(`${count} payments made`)
      }
    })
    const figures: Record<string, number | string> = { 'made in, s': Math.round(filled.seconds) }
    let worst = { seconds: 0, baselineSeconds: 1 }
    for (const [name, page] of Object.entries(PAGES)) {
      // By turns, so that whatever else the machine does falls on both.
      const [baseline, whole]: [number[], number[]] = [[], []]
      for (let round = 0; round < ROUNDS; round++) {
        baseline.push(await once(small, tenth, page, round))
        whole.push(await once(installation, rows, page, round))
      }
      const [baselineSeconds, seconds] = [median(baseline.slice(WARMING)), median(whole.slice(WARMING))]
      figures[name] = `${ms(seconds)} ms against ${ms(baselineSeconds)} ms, ${(seconds / baselineSeconds).toFixed(2)}`
      say(`${name}: ${figures[name]}`)
      if (seconds / baselineSeconds > worst.seconds / worst.baselineSeconds) worst = { seconds, baselineSeconds }
    }
    return { ...worst, peakMegabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024), figures }
  } finally {
    await small.close()
  }
}

const ms = (seconds: number): number => Math.round(seconds * 100_000) / 100

function median(all: number[]): number {
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0
}

/** One page, in seconds. */
async function once(here: Installation, rows: number, page: (typeof PAGES)[string], round: number): Promise<number> {
  return here.run(
    SYSTEM,
    async ({ tx }) => {
      const chosen = await tx.one<Chosen & { id: string }>(
        `select id::text, payee::text, project::text, vouched_on as day from payments.payment
         where division = $1 and id > $2 and allotment is not null order by division, id limit 1`,
        [DIVISION, Math.floor((rows * (round + 1)) / (ROUNDS + 2))],
      )
      return (await timed(() => page(tx, chosen))).seconds
    },
    { readOnly: true },
  )
}
