import { afterAll, beforeAll, expect, test } from 'vitest'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { COUNTY, refused, World } from '../year-end/test-world.ts'
import { lockThrough, markBook, openYear } from './book.ts'
import type { BookAct } from './contract.ts'
import { sealAll } from './seal.ts'
import { bookPage } from './standing.ts'

let world: World
beforeAll(async () => {
  world = await World.open('2018-05-10')
})
afterAll(() => world?.here.close())

const lock = (through: string, more: object = {}) =>
  world.here.run(SYSTEM, context => lockThrough(context, { division: COUNTY, fiscalYear: 2018, through, ...more }))
const mark = (kind: BookAct, day: string, reason: string | null = null) =>
  world.here.run(SYSTEM, context => markBook(context, { division: COUNTY, fiscalYear: 2018, kind, day, reason }))
const page = () => world.here.run(SYSTEM, ({ tx }) => bookPage(tx, COUNTY, 2018), { readOnly: true })
const register = (effectiveOn: string) =>
  world.form({ form: 'register', lines: [{ fund: 1, amount: fen(100) }], effectiveOn })

test('a month shows what still stands open before it is closed, and who closed it', async () => {
  await register('2018-03-05')
  await world.sent(1, 500, 2018, '2018-04-02')
  const march = (await page()).months[2]!
  expect(march).toMatchObject({ lastDay: '2018-03-31', locked: false, batches: 1 })
  expect(march.standing).toEqual({
    unsealedBatches: 1,
    waitingPayments: 0,
    waitingFen: '0',
    documentsWithoutScan: 1,
    openTransfers: 0,
    openTransfersFen: '0',
  })
  expect(await refused(lock('2018-03-31'))).toEqual(['month-has-open-items'])
  await sealAll(world.here.run)
  expect((await page()).months[3]!.standing).toMatchObject({
    unsealedBatches: 0,
    openTransfers: 1,
    openTransfersFen: '500',
  })
  await lock('2018-03-31', { acknowledged: true, note: '三月月结', requestKey: 'lock-march' })
  expect(await lock('2018-03-31', { acknowledged: true, note: '三月月结', requestKey: 'lock-march' })).toBe(1)
  const { events, months, lockedThrough } = await page()
  expect([lockedThrough, months.filter(month => month.locked).length]).toEqual(['2018-03-31', 3])
  expect(events).toMatchObject([
    { no: 1, kind: 'lock', day: '2018-03-31', reason: '三月月结', findings: { documentsWithoutScan: 1 } },
  ])
})

test('nothing is entered on or before the locked day; the lock goes forward only, and back only with a reason', async () => {
  expect(await refused(register('2018-03-31'))).toEqual(['book-locked'])
  await register('2018-04-01')
  expect(await refused(lock('2018-02-28', { acknowledged: true }))).toEqual(['lock-not-forward'])
  expect(await refused(lock('2019-01-31', { acknowledged: true }))).toEqual(['lock-outside-year'])
  expect(await refused(mark('unlock', '2018-02-28'))).toEqual(['reason-missing'])
  expect(await refused(mark('unlock', '2018-04-30', '提前解锁'))).toEqual(['unlock-not-back'])
  await mark('unlock', '2018-02-28', '补记三月文件')
  await register('2018-03-31')
  expect(await refused(register('2018-02-28'))).toEqual(['book-locked'])
  await mark('unlock', '2017-12-31', '全部解锁')
  expect((await page()).lockedThrough).toBeNull()
})

test('the app’s role itself can write no book and no event, and marks none outside its scope', async () => {
  const client = await world.here.pool.connect()
  try {
    for (const statement of [
      'update ledger.book set closed_on = null',
      `insert into ledger.book (division, fiscal_year) values (1, 2030)`,
      'delete from ledger.book_event',
      `select ledger.mark_book(1, 2018, 'lock', '2018-06-30')`,
    ]) {
      await client.query(`begin; select set_config('fundwatch.scope', '2', true)`)
      await expect(client.query(statement)).rejects.toThrow(/permission denied|outside the scope/)
      await client.query('rollback')
    }
  } finally {
    client.release()
  }
})

