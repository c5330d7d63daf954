import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { postedBefore } from '../ledger/post.ts'
import type { Installation } from '../platform/installation.ts'
import { importer } from './import-payments.ts'
import { arrange, county, table } from './test-fixture.ts'
import { paymentChecks } from './verify.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await county(here)
  await arrange(here, { externalId: 'B1', fen: 1000n })
  // Two days that fit, a refund, and one that is too much.
  const rows = [
    { PAY_CERT_NO: 'V1', BGT_ID: 'B1', PAY_AMT: '3.00', XPAY_DATE: '2026-03-02' },
    { PAY_CERT_NO: 'V2', BGT_ID: 'B1', PAY_AMT: '4.00', XPAY_DATE: '2026-03-03' },
    { PAY_CERT_NO: 'V3', BGT_ID: 'B1', PAY_AMT: '-1.00', XPAY_DATE: '2026-03-03' },
    { PAY_CERT_NO: 'V4', BGT_ID: 'B1', PAY_AMT: '90.00', XPAY_DATE: '2026-03-03' },
  ]
  await importer.run(here.run, SYSTEM, { source: table(rows), division: null })
})
afterAll(() => here?.close())

const found = () =>
  here.run(SYSTEM, async ({ tx }) => {
    const differences = []
    for (const check of paymentChecks) differences.push(...(await check.run(tx)).differences)
    return differences
  })

const idOf = async (voucher: string): Promise<string> =>
  (await here.ownerPool.query(`select id::text from payments.payment where voucher_no = $1`, [voucher])).rows[0].id

/** What verify finds after the owner, whom nothing holds, changed something; then all is as it was. */
async function after(change: string): Promise<unknown[]> {
  const tables = ['unposted', 'payment']
  await here.ownerPool.query('create table payments.kept_posting as table payments.posting')
  for (const name of tables) await here.ownerPool.query(`create table payments.kept_${name} as table payments.${name}`)
  await here.ownerPool.query(change)
  const differences = await found()
  for (const name of tables) await here.ownerPool.query(`delete from payments.${name}`)
  for (const name of tables.toReversed())
    await here.ownerPool.query(
      `insert into payments.${name} table payments.kept_${name}; drop table payments.kept_${name}`,
    )
  await here.ownerPool.query(
    `update ledger.entry e set payment = k.payment from payments.kept_posting k
     where e.division = k.division and e.batch = k.batch and e.line = k.line; drop table payments.kept_posting`,
  )
  return differences
}

test('payments that are posted to the fen, and those that wait, are in order', async () => {
  expect(await found()).toEqual([])
  expect(await after('select 1')).toEqual([])
})

test.each([
  [
    'lost its posting',
    'V1',
    `update ledger.entry set payment = null where payment = $`,
    '300 fen posted',
    'nothing posted',
  ],
  [
    'has another amount',
    'V1',
    `update payments.payment set amount_fen = 301 where id = $`,
    '301 fen posted',
    '300 fen posted',
  ],
  [
    'is a refund with another amount',
    'V3',
    `update payments.payment set amount_fen = 100 where id = $`,
    '100 fen posted',
    '-100 fen posted',
  ],
  [
    'is posted and waits',
    'V2',
    `insert into payments.unposted values (2, $, 'ambiguous')`,
    'nothing posted, it waits: ambiguous',
    '400 fen posted',
  ],
  [
    'neither is posted nor waits',
    'V4',
    `delete from payments.unposted where payment = $`,
    '9000 fen posted',
    'nothing posted',
  ],
  ['has no payee', 'V1', `update payments.payment set payee = 77 where id = $`, 'payee 77', 'there is none'],
  ['has no payer', 'V1', `update payments.payment set payer = 77 where id = $`, 'payer 77', 'there is none'],
  ['has no agency', 'V1', `update payments.payment set agency = 77 where id = $`, 'agency 77', 'there is none'],
  ['has no project', 'V1', `update payments.payment set project = 77 where id = $`, 'project 77', 'there is none'],
  [
    'has no line',
    'V1',
    `alter table payments.payment disable trigger lines_of_changed; update payments.payment set allotment = 77 where id = $;
     alter table payments.payment enable trigger lines_of_changed`,
    'allotment 77',
    'there is none',
  ],
])('verify names a payment that %s', async (_, voucher, change, expected, stands) => {
  const id = await idOf(voucher)
  // What a payment is changed in, the uses of its bank accounts are not: they say so too.
  const said = (await after(change.replace('$', id))) as { place: string }[]
  expect(said.filter(one => !one.place.startsWith('account use'))).toEqual([
    { place: `payment 2/${id}`, expected, found: stands },
  ])
})

test('the days of an import are batches of their own, each with the key of its day', async () => {
  const { rows } = await here.ownerPool.query(
    `select b.form, b.effective_on::text as day, b.entries, b.request_key as key from ledger.batch b
     join payments.posting o on o.division = b.division and o.batch = b.id where b.division = 2 order by b.id`,
  )
  expect(rows.map(row => `${row.form} ${row.day} ${row.entries}`)).toEqual([
    'pay 2026-03-02 1',
    'pay 2026-03-03 1',
    'refund 2026-03-03 1',
  ])
  const first = await here.run(SYSTEM, context => postedBefore(context, 2, rows[0].key, Buffer.alloc(0)))
  expect(first?.lines).toHaveLength(1)
})

test('a payment that names a line which is not there is refused by the database, new or changed, even to the owner', async () => {
  const id = await idOf('V1')
  const refused = { code: '23503', constraint: 'payment_division_allotment_fkey' }
  await expect(
    here.ownerPool.query(`update payments.payment set allotment = 77 where id = ${id}`),
  ).rejects.toMatchObject(refused)
  // A line of another division is none of this one's.
  await expect(
    here.ownerPool.query(
      `insert into payments.payment (division, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, amount_fen, allotment, match)
       select 3, 2026, 5201, 'X' || n, 1, '', 1, '2026-03-01', 1, case n when 2 then a.id end, 'by-id'
       from payments.payment p join allotments.allotment a on a.id = p.allotment, generate_series(1, 3) n where p.id = ${id}`,
    ),
  ).rejects.toMatchObject(refused)
})
