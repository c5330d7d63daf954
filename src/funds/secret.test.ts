import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { faultsOf, province, takeIn } from '../allotments/test-import.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import type { Permission } from '../kernel/permission.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { declassifiedTotals, setDeclassifiedTotal } from './declassified-total.ts'
import { importFundOffices } from './import-fund-offices.ts'
import { listFunds } from './list.ts'
import { assignSuperior } from './set-superior.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await province(here)
})
afterAll(() => here.close())

const person = (...permissions: Permission[]): Actor => ({
  id: 9,
  name: '某',
  scope: 1,
  permissions: new Set(permissions),
})
const cleared = person('funds.read', 'funds.secret')
const plain = person('funds.read', 'funds.write', 'allotments.write')
const SECRET = 4
const codes = async (run: Promise<unknown>) => (await faultsOf(run)).map(fault => fault.code)

test('a secret fund is seen by the cleared alone: in lists, in searches, by its number, and never by the rules', async () => {
  const names = (as: Actor, q?: string) =>
    here.run(as, async ({ tx }) => (await listFunds(tx, 1, { year: 2018, q })).rows.map(row => row.code), {
      readOnly: true,
    })
  expect(await names(cleared)).toContain('S01')
  expect(await names(plain)).toEqual(['C01', 'P01', 'P02'])
  expect(await names(plain, '涉密')).toEqual([])
  const count = (as: Actor) =>
    here.run(as, ({ tx }) => tx.query('select from funds.fund where id = 4'), { readOnly: true })
  expect([(await count(cleared)).length, (await count(plain)).length]).toEqual([1, 0])
  const client = await here.rulesPool.connect()
  try {
    await client.query(
      `begin; select set_config('fundwatch.scope', '0', true), set_config('fundwatch.permissions', '*', true)`,
    )
    expect((await client.query('select code from funds.published_fund where secret')).rows).toEqual([])
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test.each([
  [
    'the cleared',
    () => ({ ...cleared, permissions: new Set([...cleared.permissions, 'allotments.write', 'funds.write']) }) as Actor,
  ],
  ['those who do not see it', () => plain],
])('detail of it is refused with the reason at every way in, to %s', async (_, as) => {
  expect(
    await codes(
      takeIn(
        here,
        [
          {
            MOF_DIV_CODE: '990000000',
            FISCAL_YEAR: '2018',
            BGT_ID: 'Z1',
            COR_BGT_DOC_NO: '样财农〔2018〕1号',
            BGT_DOC_TITLE: '通知',
            DOC_DATE: '2018-01-02',
            TRACK_PRO_CODE: 'S01',
            AMOUNT: '1.00',
          },
        ],
        { actor: as() },
      ),
    ),
  ).toContain('fund-secret')
  const file = memorySource('区划代码,资金代码,股室代码,生效日期\n990000000,S01,05,2018-01-01\n', 'offices.csv')
  expect(await codes(here.run(as(), context => importFundOffices(context, { source: file, division: null })))).toEqual([
    'fund-secret',
  ])
  for (const [fund, superior] of [
    [SECRET, 1],
    [2, SECRET],
  ] as const)
    expect(await codes(here.run(as(), context => assignSuperior(context, { division: 1, fund, superior })))).toEqual([
      'fund-secret',
    ])
})

test('past the program too: no line, transfer, office or subject hangs on it', async () => {
  for (const statement of [
    `insert into funds.permitted_subject (fund, code) values (${SECRET}, '213')`,
    `insert into funds.fund_office (division, fund, office, valid) select 1, ${SECRET}, id, '[2018-01-01,)' from divisions.office where division = 1`,
    `insert into ledger.transfer (division, fiscal_year, document_number, document_title, document_dated, fund, source_level, path)
       values (1, 2018, 'x', 'x', '2018-01-01', ${SECRET}, 'central', '{}')`,
  ])
    await expect(here.ownerPool.query(statement)).rejects.toThrow(/detail of a secret fund/)
})

test('a declassified total with its paper is all that is kept, for the cleared', async () => {
  const set = (fund: number, basis: string) =>
    here.run(cleared, context =>
      setDeclassifiedTotal(context, { division: 1, fund, fiscalYear: 2018, amount: fen(500), basis }),
    )
  expect(await codes(set(1, '样密〔2018〕1号'))).toEqual(['fund-not-secret'])
  expect(await codes(set(SECRET, ' '))).toEqual(['basis-missing'])
  await set(SECRET, '样密〔2018〕1号')
  const read = (as: Actor) => here.run(as, context => declassifiedTotals(context, 1, SECRET), { readOnly: true })
  expect(await read(cleared)).toEqual([{ fiscalYear: 2018, amountFen: '500', basis: '样密〔2018〕1号' }])
  expect(await read(plain)).toEqual([])
  expect(await read(SYSTEM)).toHaveLength(1)
})
