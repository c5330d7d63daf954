import { afterEach, beforeEach, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import type { Source } from '../platform/part.ts'
import { importer, paymentsImporter } from './import-payments.ts'
import { postWaiting } from './post-waiting.ts'
import { arrange, county, DIVISION, OTHER_DIVISION, type TestRow, table } from './test-fixture.ts'

let here: Installation
beforeEach(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
})
afterEach(() => here.close())

const take = (rows: readonly TestRow[] | Source, as: Actor = SYSTEM) =>
  importer.run(here.run, as, { source: 'open' in rows ? rows : table(rows), division: null })
const query = async (text: string, values: unknown[] = []) => (await here.ownerPool.query(text, values)).rows
const waiting = () =>
  query(
    `select p.voucher_no, u.reason from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment order by 1`,
  )
const paid = async (allotment: bigint): Promise<bigint> =>
  (
    await query('select balance_fen from ledger.published_balance where allotment = $1 and account = 5201', [allotment])
  )[0]?.balance_fen ?? 0n
const faultsOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    thrown => thrown,
  )
  if (!(error instanceof Refusal)) throw error ?? new Error('nothing was refused')
  return error.faults
}
const stored = async () =>
  (
    await query(`select (select count(*)::int from payments.payment) as payments, (select count(*)::int from payments.posting) as postings,
      (select count(*)::int from payments.unposted) as unposted, (select count(*)::int from ledger.entry) as entries,
      (select count(*)::int from payments.bank_account) as accounts, (select count(*)::int from payments.holder) as holders,
      (select count(*)::int from payments.staged) as staged, (select count(*)::int from payments.staged_account) as staged_accounts`)
  )[0]

test('a payment finds its line by the allotment’s id and is posted on the bank’s day', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 100_000n })
  const outcome = await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '300.00' }])
  expect(outcome).toMatchObject({ rows: 1, taken: 1, repeated: 0, figures: { posted: 1 } })
  expect(await paid(line)).toBe(30_000n)
  const [payment] = await query(
    'select p.match, p.fund, p.amount_fen, j.code from payments.payment p join projects.project j on j.division = p.division and j.id = p.project',
  )
  expect(payment).toEqual({ match: 'by-id', fund: 1, amount_fen: 30_000n, code: 'P1' })
  const [entry] = await query(
    `select effective_on, debit, credit, amount_fen from ledger.published_entry where form = 'pay'`,
  )
  expect(entry).toEqual({ effective_on: '2026-03-02', debit: 5201, credit: 500201, amount_fen: 30_000n })
})

test('without an id it finds the one line of its agency, project and subject; of several it takes none', async () => {
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  await arrange(here, { externalId: 'A2', fen: 100_000n, project: 'P2' })
  await arrange(here, { externalId: 'A3', fen: 100_000n, project: 'P2', document: '样财农〔2026〕2号' })
  await take([
    { PAY_CERT_NO: 'V1', PRO_CODE: 'P1', EXP_FUNC_CODE: '2130504' },
    { PAY_CERT_NO: 'V2', PRO_CODE: 'P2', EXP_FUNC_CODE: '2130504' },
    { PAY_CERT_NO: 'V3', PRO_CODE: 'P2', COR_BGT_DOC_NO: '样财农[2026]2号' },
    { PAY_CERT_NO: 'V4', PRO_CODE: 'P9', EXP_FUNC_CODE: '2130504' },
    { PAY_CERT_NO: 'V5', AGENCY_CODE: '999999', PRO_CODE: 'P1' },
  ])
  expect(await query('select voucher_no, match from payments.payment order by 1')).toEqual([
    { voucher_no: 'V1', match: 'by-elements' },
    { voucher_no: 'V2', match: 'ambiguous' },
    { voucher_no: 'V3', match: 'by-elements' },
    { voucher_no: 'V4', match: 'none' },
    { voucher_no: 'V5', match: 'none' },
  ])
  expect(await waiting()).toEqual([
    { voucher_no: 'V2', reason: 'ambiguous' },
    { voucher_no: 'V4', reason: 'no-allotment' },
    { voucher_no: 'V5', reason: 'no-allotment' },
  ])
})

