import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { type Fen, fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import { sealAll } from '../ledger/seal.ts'
import type { Installation } from '../platform/installation.ts'
import { correct } from './correct.ts'
import { type Issue, issue, openTransfers } from './issue.ts'

let here: Installation
const PROVINCE = 1
const COUNTY = 2
let centreFund: number
let provinceFund: number
let agency: number

beforeAll(async () => {
  here = await testInstallation()
  const sql = (text: string) => here.ownerPool.query(text)
  await sql(`insert into divisions.division values (1, null), (2, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990000000', '样例省', 'province', null, null), (2, '[2018-01-01,)', '990101000', '样例县', 'county', 1, 1);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '中央清单'), (1, '省级清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'C01', '中央财政专项扶贫资金', 'central');
    insert into funds.fund (catalogue, division, code, name, level, superior) values (2, 1, 'P01', '财政专项扶贫资金', 'province', 1);
    insert into divisions.agency (division, code, name) values (2, '101001', '样例县水利局');`)
  centreFund = 1
  provinceFund = 2
  agency = (await here.ownerPool.query('select id from divisions.agency')).rows[0].id
})
afterAll(() => here.close())

const document = (number: string) => ({ number, title: '关于下达资金的通知', dated: '2018-03-01' })
const form = (input: Partial<Issue> & Pick<Issue, 'form' | 'lines'>) =>
  here.run(SYSTEM, context =>
    issue(context, {
      division: PROVINCE,
      fiscalYear: 2018,
      document: document('样财农〔2018〕1号'),
      effectiveOn: '2018-03-01',
      ...input,
    }),
  )
const balance = async (allotment: bigint, account: number): Promise<bigint> =>
  (
    await here.ownerPool.query(
      'select balance_fen from ledger.published_balance where allotment = $1 and account = $2',
      [allotment, account],
    )
  ).rows[0]?.balance_fen ?? 0n
const codes = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code).join() : String(error)),
  )

describe("the slides' example: 10 million from the centre and 5 million of the province make a fund of 15 million", () => {
  let received: bigint
  let own: bigint
  test('the superior’s line is received per line, never more than was sent', async () => {
    const [transfer] = await here.run(SYSTEM, context =>
      openTransfers(context, {
        sender: null,
        fiscalYear: 2018,
        document: document('财农〔2018〕8号'),
        lines: [
          {
            receiver: PROVINCE,
            senderAllotment: null,
            fund: centreFund,
            sourceLevel: 'central',
            direct: false,
            functionSubject: '2130504',
            fundNature: null,
            note: null,
            externalId: null,
            path: '{}',
            sent: fen(1_000_000_000),
          },
        ],
      }),
    )
    expect(
      await codes(
        form({ form: 'receive', lines: [{ transfer: transfer!, amount: fen(1_000_000_001), fund: provinceFund }] }),
      ),
    ).toBe('transfer-exceeded')
    const issued = await form({
      form: 'receive',
      lines: [{ transfer: transfer!, amount: fen(1_000_000_000), fund: provinceFund }],
    })
    received = issued.lines[0]!
    expect(await balance(received, 1001)).toBe(1_000_000_000n)
    expect(
      await codes(form({ form: 'receive', lines: [{ transfer: transfer!, amount: 1n as Fen, fund: provinceFund }] })),
    ).toBe('transfer-exceeded')
  })

  test('own money joins it in the same fund, and both roots stay known down to the county’s spending', async () => {
    own = (
      await form({ form: 'register', lines: [{ fund: provinceFund, amount: fen(500_000_000), sourceType: 'own' }] })
    ).lines[0]!
    const assigned = await form({
      form: 'assign',
      lines: [
        { source: received, amount: fen(1_000_000_000) },
        { source: own, amount: fen(500_000_000) },
      ],
    })
    const passed = await form({
      form: 'pass-down',
      document: document('样财农[2018]2号'),
      lines: assigned.lines.map((source, i) => ({
        source,
        amount: fen(i === 0 ? 1_000_000_000 : 500_000_000),
        toDivision: COUNTY,
      })),
    })
    expect(passed.repair?.to).toBe('样财农〔2018〕2号')
    const { rows } = await here.ownerPool.query(
      'select id, sent_fen, source_level, cardinality(path) as depth from ledger.transfer where division = 2 order by id',
    )
    expect(rows.map(row => [row.sent_fen, row.source_level, row.depth])).toEqual([
      [1_000_000_000n, 'central', 3],
      [500_000_000n, 'province', 3],
    ])
    const below = await form({
      division: COUNTY,
      form: 'receive',
      lines: rows.map(row => ({ transfer: row.id, amount: row.sent_fen })),
    })
    const shared = await form({
      division: COUNTY,
      form: 'assign',
      lines: below.lines.map((source, i) => ({ source, amount: fen(i === 0 ? 1_000_000_000 : 500_000_000) })),
    })
    const refined = await form({
      division: COUNTY,
      form: 'refine',
      lines: shared.lines.map((source, i) => ({ source, agency, amount: fen(i === 0 ? 1_000_000_000 : 500_000_000) })),
    })
    const { rows: up } = await here.ownerPool.query(
      'select path[1] as root, source_level from allotments.allotment where id = any($1) order by id',
      [refined.lines],
    )
    expect(up).toEqual([
      { root: received, source_level: 'central' },
      { root: own, source_level: 'province' },
    ])
    await form({ division: COUNTY, form: 'plan', lines: [{ source: refined.lines[0]!, amount: fen(300_000_000) }] })
    expect(await balance(refined.lines[0]!, 5101)).toBe(300_000_000n)
  })

  test('in every tree the debit balances sum to what came in', async () => {
    const { rows } =
      await here.ownerPool.query(`select a.path[1] as root, a.division, sum(case when b.account = 4001 then b.balance_fen else 0 end) as came, sum(case when b.account <> 4001 then b.balance_fen else 0 end) as stands
      from ledger.published_balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment group by 1, 2`)
    for (const row of rows) expect(row.stands).toBe(row.came)
  })
})

