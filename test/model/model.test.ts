import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts } from '../../src/app.ts'
import { sealAll } from '../../src/ledger/seal.ts'
import { txOf } from '../../src/platform/database/transaction.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { testInstallation } from '../database.ts'
import type { Order } from './orders.ts'
import { PLANTED, PLANTED_ELSEWHERE } from './planted.ts'
import { Drawer } from './random-orders.ts'
import { ReferenceLedger } from './reference-ledger.ts'
import { DIVISIONS, World } from './world.ts'

const OPERATIONS = Number(process.env.FUNDWATCH_OPERATIONS ?? 1500)
const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
/** The run is divided among so many fiscal years; each but the last is closed in every division, and carried over. */
const YEARS = 3
/** Clients at once in the concurrent rounds. */
const CLIENTS = 8

let here: Installation
let world: World
const model = new ReferenceLedger()
const drawer = new Drawer(SEED, model)
/** Orders that were taken, to be sent a second time now and then. */
const taken: Order[] = []
const counts = { operations: 0, taken: 0, refused: 0, repeated: 0, rounds: 0, races: 0, closed: 0 }

beforeAll(async () => {
  here = await testInstallation()
  world = new World(here)
  await world.found()
  model.age = line => world.lines.get(line)!
  console.info(`FUNDWATCH_SEED=${SEED} FUNDWATCH_OPERATIONS=${OPERATIONS}`)
})
afterAll(() => here?.close())

/** What verify looks at of the parts whose forms are drawn. Nothing is joined, for nothing arrives twice. */
const DRAWN = ['ledger', 'allotments', 'integration', 'year-end', 'books']
const CHECKS = parts.filter(part => DRAWN.includes(part.name)).flatMap(part => part.verify ?? [])
const MAY_BE_EMPTY = ['joinings']

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
 * What a spread or a recall takes depends on all that stands, and whether a withdrawal takes from own spending or the plan on what was given to
 * them: of such orders at once, the order of answers is too coarse to know what must stand afterwards. They are sent one by one.
 */
