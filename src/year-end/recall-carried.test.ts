import { afterAll, beforeAll, expect, test } from 'vitest'
import { recall } from '../allotments/recall.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import type { Refusal } from '../kernel/refusal.ts'
import { reopen } from '../ledger/book.ts'
import { closeYear, takeBack } from './close.ts'
import { COUNTY, refused, World } from './test-world.ts'

// What a superior calls back after the year's end, of money that the county carried into the next year.
let world: World
let transfer: bigint
let refined: bigint
const paper = (no: number, dated = '2018-12-31') => ({ number: `样财预〔2018〕${no}号`, title: '通知', dated })
beforeAll(async () => {
  world = await World.open()
  transfer = await world.sent(1, 500)
  const [root] = (await world.form({ form: 'receive', lines: [{ transfer, amount: fen(500) }] })).lines
  const [assigned] = (await world.form({ form: 'assign', lines: [{ source: root!, amount: fen(500) }] })).lines
  ;[refined] = (
    await world.form({ form: 'refine', lines: [{ source: assigned!, amount: fen(300), agency: world.agencies[0]! }] })
  ).lines as [bigint]
  await world.entry('pay', refined, 5201, 500201, 100)
  await world.here.run(SYSTEM, context =>
    closeYear(context, { division: COUNTY, fiscalYear: 2018, document: paper(99), requestKey: 'close-2018' }),
  )
})
afterAll(() => world?.here.close())

const call = (amount: number, no: number) =>
  world.here.run(SYSTEM, context =>
    recall(context, {
      division: COUNTY,
      form: 'recalled',
      fiscalYear: 2018,
      document: paper(no),
      effectiveOn: '2018-12-31',
      lines: [{ transfer, amount: fen(amount) }],
    }),
  )
const claims = async () => (await world.here.ownerPool.query('select amount_fen from allotments.recoverable')).rows

test('what was carried and is unspent is not taken for gone: the refusal says where it is, and no claim is made', async () => {
  const run = call(200, 1)
  expect(await refused(run)).toEqual(['recall-carried', 'undo-first'])
  const refusal = (await run.catch(error => error)) as Refusal
  expect(refusal.faults[1]!.zh).toContain('已结转 2019 年度，尚有 4.00 元未用：在 2019 年度收回')
  expect(await claims()).toEqual([])
})

test('taken back into its year it is called back like any other', async () => {
  await world.here.run(SYSTEM, context =>
    reopen(context, { division: COUNTY, fiscalYear: 2018, reason: '上级清算收回', document: paper(2) }),
  )
  await world.here.run(SYSTEM, context =>
    takeBack(context, {
      division: COUNTY,
      fiscalYear: 2018,
      document: paper(3),
      requestKey: 'take-back-1',
      reason: '上级清算收回',
    }),
  )
  expect(await refused(call(200, 4))).toBe('done')
  expect(await claims()).toEqual([])
  const { rows } = await world.here.ownerPool.query('select sent_fen, taken_fen from ledger.transfer where id = $1', [
    transfer,
  ])
  expect(rows).toEqual([{ sent_fen: 300n, taken_fen: 300n }])
  expect(await world.differences()).toEqual([])
})

test('what is spent after it was carried is gone indeed, and becomes a claim', async () => {
  await world.here.run(SYSTEM, context =>
    closeYear(context, { division: COUNTY, fiscalYear: 2018, document: paper(5), requestKey: 'close-again' }),
  )
  const { rows } = await world.here.ownerPool.query<{ allotment: bigint; account: number; fen: bigint }>(
    `select b.allotment, b.account, b.balance_fen as fen from ledger.published_balance b join allotments.allotment a on a.id = b.allotment
     where a.fiscal_year = 2019 and b.account in (1001, 5001, 500201, 5101) and b.balance_fen > 0`,
  )
  expect(rows.length).toBeGreaterThan(0)
  // Whatever stands, straight to the payees: refined money first, the rest by the forms that bring it there.
  for (const { allotment, account, fen: left } of rows) {
    let line = allotment
    if (account === 5001)
      [line] = (
        await world.form({
          form: 'refine',
          fiscalYear: 2019,
          effectiveOn: '2019-03-01',
          lines: [{ source: allotment, amount: fen(left), agency: world.agencies[0]! }],
        })
      ).lines as [bigint]
    await world.entry('pay', line, 5201, 500201, Number(left), '2019-06-01')
  }
  expect(await refused(call(50, 6))).toBe('done')
  expect(await claims()).toEqual([{ amount_fen: 50n }])
})