test('more than is left is refused with the line, the amount and what is left; nothing is stored', async () => {
  const root = await form({ form: 'register', lines: [{ fund: provinceFund, amount: fen(100) }] })
  const before = (await here.ownerPool.query('select count(*) from allotments.allotment')).rows[0].count
  const refusal = await form({
    form: 'assign',
    lines: [
      { source: root.lines[0]!, amount: fen(60) },
      { source: root.lines[0]!, amount: fen(60) },
      { source: 999n, amount: fen(1) },
    ],
  }).catch(error => error as Refusal)
  expect((refusal as Refusal).faults.map(fault => [fault.code, fault.row])).toEqual([
    ['over-allotted', 2],
    ['source-missing', 3],
  ])
  expect((refusal as Refusal).faults[0]!.zh).toContain('0.40 元')
  expect((await here.ownerPool.query('select count(*) from allotments.allotment')).rows[0].count).toBe(before)
})

test('two clerks who take the same last fen: one gets it, the other is refused by the database', async () => {
  const root = await form({ form: 'register', lines: [{ fund: provinceFund, amount: fen(100) }] })
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () =>
      codes(form({ form: 'assign', lines: [{ source: root.lines[0]!, amount: fen(60) }] })),
    ),
  )
  expect(outcomes.filter(outcome => outcome === 'done')).toHaveLength(1)
  expect(new Set(outcomes.filter(outcome => outcome !== 'done'))).toEqual(new Set(['over-allotted']))
})

test('the same request twice posts once and answers the same batch', async () => {
  const once = () => form({ form: 'register', requestKey: 'key-1', lines: [{ fund: provinceFund, amount: fen(7) }] })
  const [first, second] = await Promise.all([once(), once()])
  expect(second.batch).toBe(first.batch)
})

test('a red letter repeats its original with a minus, and cannot exceed it or what has flowed further', async () => {
  const root = await form({ form: 'register', lines: [{ fund: provinceFund, amount: fen(1000) }] })
  await form({ form: 'assign', lines: [{ source: root.lines[0]!, amount: fen(600) }] })
  const red = (amount: number) =>
    here.run(SYSTEM, context =>
      correct(context, {
        division: PROVINCE,
        fiscalYear: 2018,
        effectiveOn: '2018-04-01',
        document: document('样财农〔2018〕9号'),
        batch: root.batch,
        line: 1,
        amount: fen(amount),
      }),
    )
  expect(await codes(red(401))).toBe('over-allotted,undo-first')
  await red(300)
  expect(await balance(root.lines[0]!, 1001)).toBe(100n)
  expect(await balance(root.lines[0]!, 4001)).toBe(700n)
  expect(await codes(red(800))).toBe('correction-exceeds')
})

test('the app can neither change nor remove what is in the books', async () => {
  for (const statement of [
    'update ledger.entry set amount_fen = 1',
    'delete from ledger.entry',
    'update ledger.balance set debit_fen = 0',
    'delete from ledger.batch',
    'update allotments.allotment set amount_fen = 1',
    'delete from audit.entry',
    "insert into ledger.balance values (1, 1, 1001, 'D', 5, 0)",
  ])
    await expect(here.run(SYSTEM, context => context.tx.query(statement))).rejects.toThrow(/permission denied/)
})

test('what is posted is sealed in a chain, once', async () => {
  expect(await sealAll(here.run)).toBeGreaterThan(5)
  expect(await sealAll(here.run)).toBe(0)
})