test('a payment that matches nothing is kept, and posted when its line is arranged', async () => {
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '12.34' }])
  expect(await waiting()).toEqual([{ voucher_no: 'V1', reason: 'no-allotment' }])
  const line = await arrange(here, { externalId: 'A1', fen: 100_000n })
  const later = await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(later).toMatchObject({ matched: 1, posted: 1, postedFen: 1_234n, waiting: {} })
  expect(await paid(line)).toBe(1_234n)
  expect(await waiting()).toEqual([])
  expect(await here.run(SYSTEM, context => postWaiting(context, 2, 2026))).toMatchObject({ matched: 0, posted: 0 })
})

test('the same file twice changes nothing, nor do the same vouchers in another order', async () => {
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  const rows = Array.from({ length: 9 }, (_, i) => ({ PAY_CERT_NO: `V${i}`, BGT_ID: 'A1', PAY_AMT: `${i + 1}.00` }))
  await take(rows)
  const before = await stored()
  expect(await take(rows)).toMatchObject({ rows: 9, taken: 0, repeated: 9, figures: { sameFile: 1 } })
  expect(await take([...rows].reverse())).toMatchObject({ rows: 9, taken: 0, repeated: 9 })
  expect(await take([...rows, ...rows])).toMatchObject({ rows: 18, taken: 0, repeated: 18 })
  expect(await stored()).toEqual(before)
  expect(await take([...rows, { PAY_CERT_NO: 'V9', BGT_ID: 'A1' }])).toMatchObject({ rows: 10, taken: 1, repeated: 9 })
})

test('the same bytes read by another column mapping are compared anew, and what they say now is told', async () => {
  await take([{ PAY_CERT_NO: 'V1' }])
  const mapping = { name: '万元', fields: { PAY_AMT: { heading: 'PAY_AMT', unit: '万元' as const } } }
  const again = importer.run(here.run, SYSTEM, { source: table([{ PAY_CERT_NO: 'V1' }]), division: null, mapping })
  expect(await faultsOf(again)).toMatchObject([{ code: 'voucher-changed', value: 'V1' }])
})

test('a payment beyond its allotment is kept unposted, smaller ones still fit, and it is posted when room is made', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([
    { PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '60.00' },
    { PAY_CERT_NO: 'V2', BGT_ID: 'A1', PAY_AMT: '50.00' },
    { PAY_CERT_NO: 'V3', BGT_ID: 'A1', PAY_AMT: '40.00' },
    { PAY_CERT_NO: 'V4', BGT_ID: 'A1', PAY_AMT: '0.01' },
  ])
  expect(await waiting()).toEqual([
    { voucher_no: 'V2', reason: 'beyond-available' },
    { voucher_no: 'V4', reason: 'beyond-available' },
  ])
  expect(await paid(line)).toBe(10_000n)
  // The bank gives back V1: what waits is tried in voucher order.
  await take([{ PAY_CERT_NO: 'V5', BGT_ID: 'A1', PAY_AMT: '-55.00', VOU_DATE: '2026-04-01', XPAY_DATE: '2026-04-01' }])
  expect(await waiting()).toEqual([])
  expect(await paid(line)).toBe(10_000n - 5_500n + 5_001n)
})

test('a refund of more than was paid is kept and waits', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([
    { PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '10.00' },
    { PAY_CERT_NO: 'V2', BGT_ID: 'A1', PAY_AMT: '-10.01' },
  ])
  expect(await waiting()).toEqual([{ voucher_no: 'V2', reason: 'beyond-available' }])
  expect(await paid(line)).toBe(1_000n)
})

test('where the book keeps plans, a payment comes out of the plan and never out of own spending', async () => {
  await here.ownerPool.query('update ledger.book set uses_plans = true where division = 2')
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAY_AMT: '10.00' }])
  expect(await waiting()).toEqual([{ voucher_no: 'V1', reason: 'beyond-available' }])
  await here.run(SYSTEM, ({ tx }) =>
    tx.query(
      `select ledger.post(2, 'plan', 2026, '2026-02-01', null, null, array[a.id], array[5101], array[a.id], array[500201], array[1000::bigint])
       from allotments.allotment a where a.external_id = 'A1'`,
    ),
  )
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await waiting()).toEqual([])
  expect(await query(`select credit from ledger.published_entry where form = 'pay'`)).toEqual([{ credit: 5101 }])
})

