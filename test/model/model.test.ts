import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allotmentChecks } from '../../src/allotments/verify.ts'
import { sealAll } from '../../src/ledger/seal.ts'
import { ledgerChecks } from '../../src/ledger/verify.ts'
import { txOf } from '../../src/platform/database/transaction.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { testInstallation } from '../database.ts'
import { Drawer } from './random-orders.ts'
import { type Order, ReferenceLedger } from './reference-ledger.ts'
import { World } from './world.ts'

const OPERATIONS = Number(process.env.FUNDWATCH_OPERATIONS ?? 1500)
const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** Clients at once in the concurrent rounds. */
const CLIENTS = 8

let here: Installation
let world: World
const model = new ReferenceLedger()
const drawer = new Drawer(SEED, model)
/** Orders that were taken, to be sent a second time now and then. */
const taken: Order[] = []
const counts = { operations: 0, taken: 0, refused: 0, repeated: 0, rounds: 0 }

beforeAll(async () => {
  here = await testInstallation()
  world = new World(here)
  await world.found()
  model.age = line => world.lines.get(line)!
  console.info(`FUNDWATCH_SEED=${SEED} FUNDWATCH_OPERATIONS=${OPERATIONS}`)
})
afterAll(() => here?.close())

const shown = (value: unknown) => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? String(one) : one))

async function compare(after: unknown): Promise<void> {
  for (const [root, rest] of model.trees())
    if (rest !== 0n) expect.fail(`seed ${SEED}: tree ${root} of the model does not balance: ${rest}`)
  if (await world.agrees(model)) return
  const { ours, theirs } = await world.standing(model)
  expect(ours, `seed ${SEED}, operation ${counts.operations}, after ${shown(after)}`).toEqual(theirs)
}

async function one(): Promise<void> {
  const order = drawer.order()
  counts.operations++
  const expected = model.apply(order)
  const codes = await world.submit(order)
  const say = `seed ${SEED}, operation ${counts.operations}: ${shown(order)}`
  if (expected === null) expect(codes, say).toBeNull()
  else expect(codes ?? ['taken'], say).toContain(expected)
  counts[expected === null ? 'taken' : 'refused']++
  if (expected === null) taken.push(order)
  await compare(order)
}

/** The same order again with its key: answered as the first time, and nothing moves. */
async function again(): Promise<void> {
  const order = drawer.pick(taken.slice(-200))
  if (!order || order.kind === 'arrive') return
  counts.operations++
  counts.repeated++
  const known = [
    world.batches.get(order.id),
    ...('lines' in order ? order.lines.map(line => ('id' in line ? world.lines.get(line.id) : null)) : []),
  ]
  expect(await world.submit(order), `seed ${SEED}: repeated ${shown(order)}`).toBeNull()
  expect([
    world.batches.get(order.id),
    ...('lines' in order ? order.lines.map(line => ('id' in line ? world.lines.get(line.id) : null)) : []),
  ]).toEqual(known)
  await compare(order)
}

/**
 * What a spread takes depends on all that stands, and whether a withdrawal takes from own spending or the plan on what was given to
 * them: of such orders at once, the order of answers is too coarse to know what must stand afterwards. They are sent one by one.
 */
function settled(orders: Order[]): Order[] {
  const taking = orders.some(order => order.kind === 'vire' || (order.kind === 'reduce' && order.form === 'withdraw'))
  const gives = (order: Order) => order.kind === 'correct' || (order.kind === 'use' && order.form === 'refund')
  return orders.filter(order => order.kind !== 'spread' && !(taking && gives(order)))
}

/** Several clients at once, two of them with the same form and key; what was taken must be lawful in some order. */
async function atOnce(): Promise<void> {
  counts.rounds++
  const first = drawer.order()
  const orders = settled([
    first,
    ...Array.from({ length: CLIENTS - 1 }, () => (drawer.chance(0.5) ? drawer.rival(first) : drawer.order())),
  ])
  const twins = drawer.chance(0.5) ? orders.filter(order => order.kind !== 'arrive').slice(0, 1) : []
  counts.operations += orders.length + twins.length
  const finished: Order[] = []
  const outcomes = await Promise.all(
    [...orders, ...twins].map(async order => {
      const codes = await world.submit(order)
      if (codes === null && !finished.includes(order)) finished.push(order)
      return { order, codes }
    }),
  )
  const before = model.copy()
  // By the order of their answers, which is nearly that of their commits; one that does not fit yet waits for those after it.
  let waiting = [...finished]
  while (waiting.length > 0) {
    const rest = waiting.filter(order => model.apply(order) !== null)
    if (rest.length === waiting.length)
      expect.fail(`seed ${SEED}: no order of these makes them lawful: ${shown(waiting)}`)
    waiting = rest
  }
  taken.push(...finished)
  // A refusal must have had a reason: the order does not fit when all that the others took is gone, and nothing that they gave is there.
  for (const order of finished) before.apply(order, true)
  for (const { order, codes } of outcomes) {
    if (codes === null) continue
    expect(finished, `seed ${SEED}: one twin was taken, the other refused: ${shown(order)} ${codes}`).not.toContain(
      order,
    )
    const reason = before.copy().apply(order)
    expect(reason, `seed ${SEED}: refused as ${codes} without reason: ${shown(order)}`).not.toBeNull()
    counts.refused++
  }
  counts.taken += finished.length
  await compare(orders)
}

