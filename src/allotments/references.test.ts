import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import type { Installation } from '../platform/installation.ts'
import { issue } from './issue.ts'
import { allotmentChecks } from './verify.ts'

let here: Installation
let line: bigint
beforeAll(async () => {
  here = await testInstallation()
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level) values (1, '[2018-01-01,)', '990000000', '样例省', 'province');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '样例清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'P01', '财政专项扶贫资金', 'province')`)
  const issued = await here.run(SYSTEM, context =>
    issue(context, {
      division: 1,
      fiscalYear: 2018,
      form: 'register',
      effectiveOn: '2018-03-01',
      document: { number: '样财农〔2018〕1号', title: '关于下达资金的通知', dated: '2018-03-01' },
      lines: [{ amount: fen(100), fund: 1 }],
    }),
  )
  line = issued.lines[0]!
})
afterAll(() => here.close())

/** The line once more under a new number, changed in one column, and taken back; answers how the database refused it. */
async function again(column: string, value: string): Promise<string> {
  const client = await here.ownerPool.connect()
  try {
    await client.query(`begin; set local fundwatch.scope = '0';
      create temporary table twin on commit drop as select * from allotments.allotment where id = ${line};
      update twin set id = 900, path = '{900}';
      update twin set ${column} = ${value}`)
    await client.query('insert into allotments.allotment select * from twin')
    return 'stored'
  } catch (error) {
    const { code, constraint } = error as { code: string; constraint: string }
    return `${code} ${constraint}`
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test.each(['fund', 'document', 'source', 'transfer', 'carried_from', 'project', 'agency', 'office'])(
  'the database refuses a line whose %s does not exist, by the name of a foreign key',
  async column => {
    expect(await again(column, '424242')).toBe(`23503 allotment_${column}_fkey`)
  },
)

test('the same line with nothing wrong in it would be stored', async () => {
  expect(await again('note', `'twin'`)).toBe('stored')
})

test('every column of a line that names a row of another table is looked up', async () => {
  const { rows } = await here.ownerPool.query(
    `select a.attname from pg_attribute a where a.attrelid = 'allotments.allotment'::regclass and a.attnum > 0
       and a.atttypid in ('int'::regtype, 'bigint'::regtype)
       and not exists (select from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'f' and a.attnum = any (k.conkey))
       and position(a.attname in pg_get_functiondef('allotments.names_what_exists'::regproc)) = 0`,
  )
  // Its own key, its amounts and its bundle name no row; what is passed down goes to a division that the transfer is held to.
  expect(rows.map(row => row.attname).sort()).toEqual(['amount_fen', 'bundle', 'monitored_fen', 'to_division'])
})

test('a balance of a line that does not exist is refused', async () => {
  await expect(
    here.ownerPool.query(
      `insert into ledger.balance (division, allotment, account, side) values (1, 424242, 1001, 'D')`,
    ),
  ).rejects.toMatchObject({ code: '23503', constraint: 'balance_of_an_allotment' })
})

test('what was taken away behind the application’s back is found by verify', async () => {
  const check = allotmentChecks.find(one => one.code === 'allotment-references')!
  const differences = () => here.run(SYSTEM, async ({ tx }) => (await check.run(tx)).differences, { readOnly: true })
  expect(await differences()).toEqual([])
  await here.ownerPool.query(
    'alter table ledger.batch drop constraint batch_division_document_fkey; delete from ledger.document',
  )
  expect(await differences()).toMatchObject([{ place: `allotment 1/${line}`, found: 'there is none' }])
})
