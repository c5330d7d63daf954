import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { type Fen, fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import type { VerifyCheck } from '../platform/verify.ts'
import type { NewLine } from './allotment.ts'
import { issue } from './issue.ts'
import { join, joinExact, undoJoining } from './join.ts'
import { joinings, joinProposals } from './join-store.ts'
import { joiningChecks } from './join-verify.ts'
import { receive } from './receive.ts'
import { monitoredShare, recognise } from './recognition.ts'
import { recognitionQueue } from './recognition-store.ts'
import { province, takeIn, verify as verifyBooks } from './test-import.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await province(here)
})
afterAll(() => here?.close())

const CITY = 11
const COUNTY = 21
const FUND = 2
let numbers = 0
const nextNumber = () => `样财农〔2018〕${++numbers}号`
const document = (number: string) => ({ number, title: '关于下达资金的通知', dated: '2018-03-01' })

async function form(
  division: number,
  form: 'register' | 'receive' | 'assign' | 'pass-down',
  number: string,
  line: NewLine,
) {
  const issued = await here.run(SYSTEM, context =>
    issue(context, {
      division,
      fiscalYear: 2018,
      form,
      document: document(number),
      effectiveOn: '2018-03-01',
      lines: [line],
    }),
  )
  return issued.lines[0]!
}
const receiveHand = (number: string, amount: bigint, division = COUNTY, times = 1) =>
  here.run(SYSTEM, context =>
    receive(context, {
      division,
      fiscalYear: 2018,
      document: document(nextNumber()),
      effectiveOn: '2018-03-02',
      lines: Array.from({ length: times }, () => ({
        fund: FUND,
        amount: amount as Fen,
        outside: { number, confirmed: true },
      })),
    }),
  )
/** The province sends to a division; answers the assigned line, and the transfer. */
async function send(number: string, amount: bigint, toDivision = COUNTY) {
  const root = await form(1, 'register', nextNumber(), { amount: amount as Fen, fund: FUND })
  const assigned = await form(1, 'assign', nextNumber(), { amount: amount as Fen, source: root })
  const down = await form(1, 'pass-down', number, { amount: amount as Fen, source: assigned, toDivision })
  const { rows } = await here.ownerPool.query<{ id: bigint }>(
    'select id from ledger.transfer where sender_allotment = $1',
    [down],
  )
  return { path: [root, assigned, down], transfer: rows[0]!.id }
}
const run = <T>(work: (tx: Parameters<typeof joinProposals>[0]) => Promise<T>) => here.run(SYSTEM, ({ tx }) => work(tx))
const pathOf = async (line: bigint) =>
  (await here.ownerPool.query<{ path: bigint[] }>('select path from allotments.allotment where id = $1', [line]))
    .rows[0]!.path
const verify = async () => {
  const found = await verifyBooks(here)
  for (const check of joiningChecks as VerifyCheck[]) found.push(...(await run(tx => check.run(tx))).differences)
  return found
}
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
  )

test('the shares of a partly monitored transfer sum to its monitored amount, however it is received', () => {
  const amount = fc.bigInt({ min: 1n, max: 10n ** 13n })
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 12 }), fc.nat(1000), (parts, share) => {
      const sent = parts.reduce((sum, part) => sum + part, 0n)
      const monitored = (sent * BigInt(share)) / 1000n
      let taken = 0n
      let sum = 0n
      for (const part of parts) {
        const one = monitoredShare(monitored, sent, taken, part)
        expect(one >= 0n && one <= part).toBe(true)
        sum += one
        taken += part
      }
      expect(sum).toBe(monitored)
    }),
  )
})

test('a transfer is recognised by a person, the receipts take the decision over, and a new decision leaves the old one readable', async () => {
  const { transfer } = await send(nextNumber(), 10_001n)
  const decide = (more: object) =>
    here.run(SYSTEM, context =>
      recognise(context, {
        division: COUNTY,
        transfer,
        verdict: 'part',
        reason: '文件第三条',
        supersedes: null,
        ...more,
      }),
    )
  expect((await run(tx => recognitionQueue(tx, COUNTY, 2018, 'open'))).map(row => row.id)).toContain(String(transfer))
  for (const [wrong, said] of [
    [{ monitored: 0n }, 'recognition-amount'],
    [{ monitored: 10_001n }, 'recognition-amount'],
    [{ monitored: 1n, reason: '  ' }, 'recognition-reason'],
    [{ monitored: 1n, supersedes: 7n }, 'recognition-superseded'],
    [{ monitored: 1n, transfer: 999_999n }, 'transfer-missing'],
  ] as const)
    expect(await code(decide(wrong))).toBe(said)
  const first = await decide({ monitored: 3_333n })
  const received = [5_000n, 5_001n]
  for (const amount of received)
    await form(COUNTY, 'receive', nextNumber(), { amount: amount as Fen, transfer, poverty: 'none' })
  const { rows } = await here.ownerPool.query<{ poverty: string; monitored_fen: bigint }>(
    'select poverty, monitored_fen from allotments.allotment where transfer = $1 order by id',
    [transfer],
  )
  expect(rows.map(row => row.poverty)).toEqual(['part', 'part'])
  expect(rows.reduce((sum, row) => sum + row.monitored_fen, 0n)).toBe(3_333n)
  expect(await code(decide({ verdict: 'none' }))).toBe('recognition-superseded')
  const twins = await Promise.all(
    [1, 2].map(() => code(decide({ verdict: 'none', reason: '省厅复函', supersedes: first }))),
  )
  expect(twins.sort()).toEqual(['recognition-superseded', 'taken'])
  const [row] = (await run(tx => recognitionQueue(tx, COUNTY, 2018, 'decided'))).filter(
    one => one.id === String(transfer),
  )
  expect(row).toMatchObject({
    decided: { verdict: 'none', reason: '省厅复函' },
    before: [{ verdict: 'part', monitoredFen: '3333' }],
  })
  await expect(here.pool.query(`update allotments.recognition set verdict = 'whole'`)).rejects.toThrow(
    /permission denied/,
  )
})

