import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { to as copyTo } from 'pg-copy-streams'
import { SYSTEM } from '../src/kernel/actor.ts'
import { paymentSheet } from '../src/payments/export-payments.ts'
import { sheetBytes } from '../src/platform/tables/sheet.ts'
import { type Benchmark, type BenchPlace, type Measured, timed } from './frame.ts'
import { arrange, fillPayments, YEAR } from './generated-payments.ts'

/** One division's payments of a year as a file. */
export const benchmark: Benchmark = {
  name: 'payments-export',
  title: 'all payments of a division’s year as a file (--kind csv or xlsx)',
  baseline: 'COPY of the payment table to a file',
  defaultRows: 500_000,
  aim: 20,
  memoryAim: 200,
  kinds: ['csv', 'xlsx'],
  run,
}

async function run({ installation, folder, rows, seed, kind, say }: BenchPlace): Promise<Measured> {
  const file = kind === 'xlsx' ? 'xlsx' : 'csv'
  const world = {
    divisions: 1,
    agencies: 20,
    lines: Math.max(1, Math.round(rows / 5000)),
    payees: Math.max(1, Math.round(rows / 50)),
  }
  await arrange(installation.ownerPool, world)
  await fillPayments(installation.ownerPool, world, { rows, seed })
  say(`${rows} payments made`)
  const path = join(folder, `payments.${file}`)
  const made = await timed(() =>
    installation.run(
      SYSTEM,
      ({ tx }) => pipeline(sheetBytes(paymentSheet(tx, 1, YEAR, {}), file), createWriteStream(path)),
      { readOnly: true },
    ),
  )
  const { size } = await stat(path)
  await rm(path)
  const client = await installation.ownerPool.connect()
  try {
    const baseline = await timed(() =>
      pipeline(client.query(copyTo('copy payments.payment to stdout')), createWriteStream(path)),
    )
    return {
      seconds: made.seconds,
      baselineSeconds: baseline.seconds,
      peakMegabytes: made.peakMegabytes,
      figures: {
        'file, MB': Math.round(size / 1024 / 1024),
        'microseconds a row': Math.round((made.seconds / rows) * 10_000_000) / 10,
      },
    }
  } finally {
    client.release()
  }
}
