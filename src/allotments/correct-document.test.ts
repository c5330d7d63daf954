import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { DocumentInput } from '../ledger/document.ts'
import type { Installation } from '../platform/installation.ts'
import { receiveAcross } from './across.ts'
import { correct } from './correct.ts'
import { correctDocument, wholeDocument } from './correct-document.ts'
import { type Issue, issue } from './issue.ts'
import { findings, plain } from './test-recall.ts'
import { vire } from './virement.ts'

// A county and its township; a whole document entered in error is taken back at once.
const [COUNTY, TOWN] = [1, 2] as const
let here: Installation
const agencies: number[] = []
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990101000', '样例县', 'county', null, null), (2, '[2018-01-01,)', '990101100', '样例乡', 'township', 1, 1);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county');
    insert into divisions.agency (division, code, name) values (1, '101001', '水利局'), (1, '101002', '教育局')`)
  const { rows } = await here.ownerPool.query<{ id: number }>('select id from divisions.agency order by code')
  agencies.push(...rows.map(row => row.id))
})
afterAll(() => here?.close())

let numbers = 0
const common = (division: number = COUNTY) => ({
  division,
  fiscalYear: 2018,
  document: { number: `样财农〔2018〕${++numbers}号`, title: '通知', dated: '2018-09-01' },
  effectiveOn: '2018-09-01',
})
const form = (input: Pick<Issue, 'form' | 'lines'>, division: number = COUNTY) =>
  here.run(SYSTEM, context => issue(context, { ...common(division), ...input }))
const whole = (wrong: bigint, once: { requestKey?: string; document?: DocumentInput } = {}) =>
  here.run(SYSTEM, context => correctDocument(context, { ...common(), wrong, ...once }))
const codes = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : String(error)),
  )
const count = async () =>
  (
    await here.ownerPool.query(
      'select (select count(*) from ledger.batch) as batches, (select count(*) from ledger.document) as documents',
    )
  ).rows
const left = async (allotments: readonly bigint[]) =>
  (
    await here.ownerPool.query<{ left: string }>(
      'select coalesce(sum(balance_fen), 0)::text as left from ledger.published_balance where allotment = any ($1)',
      [allotments],
    )
  ).rows[0]!.left

test('all lines of a document are taken back at once, each by what is left of it, and once', async () => {
  const root = (await form({ form: 'register', lines: [{ fund: 1, amount: fen(1000) }] })).lines[0]!
  const assigned = await form({
    form: 'assign',
    lines: [
      { source: root, amount: fen(300) },
      { source: root, amount: fen(400) },
    ],
  })
  await here.run(SYSTEM, context => correct(context, { ...common(), batch: assigned.batch, line: 2, amount: fen(150) }))
  const look = await here.run(SYSTEM, ({ tx }) => wholeDocument(tx, COUNTY, assigned.document))
  expect(look).toMatchObject({ entries: 2, corrected: 0, rows: [], ofPayment: false })
  const once = { requestKey: 'whole-key-1', document: common().document }
  const first = await whole(assigned.document, once)
  expect(await whole(assigned.document, once)).toEqual(first)
  expect(await left(assigned.lines)).toBe('0')
  expect(await codes(whole(assigned.document))).toEqual(['nothing-to-correct'])
  expect(await codes(whole(123456n))).toEqual(['document-missing'])
  expect(await findings(here)).toEqual([])
})

test('where one line of it has flowed on, nothing is posted: what hangs on it is listed, and goes first', async () => {
  const roots = await form({ form: 'register', lines: [1, 2, 3].map(() => ({ fund: 1, amount: fen(100) })) })
  const assigned = await form({ form: 'assign', lines: [{ source: roots.lines[1]!, amount: fen(100) }] })
  const down = await form({
    form: 'pass-down',
    lines: [{ source: assigned.lines[0]!, amount: fen(60), toDivision: TOWN }],
  })
  const before = await count()
  const refusal = await whole(roots.document).catch(error => error as Refusal)
  expect((refusal as Refusal).faults.map(fault => fault.code)).toEqual(['over-allotted', 'undo-first', 'undo-first'])
  expect((refusal as Refusal).faults[0]!.zh).toContain('整单红字未登记')
  expect(await count()).toEqual(before)
  const { rows } = await here.run(SYSTEM, ({ tx }) => wholeDocument(tx, COUNTY, roots.document))
  expect(plain(rows).map(row => [row.form, row.amountFen])).toEqual([
    ['pass-down', '60'],
    ['assign', '100'],
  ])
  for (const { document } of [down, assigned, roots]) expect(await codes(whole(document))).toBe('done')
  expect(await left(roots.lines)).toBe('0')
  expect(await findings(here)).toEqual([])
})

test('what a document passed down goes back only as far as nothing of it was taken below', async () => {
  const root = (await form({ form: 'register', lines: [{ fund: 1, amount: fen(100) }] })).lines[0]!
  const assigned = (await form({ form: 'assign', lines: [{ source: root, amount: fen(100) }] })).lines[0]!
  const down = await form({
    form: 'pass-down',
    lines: [
      { source: assigned, amount: fen(30), toDivision: TOWN },
      { source: assigned, amount: fen(70), toDivision: TOWN },
    ],
  })
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    'select id from ledger.transfer where sender_allotment = $1',
    [down.lines[1]],
  )
  const taken = await form({ form: 'receive', lines: [{ transfer: rows[0]!.id, amount: fen(1) }] }, TOWN)
  const before = await count()
  expect(await codes(whole(down.document))).toEqual(['transfer-exceeded', 'undo-first'])
  expect(await count()).toEqual(before)
  await here.run(SYSTEM, context => correctDocument(context, { ...common(TOWN), wrong: taken.document }))
  expect(await codes(whole(down.document))).toBe('done')
  expect(await findings(here)).toEqual([])
})

test('both halves of a virement and a paper of another region go with their documents', async () => {
  const root = (await form({ form: 'register', lines: [{ fund: 1, amount: fen(100) }] })).lines[0]!
  const assigned = (await form({ form: 'assign', lines: [{ source: root, amount: fen(100) }] })).lines[0]!
  const [refined] = (
    await form({ form: 'refine', lines: [{ source: assigned, amount: fen(80), agency: agencies[0]! }] })
  ).lines
  const moved = await here.run(SYSTEM, context =>
    vire(context, { ...common(), lines: [{ source: refined!, amount: fen(50), agency: agencies[1]! }] }),
  )
  expect(await codes(whole(moved.document))).toBe('done')
  expect(await left([refined!])).toBe('80')
  const across = () =>
    here.run(SYSTEM, context =>
      receiveAcross(context, {
        ...common(),
        from: { region: '外市', number: '外财〔2018〕9号', title: '协作', dated: '2018-04-01' },
        lines: [
          { fund: 1, amount: fen(5) },
          { fund: 1, amount: fen(6) },
        ],
      }),
    )
  const wrong = await across()
  expect(await codes(whole(wrong.document))).toBe('done')
  expect(await codes(across())).toBe('done')
  expect(await findings(here)).toEqual([])
})