test('a line entered by hand is joined by itself with the superior’s that arrives later; lines below get its ancestors; it can be undone', async () => {
  const number = nextNumber()
  const hand = (await receiveHand(number, 70_000n, CITY)).lines[0]!
  // Money flows on before the superior's line is there: down to the county, and received there.
  const assigned = await form(CITY, 'assign', nextNumber(), { amount: 70_000n as Fen, source: hand })
  const down = await form(CITY, 'pass-down', nextNumber(), {
    amount: 30_000n as Fen,
    source: assigned,
    toDivision: COUNTY,
  })
  const below = (
    await here.ownerPool.query<{ id: bigint }>('select id from ledger.transfer where sender_allotment = $1', [down])
  ).rows[0]!.id
  const inCounty = await form(COUNTY, 'receive', nextNumber(), { amount: 20_000n as Fen, transfer: below })
  expect(await run(tx => joinProposals(tx, CITY))).toEqual([])

  const { path, transfer } = await send(number, 70_000n, CITY)
  expect(await here.run(SYSTEM, context => joinExact(context, CITY))).toBe(1)
  expect(await pathOf(inCounty)).toEqual([...path, hand, assigned, down, inCounty])
  expect(await verify()).toEqual([])
  // What comes down afterwards hangs below too; nothing is left to be received twice.
  const later = await form(COUNTY, 'receive', nextNumber(), { amount: 10_000n as Fen, transfer: below })
  expect(await pathOf(later)).toEqual([...path, hand, assigned, down, later])
  expect(await code(form(CITY, 'receive', nextNumber(), { amount: 1n as Fen, transfer }))).toBe('transfer-exceeded')
  const { rows } = await here.ownerPool.query(
    'select sum(taken_fen)::text as taken from ledger.transfer where division = 11 and document_number = $1',
    [number],
  )
  expect(rows[0].taken).toBe('70000')

  const [joined] = await run(tx => joinings(tx, CITY))
  expect(joined).toMatchObject({ kind: 'transfer', manner: 'automatic', takenFen: '70000', undoneAt: null })
  const undo = () =>
    here.run(SYSTEM, context =>
      undoJoining(context, { division: CITY, joining: BigInt(joined!.id), reason: '上级文件有误' }),
    )
  await undo()
  expect(await code(undo())).toBe('joining-does-not-fit')
  expect(await pathOf(later)).toEqual([hand, assigned, down, later])
  expect(await verify()).toEqual([])
  // What a person took apart is not joined by itself again, but by a person.
  expect(await here.run(SYSTEM, context => joinExact(context, CITY))).toBe(0)
  const [again] = await run(tx => joinProposals(tx, CITY))
  await here.run(SYSTEM, context =>
    join(context, {
      division: CITY,
      hand: BigInt(again!.hand.id),
      superior: BigInt(again!.superior.id),
      reason: '核对无误',
    }),
  )
  expect(await verify()).toEqual([])
  // An owner of the database who gives the joined transfer something again has it counted twice: verify names the joining.
  const standing = (
    await here.ownerPool.query<{ id: bigint; hand: bigint }>(
      'select id, hand_transfer as hand from allotments.joining where division = 11 and undone_at is null order by id desc limit 1',
    )
  ).rows[0]!
  const planted = (by: number) =>
    here.ownerPool.query('update ledger.transfer set sent_fen = sent_fen + $1 where id = $2', [by, standing.hand])
  await planted(1)
  expect((await verify()).map(found => found.place)).toContain(`joining 11/${standing.id}`)
  await planted(-1)
  expect(await verify()).toEqual([])
})

