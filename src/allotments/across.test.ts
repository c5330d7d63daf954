import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { listRegions, receiveAcross, sendAcross } from './across.ts'
import { correct } from './correct.ts'
import { type Issue, issue } from './issue.ts'
import { linePage, listTransfers } from './reads.ts'
import { recall } from './recall.ts'
import { findings, plain } from './test-recall.ts'

// A county in the east helps one in the west; neither lies in the other's scope.
const [EAST, WEST, EAST_TOWN, EAST_VILLAGE] = [1, 2, 3, 4] as const
let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null), (3, null), (4, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990101000', '东县', 'county', null, null), (2, '[2018-01-01,)', '990201000', '西县', 'county', null, null),
      (3, '[2018-01-01,)', '990101100', '东镇', 'township', 1, 1),
      (4, '[2018-01-01,)', '990101101', '东村', 'township', 3, 3);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '东县清单'), (2, '西县清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'E01', '对口帮扶资金', 'county'), (2, 2, 'W01', '东西部协作资金', 'county')`)
})
afterAll(() => here?.close())

let numbers = 0
const common = (division: number) => ({
  division,
  fiscalYear: 2018,
  document: { number: `样财协〔2018〕${++numbers}号`, title: '关于横向转移支付的通知', dated: '2018-05-01' },
  effectiveOn: '2018-05-01',
})
const clerk = (scope: number): Actor => ({ ...SYSTEM, scope })
const refused = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => [fault.row, fault.code]) : String(error)),
  )
const form = (division: number, input: Pick<Issue, 'form' | 'lines'>) =>
  here.run(clerk(division), context => issue(context, { ...common(division), ...input }))
const send = (lines: Issue['lines'], requestKey?: string) =>
  here.run(clerk(EAST), context => sendAcross(context, { ...common(EAST), lines, requestKey: requestKey ?? null }))
const receive = (input: Partial<Parameters<typeof receiveAcross>[1]>) =>
  here.run(clerk(WEST), context => receiveAcross(context, { ...common(WEST), lines: [], ...input }))
const budget = async (amount: number) => {
  const [root] = (await form(EAST, { form: 'register', lines: [{ fund: 1, amount: fen(amount) }] })).lines
  return (await form(EAST, { form: 'assign', lines: [{ source: root!, amount: fen(amount) }] })).lines[0]!
}
const waiting = async () => plain(await here.run(clerk(WEST), ({ tx }) => listTransfers(tx, WEST, 2018, true)))
test('what one region sends across waits in the other, shown as horizontal, and is received up to the fen', async () => {
  const source = await budget(100)
  const sent = await send([{ source, amount: fen(60), toDivision: WEST }])
  const [one] = await waiting()
  expect(one).toMatchObject({ across: true, senderName: null, sentFen: '60', takenFen: '0', sender: { name: '东县' } })
  const transfer = BigInt(one!.id)
  // It is no superior's money: the vertical receipt does not take it, and the other way round.
  expect(await refused(form(WEST, { form: 'receive', lines: [{ transfer, amount: fen(60), fund: 2 }] }))).toEqual([
    [1, 'transfer-other-way'],
  ])
  expect(await refused(receive({ lines: [{ transfer, amount: fen(61), fund: 2 }] }))).toEqual([
    [1, 'transfer-exceeded'],
  ])
  const [line] = (await receive({ lines: [{ transfer, amount: fen(45), fund: 2 }] })).lines
  const { rows } = await here.ownerPool.query(
    'select form, source_type, path from allotments.allotment where id = $1',
    [line],
  )
  expect(rows).toMatchObject([{ form: 'receive-across', source_type: 'across' }])
  expect(rows[0].path).toContain(sent.lines[0])
  const page = await here.run(clerk(EAST), ({ tx }) => linePage(tx, EAST, String(source)))
  expect(plain(page!.line)).toMatchObject({ toRefineFen: '40', passedFen: '60' })
  // The receiver may use it as any other line.
  expect(await refused(form(WEST, { form: 'assign', lines: [{ source: line!, amount: fen(45) }] }))).toBe('done')
  // It is not a superior's to recall.
  expect(
    await refused(
      here.run(SYSTEM, context =>
        recall(context, { ...common(EAST), form: 'recall', lines: [{ transfer, amount: fen(1) }] }),
      ),
    ),
  ).toEqual([[1, 'source-missing']])
  expect(await findings(here)).toEqual([])
})

