import { afterAll, beforeAll, expect, test } from 'vitest'
import { issue } from '../allotments/issue.ts'
import { recall } from '../allotments/recall.ts'
import { listRecallable } from '../allotments/recall-reads.ts'
import { recallChecks } from '../allotments/verify-recalls.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { closeYear } from './close.ts'
import { COUNTY, refused, TOWN, World } from './test-world.ts'

// A county passed 500 down to a township in 2018; the township spent 100 and carried 400 into 2019. The county calls back in 2019.
let world: World
let transfer: bigint
let passed: bigint
const paper = (no: number, dated = '2019-03-01') => ({
  number: `样财预〔2019〕${no}号`,
  title: '收回结转资金的通知',
  dated,
})

beforeAll(async () => {
  world = await World.open()
  const { here } = world
  await here.ownerPool.query(`insert into divisions.agency (division, code, name) values (2, '201001', '样例镇政府')`)
  const { rows: agencies } = await here.ownerPool.query<{ id: number }>(
    'select id from divisions.agency where division = 2',
  )
  const [own] = (await world.form({ form: 'register', lines: [{ fund: 1, amount: fen(900) }] })).lines
  const [assigned] = (await world.form({ form: 'assign', lines: [{ source: own!, amount: fen(900) }] })).lines
  ;[passed] = (
    await world.form({ form: 'pass-down', lines: [{ source: assigned!, amount: fen(500), toDivision: TOWN }] })
  ).lines as [bigint]
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    'select id from ledger.transfer where sender_allotment = $1',
    [passed],
  )
  transfer = rows[0]!.id
  const below = (form: 'receive' | 'assign' | 'refine', line: object) =>
    here.run(SYSTEM, async context => {
      const made = await issue(context, {
        division: TOWN,
        fiscalYear: 2018,
        form,
        document: world.document(),
        effectiveOn: '2018-04-01',
        lines: [line as never],
      })
      return made.lines[0]!
    })
  const root = await below('receive', { transfer, amount: fen(500) })
  const part = await below('assign', { source: root, amount: fen(450) })
  const used = await below('refine', { source: part, amount: fen(300), agency: agencies[0]!.id })
  await here.run(SYSTEM, ({ tx }) =>
    tx.query(
      `select ledger.post(2, 'pay', 2018, '2018-06-01', null, null, array[$1::bigint], array[5201], array[$1::bigint], array[500201], array[100::bigint])`,
      [used],
    ),
  )
  for (const division of [COUNTY, TOWN])
    await here.run(SYSTEM, context =>
      closeYear(context, {
        division,
        fiscalYear: 2018,
        document: { number: `样财预〔2018〕9${division}号`, title: '年终结账', dated: '2018-12-31' },
        requestKey: `close-${division}-2018`,
      }),
    )
  world.on('2019-03-01')
})
afterAll(() => world?.here.close())

const call = (amount: number, no: number, more: object = {}) =>
  world.here.run(SYSTEM, context =>
    recall(context, {
      division: COUNTY,
      form: 'recall',
      fiscalYear: 2019,
      document: paper(no),
      effectiveOn: '2019-03-01',
      lines: [{ transfer, amount: fen(amount) }],
      ...more,
    }),
  )
const standing = async (division: number) =>
  Object.fromEntries(
    (
      await world.here.ownerPool.query<{ account: number; fen: string }>(
        `select b.account, sum(b.balance_fen)::text as fen from ledger.published_balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment
         where a.division = $1 and a.fiscal_year = 2019 and b.balance_fen <> 0 group by 1 order by 1`,
        [division],
      )
    ).rows.map(row => [row.account, Number(row.fen)]),
  )
const differences = async () => {
  const found = await world.differences()
  await world.here.run(
    SYSTEM,
    async ({ tx }) => {
      for (const check of recallChecks) found.push(...(await check.run(tx)).differences)
    },
    { readOnly: true },
  )
  return found
}
const listed = () =>
  world.here.run(SYSTEM, ({ tx }) => listRecallable(tx, COUNTY, { year: 2019, from: 'below' }), { readOnly: true })

test('what was carried is listed in the new year, with what of it is where', async () => {
  expect(await listed()).toMatchObject([
    {
      transfer: String(transfer),
      fiscalYear: 2018,
      toAssignFen: '50',
      toRefineFen: '150',
      ownFen: '200',
      unspentFen: '400',
    },
  ])
})