test('what falls into a locked month waits; what the bank has not confirmed is in transit', async () => {
  await arrange(here, { externalId: 'A1', fen: 10_000n })
  await here.ownerPool.query(`update ledger.book set locked_through = '2026-02-28' where division = 2`)
  await take([
    { PAY_CERT_NO: 'V1', BGT_ID: 'A1', XPAY_DATE: '' },
    { PAY_CERT_NO: 'V2', BGT_ID: 'A1', XPAY_DATE: '2026-02-28' },
    { PAY_CERT_NO: 'V3', BGT_ID: 'A1', XPAY_DATE: '2026-03-01' },
  ])
  expect(await waiting()).toEqual([{ voucher_no: 'V2', reason: 'book-locked' }])
  expect(await query('select payment, account from payments.in_transit')).toHaveLength(1)
})

test('two vouchers with one number and different amounts are refused, in one file and in two', async () => {
  const faults = await faultsOf(
    take([
      { PAY_CERT_NO: 'V1', PAY_AMT: '1.00' },
      { PAY_CERT_NO: 'V2', PAY_AMT: '1.00' },
      { PAY_CERT_NO: 'V1', PAY_AMT: '2.00' },
    ]),
  )
  expect(faults).toMatchObject([{ code: 'voucher-repeated', row: 4, field: 'PAY_CERT_NO', value: 'V1' }])
  expect(faults[0]!.zh).toContain('金额 1.00 和 2.00')
  expect(await stored()).toMatchObject({ payments: 0, staged: 0, accounts: 0 })
  await take([{ PAY_CERT_NO: 'V1', PAY_AMT: '1.00' }])
  const changed = await faultsOf(take([{ PAY_CERT_NO: 'V2' }, { PAY_CERT_NO: 'V1', PAY_AMT: '3.00' }]))
  expect(changed).toMatchObject([{ code: 'voucher-changed', row: 3, value: 'V1' }])
  expect(await stored()).toMatchObject({ payments: 1, staged: 0, staged_accounts: 0 })
})

test('every fault of a file is named with row, field, value and mend, and nothing is stored', async () => {
  await here.ownerPool.query(`insert into funds.subject values ('function', 2026, '2130504', '农村基础设施建设')`)
  const faults = await faultsOf(
    take([
      { PAY_CERT_NO: 'V1', PAY_AMT: '1.005' },
      { PAY_CERT_NO: 'V2', PAY_AMT: '"1,000.00"' },
      { PAY_CERT_NO: '', PAY_AMT: '0.00' },
      { PAY_CERT_NO: 'V4', VOU_DATE: '2018-02-30' },
      { PAY_CERT_NO: 'V5', MOF_DIV_CODE: '999999999' },
      { PAY_CERT_NO: 'V6', MOF_DIV_CODE: '99' },
      { PAY_CERT_NO: 'V7', EXP_FUNC_CODE: '2139999' },
      { PAY_CERT_NO: 'V8', FISCAL_YEAR: '26' },
      { PAY_CERT_NO: 'V9', XPAY_DATE: '昨天' },
      { PAY_CERT_NO: 'V10', PAY_AMT: '' },
    ]),
  )
  expect(faults.map(fault => [fault.row, fault.code, fault.field, fault.value])).toEqual([
    [2, 'amount-decimals', 'PAY_AMT', '1.005'],
    [3, 'amount-comma', 'PAY_AMT', '1,000.00'],
    [4, 'field-missing', 'PAY_CERT_NO', ''],
    [4, 'amount-zero', 'PAY_AMT', '0.00'],
    [5, 'date-impossible', 'VOU_DATE', '2018-02-30'],
    [6, 'division-unknown', 'MOF_DIV_CODE', '999999999'],
    [7, 'division-malformed', 'MOF_DIV_CODE', '99'],
    [8, 'subject-unknown', 'EXP_FUNC_CODE', '2139999'],
    [9, 'integer-out-of-range', 'FISCAL_YEAR', '26'],
    [10, 'date-not-a-date', 'XPAY_DATE', '昨天'],
    [11, 'amount-empty', 'PAY_AMT', ''],
  ])
  for (const fault of faults) expect(fault.zh).toMatch(/^第 \d+ 行.*[，；].*。$/)
  expect(await stored()).toMatchObject({ payments: 0, staged: 0, staged_accounts: 0 })
  const [record] = await query('select state, fault_count, faults from platform.import')
  expect(record).toMatchObject({ state: 'refused', fault_count: 11n })
  expect(record.faults).toHaveLength(11)
})

