import { expect, test } from 'vitest'
import '../../src/beneficiaries/part.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import { clockAt } from '../../src/kernel/clock.ts'
import { Refusal } from '../../src/kernel/refusal.ts'
import { importer } from '../../src/payments/import-payments.ts'
import { county } from '../../src/payments/test-fixture.ts'
import { memorySource } from '../../src/platform/tables/memory-source.ts'
import { testInstallation } from '../database.ts'
import { inputOf } from './generate.ts'
import { fuzz } from './run.ts'

const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const INPUTS = Number(process.env.FUNDWATCH_FUZZ ?? 2000)
const STORED = 150

test(`the readers of XML, CSV and XLSX end every one of ${INPUTS} broken inputs in order (FUNDWATCH_SEED=${SEED})`, async () => {
  const outcome = await fuzz(SEED, INPUTS)
  expect(outcome.found).toEqual([])
  // Inputs that are all refused at their first byte would prove nothing.
  for (const kind of ['xml', 'csv', 'xlsx']) {
    expect(outcome.ends[`${kind} refused`], kind).toBeGreaterThan(INPUTS / 30)
    expect(outcome.ends[`${kind} taken with payments`], kind).toBeGreaterThan(INPUTS / 1000)
  }
}, 300_000)

test(`of ${STORED} broken files each is stored whole or not at all (FUNDWATCH_SEED=${SEED})`, async () => {
  const here = await testInstallation({ clock: clockAt('2026-06-30') })
  try {
    await county(here)
    const count = async () => {
      const { rows } = await here.ownerPool.query<Record<string, number>>(
        `select (select count(*) from payments.payment)::int + (select count(*) from payments.message)::int + (select count(*) from beneficiaries.list)::int as stored,
           (select count(*) from payments.payment)::int as payments,
           (select count(*) from payments.posting)::int + (select count(*) from payments.unposted)::int + (select count(*) from payments.in_transit)::int as accounted,
           (select count(*) from payments.staged)::int + (select count(*) from payments.staged_party)::int + (select count(*) from payments.staged_account)::int
             + (select count(*) from payments.staged_original)::int as staged`,
      )
      return rows[0]!
    }
    let taken = 0
    for (let number = 0; number < STORED; number++) {
      const before = await count()
      const source = memorySource(inputOf(SEED, number).bytes, 'input')
      const fresh = await importer.run(here.run, SYSTEM, { source, division: null }).then(
        outcome => outcome.taken,
        error => {
          if (error instanceof Refusal) return 0
          throw new Error(`seed ${SEED}, input ${number}: ${error}`)
        },
      )
      const after = await count()
      expect([number, after.stored! - before.stored!]).toEqual([number, fresh])
      expect([number, after.staged]).toEqual([number, 0])
      expect(after.accounted).toBeGreaterThanOrEqual(after.payments!)
      taken += fresh
    }
    expect(taken).toBeGreaterThan(0)
  } finally {
    await here.close()
  }
}, 300_000)