test('a recall in the new year takes it from both sides in one act, or not at all', async () => {
  const before = [await standing(COUNTY), await standing(TOWN)]
  expect(await refused(call(401, 1))).toEqual(['recall-exceeds'])
  expect(await refused(call(300, 2, { checkOnly: true }))).toBe('done')
  expect([await standing(COUNTY), await standing(TOWN)]).toEqual(before)
  expect(before[1]).toEqual({ 1001: 50, 4001: 400, 5001: 150, 500201: 200 })
  const done = await call(300, 3, { requestKey: 'late-recall-1' })
  expect(done.view.parts).toMatchObject([{ takenFen: '300', inTransitFen: '0', goneFen: '0' }])
  expect(await standing(TOWN)).toEqual({ 4001: 100, 500201: 100 })
  const after = await standing(COUNTY)
  expect(after[4001]! - before[0]![4001]!).toBe(300)
  expect(after[1001]! - (before[0]![1001] ?? 0)).toBe(300)
  // The same request again is the first one; the closed year's transfer stands as it was.
  expect((await call(300, 3, { requestKey: 'late-recall-1' })).view.recall).toBe(done.view.recall)
  const { rows } = await world.here.ownerPool.query('select sent_fen, taken_fen from ledger.transfer where id = $1', [
    transfer,
  ])
  expect(rows).toEqual([{ sent_fen: 500n, taken_fen: 500n }])
  expect(await differences()).toEqual([])
})

test('the line that it came in on names the line that was passed down, and is assigned like any other', async () => {
  const { rows } = await world.here.ownerPool.query(
    `select id, form, source_type, carried_from, path from allotments.allotment where division = 1 and fiscal_year = 2019 and form = 'recover'`,
  )
  expect(rows).toMatchObject([{ source_type: 'prior-year-recovery', carried_from: passed }])
  expect(rows[0].path).toContain(passed)
  await world.form({
    form: 'assign',
    fiscalYear: 2019,
    effectiveOn: '2019-03-02',
    lines: [{ source: rows[0].id, amount: fen(300) }],
  })
  expect(await differences()).toEqual([])
})

test('what came back in a later year is not claimed once more in the year of the transfer', async () => {
  // 500 sent, 300 back: 200 are left to call, of which 100 are unspent in 2019.
  const old = (amount: number, no: number) =>
    call(amount, no, { fiscalYear: 2018, effectiveOn: '2018-12-31', document: paper(no, '2018-12-31') })
  expect(await refused(old(201, 10))).toEqual(['recall-exceeds'])
  expect(await refused(old(200, 11))).toEqual(['recall-carried', 'undo-first'])
  await call(100, 12)
  expect(await listed()).toEqual([])
  await old(100, 13)
  const { rows } = await world.here.ownerPool.query('select amount_fen from allotments.recoverable')
  expect(rows).toEqual([{ amount_fen: 100n }])
  expect(await refused(old(1, 14))).toEqual(['recall-exceeds'])
  expect(await differences()).toEqual([])
})

test('the database takes neither side alone, sides that differ, nor a red letter on one', async () => {
  const alone = (form: string, debit: number, credit: number) =>
    world.here
      .run(SYSTEM, ({ tx }) =>
        tx.query(
          `select ledger.post(1, $1, 2019, '2019-03-03', null, null, array[a.id], array[$2::int], array[a.id], array[$3::int], array[1::bigint])
           from allotments.allotment a where a.division = 1 and a.fiscal_year = 2019 and a.form = 'recover' order by a.id desc limit 1`,
          [form, debit, credit],
        ),
      )
      .then(
        () => 'done',
        (error: { code?: string }) => error.code,
      )
  expect(await alone('recall-carried', 1001, 4001)).toBe('FW003')
  const red = world.here.run(SYSTEM, ({ tx }) =>
    tx.query(
      `select ledger.post(e.division, 'correct', 2019, '2019-03-04', null, null, array[e.debit_allotment], array[e.debit], array[e.credit_allotment], array[e.credit], array[-1::bigint],
         p_corrects_batch => array[e.batch], p_corrects_line => array[e.line])
       from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch where b.form = 'recall-carried' and e.division = 1 limit 1`,
    ),
  )
  await expect(red).rejects.toMatchObject({ code: 'FW004', message: 'recall-carried-not-corrected' })
})