test('of thousands of faults a thousand are listed and all are counted', async () => {
  const error = await take(Array.from({ length: 3000 }, (_, i) => ({ PAY_CERT_NO: `V${i}`, PAY_AMT: 'x' }))).catch(
    e => e,
  )
  expect(error.faults).toHaveLength(1000)
  expect(error.count).toBe(3000)
})

test('a voucher of a division outside the actor’s scope, or outside the division of the import, is refused', async () => {
  const clerk: Actor = { id: 7, name: '王经办', scope: 2, permissions: new Set(['payments.import']) }
  const faults = await faultsOf(
    take([{ PAY_CERT_NO: 'V1' }, { PAY_CERT_NO: 'V2', MOF_DIV_CODE: OTHER_DIVISION }], clerk),
  )
  expect(faults).toMatchObject([{ code: 'division-outside-scope', row: 3, value: OTHER_DIVISION }])
  const narrow = importer.run(here.run, SYSTEM, { source: table([{ MOF_DIV_CODE: OTHER_DIVISION }]), division: 2 })
  expect(await faultsOf(narrow)).toMatchObject([{ code: 'division-outside-scope' }])
  expect(await take([{ PAY_CERT_NO: 'V1' }], clerk)).toMatchObject({ taken: 1 })
})

test('full-width figures and old brackets are repaired and said; a date to come and an account in Chinese are facts', async () => {
  const outcome = await take([
    { PAY_CERT_NO: 'V1', PAY_AMT: '１２．３０', COR_BGT_DOC_NO: '样财农【2026】1号' },
    { PAY_CERT_NO: 'V2', VOU_DATE: '2027-12-31', PAYEE_ACCT_NO: '见附件清单' },
  ])
  expect(outcome.taken).toBe(2)
  expect(outcome.repairs.map(repair => [repair.row, repair.code, repair.value, repair.to])).toEqual([
    [2, 'amount-full-width', '１２．３０', '12.30'],
    [2, 'document-number-repaired', '样财农【2026】1号', '样财农〔2026〕1号'],
  ])
  expect(await query('select voucher_no, amount_fen, document_number from payments.payment order by 1')).toEqual([
    { voucher_no: 'V1', amount_fen: 1230n, document_number: '样财农〔2026〕1号' },
    { voucher_no: 'V2', amount_fen: 100n, document_number: null },
  ])
})

test('a check tells the same and stores nothing', async () => {
  const rows = [{ PAY_CERT_NO: 'V1' }, { PAY_CERT_NO: 'V1' }, { PAY_CERT_NO: 'V2' }]
  const outcome = await importer.run(here.run, SYSTEM, { source: table(rows), division: null, checkOnly: true })
  expect(outcome).toMatchObject({ rows: 3, taken: 0, repeated: 1, figures: { new: 2 } })
  expect(await stored()).toMatchObject({ payments: 0, staged: 0, accounts: 0, staged_accounts: 0 })
  expect(await query('select * from platform.import')).toEqual([])
})

test('accounts are stored once, encrypted; no account number stands in clear in any table', async () => {
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  await take(
    Array.from({ length: 50 }, (_, i) => ({
      PAY_CERT_NO: `V${i}`,
      BGT_ID: 'A1',
      PAYEE_ACCT_NO: `62000000000000990${i % 5}`,
    })),
  )
  await faultsOf(take([{ PAY_CERT_NO: 'W1', PAYEE_ACCT_NO: '62000000000000990\u000077' }]))
  expect(await stored()).toMatchObject({ payments: 50, accounts: 6, holders: 6, staged: 0, staged_accounts: 0 })
  const tables = await query(`select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`)
  expect(tables.length).toBeGreaterThan(40)
  for (const { name } of tables) {
    const found = await query(`select count(*)::int as n from ${name} t where strpos(t::text, '62000000000000990') > 0
      or strpos(encode(convert_to(t::text, 'UTF8'), 'hex'), encode('62000000000000990', 'hex')) > 0
      or strpos(t::text, encode('62000000000000990', 'hex')) > 0`)
    expect([name, found[0].n]).toEqual([name, 0])
  }
  const [account] = await query('select ciphertext, masked from payments.bank_account where masked = $1', [
    '6200****9901',
  ])
  expect(here.vault.decrypt(account.ciphertext).toString()).toBe('620000000000009901')
})