function settled(orders: Order[]): Order[] {
  const taking = orders.some(
    order =>
      ['vire', 'integrate', 'hand-over'].includes(order.kind) || (order.kind === 'reduce' && order.form === 'withdraw'),
  )
  const gives = (order: Order) => order.kind === 'correct' || (order.kind === 'use' && order.form === 'refund')
  const depends = (order: Order) =>
    order.kind === 'spread' || order.kind === 'recall' || (order.kind === 'hand-over' && order.parts === 'all')
  return orders.filter(order => !depends(order) && !(taking && gives(order)))
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

const orderings = <T>(all: readonly T[]): T[][] =>
  all.length === 0
    ? [[]]
    : all.flatMap((one, n) => orderings([...all.slice(0, n), ...all.slice(n + 1)]).map(rest => [one, ...rest]))

/**
 * A recall beside those who receive, refine or pay the same money. Whatever came of it, there is an order, one after the other, in which
 * the model takes what was taken, refuses what was refused, and ends with every balance and transfer as the database has them, each order's
 * entries being its own: of two recalls of the same sum, one finds the money in transit and the other on its lines.
 */
async function race(): Promise<void> {
  const orders = drawer.race()
  if (!orders) return
  counts.races++
  counts.operations += orders.length
  const outcomes = await Promise.all(orders.map(async order => ({ order, codes: await world.submit(order) })))
  for (const { codes } of outcomes) counts[codes === null ? 'taken' : 'refused']++
  for (const way of orderings(outcomes)) {
    const tried = model.copy()
    const fits = way.every(({ order, codes }) => {
      const said = tried.apply(order)
      return said === null ? codes === null : codes?.includes(said)
    })
    if (!fits || !(await world.agrees(tried)) || !(await world.booked(tried, orders))) continue
    for (const { order } of way) model.apply(order)
    taken.push(...outcomes.flatMap(({ order, codes }) => (codes === null ? [order] : [])))
    await compare(orders)
    return
  }
  const said = outcomes.map(({ order, codes }) => [order, codes])
  expect.fail(`seed ${SEED}, operation ${counts.operations}: no order explains ${shown(said)}`)
}

/**
 * Between two years: what is in transit is received, every division is closed, in any order, and what is left stands in the new year where
 * it stood in the old. From here on all orders are the new year's; of the old one nothing moves any more.
 */
async function turnTheYear(): Promise<void> {
  for (const order of drawer.receipts()) {
    counts.operations++
    expect(model.apply(order), shown(order)).toBeNull()
    expect(await world.submit(order), `seed ${SEED}: ${shown(order)}`).toBeNull()
  }
  const late = drawer.order()
  const mirrors = model.turnTheYear()
  const waiting = [...DIVISIONS]
  while (waiting.length > 0) {
    const [division] = waiting.splice(drawer.below(waiting.length), 1)
    await world.close(division!, mirrors)
    counts.closed++
  }
  await compare('the year was closed')
  if (late.kind !== 'arrive') expect(await world.submit(late), `seed ${SEED}: ${shown(late)}`).not.toBeNull()
  await compare('an order of the old year was refused')
  world.year++
  drawer.forget()
  taken.length = 0
}

/** Money that is spent below and then called back: a run of thousands may draw it once or never, and a claim is to be there to be looked at. */
const SPENT_AND_CALLED_BACK: readonly Order[] = [
  { id: 'e1', kind: 'issue', form: 'register', division: 1, lines: [{ id: 'e1.1', amount: 100n }] },
  { id: 'e2', kind: 'issue', form: 'assign', division: 1, lines: [{ id: 'e2.1', source: 'e1.1', amount: 100n }] },
  {
    id: 'e3',
    kind: 'issue',
    form: 'pass-down',
    division: 1,
    lines: [{ id: 'e3.1', source: 'e2.1', to: 2, amount: 100n }],
  },
  { id: 'e4', kind: 'issue', form: 'receive', division: 2, lines: [{ id: 'e4.1', transfer: 'te3.1', amount: 100n }] },
  { id: 'e5', kind: 'issue', form: 'assign', division: 2, lines: [{ id: 'e5.1', source: 'e4.1', amount: 100n }] },
  { id: 'e6', kind: 'issue', form: 'refine', division: 2, lines: [{ id: 'e6.1', source: 'e5.1', amount: 100n }] },
  {
    id: 'e7',
    kind: 'use',
    form: 'pay',
    division: 2,
    lines: [{ line: 'e6.1', debit: 5201, credit: 500201, amount: 60n }],
  },
  { id: 'e8', kind: 'recall', form: 'recall', division: 1, lines: [{ transfer: 'te3.1', amount: 80n }] },
]

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
  for (const check of CHECKS) {
    const { differences, count, checked } = await check.run(txOf(client))
    expect(count).toBeGreaterThanOrEqual(differences.length)
    if (!MAY_BE_EMPTY.includes(check.code)) expect(checked, check.code).toBeGreaterThan(0)
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
        if (counts.operations > (OPERATIONS * (counts.closed / DIVISIONS.length + 1)) / YEARS) await turnTheYear()
        const turn = taken.length > 20 ? drawer.draw01() : 1
        if (turn < 0.04) await atOnce()
        else if (turn < 0.08) await again()
        else if (turn < 0.1) await race()
        else await one()
        if (counts.operations - sealed >= 200) {
          await sealAll(here.run)
          sealed = counts.operations
        }
      }
      for (const order of SPENT_AND_CALLED_BACK) {
        expect(model.apply(order), shown(order)).toBeNull()
        expect(await world.submit(order), `seed ${SEED}: ${shown(order)}`).toBeNull()
        await compare(order)
      }
      expect(model.claimed.get('te3.1')).toBe(40n)
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
      const forms = (lines: ReadonlyMap<string, { form: string }>) =>
        new Set([...lines.values()].map(line => line.form))
      const drawn = [
        'register',
        'add',
        'receive',
        'receive-across',
        'assign',
        'refine',
        'pass-down',
        'send-across',
        'hand-over',
        'take-over',
        'carry',
      ]
      expect(forms(model.past.lines)).toEqual(new Set(drawn))
      expect(counts.closed).toBe(DIVISIONS.length * (YEARS - 1))
      expect(forms(model.lines)).toContain('carry')
      const { rows: posted } = await here.ownerPool.query<{ form: string; planned: boolean }>(
        `select b.form, bool_or(e.credit = 5101) as planned from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id
         where b.form in ('cut', 'withdraw', 'virement', 'integrate', 'recall', 'settle', 'recalled', 'settled') group by 1 order by 1`,
      )
      // Each reduction was drawn, and some of them reached into the plan.
      expect(posted.map(row => row.form)).toEqual(
        OPERATIONS < 1000
          ? expect.anything()
          : ['cut', 'integrate', 'recall', 'recalled', 'settle', 'settled', 'virement', 'withdraw'],
      )
      expect(posted.some(row => row.planned)).toBe(true)
    },
    60_000 + OPERATIONS * 100,
  )

  test('no order left a line without an entry, or a document without a batch or an act', async () => {
    const { rows } = await here.ownerPool.query(
      `select (select count(*)::int from allotments.allotment a where not exists (select from ledger.entry e where e.division = a.division and e.debit_allotment = a.id)) as lines,
         (select count(*)::int from ledger.document d where not exists (select from ledger.batch b where b.division = d.division and b.document = d.id)
            and not exists (select from allotments.recall c where c.division = d.division and c.document = d.id)) as documents,
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

  test.each(PLANTED)('verify names %s that the owner changed', async (what, change, codes) => {
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

  test('every check of verify has had a difference planted for it, here or where its facts are at home', async () => {
    const here = new Set(PLANTED.flatMap(([, , codes]) => codes))
    const all = parts.flatMap(part => part.verify ?? []).map(check => check.code)
    expect([...here, ...Object.keys(PLANTED_ELSEWHERE)].sort()).toEqual(all.sort())
    for (const [file, word] of Object.values(PLANTED_ELSEWHERE))
      expect(await readFile(file, 'utf8'), file).toContain(word)
  })
})
