import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from '../src/platform/database/pool.ts'
import type { Installation } from '../src/platform/installation.ts'
import { testInstallation } from './database.ts'

// Posts may cover one office, one fund, one agency. Every fact table that tells of one of these, by a column of its own or by hanging on a
// fact that does, must hold its rows to the post (a restrictive policy), or stand here with the reason why not.

/** Columns that say whose a row is, or on what it hangs. */
const REACHING = ['office', 'fund', 'agency', 'agency_code', 'fund_code', 'allotment', 'payment', 'transfer', 'line_of']

const WHOLE: Readonly<Record<string, string>> = {
  'allotments.closing': 'the closing of a year is the division’s; whoever enters forms must know of it',
  'approvals.chain': 'who signs what is known to everybody in the division',
  'approvals.chain_step': 'as its chain',
  'approvals.delegation': 'who stands in for whom is known to everybody in the division',
  'approvals.handover': 'signed by three people, whatever each of them covers',
  'approvals.handover_signature': 'as its handover',
  'audit.entry': 'the audit administrator’s alone, who covers no office',
  'audit.seal': 'as audit.entry',
  'audit.seal_entry': 'as audit.entry',
  'audit.seal_group': 'as audit.entry',
  'audit.unsealed': 'as audit.entry',
  'beneficiaries.account': 'masked; told only beside a row of a list, and lists are held',
  'beneficiaries.enterprise': 'a name and a code; told only beside a row of a list',
  'beneficiaries.person': 'masked; told only beside a row of a list, and lists are held',
  'beneficiaries.phone': 'masked; told only beside a row of a list, and lists are held',
  'divisions.agency': 'names of the agencies of a division',
  'divisions.declaration': 'what a division declares of itself',
  'divisions.office': 'names of the offices of a division',
  'funds.declassified_total': 'for cleared posts alone, by a policy of its own',
  'funds.fund_office': 'which office has which fund is in the catalogue',
  'ledger.book': 'the year of the division',
  'ledger.book_event': 'the year of the division',
  'ledger.request': 'digests of what was asked under a key',
  'ledger.seal': 'digests; whoever verifies needs all of them',
  'ledger.seal_batch': 'numbers of batches; whoever verifies needs all of them',
  'ledger.sub_account': 'the chart of the division',
  'ledger.unsealed': 'numbers of batches',
  'payments.account_kind': 'what a bank account is; posts that cover less see no page of bank accounts',
  'payments.account_listing': 'as payments.account_kind',
  'payments.account_listing_end': 'as payments.account_kind',
  'payments.account_use': 'masked; posts that cover less see no page of bank accounts',
  'payments.bank_account': 'masked; told only beside a payment',
  'payments.clearing': 'between bank and treasury, over all agencies; read with payments.read over the division',
  'payments.clearing_voucher': 'as its clearing receipt',
  'payments.holder': 'a name; told only beside a payment',
  'payments.message': 'the head of a message; what it says is held',
  'platform.column_mapping': 'how columns are called',
  'platform.file': 'encrypted; given out by what names it',
  'platform.import': 'who brought which file when',
  'platform.import_refused':
    'encrypted; given out to whoever may bring in such a file, long numbers masked for others than its uploader',
  'rules.run': 'when rules ran',
  'rules.setting': 'how rules are set',
  'rules.suspension': 'which rule rests',
}

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
})
afterAll(() => here?.close())

const names = async (pool: Pool, sql: string, values: unknown[] = []) =>
  (await pool.query<{ name: string }>(sql, values)).rows.map(row => row.name)

const FACTS = `select c.oid, c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'division' and not a.attisdropped
  where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'graphile_worker', 'public')
    and coalesce(obj_description(c.oid, 'pg_class'), '') !~ '^(reference|staging):'`
const NARROWED = `exists (select from pg_policy p where p.polrelid = f.oid and not p.polpermissive and p.polcmd = '*'
  and pg_get_expr(p.polqual, p.polrelid) ~ 'narrow')`
const unheld = (pool: Pool) => names(pool, `select f.name from (${FACTS}) f where not ${NARROWED} order by 1`)

test('every fact is held to what a post covers, or says why it is the whole division’s', async () => {
  expect(await unheld(here.ownerPool)).toEqual(Object.keys(WHOLE).sort())
})

test('no exception carries a fund, an office or an agency, but the catalogue’s offices and what has a policy of its own', async () => {
  const carrying = await names(
    here.ownerPool,
    `select f.name from (${FACTS}) f where not ${NARROWED} and exists (select from pg_attribute a where a.attrelid = f.oid and a.attnum > 0
       and not a.attisdropped and a.attname = any ($1)) order by 1`,
    [REACHING],
  )
  expect(carrying).toEqual(['funds.declassified_total', 'funds.fund_office'])
})

test('a table that forgets is found', async () => {
  const spoilt = await testInstallation()
  await spoilt.ownerPool.query(`create table payments.forgotten (division int not null, payment bigint not null, primary key (division, payment));
    select platform.enclose('payments.forgotten')`)
  expect(await unheld(spoilt.ownerPool)).toContain('payments.forgotten')
  await spoilt.close()
})