test('what is not exact or not unique waits for a person; what does not fit is refused; a superior’s line that is there is not entered again', async () => {
  const number = nextNumber()
  // Two lines of one paper, alike.
  await receiveHand(number, 5_000n, COUNTY, 2)
  const { transfer } = await send(number, 5_000n)
  expect(await here.run(SYSTEM, context => joinExact(context, COUNTY))).toBe(0)
  const proposals = (await run(tx => joinProposals(tx, COUNTY))).filter(one => one.superior.id === String(transfer))
  expect(proposals.map(one => [one.exact, one.unique])).toEqual([
    [true, false],
    [true, false],
  ])
  const asked = (index: number) =>
    here.run(SYSTEM, context =>
      join(context, {
        division: COUNTY,
        hand: BigInt(proposals[index]!.hand.id),
        superior: transfer,
        reason: '经办核对',
      }),
    )
  const twins = await Promise.all([code(asked(0)), code(asked(1))])
  expect(twins.filter(one => one === 'taken')).toHaveLength(1)
  expect(await code(asked(twins[0] === 'taken' ? 1 : 0))).toBe('joining-does-not-fit')
  const other = nextNumber()
  await send(other, 900n)
  expect(await code(receiveHand(other, 900n))).toBe('superior-line-waits')
  expect(await verify()).toEqual([])
})

test('while lines are being made nobody changes ancestors; who asks then is told to come again', async () => {
  const number = nextNumber()
  const hand = (await receiveHand(number, 4_000n)).lines[0]!
  const { transfer } = await send(number, 4_000n)
  const { rows } = await here.ownerPool.query<{ transfer: bigint }>(
    'select transfer from allotments.allotment where id = $1',
    [hand],
  )
  await here.run(SYSTEM, async context => {
    await issue(context, {
      division: COUNTY,
      fiscalYear: 2018,
      form: 'assign',
      document: document(nextNumber()),
      effectiveOn: '2018-03-05',
      lines: [{ amount: fen(4_000), source: hand }],
    })
    const asked = here.run(SYSTEM, other =>
      join(other, { division: COUNTY, hand: rows[0]!.transfer, superior: transfer, reason: '核对' }),
    )
    expect(await code(asked)).toBe('lineage-busy')
  })
  expect(await here.run(SYSTEM, context => joinExact(context, COUNTY))).toBe(1)
  expect(await verify()).toEqual([])
})

test('a row of a file that arrives after its line was entered by hand gives the line its key, and counts nothing twice', async () => {
  const number = nextNumber()
  const hand = (await receiveHand(number, 123_400n)).lines[0]!
  const row = {
    BGT_ID: 'IF-1',
    MOF_DIV_CODE: '990101000',
    FISCAL_YEAR: '2018',
    COR_BGT_DOC_NO: nextNumber(),
    DOC_DATE: '2018-03-09',
    AMOUNT: '1234.00',
    TRACK_PRO_CODE: 'P01',
    SUP_BGT_DOC_NO: number,
  }
  const count = async () =>
    (await here.ownerPool.query('select count(*)::int as n from allotments.allotment')).rows[0].n
  const before = await count()
  const outcome = await takeIn(here, [row])
  expect(outcome).toMatchObject({ rows: 1, taken: 0, repeated: 1, figures: { joined: 1, receive: 0 } })
  expect(await count()).toBe(before)
  expect(
    (await here.ownerPool.query('select external_id from allotments.allotment where id = $1', [hand])).rows[0]
      .external_id,
  ).toBe('IF-1')
  expect(await takeIn(here, [row])).toMatchObject({ taken: 0, repeated: 1 })
  // A further row of the same document is a line of its own.
  expect(await takeIn(here, [{ ...row, BGT_ID: 'IF-2' }])).toMatchObject({ taken: 1 })
  expect(await verify()).toEqual([])
})

test('a file’s poverty flag gives way to the decision about its transfer, and says so', async () => {
  const number = nextNumber()
  const { transfer } = await send(number, 60_000n)
  await here.run(SYSTEM, context =>
    recognise(context, { division: COUNTY, transfer, verdict: 'none', reason: '非扶贫资金', supersedes: null }),
  )
  const outcome = await takeIn(here, [
    {
      BGT_ID: 'R-1',
      MOF_DIV_CODE: '990101000',
      FISCAL_YEAR: '2018',
      COR_BGT_DOC_NO: nextNumber(),
      DOC_DATE: '2018-03-09',
      AMOUNT: '600.00',
      TRACK_PRO_CODE: 'P01',
      SUP_BGT_DOC_NO: number,
      POVERTY_FLAG: '1',
    },
  ])
  expect(outcome.repairs).toMatchObject([{ code: 'recognition-kept', row: 2, to: '否' }])
  const { rows } = await here.ownerPool.query(
    `select poverty, monitored_fen::text as m from allotments.allotment where external_id = 'R-1'`,
  )
  expect(rows).toEqual([{ poverty: 'none', m: '0' }])
})