test('a horizontal transfer in error is corrected by its sender as far as it is in transit, though the receiver lies outside its scope', async () => {
  const source = await budget(100)
  const sent = await send([{ source, amount: fen(100), toDivision: WEST }])
  const transfer = BigInt((await waiting()).find(one => one.sentFen === '100')!.id)
  await receive({ lines: [{ transfer, amount: fen(30), fund: 2 }] })
  const red = (amount: number) =>
    here.run(clerk(EAST), context =>
      correct(context, { ...common(EAST), batch: sent.batch, line: 1, amount: fen(amount) }),
    )
  expect(await refused(red(71))).toEqual([[undefined, 'transfer-exceeded']])
  await red(70)
  const { rows } = await here.ownerPool.query('select sent_fen, taken_fen from ledger.transfer where id = $1', [
    transfer,
  ])
  expect(rows).toEqual([{ sent_fen: 30n, taken_fen: 30n }])
  expect(await findings(here)).toEqual([])
})

test('a region outside this installation is named: sent to it by name, received from it by its document, once', async () => {
  const source = await budget(50)
  const out = await send([{ source, amount: fen(50), toOutside: '外省协作县' }])
  const page = await here.run(clerk(EAST), ({ tx }) => linePage(tx, EAST, String(out.lines[0])))
  expect(page!.line.toDivision).toEqual({ code: '', name: '外省协作县' })
  const from = { region: '外省帮扶市', number: '外财协[2018]3号', title: '协作资金', dated: '2018-04-01' }
  const { document } = common(WEST)
  const take = () => receive({ document, from, requestKey: 'across-outside-1', lines: [{ fund: 2, amount: fen(70) }] })
  const [first, second] = await Promise.all([take(), take()])
  expect(second.lines).toEqual(first.lines)
  const { rows } = await here.ownerPool.query(
    'select sender, sender_name, across, document_number, stated_fen, sent_fen, taken_fen from ledger.transfer where sender_name is not null',
  )
  expect(rows).toEqual([
    {
      sender: null,
      sender_name: '外省帮扶市',
      across: true,
      document_number: '外财协〔2018〕3号',
      stated_fen: 70n,
      sent_fen: 70n,
      taken_fen: 70n,
    },
  ])
  expect(await findings(here)).toEqual([])
})

test('a receiver above or below is no other region, and neither is nobody', async () => {
  const source = await budget(10)
  expect(await refused(send([{ source, amount: fen(1), toDivision: EAST_TOWN }]))).toEqual([[1, 'receiver-not-across']])
  expect(await refused(send([{ source, amount: fen(1), toDivision: EAST_VILLAGE }]))).toEqual([
    [1, 'receiver-not-across'],
  ])
  // Nor is one of them offered, however far below or above.
  const offered = async (division: number) =>
    (await here.run(SYSTEM, ({ tx }) => listRegions(tx, division))).map(one => one.code)
  expect(await offered(EAST)).toEqual(['990201000'])
  expect(await offered(EAST_VILLAGE)).toEqual(['990201000'])
  expect(await refused(send([{ source, amount: fen(1) }]))).toEqual([[1, 'receiver-missing']])
  expect(await refused(receive({ lines: [{ fund: 2, amount: fen(1) }] }))).toEqual([[1, 'region-missing']])
  expect(
    await refused(
      receive({
        from: { region: '外县', number: 'x', title: 'y', dated: '2018-01-01' },
        lines: [{ fund: 99, amount: fen(1) }],
      }),
    ),
  ).toEqual([[1, 'fund-unknown']])
})
