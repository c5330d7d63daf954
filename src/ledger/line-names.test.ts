import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { sendAcross } from '../allotments/across.ts'
import { correct } from '../allotments/correct.ts'
import { type Issue, issue } from '../allotments/issue.ts'
import { lineEntries } from '../allotments/reads.ts'
import { reduce } from '../allotments/reduce.ts'
import { fundRows } from '../funds/read.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { post } from './post.ts'

// Ids begin far away from all other numbers, so that one that gets into a sentence is seen there.
let here: Installation
let agency: number
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level) values (1, '[2018-01-01,)', '990101000', '样例县', 'county');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county');
    select setval('allotments.allotment_id', 7700000), setval('ledger.batch_id', 8800000), setval('ledger.document_id', 9900000)`)
  const { rows } = await here.ownerPool.query<{ id: number }>(
    `insert into divisions.agency (division, code, name) values (1, '101001', '水利局') returning id`,
  )
  agency = rows[0]!.id
})
afterAll(() => here?.close())

let numbers = 0
const common = () => ({
  division: 1,
  fiscalYear: 2018,
  document: { number: `样财农〔2018〕${++numbers}号`, title: '通知', dated: '2018-09-01' },
  effectiveOn: '2018-09-01',
})
const form = (input: Pick<Issue, 'form' | 'lines'>) =>
  here.run(SYSTEM, context => issue(context, { ...common(), ...input }))
const faultsOf = async (run: Promise<unknown>) => {
  const refusal = await run.then(
    () => null,
    error => error as Refusal,
  )
  expect(refusal).toBeInstanceOf(Refusal)
  for (const { zh, en } of refusal!.faults) expect(`${zh} ${en}`).not.toMatch(/(77|88|99)000\d\d/)
  return refusal!.faults
}

test('refusals call a line by its document, its place there, its fund and its agency, never by a number of ours', async () => {
  const roots = (
    await form({
      form: 'register',
      lines: [
        { fund: 1, amount: fen(1000) },
        { fund: 1, amount: fen(500) },
      ],
    })
  ).lines
  const [assigned] = (await form({ form: 'assign', lines: [{ source: roots[1]!, amount: fen(500) }] })).lines
  const [refined] = (await form({ form: 'refine', lines: [{ source: assigned!, amount: fen(300), agency }] })).lines
  const [beyond] = await faultsOf(form({ form: 'assign', lines: [{ source: roots[0]!, amount: fen(1001) }] }))
  expect(beyond).toMatchObject({ code: 'over-allotted' })
  expect(beyond!.zh).toContain('“样财农〔2018〕1号”第 1 行（扶贫专项资金）')
  expect(beyond!.en).toContain('“样财农〔2018〕1号”, line 1 (扶贫专项资金)')
  const [wrong] = await faultsOf(form({ form: 'refine', lines: [{ source: roots[1]!, amount: fen(1), agency }] }))
  expect(wrong!.zh).toContain('“样财农〔2018〕1号”第 2 行')
  const [missing] = await faultsOf(form({ form: 'assign', lines: [{ source: 7712345n, amount: fen(1) }] }))
  expect(missing).toMatchObject({ code: 'source-missing', value: '7712345' })
  const [taken] = await faultsOf(
    here.run(SYSTEM, context =>
      reduce(context, { ...common(), form: 'withdraw', lines: [{ line: refined!, amount: fen(301) }] }),
    ),
  )
  expect(taken!.zh).toContain('“样财农〔2018〕3号”第 1 行（扶贫专项资金，水利局）')
})

test('what the database alone refuses is put into the same words after it was undone', async () => {
  const [root] = (await form({ form: 'register', lines: [{ fund: 1, amount: fen(10) }] })).lines
  const number = `样财农〔2018〕${numbers}号`
  const faults = await faultsOf(
    here.run(SYSTEM, context =>
      post(context, {
        ...common(),
        form: 'cut',
        document: null,
        lines: [{ debitAllotment: root!, debit: 4001, creditAllotment: root!, credit: 1001, amount: fen(11) }],
      }),
    ),
  )
  expect(faults[0]).toMatchObject({ code: 'over-allotted', value: String(root) })
  expect(faults[0]!.zh).toMatch(
    new RegExp(`^“${number}”第 1 行（扶贫专项资金）的“(总指标|本年安排收入)”余额不足，差 0.01 元`),
  )
})

test('what stands in the way of a red letter is listed by document and fund', async () => {
  const registered = await form({ form: 'register', lines: [{ fund: 1, amount: fen(10) }] })
  await form({ form: 'assign', lines: [{ source: registered.lines[0]!, amount: fen(10) }] })
  const faults = await faultsOf(
    here.run(SYSTEM, context => correct(context, { ...common(), batch: registered.batch, line: 1, amount: fen(1) })),
  )
  expect(faults.map(fault => fault.code)).toEqual(['over-allotted', 'undo-first'])
  expect(faults[1]!.zh).toContain('扶贫专项资金')
})

test('any entry of a line is found by its name, however many came after it', async () => {
  const registered = await form({ form: 'register', lines: [{ fund: 1, amount: fen(1000) }] })
  const root = registered.lines[0]!
  for (let part = 0; part < 3; part++)
    await form({ form: 'assign', lines: Array.from({ length: 80 }, () => ({ source: root, amount: fen(1) })) })
  const read = (query: Parameters<typeof lineEntries>[3]) =>
    here.run(SYSTEM, ({ tx }) => lineEntries(tx, 1, String(root), query))
  const first = await read({})
  expect(first.rows.some(row => row.batch === String(registered.batch))).toBe(false)
  expect(await read({ entry: `${registered.batch}-1` })).toMatchObject({
    rows: [{ batch: String(registered.batch), line: 1, leftFen: 1000n }],
    next: null,
  })
  expect((await read({ entry: `${registered.batch}-2` })).rows).toEqual([])
})

test('what went across counts as passed on, on the line, in the fund and in what other parts read', async () => {
  const [root] = (await form({ form: 'register', lines: [{ fund: 1, amount: fen(90) }] })).lines
  const [assigned] = (await form({ form: 'assign', lines: [{ source: root!, amount: fen(90) }] })).lines
  const [sent] = (
    await here.run(SYSTEM, context =>
      sendAcross(context, { ...common(), lines: [{ source: assigned!, amount: fen(40), toOutside: '外省协作县' }] }),
    )
  ).lines
  const { rows } = await here.ownerPool.query('select passed_fen from allotments.published_line where id = $1', [sent])
  expect(rows).toEqual([{ passed_fen: 40n }])
  const [fund] = await here.run(SYSTEM, ({ tx }) => fundRows(tx, 1, 2018, { owners: [1] }))
  expect(fund).toMatchObject({ passedFen: '40' })
})