test('an import killed between two batches ends right when the file comes again, and when it is resumed', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 1_000n })
  const rows = Array.from({ length: 40 }, (_, i) => ({
    PAY_CERT_NO: `V${i}`,
    BGT_ID: 'A1',
    PAY_AMT: '1.00',
    VOU_DATE: `2026-03-${String(1 + (i % 10)).padStart(2, '0')}`,
  }))
  const killed = paymentsImporter({
    sliceLines: 8,
    afterSlice: to => {
      if (to === 16) throw new Error('killed')
    },
  })
  await expect(killed.run(here.run, SYSTEM, { source: table(rows), division: null })).rejects.toThrow('killed')
  expect(await stored()).toMatchObject({ payments: 16, staged: 40 })
  const [record] = await query('select id, division, state, posted_to from platform.import')
  expect(record).toMatchObject({ state: 'posting', posted_to: 16n })
  expect(await take(rows)).toMatchObject({ rows: 40, taken: 24, repeated: 16 })
  expect(await stored()).toMatchObject({ payments: 40, postings: 10, unposted: 30, staged: 40 })
  const resumed = await importer.resume!(here.run, SYSTEM, { division: record.division, id: String(record.id) })
  expect(resumed).toMatchObject({ taken: 16, repeated: 24 })
  expect(await stored()).toMatchObject({ payments: 40, postings: 10, unposted: 30, staged: 0 })
  expect(await paid(line)).toBe(1_000n)
})

test('two imports of the same vouchers at once take each voucher once', async () => {
  const line = await arrange(here, { externalId: 'A1', fen: 2_000n })
  const rows = Array.from({ length: 30 }, (_, i) => ({
    PAY_CERT_NO: `V${i}`,
    BGT_ID: 'A1',
    VOU_DATE: `2026-03-${10 + (i % 9)}`,
  }))
  const small = paymentsImporter({ sliceLines: 5 })
  const outcomes = await Promise.all(
    [rows, [...rows].reverse()].map(one => small.run(here.run, SYSTEM, { source: table(one), division: null })),
  )
  expect(outcomes.reduce((sum, outcome) => sum + outcome.taken, 0)).toBe(30)
  expect(outcomes.reduce((sum, outcome) => sum + outcome.repeated, 0)).toBe(30)
  expect(await stored()).toMatchObject({ payments: 30, postings: 20, unposted: 10 })
  expect(await paid(line)).toBe(2_000n)
})

test('the day totals are the payments counted', async () => {
  await take([
    { PAY_CERT_NO: 'V1', BGT_ID: 'A1' },
    { PAY_CERT_NO: 'V2', PAY_AMT: '-3.00' },
    { PAY_CERT_NO: 'V3', VOU_DATE: '2026-03-05' },
  ])
  const counted = () =>
    query(`select p.division, fiscal_year, vouched_on, count(*) as payments, sum(amount_fen)::bigint as amount_fen, count(u.payment) as waiting,
      coalesce(sum(amount_fen) filter (where u.payment is not null), 0)::bigint as waiting_fen
    from payments.payment p left join payments.unposted u on u.division = p.division and u.payment = p.id group by 1, 2, 3 order by 3`)
  const kept = () => query('select * from payments.day_total order by vouched_on')
  expect(await kept()).toEqual(await counted())
  expect((await kept()).map(day => day.waiting)).toEqual([2n, 1n])
  // A line appears, and one of the three is posted.
  await arrange(here, { externalId: 'A1', fen: 2_000n })
  await here.run(SYSTEM, context => postWaiting(context, 2, 2026))
  expect(await kept()).toEqual(await counted())
  expect((await kept()).reduce((sum, day) => sum + day.waiting, 0n)).toBe(2n)
  expect(DIVISION).toHaveLength(9)
})