const findings = async (): Promise<string[]> => {
  const client = await here.ownerPool.connect()
  try {
    return await foundBy(client)
  } finally {
    client.release()
  }
}
async function foundBy(client: Parameters<typeof txOf>[0]): Promise<string[]> {
  const found: string[] = []
  for (const check of [...ledgerChecks, ...allotmentChecks]) {
    const { differences, count, checked } = await check.run(txOf(client))
    expect(count).toBeGreaterThanOrEqual(differences.length)
    expect(checked, check.code).toBeGreaterThan(0)
    found.push(...differences.map(difference => `${check.code} ${difference.place}`))
  }
  return found
}

describe(`the ledger and a reference of it, under the same random orders (FUNDWATCH_SEED=${SEED})`, () => {
  test(
    `agree on every balance, transfer and refusal after each of ${OPERATIONS} operations`,
    async () => {
      let sealed = 0
      while (counts.operations < OPERATIONS) {
        const turn = taken.length > 20 ? drawer.draw01() : 1
        if (turn < 0.04) await atOnce()
        else if (turn < 0.08) await again()
        else await one()
        if (counts.operations - sealed >= 200) {
          await sealAll(here.run)
          sealed = counts.operations
        }
      }
      const { ours, theirs } = await world.standing(model)
      expect(ours).toEqual(theirs)
      await here.ownerPool.query('select pg_stat_force_next_flush()')
      const { rows } = await here.ownerPool.query<{ deadlocks: number }>(
        'select deadlocks::int from pg_stat_database where datname = current_database()',
      )
      console.info({ ...counts, ...rows[0] })
      // Everyone locks in the same order.
      expect(rows[0]?.deadlocks).toBe(0)
      // A run in which nearly nothing was taken, or nothing refused, would prove little.
      expect(counts.taken).toBeGreaterThan(OPERATIONS * 0.5)
      expect(counts.refused).toBeGreaterThan(OPERATIONS * 0.05)
      expect(counts.rounds).toBeGreaterThan(0)
      expect(new Set([...model.lines.values()].map(line => line.form))).toEqual(
        new Set(['register', 'add', 'receive', 'assign', 'refine', 'pass-down']),
      )
      const { rows: forms } = await here.ownerPool.query<{ form: string; planned: boolean }>(
        `select b.form, bool_or(e.credit = 5101) as planned from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
         where b.form in ('cut', 'withdraw', 'virement') group by 1 order by 1`,
      )
      // Each reduction was drawn, and some of them reached into the plan.
      expect(forms.map(row => row.form)).toEqual(['cut', 'virement', 'withdraw'])
      expect(forms.some(row => row.planned)).toBe(true)
    },
    60_000 + OPERATIONS * 100,
  )

  test('no order left a line without an entry, or a document without a batch', async () => {
    const { rows } = await here.ownerPool.query(
      `select (select count(*)::int from allotments.allotment a where not exists (select from ledger.entry e where e.division = a.division and e.debit_allotment = a.id)) as lines,
         (select count(*)::int from ledger.document d where not exists (select from ledger.batch b where b.division = d.division and b.document = d.id)) as documents,
         (select count(*)::int from ledger.transfer t where t.sender is not null and not exists
            (select from ledger.entry e where e.division = t.sender and e.debit_allotment = t.sender_allotment)) as transfers`,
    )
    expect(rows).toEqual([{ lines: 0, documents: 0, transfers: 0 }])
  })

  test('verify finds nothing, before the last batches are sealed and after', async () => {
    expect(await findings()).toEqual([])
    await sealAll(here.run)
    expect(await findings()).toEqual([])
  })

  const LAST = '(select division, max(batch) from ledger.entry group by 1 order by 1 limit 1)'
  test.each([
    [
      'an entry’s amount',
      `update ledger.entry set amount_fen = amount_fen + 1 where (division, batch) = ${LAST} and line = 1 and amount_fen > 0 or
       (division, batch, line) = (select division, batch, line from ledger.entry where amount_fen > 0 order by batch limit 1)`,
      ['balances', 'digests'],
    ],
    [
      'an entry’s account',
      `update ledger.entry set debit = 5102 where (division, batch, line) = (select division, batch, line from ledger.entry where debit = 5201 order by batch limit 1)`,
      ['balances', 'digests'],
    ],
    [
      'a balance',
      `update ledger.balance set debit_fen = debit_fen + 1 where (division, allotment, account) = (select division, allotment, account from ledger.balance where side = 'D' order by allotment limit 1)`,
      ['balances', 'trees'],
    ],
    [
      'both sides of a balance',
      `update ledger.balance set debit_fen = debit_fen + 1, credit_fen = credit_fen + 1 where (division, allotment, account) = (select division, allotment, account from ledger.balance order by allotment limit 1)`,
      ['balances'],
    ],
    [
      'a batch’s digest',
      `update ledger.batch set digest = public.digest('other', 'sm3') where id = (select min(id) from ledger.batch)`,
      ['digests', 'chain'],
    ],
    [
      'a batch’s day',
      `update ledger.batch set effective_on = effective_on + 1 where id = (select min(id) from ledger.batch)`,
      ['digests'],
    ],
    [
      'a batch’s author',
      `update ledger.batch set actor = actor + 1 where id = (select min(id) from ledger.batch)`,
      ['digests'],
    ],
    [
      'a seal',
      `update ledger.seal set digest = public.digest('other', 'sm3') where (division, no) = (select division, min(no) from ledger.seal group by 1 order by 1 limit 1)`,
      ['chain'],
    ],
    [
      'a seal’s link',
      `update ledger.seal set previous = public.digest('other', 'sm3') where (division, no) = (select division, max(no) from ledger.seal group by 1 order by 1 limit 1)`,
      ['chain'],
    ],
    [
      'the order of sealed batches',
      `update ledger.seal_batch set position = 1000000 where (division, no, position) = (select division, no, 1 from ledger.seal_batch where position = 2 order by 1, 2 limit 1)`,
      ['chain'],
    ],
    [
      'a batch put back among the unsealed',
      `with gone as (delete from ledger.seal_batch where (division, batch) = (select division, batch from ledger.seal_batch order by 1, 2 limit 1) returning division, batch)
       insert into ledger.unsealed select * from gone`,
      ['chain'],
    ],
    [
      'a tally of corrections',
      `update ledger.corrected set corrected_fen = corrected_fen - 1 where (division, batch, line) = (select division, batch, line from ledger.corrected where corrected_fen > 0 order by batch limit 1)`,
      ['corrections'],
    ],
    [
      'a tally of corrections that is gone',
      `delete from ledger.corrected where (division, batch, line) = (select division, batch, line from ledger.corrected where corrected_fen > 0 order by batch limit 1)`,
      ['corrections'],
    ],
    [
      'what a transfer sent',
      `update ledger.transfer set sent_fen = sent_fen + 1 where id = (select min(id) from ledger.transfer where sender is not null)`,
      ['interlock'],
    ],
    [
      'what was taken of a transfer',
      `update ledger.transfer set taken_fen = taken_fen - 1 where id = (select min(id) from ledger.transfer where taken_fen > 0)`,
      ['interlock'],
    ],
    [
      'a transfer that is gone',
      `delete from ledger.transfer where id = (select min(id) from ledger.transfer t where sender is not null and sent_fen > 0 and not exists (select from allotments.allotment a where a.division = t.division and a.transfer = t.id))`,
      ['interlock'],
    ],
    [
      'a line’s path',
      `update allotments.allotment set path = array[id] where id = (select min(id) from allotments.allotment where source is not null)`,
      ['lineage'],
    ],
    [
      'a transfer’s path',
      `update ledger.transfer set path = path || 0::bigint where id = (select min(id) from ledger.transfer t where sender is not null and not exists (select from allotments.allotment a where a.division = t.division and a.transfer = t.id))`,
      ['lineage'],
    ],
  ])('verify names %s that the owner changed', async (what, change, codes) => {
    const client = await here.ownerPool.connect()
    try {
      await client.query('begin')
      const { rowCount } = await client.query(change)
      expect(rowCount, what).toBeGreaterThan(0)
      const found = await foundBy(client)
      for (const code of codes)
        expect(
          found.some(place => place.startsWith(`${code} `)),
          `${code} in ${found}`,
        ).toBe(true)
    } finally {
      await client.query('rollback')
      client.release()
    }
    expect(await findings()).toEqual([])
  })
})
