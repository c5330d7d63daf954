import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { correct } from '../allotments/correct.ts'
import { type Issue, issue } from '../allotments/issue.ts'
import { receive } from '../allotments/receive.ts'
import { reduce } from '../allotments/reduce.ts'
import { fromOutside } from '../allotments/test-recall.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import type { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { lockThrough } from './book.ts'
import { askedOf } from './request.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level) values (1, '[2018-01-01,)', '990101000', '样例县', 'county');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county')`)
})
afterAll(() => here?.close())

const common = (number: string) => ({
  division: 1,
  fiscalYear: 2018,
  document: { number, title: '通知', dated: '2018-09-01' },
  effectiveOn: '2018-09-01',
})
const form = (input: Pick<Issue, 'form' | 'lines' | 'requestKey'>, number = '样财农〔2018〕1号') =>
  here.run(SYSTEM, context => issue(context, { ...common(number), ...input }))
const refusalOf = (run: Promise<unknown>): Promise<Refusal> =>
  run.then(
    () => {
      throw new Error('it was taken')
    },
    error => error as Refusal,
  )
const books = async () =>
  (
    await here.ownerPool.query(
      'select (select count(*) from ledger.entry) as entries, (select count(*) from ledger.document) as documents',
    )
  ).rows

test('a key that returns with another amount, fund, document or form is refused, and the refusal says what it posted', async () => {
  const register = { form: 'register', requestKey: 'request-1', lines: [{ fund: 1, amount: fen(1000) }] } as const
  const first = await form(register)
  expect(await form(register)).toMatchObject({ batch: first.batch, lines: first.lines })
  const before = await books()
  const other = await refusalOf(form({ ...register, lines: [{ fund: 1, amount: fen(900) }] }))
  expect(other).toMatchObject({ status: 409, faults: [{ code: 'request-key-reused', value: 'request-1' }] })
  expect(other.faults[0]!.zh).toContain('“登记本级预算”样财农〔2018〕1号（2018-09-01，10.00 元）')
  expect((await refusalOf(form(register, '样财农〔2018〕2号'))).status).toBe(409)
  expect((await refusalOf(form({ ...register, form: 'add' }))).status).toBe(409)
  const batch = first.batch
  expect(
    (
      await refusalOf(
        here.run(SYSTEM, context =>
          correct(context, { ...common('样财农〔2018〕3号'), requestKey: 'request-1', batch, line: 1, amount: fen(1) }),
        ),
      )
    ).status,
  ).toBe(409)
  expect(await books()).toEqual(before)
})

test('a receipt no longer answers another receipt’s key with the earlier posting', async () => {
  const transfer = await fromOutside(here, 1, 500)
  const take = (amount: number, number = '样财农〔2018〕5号') =>
    here.run(SYSTEM, context =>
      receive(context, { ...common(number), requestKey: 'receipt-1', lines: [{ transfer, amount: fen(amount) }] }),
    )
  const first = await take(200)
  expect((await take(200)).batch).toBe(first.batch)
  expect((await refusalOf(take(100))).faults[0]!.code).toBe('request-key-reused')
  expect((await refusalOf(take(200, '样财农〔2018〕6号'))).faults[0]!.code).toBe('request-key-reused')
  const typed = (amount: number) =>
    here.run(SYSTEM, context =>
      receive(context, {
        ...common('样财农〔2018〕7号'),
        requestKey: 'receipt-2',
        lines: [{ fund: 1, amount: fen(amount), outside: { number: '部财农〔2018〕1号' } }],
      }),
    )
  const paper = await typed(40)
  expect((await typed(40)).batch).toBe(paper.batch)
  expect((await refusalOf(typed(41))).faults[0]!.code).toBe('request-key-reused')
})

test('two requests under one key at once: the same is answered twice, another is refused', async () => {
  const register = (amount: number) =>
    form(
      { form: 'register', requestKey: 'at-once', lines: [{ fund: 1, amount: fen(amount) }] },
      '样财农〔2018〕9号',
    ).then(
      issued => String(issued.batch),
      error => (error as Refusal).faults[0]!.code,
    )
  const answers = await Promise.all([register(7), register(7), register(8)])
  // Either content may come first; what came first is posted once, and the other is refused.
  const batches = new Set(answers.filter(one => one !== 'request-key-reused'))
  expect(batches.size).toBe(1)
  expect(answers.filter(one => one === 'request-key-reused').length).toBeGreaterThan(0)
})

test('a refused request leaves its key free, and a reduction or a lock holds its key too', async () => {
  const [root] = (await form({ form: 'register', lines: [{ fund: 1, amount: fen(100) }] }, '样财农〔2018〕11号')).lines
  const assign = (amount: number) =>
    form(
      { form: 'assign', requestKey: 'mended-1', lines: [{ source: root!, amount: fen(amount) }] },
      '样财农〔2018〕12号',
    )
  expect((await refusalOf(assign(101))).faults[0]!.code).toBe('over-allotted')
  const [assigned] = (await assign(100)).lines
  const cut = (amount: number) =>
    here.run(SYSTEM, context =>
      reduce(context, {
        ...common('样财农〔2018〕13号'),
        form: 'cut',
        requestKey: 'cut-key-1',
        lines: [{ line: assigned!, amount: fen(amount) }],
      }),
    )
  await cut(5)
  expect((await refusalOf(cut(6))).status).toBe(409)
  const lock = (through: string) =>
    here.run(SYSTEM, context =>
      lockThrough(context, { division: 1, fiscalYear: 2018, through, acknowledged: true, requestKey: 'lock-key-1' }),
    )
  const no = await lock('2018-02-28')
  expect(await lock('2018-02-28')).toBe(no)
  expect((await refusalOf(lock('2018-03-31'))).faults[0]!.code).toBe('request-key-reused')
})

test('what is asked is the same whatever the order of its fields, and left out is the same as empty', () => {
  const one = askedOf('refine', { a: 1n, b: { c: '2', d: null }, requestKey: 'x' })
  expect(askedOf('refine', { b: { c: '2' }, a: 1n })).toEqual(one)
  expect(askedOf('refine', { b: { c: '3' }, a: 1n })).not.toEqual(one)
  expect(askedOf('plan', { b: { c: '2' }, a: 1n })).not.toEqual(one)
})
