import { afterAll, beforeAll, expect, test } from 'vitest'
import { receiveAcross, sendAcross } from '../allotments/across.ts'
import { linePage } from '../allotments/reads.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { closeYear } from './close.ts'
import { COUNTY, World } from './test-world.ts'

const NEIGHBOUR = 3

let world: World
beforeAll(async () => {
  world = await World.open()
  await world.here.ownerPool.query(`insert into divisions.division values (${NEIGHBOUR}, null);
    insert into divisions.version (division, valid, code, name, level) values (${NEIGHBOUR}, '[2010-01-01,)', '990102000', '邻县', 'county');
    select divisions.rebuild_scopes()`)
})
afterAll(() => world?.here.close())

/** Sends all of an assigned line to another region, and receives it there; answers the received line. */
async function across(from: number, source: bigint, to: number, amount: number): Promise<bigint> {
  const form = { fiscalYear: 2018, effectiveOn: '2018-05-01' }
  const sent = await world.here.run(SYSTEM, context =>
    sendAcross(context, {
      ...form,
      division: from,
      document: world.document(),
      lines: [{ source, amount: fen(amount), toDivision: to }],
    }),
  )
  const { rows } = await world.here.ownerPool.query<{ id: bigint }>(
    'select id from ledger.transfer where sender_allotment = $1',
    [sent.lines[0]],
  )
  const received = await world.here.run(SYSTEM, context =>
    receiveAcross(context, {
      ...form,
      division: to,
      document: world.document(),
      lines: [{ transfer: rows[0]!.id, amount: fen(amount) }],
    }),
  )
  return received.lines[0]!
}

test('money that left for a neighbour and came back is carried where it stands, not once more where it first stood', async () => {
  const [first] = (await world.form({ form: 'register', lines: [{ fund: 1, amount: fen(100) }] })).lines
  const [assigned] = (await world.form({ form: 'assign', lines: [{ source: first!, amount: fen(90) }] })).lines
  const there = await across(COUNTY, assigned!, NEIGHBOUR, 80)
  const [lent] = (
    await world.form({ division: NEIGHBOUR, form: 'assign', lines: [{ source: there, amount: fen(80) }] })
  ).lines
  const back = await across(NEIGHBOUR, lent!, COUNTY, 60)

  // Shown at the line by which it came back, and not at the first one too.
  const sums = async (line: bigint) => {
    const page = await world.here.run(SYSTEM, ({ tx }) => linePage(tx, COUNTY, String(line)), { readOnly: true })
    const { totalFen, toRefineFen, ownFen, passedFen, paidFen } = page!.line
    return [totalFen, toRefineFen, ownFen, passedFen, paidFen].map(String)
  }
  expect(await sums(first!)).toEqual(['10', '10', '0', '80', '0'])
  expect(await sums(assigned!)).toEqual(['0', '10', '0', '80', '0'])
  expect(await sums(back)).toEqual(['60', '0', '0', '0', '0'])

  await world.here.run(SYSTEM, context =>
    closeYear(context, { division: COUNTY, fiscalYear: 2018, document: world.document(), requestKey: 'close' }),
  )

  const standing = async (line: bigint) => world.standing((await world.carriedFrom(line)).id)
  expect(await standing(first!)).toEqual({ 1001: 10n, 4001: 20n })
  expect(await standing(assigned!)).toEqual({ 5001: 10n })
  expect(await standing(back)).toEqual({ 1001: 60n, 4001: 60n })
  expect(await world.differences()).toEqual([])
})
