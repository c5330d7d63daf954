import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { correct } from './correct.ts'
import { type Issue, issue } from './issue.ts'
import { reduce } from './reduce.ts'
import { findings } from './test-recall.ts'
import { vire } from './virement.ts'

// The lawful changes of the year, entered in error: each is corrected in red letters like any other form.
let here: Installation
const agencies: number[] = []
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level) values (1, '[2018-01-01,)', '990101000', '样例县', 'county');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county');
    insert into divisions.agency (division, code, name) values (1, '101001', '水利局'), (1, '101002', '教育局')`)
  const { rows } = await here.ownerPool.query<{ id: number }>('select id from divisions.agency order by code')
  agencies.push(...rows.map(row => row.id))
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
const red = (batch: bigint, line: number, amount: number) =>
  here
    .run(SYSTEM, context => correct(context, { ...common(), batch, line, amount: fen(amount) }))
    .then(
      () => 'done',
      error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : String(error)),
    )
const standing = async (allotment: bigint): Promise<Record<number, bigint>> =>
  Object.fromEntries(
    (
      await here.ownerPool.query<{ account: number; balance_fen: bigint }>(
        'select account, balance_fen from ledger.published_balance where allotment = $1 and balance_fen <> 0 order by account',
        [allotment],
      )
    ).rows.map(row => [row.account, row.balance_fen]),
  )
async function budget(kind: 'register' | 'add' = 'register') {
  const registered = await form({ form: kind, lines: [{ fund: 1, amount: fen(1000) }] })
  const root = registered.lines[0]!
  const assigned = (await form({ form: 'assign', lines: [{ source: root, amount: fen(1000) }] })).lines[0]!
  const refined = (
    await form({ form: 'refine', lines: [{ source: assigned, amount: fen(600), agency: agencies[0]! }] })
  ).lines[0]!
  return { batch: registered.batch, root, assigned, refined }
}
test('a virement is corrected by the difference, both halves at once, whichever half is named', async () => {
  const { assigned, refined } = await budget()
  const moved = await here.run(SYSTEM, context =>
    vire(context, { ...common(), lines: [{ source: refined, amount: fen(400), agency: agencies[1]! }] }),
  )
  const line = moved.lines[0]!
  expect(await red(moved.batch, 1, 100)).toBe('done')
  expect(await red(moved.batch, 2, 50)).toBe('done')
  expect(await standing(line)).toEqual({ 500201: 250n })
  expect(await standing(refined)).toEqual({ 500201: 350n })
  expect(await standing(assigned)).toEqual({ 5001: 400n })
  await form({ form: 'plan', lines: [{ source: line, amount: fen(200) }] })
  // What the other agency has planned since stands in the way, and is named.
  expect(await red(moved.batch, 1, 51)).toEqual(['over-allotted', 'undo-first'])
  expect(await red(moved.batch, 1, 251)).toEqual(['correction-exceeds'])
  expect(await findings(here)).toEqual([])
})

test('a withdrawal and a cut are corrected from the last entry to the first; what hangs on one is the next', async () => {
  const { root, assigned, refined } = await budget()
  const back = await here.run(SYSTEM, context =>
    reduce(context, { ...common(), form: 'withdraw', lines: [{ line: refined, amount: fen(100) }] }),
  )
  expect(await red(back.batch!, 1, 100)).toBe('done')
  expect(await standing(refined)).toEqual({ 500201: 600n })
  const cut = await here.run(SYSTEM, context =>
    reduce(context, { ...common(), form: 'cut', lines: [{ line: assigned, amount: fen(300) }] }),
  )
  expect(await red(cut.batch!, 1, 300)).toEqual(['over-allotted', 'undo-first', 'undo-first', 'undo-first'])
  expect(await red(cut.batch!, 2, 200)).toBe('done')
  expect(await standing(root)).toEqual({ 1001: 200n, 4001: 900n })
  expect(await red(cut.batch!, 1, 200)).toBe('done')
  expect(await standing(assigned)).toEqual({ 5001: 300n })
  expect(await findings(here)).toEqual([])
})

test('what was added in the year is corrected as far as it has not flowed on', async () => {
  const { batch, root } = await budget('add')
  expect(await red(batch, 1, 1)).toEqual(['over-allotted', 'undo-first', 'undo-first'])
  const other = await form({ form: 'add', lines: [{ fund: 1, amount: fen(70) }] })
  expect(await red(other.batch, 1, 70)).toBe('done')
  expect(await standing(root)).toEqual({ 4001: 1000n })
  expect(await findings(here)).toEqual([])
})
