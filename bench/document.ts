import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { issue } from '../src/allotments/issue.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { fen } from '../src/kernel/money.ts'
import { type Benchmark, type BenchPlace, type Measured, timed } from './frame.ts'
import { makeLedger } from './generated-ledger.ts'

/** One document of many lines through the use case, against raw COPY of the rows that came of it. */
export const benchmark: Benchmark = {
  name: 'document',
  title: 'one document refined to so many lines by issue(), committed',
  baseline:
    'raw COPY of the same rows into twins of their tables with the same indexes (rows per second of ours over those of COPY)',
  defaultRows: 100_000,
  aim: 0.5,
  better: 'more',
  run,
}

const COUNTY = 2

/** The tables that the document's rows go to. */
const TABLES = ['allotments.allotment', 'ledger.entry', 'ledger.balance', 'ledger.batch', 'ledger.document']

async function run({ installation, folder, rows, say }: BenchPlace): Promise<Measured> {
  // A ledger in use: on an empty one PostgreSQL remembers, for a connection's life, plans made for tables without rows.
  await makeLedger(installation.ownerPool, { counties: 5, years: 1, refined: 1000, payments: 4 }, say)
  const { rows: agencies } = await installation.ownerPool.query<{ id: number }>(
    'select id from divisions.agency where division = $1 order by id',
    [COUNTY],
  )
  const common = { division: COUNTY, fiscalYear: 2026, effectiveOn: '2026-03-01' }
  const paper = { number: '样财〔2026〕1号', title: '关于下达专项资金的通知', dated: '2026-03-01' }
  const amount = fen(BigInt(rows) * 1000n)
  const step = (form: 'register' | 'assign', line: object) =>
    installation.run(SYSTEM, context =>
      issue(context, { ...common, form, document: paper, lines: [{ amount, ...line }] }),
    )
  const registered = await step('register', { fund: 1 })
  const assigned = await step('assign', { source: registered.lines[0]! })
  const lines = Array.from({ length: rows }, (_, n) => ({
    amount: fen(1000),
    source: assigned.lines[0]!,
    agency: agencies[n % agencies.length]!.id,
    functionSubject: '2130504',
    externalId: `B${n}`,
  }))
  const ours = await timed(() =>
    installation.run(SYSTEM, context =>
      issue(context, { ...common, form: 'refine', document: { ...paper, number: '样财〔2026〕2号' }, lines }),
    ),
  )
  say(`${rows} lines in ${ours.seconds.toFixed(1)} s`)
  // Only what the document made, not the ledger that was there.
  const of = (table: string): string =>
    table.endsWith('batch')
      ? `division = ${COUNTY} and id = ${ours.value.batch}`
      : table.endsWith('entry')
        ? `division = ${COUNTY} and batch = ${ours.value.batch}`
        : table.endsWith('balance')
          ? `division = ${COUNTY} and allotment >= ${ours.value.lines[0]}`
          : table.endsWith('document')
            ? `division = ${COUNTY} and id = ${ours.value.document}`
            : `division = ${COUNTY} and document = ${ours.value.document}`
  const client = await installation.ownerPool.connect()
  await client.query(`set fundwatch.scope = '0'`)
  let baselineSeconds = 0
  try {
    await client.query('create schema bench')
    for (const table of TABLES) {
      const twin = `bench.${table.split('.')[1]}`
      const file = join(folder, `${table}.copy`)
      await pipeline(
        client.query(copyTo(`copy (select * from ${table} where ${of(table)}) to stdout`)),
        createWriteStream(file),
      )
      await client.query(`create table ${twin} (like ${table} including all)`)
      const copied = await timed(() =>
        pipeline(createReadStream(file, { highWaterMark: 262_144 }), client.query(copyFrom(`copy ${twin} from stdin`))),
      )
      baselineSeconds += copied.seconds
    }
  } finally {
    client.release()
  }
  return {
    seconds: ours.seconds,
    baselineSeconds,
    peakMegabytes: ours.peakMegabytes,
    figures: { lines: rows, 'lines a second': Math.round(rows / ours.seconds) },
  }
}
