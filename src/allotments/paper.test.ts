import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { receiveAcross } from './across.ts'
import { correct } from './correct.ts'
import { openTransfers } from './issue.ts'
import { listTransfers } from './reads.ts'
import { receive } from './receive.ts'
import { findings } from './test-recall.ts'

// A county whose superiors and helpers all work outside this installation: its clerk types their papers.
const COUNTY = 1
let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level) values (1, '[2018-01-01,)', '990101000', '样例县', 'county');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '帮扶资金', 'county'), (1, 1, 'X02', '水利资金', 'county')`)
})
afterAll(() => here?.close())

let numbers = 0
const common = () => ({
  division: COUNTY,
  fiscalYear: 2018,
  document: { number: `样财农〔2018〕${++numbers}号`, title: '通知', dated: '2018-09-01' },
  effectiveOn: '2018-09-01',
})
const said = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : String(error)),
  )
const across = (region: string, number: string, amount: number, fund = 1) =>
  here.run(SYSTEM, context =>
    receiveAcross(context, {
      ...common(),
      from: { region, number, title: '协作资金', dated: '2018-04-01' },
      lines: [
        { fund, amount: fen(amount) },
        { fund, amount: fen(1) },
      ],
    }),
  )
const fromAbove = (number: string, amount: number, fund = 1) =>
  here.run(SYSTEM, context =>
    receive(context, { ...common(), lines: [{ fund, amount: fen(amount), outside: { number, confirmed: true } }] }),
  )
const red = (batch: bigint, line: number, amount: number) =>
  here.run(SYSTEM, context => correct(context, { ...common(), batch, line, amount: fen(amount) }))
const waiting = () => here.run(SYSTEM, ({ tx }) => listTransfers(tx, COUNTY, 2018, true))

test('a paper of another region is registered once, whatever own number, brackets or blanks it is given', async () => {
  expect(await said(across('外省帮扶市', '外财协〔2018〕3号', 70))).toBe('done')
  const second = across('外省 帮扶市', '外财协[2018]3号', 70)
  expect(await said(second)).toEqual(['outside-document-taken', 'outside-document-taken'])
  const refusal = await second.catch(error => error as Refusal)
  expect((refusal as Refusal).faults[0]!.zh).toContain('样财农〔2018〕1号')
  // Other money, and another fund of it, do not make it another paper; another region's number, or another number, do.
  expect(await said(across('外省帮扶市', '外财协〔2018〕3号', 5, 2))).toContain('outside-document-taken')
  expect(await said(across('另一市', '外财协〔2018〕3号', 5))).toBe('done')
  expect(await said(across('外省帮扶市', '外财协〔2018〕4号', 5))).toBe('done')
  expect(await findings(here)).toEqual([])
})

test('two clerks who type the same paper at once: one is refused', async () => {
  const both = await Promise.all([
    said(across('东市', '东财〔2018〕1号', 9)),
    said(across('东市', '东财〔2018〕1号', 9)),
  ])
  expect(both.filter(one => one === 'done')).toHaveLength(1)
  expect(both.find(one => one !== 'done')).toContain('outside-document-taken')
})

test('the database refuses the second by itself', async () => {
  const open = () =>
    here.run(SYSTEM, context =>
      openTransfers(context, {
        sender: null,
        across: true,
        senderName: '西市',
        byHand: true,
        fiscalYear: 2018,
        document: { number: '西财〔2018〕1号', title: '通知', dated: '2018-04-01' },
        lines: [1, 2].map(fund => ({
          receiver: COUNTY,
          senderAllotment: null,
          fund,
          sourceLevel: 'county',
          direct: false,
          functionSubject: null,
          fundNature: null,
          note: null,
          externalId: null,
          path: '{}',
          sent: fen(10),
        })),
      }),
    )
  expect(await said(open())).toBe('done')
  expect(await said(open())).toEqual(['outside-document-taken'])
})

test('a superior’s paper typed by hand is registered once for each fund', async () => {
  expect(await said(fromAbove('省财农〔2018〕8号', 100))).toBe('done')
  expect(await said(fromAbove('省财农[2018]8号', 100))).toEqual(['outside-document-taken'])
  expect(await said(fromAbove('省财农〔2018〕8号', 30, 2))).toBe('done')
})

test('what was typed too high is lowered with its red letter and waits nowhere; wholly taken back, the paper is registered anew', async () => {
  const before = (await waiting()).length
  const wrong = await across('北市', '北财〔2018〕1号', 700)
  await red(wrong.batch, 1, 630)
  expect(await waiting()).toHaveLength(before)
  expect(await said(across('北市', '北财〔2018〕1号', 70))).toContain('outside-document-taken')
  await red(wrong.batch, 1, 70)
  await red(wrong.batch, 2, 1)
  expect(await waiting()).toHaveLength(before)
  expect(await said(across('北市', '北财〔2018〕1号', 70))).toBe('done')
  expect(await findings(here)).toEqual([])
})
