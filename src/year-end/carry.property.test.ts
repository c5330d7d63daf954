import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { reopen } from '../ledger/book.ts'
import { closeYear, takeBack } from './close.ts'
import { COUNTY, refused, World } from './test-world.ts'

let world: World
beforeAll(async () => {
  world = await World.open('2017-12-31')
})
afterAll(() => world?.here.close())

const part = fc.integer({ min: 1, max: 40 })
const tree = fc.record({
  received: fc.boolean(),
  unassigned: fc.nat(20),
  lines: fc.array(
    fc.record({
      rest: fc.nat(20),
      refined: fc.array(fc.record({ amount: part, planned: fc.nat(40), paid: fc.nat(40) }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})
const year = fc.record({
  trees: fc.array(tree, { minLength: 1, maxLength: 3 }),
  lapse: fc.record({ funds: fc.subarray([1, 2]), agencies: fc.subarray([0, 1]), overdue: fc.boolean() }),
  takenBack: fc.constantFrom('nothing', 'some', 'all'),
})

type Year = typeof year extends fc.Arbitrary<infer One> ? One : never

/** Sums over a year: revenue, and by account what stands. */
const sums = async (fiscalYear: number): Promise<Record<number, bigint>> => {
  const { rows } = await world.here.ownerPool.query<{ account: number; fen: bigint }>(
    `select b.account, sum(b.balance_fen)::bigint as fen from ledger.published_balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
     where a.division = 1 and a.fiscal_year = $1 group by 1 having sum(b.balance_fen) <> 0`,
    [fiscalYear],
  )
  return Object.fromEntries(rows.map(row => [row.account, row.fen]))
}
const of = (balances: Record<number, bigint>, ...accounts: number[]) =>
  accounts.reduce((sum, account) => sum + (balances[account] ?? 0n), 0n)

test('whatever was arranged, planned and paid: each year closes to nothing, the next one begins with exactly what was carried, and all of it verifies', async () => {
  let fiscalYear = 2016
  const run = async (one: Year) => {
    fiscalYear++
    world.on(`${fiscalYear}-12-31`)
    const on = { fiscalYear, effectiveOn: `${fiscalYear}-05-01` }
    for (const [index, { received, unassigned, lines }] of one.trees.entries()) {
      const assigned = lines.map(line => line.rest + line.refined.reduce((sum, each) => sum + each.amount, 0) || 1)
      const amount = fen(unassigned + assigned.reduce((sum, each) => sum + each, 0))
      const fund = (index % 2) + 1
      const [root] = (
        received
          ? await world.form({
              form: 'receive',
              lines: [
                {
                  transfer: await world.sent(fund, Number(amount), fiscalYear),
                  amount,
                  poverty: 'part',
                  monitored: fen(amount / 2n),
                },
              ],
              ...on,
            })
          : await world.form({ form: 'register', lines: [{ fund, amount }], ...on })
      ).lines
      const made = (
        await world.form({
          form: 'assign',
          lines: assigned.map(each => ({ source: root!, amount: fen(each) })),
          ...on,
        })
      ).lines
      for (const [at, line] of lines.entries())
        for (const each of line.refined) {
          const [own] = (
            await world.form({
              form: 'refine',
              lines: [{ source: made[at]!, amount: fen(each.amount), agency: world.agencies[each.amount % 2]! }],
              ...on,
            })
          ).lines
          const planned = Math.min(each.planned, each.amount)
          if (planned > 0) await world.form({ form: 'plan', lines: [{ source: own!, amount: fen(planned) }], ...on })
          const paid = Math.min(each.paid, planned)
          if (paid > 0) await world.entry('pay', own!, 5201, 5101, paid, `${fiscalYear}-06-01`)
        }
    }
    // What was carried into this year is spent too, in part.
    const { rows: live } = await world.here.ownerPool.query<{ allotment: bigint; fen: bigint }>(
      `select b.allotment, b.balance_fen as fen from ledger.published_balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
       where a.fiscal_year = $1 and a.source_type = 'carried-over' and b.account = 500201 and b.balance_fen > 3 order by 1`,
      [fiscalYear],
    )
    for (const line of live)
      await world.entry('pay', line.allotment, 5201, 500201, Number(line.fen / 3n), `${fiscalYear}-07-01`)

    const document = world.document(fiscalYear, `${fiscalYear}-12-31`)
    const lapse = { ...one.lapse, agencies: one.lapse.agencies.map(each => world.agencies[each]!) }
    const close = (requestKey: string) =>
      world.here.run(SYSTEM, context =>
        closeYear(context, { division: COUNTY, fiscalYear, document, requestKey, lapse }),
      )
    const before = await sums(fiscalYear)
    const carriedIn = of(await sums(fiscalYear + 1), 4001)
    const closed = await close(`close ${fiscalYear}`)
    expect(BigInt(closed.carriedFen) + BigInt(closed.lapsedFen)).toBe(of(before, 1001, 5001, 500201, 5101))
    if (one.takenBack !== 'nothing') {
      await world.here.run(SYSTEM, context =>
        reopen(context, { division: COUNTY, fiscalYear, document, reason: '补记凭证' }),
      )
      const { rows } = await world.here.ownerPool.query<{ allotment: bigint }>(
        `select distinct b.allotment from ledger.published_balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
         where a.fiscal_year = $1 and b.account in (5901, 5902) and b.balance_fen > 0 and ($2 or b.allotment % 2 = 0) order by 1`,
        [fiscalYear, one.takenBack === 'all'],
      )
      const outcome = await refused(
        world.here.run(SYSTEM, context =>
          takeBack(context, {
            division: COUNTY,
            fiscalYear,
            document,
            reason: '补记凭证',
            requestKey: `back ${fiscalYear}`,
            lines: rows.map(row => String(row.allotment)),
          }),
        ),
      )
      if (rows.length > 0) expect(outcome).toBe('done')
      if (one.takenBack === 'all') expect(await sums(fiscalYear)).toEqual(before)
      expect(await world.differences()).toEqual([])
      await close(`close ${fiscalYear} again`)
    }
    const after = await sums(fiscalYear)
    const next = await sums(fiscalYear + 1)
    expect(of(after, 1001, 5001, 500201, 5101, 5102)).toBe(0n)
    expect(of(after, 4001)).toBe(of(before, 4001))
    expect(of(after, 5201)).toBe(of(before, 5201))
    expect(of(next, 4001) - carriedIn).toBe(of(after, 5901))
    expect(of(next, 1001, 5001, 500201, 5101)).toBe(of(next, 4001))
    expect(await world.differences()).toEqual([])
  }
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  const years = fc.sample(year, { numRuns: 8, seed })
  for (const one of years)
    await run(one).catch(error => {
      throw new Error(`seed ${seed}, year ${fiscalYear}`, { cause: error })
    })
}, 60_000)
