import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Installation } from '../platform/installation.ts'
import { ledgerChecks } from './verify.ts'

// Many days of one form in one call: what each would be by itself.

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`
    insert into divisions.division (id) values (1);
    insert into divisions.version (division, valid, code, name, level) values (1, '[2018-01-01,)', '990100000', '样例市', 'city');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'F', '样例资金', 'city');
    insert into ledger.document (division, id, number, number_form, title, dated) values (1, 1, '样财〔2018〕1号', 'valid', '通知', '2018-01-01');
    insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source_level, poverty, monitored_fen) values
      (1, 10, 2018, 'register', 1, 1, 1000, '{10}', 'city', 'none', 0)`)
  await days('register', [['2018-01-02', null, 1000]], 1001, 4001)
  await days('assign', [['2018-01-02', null, 900]], 5001, 1001)
})
afterAll(() => here?.close())

type Line = readonly [day: string, key: string | null, fen: number]

/** Posts lines on allotment 10, those of one day and key together, in their order; answers the batches or the database's error code. */
async function days(form: string, lines: readonly Line[], debit: number, credit: number): Promise<string[] | string> {
  const all = [...new Map(lines.map(line => [`${line[0]} ${line[1]}`, line])).keys()]
  const dayOf = (line: Line): number => all.indexOf(`${line[0]} ${line[1]}`) + 1
  const first = all.map((_, n) => lines.find(line => dayOf(line) === n + 1)!)
  const same = (value: number): number[] => lines.map(() => value)
  return here
    .run(SYSTEM, ({ tx }) =>
      tx.one<{ batches: bigint[] }>(
        `select ledger.post_days(1, $1, 2018, $2::date[], null, $3::text[], $4::int[], $5::bigint[], $6::int[], $5::bigint[], $7::int[], $8::bigint[])::text[] as batches`,
        [
          form,
          first.map(line => line[0]),
          first.map(line => line[1]),
          lines.map(dayOf),
          same(10),
          same(debit),
          same(credit),
          lines.map(line => line[2]),
        ],
      ),
    )
    .then(
      ({ batches }) => batches.map(String),
      error => (error as { code: string }).code,
    )
}

const entries = async (): Promise<string[]> =>
  (
    await here.ownerPool.query(
      `select concat_ws(' ', b.effective_on, b.request_key, b.entries, e.line, e.amount_fen) as text
       from ledger.batch b join ledger.entry e on e.division = b.division and e.batch = b.id where b.form = 'refine' order by b.id, e.line`,
    )
  ).rows.map(row => row.text)
const differences = () =>
  here.run(SYSTEM, async ({ tx }) => {
    const found = []
    for (const check of ledgerChecks) found.push(...(await check.run(tx)).differences)
    return found
  })
const refine = (...lines: Line[]) => days('refine', lines, 500201, 5001)

test('each day is a batch with its own lines, key and digest; a key that was there is answered and nothing of it posted again', async () => {
  const [first, second] = await refine(['2018-02-01', 'a', 10], ['2018-02-03', 'b', 20], ['2018-02-01', 'a', 30])
  const expected = ['2018-02-01 a 2 1 10', '2018-02-01 a 2 2 30', '2018-02-03 b 1 1 20']
  expect(await entries()).toEqual(expected)
  const again = await refine(['2018-02-03', 'b', 20], ['2018-02-04', 'c', 40], ['2018-02-01', 'a', 10])
  expect(again).toEqual([second, expect.any(String), first])
  expect(await entries()).toEqual([...expected, '2018-02-04 c 1 1 40'])
  expect(await differences()).toEqual([])
})

test('two who post the same days at once post them once, whatever the order of the days', async () => {
  const before = (await entries()).length
  const twins = await Promise.all(
    [...Array(6).keys()].map(n => {
      const lines: Line[] = [...Array(20).keys()].map(k => ['2018-03-01', `twin ${k}`, 1])
      return refine(...(n % 2 ? lines : lines.toReversed()))
    }),
  )
  expect(new Set(twins.map(batches => [...batches].sort().join(' '))).size).toBe(1)
  expect((await entries()).length).toBe(before + 20)
  expect(await differences()).toEqual([])
})

test('a day that is locked, a line without an order, a sum too great refuse all days', async () => {
  const before = await entries()
  await here.ownerPool.query(`update ledger.book set locked_through = '2018-02-28'`)
  expect(await refine(['2018-04-01', 'x', 1], ['2018-02-28', 'y', 1])).toBe('FW001')
  expect(await refine(['2018-04-01', 'x', 400], ['2018-04-02', 'y', 500])).toBe('23514')
  expect(
    await days(
      'refine',
      [
        ['2018-04-01', null, 1],
        ['2018-04-02', null, 1],
      ],
      5101,
      5001,
    ),
  ).toBe('FW002')
  expect(await entries()).toEqual(before)
  // A day that was posted before it was locked is still answered.
  expect(await refine(['2018-02-01', 'a', 10], ['2018-04-01', 'z', 1])).toHaveLength(2)
})

test('what corrects or interlocks is posted a day at a time', async () => {
  const two: Line[] = [
    ['2018-05-01', null, 1],
    ['2018-05-02', null, 1],
  ]
  expect(await days('pass-down', two, 500202, 5001)).toBe('22023')
  expect(await days('receive', two, 1001, 4001)).toBe('22023')
  expect(await days('correct', two, 1001, 4001)).toBe('22023')
})
