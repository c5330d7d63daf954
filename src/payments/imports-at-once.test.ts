import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { random } from '../../test/fuzz/generate.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import '../beneficiaries/part.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Run } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Installation } from '../platform/installation.ts'
import { paymentsImporter } from './import-payments.ts'
import { MESSAGE_TYPES } from './messages/description.ts'
import { message, voucher } from './messages/test-messages.ts'
import { postWaiting } from './post-waiting.ts'
import { arrange, county, type TestRow, table } from './test-fixture.ts'
import { paymentChecks } from './verify.ts'

const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const ROUNDS = Number(process.env.FUNDWATCH_ROUNDS ?? 16)
const VOUCHERS = 12

let here: Installation
beforeAll(async () => {
  console.info(`FUNDWATCH_SEED=${SEED} FUNDWATCH_ROUNDS=${ROUNDS}`)
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  await arrange(here, { externalId: 'A1', fen: BigInt(ROUNDS * VOUCHERS * 50) })
})
afterAll(() => here?.close())

/** The installation's own transactions, each statement of which may be held up a little: two imports meet at every point in turn. */
function heldUp(draw: () => number): Run {
  const after = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (draw() < 0.3) await pause(draw() ** 3 * 60)
    return ask()
  }
  const slow = (tx: Tx): Tx => ({
    client: tx.client,
    query: (text, values) => after(() => tx.query(text, values)),
    prepared: (text, values) => after(() => tx.prepared(text, values)),
    one: (text, values) => after(() => tx.one(text, values)),
    maybe: (text, values) => after(() => tx.maybe(text, values)),
    together: send => after(() => tx.together(send)),
  })
  return (actor, work, options) => here.run(actor, context => work({ ...context, tx: slow(context.tx) }), options)
}

const query = async (text: string, values: unknown[] = []) => (await here.ownerPool.query(text, values)).rows
const takenOf = (outcome: PromiseSettledResult<{ taken: number }>) =>
  outcome.status === 'fulfilled' ? outcome.value.taken : 0

/** What the second file says of the same vouchers. */
type Rival = 'the same' | 'what the bank did' | 'another amount' | 'the same twice over'
const RIVALS: Rival[] = ['the same', 'what the bank did', 'another amount', 'the same twice over']

test.each(RIVALS)(
  'two files of the same vouchers at once, and the second says %s: nothing is lost or doubled',
  async rival => {
    for (let round = 0; round < ROUNDS / RIVALS.length; round++) {
      const draw = random(SEED + round * RIVALS.length + RIVALS.indexOf(rival))
      const name = `${rival}, round ${round}, seed ${SEED}`
      const number = `R${RIVALS.indexOf(rival)}-${round}-`
      const unpaid = rival === 'what the bank did'
      const odd = Math.floor(draw() * VOUCHERS)
      const rows: TestRow[] = Array.from({ length: VOUCHERS }, (_, i) => ({
        PAY_CERT_NO: `${number}${String(i).padStart(2, '0')}`,
        BGT_ID: 'A1',
        VOU_DATE: `2026-03-${10 + (i % 4)}`,
        XPAY_DATE: unpaid ? '' : '2026-03-20',
      }))
      const other = rows.map((row, i) => ({
        ...row,
        XPAY_DATE: '2026-03-20',
        ...(rival === 'another amount' && i === odd ? { PAY_AMT: '2.00' } : {}),
      }))
      const files = [rows, draw() < 0.5 ? other : other.toReversed()]
      if (rival === 'the same twice over') files.push(other.toReversed())
      const run = heldUp(draw)
      const importer = paymentsImporter({ sliceLines: 1 + Math.floor(draw() * VOUCHERS) })
      const [outcomes] = await Promise.all([
        Promise.allSettled(
          files.map(async file => {
            await pause(draw() * 120)
            return importer.run(run, SYSTEM, { source: table(file), division: null })
          }),
        ),
        run(SYSTEM, context => postWaiting(context, 2, 2026)),
      ])
      for (const outcome of outcomes)
        if (outcome.status === 'rejected' && !(outcome.reason instanceof Refusal)) throw outcome.reason
      const refused = outcomes.filter(outcome => outcome.status === 'rejected').map(outcome => outcome.reason.faults)
      if (rival === 'another amount') expect(refused, name).toMatchObject([[{ code: 'voucher-changed' }]])
      else expect(refused, name).toEqual([])
      const stored = await query(
        `select count(*)::int as vouchers, count(distinct p.voucher_no)::int as numbers, count(coalesce(c.paid_on, p.paid_on))::int as paid,
         count(u.payment)::int as waiting from payments.payment p
       left join payments.confirmation c on c.division = p.division and c.payment = p.id
       left join payments.unposted u on u.division = p.division and u.payment = p.id where starts_with(p.voucher_no, $1)`,
        [number],
      )
      expect(stored, name).toMatchObject([{ vouchers: VOUCHERS, numbers: VOUCHERS, paid: VOUCHERS }])
      const taken = outcomes.reduce((sum, outcome) => sum + takenOf(outcome), 0)
      // What the bank did is taken by itself where the voucher was there first.
      if (unpaid) expect(taken, name).toBeGreaterThanOrEqual(VOUCHERS)
      else expect(taken, name).toBe(VOUCHERS)
      expect(await query('select 1 from payments.staged'), name).toEqual([])
    }
    const differences = await here.run(SYSTEM, async ({ tx }) => {
      const found = []
      for (const check of paymentChecks) found.push(...(await check.run(tx)).differences)
      return found
    })
    expect(differences, `seed ${SEED}`).toEqual([])
  },
  120_000,
)

test('two files of messages of every type at once, in opposite orders: each message is taken once', async () => {
  const types = MESSAGE_TYPES.map(type => type.code)
  const tables = ['message', 'payment', 'quota', 'clearing', 'control_total', 'adjustment']
  const count = async () =>
    (
      await query(`select ${tables.map(one => `(select count(*)::int from payments.${one}) as ${one}`).join(', ')},
      (select count(*)::int from beneficiaries.disbursement) as people, (select count(*)::int from beneficiaries.list) as lists`)
    )[0]
  let once: Record<string, number> | undefined
  for (let round = 0; round < ROUNDS / RIVALS.length; round++) {
    const draw = random(SEED + 1000 + round)
    const before = await count()
    const file = types.map(code => voucher(code, { VoucherNo: `M${round}-${code}` }))
    const outcomes = await Promise.all(
      [file, file.toReversed()].map(async vouchers => {
        await pause(draw() * 60)
        return paymentsImporter().run(heldUp(draw), SYSTEM, { source: message(vouchers), division: null })
      }),
    )
    const name = `round ${round}, seed ${SEED}`
    expect(
      outcomes.reduce((sum, one) => sum + one.taken, 0),
      name,
    ).toBe(types.length)
    expect(
      outcomes.reduce((sum, one) => sum + one.repeated, 0),
      name,
    ).toBe(types.length)
    const after = await count()
    const added = Object.fromEntries(Object.keys(after).map(key => [key, after[key] - before[key]]))
    once ??= added
    expect(added, name).toEqual(once)
  }
}, 120_000)