test('whether a book keeps plans can be changed until a plan is posted', async () => {
  await mark('plans-on', '2018-05-10')
  expect(await page()).toMatchObject({ usesPlans: true, plansPosted: false })
  await mark('plans-off', '2018-05-10')
  const [root] = (await register('2018-05-01')).lines
  const [assigned] = (
    await world.form({ form: 'assign', lines: [{ source: root!, amount: fen(10) }], effectiveOn: '2018-05-01' })
  ).lines
  const [own] = (
    await world.form({
      form: 'refine',
      lines: [{ source: assigned!, amount: fen(10), agency: world.agencies[0]! }],
      effectiveOn: '2018-05-01',
    })
  ).lines
  await world.form({ form: 'plan', lines: [{ source: own!, amount: fen(5) }], effectiveOn: '2018-05-01' })
  expect(await refused(mark('plans-on', '2018-05-10'))).toEqual(['plans-posted'])
})

test('a form that is under way while the month is locked is finished before it, or refused after it', async () => {
  const outcomes = await Promise.all([
    ...Array.from({ length: 12 }, () => refused(register('2018-05-05'))),
    refused(lock('2018-05-31', { acknowledged: true })),
    ...Array.from({ length: 12 }, () => refused(register('2018-05-05'))),
  ])
  expect(outcomes.filter(outcome => outcome !== 'done').every(outcome => String(outcome) === 'book-locked')).toBe(true)
  const { rows } = await world.here.ownerPool.query(
    `select count(*)::int as forms from ledger.batch where form = 'register' and effective_on = '2018-05-05'`,
  )
  expect(rows[0].forms).toBe(outcomes.filter((outcome, index) => outcome === 'done' && index !== 12).length)
  expect(await refused(register('2018-05-05'))).toEqual(['book-locked'])
})

test('an advance notice opens next year’s book provisionally; opening the year makes it part of the budget', async () => {
  world.on('2018-11-20')
  const transfer = await world.sent(1, 1000, 2019, '2018-10-30')
  const early = { fiscalYear: 2019, effectiveOn: '2018-11-20' }
  const [root] = (await world.form({ form: 'receive', lines: [{ transfer, amount: fen(800) }], ...early })).lines
  const [assigned] = (await world.form({ form: 'assign', lines: [{ source: root!, amount: fen(800) }], ...early }))
    .lines
  const [own] = (
    await world.form({
      form: 'refine',
      lines: [{ source: assigned!, amount: fen(500), agency: world.agencies[0]! }],
      ...early,
    })
  ).lines
  await world.form({ form: 'pass-down', lines: [{ source: assigned!, amount: fen(100), toDivision: 2 }], ...early })
  const advance = async () =>
    (
      await world.here.ownerPool.query(
        'select form, in_budget from allotments.published_advance where division = 1 order by id',
      )
    ).rows
  expect(await advance()).toEqual(
    ['receive', 'assign', 'refine', 'pass-down'].map(form => ({ form, in_budget: false })),
  )
  // Nothing is spent from it, whoever asks: the form, or the ledger itself.
  expect(await refused(world.form({ form: 'plan', lines: [{ source: own!, amount: fen(1) }], ...early }))).toEqual([
    'book-provisional',
  ])
  await expect(world.entry('pay', own!, 5201, 500201, 1, '2019-01-03')).rejects.toMatchObject({
    code: 'FW004',
    message: 'book-provisional',
  })
  expect(
    await refused(
      world.form({
        form: 'register',
        lines: [{ fund: 1, amount: fen(5) }],
        fiscalYear: 2019,
        effectiveOn: '2019-01-04',
      }),
    ),
  ).toEqual(['book-provisional'])
  const open = () =>
    world.here.run(SYSTEM, context =>
      openYear(context, { division: COUNTY, fiscalYear: 2019, requestKey: 'open-2019' }),
    )
  expect(await refused(open())).toEqual(['year-not-begun'])
  world.on('2019-01-02')
  expect(await open()).toBe(await open())
  expect((await advance()).every(line => line.in_budget)).toBe(true)
  await world.entry('pay', own!, 5201, 500201, 1, '2019-01-03')
  // What arrives in January of a notice from October still says that it was arranged in advance.
  const [late] = (
    await world.form({
      form: 'receive',
      lines: [{ transfer, amount: fen(200) }],
      fiscalYear: 2019,
      effectiveOn: '2019-01-05',
    })
  ).lines
  const { rows } = await world.here.ownerPool.query('select advance from allotments.allotment where id = $1', [late])
  expect(rows).toEqual([{ advance: true }])
  expect(await world.differences()).toEqual([])
})
