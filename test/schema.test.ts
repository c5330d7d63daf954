import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DOCUMENT_NUMBER_SQL_PATTERN, parseDocumentNumber } from '../src/kernel/document-number.ts'
import { Refusal } from '../src/kernel/refusal.ts'
import { dumpSchema, SCHEMA_HEAD } from '../src/platform/database/dump-schema.ts'
import { migrate } from '../src/platform/database/migrate.ts'
import type { Installation } from '../src/platform/installation.ts'
import { ROOT } from '../src/platform/root.ts'
import { testInstallation } from './database.ts'
import {
  facts,
  factsNotEnclosed,
  factsWithoutDivisionFirst,
  keysBetweenFactsWithoutDivisionFirst,
  powers,
  uncommented,
  viewsThatRunAsOwner,
  writes,
} from './schema-checks.ts'

let here: Installation
/** A clone in which tables are made badly on purpose, to see each check find them. */
let spoilt: Installation
beforeAll(async () => {
  here = await testInstallation()
  spoilt = await testInstallation()
})
afterAll(() => Promise.all([here?.close(), spoilt?.close()]))

const spoil = (sql: string) => spoilt.ownerPool.query(sql)
const codeOf = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
  )

describe('migrations', () => {
  test('from zero make what migrations/schema.sql says (after a change: node bin/schema.mjs)', async () => {
    const stored = readFileSync(join(ROOT, 'migrations', 'schema.sql'), 'utf8')
    expect(SCHEMA_HEAD + (await dumpSchema(here.ownerPool))).toBe(stored)
  })
  test.each([
    ['a column', 'alter table ledger.entry add column more text', 'more text'],
    ['a type', 'alter table audit.entry alter column address type varchar(50)', 'address character varying(50)'],
    ['a default', `alter table audit.entry alter column detail set default '[]'`, "detail jsonb default '[]'::jsonb"],
    ['a nullable column', 'alter table payments.holder alter column name drop not null', '  name text,'],
    ['a constraint', 'alter table ledger.batch add constraint some_entries check (entries > 0)', 'some_entries'],
    ['an index', 'create index new_index on ledger.batch (actor)', 'new_index'],
    [
      'a view',
      `create or replace view ledger.published_document as select division, id, number, number_form, number_read, upper(title) as title,
       dated, issuer, scan, recorded_at from ledger.document`,
      'upper(title)',
    ],
    [
      'a function',
      `create or replace function platform.actor() returns bigint language sql stable as 'select 7::bigint'`,
      'select 7::bigint',
    ],
    ['a policy', 'create policy open_door on ledger.batch using (true)', 'open_door'],
    ['a grant', 'grant delete on ledger.entry to fundwatch_app', 'grant delete, select on table ledger.entry'],
    ['a grant of a column', 'grant update (digest) on ledger.batch to fundwatch_app', 'grant update (digest)'],
    ['a comment', `comment on table ledger.batch is 'something else'`, 'something else'],
    ['a sequence', 'alter sequence ledger.batch_id increment 2', 'increment 2'],
  ])('the dump notices %s', async (_, change, shown) => {
    const before = await dumpSchema(spoilt.ownerPool)
    await spoil(change)
    const after = await dumpSchema(spoilt.ownerPool)
    expect(after).not.toBe(before)
    expect(after).toContain(shown)
  })
  test('run a second time do nothing', async () => {
    const before = await dumpSchema(here.ownerPool)
    expect(await migrate(here.ownerPool)).toEqual([])
    expect(await dumpSchema(here.ownerPool)).toBe(before)
  })
  test('a file that was changed after it ran is refused, and so is a database newer than the program', async () => {
    await spoil(`update public.migration set digest = 'other' where name = '0006_ledger.sql'`)
    expect(await codeOf(migrate(spoilt.ownerPool))).toBe('migration-changed')
    await spoil(`insert into public.migration (name, digest) values ('9999_later.sql', '')`)
    expect(await codeOf(migrate(spoilt.ownerPool))).toBe('database-newer')
  })
})

describe('division first', () => {
  test('every fact’s primary key begins with division', async () => {
    expect((await facts(here.ownerPool)).length).toBeGreaterThanOrEqual(28)
    expect(await factsWithoutDivisionFirst(here.ownerPool)).toEqual([])
    await spoil(`create table payments.bad_key (id bigint, division int, primary key (id, division));
      create table payments.no_key (division int); create table payments.listed (id int primary key);
      comment on table payments.listed is 'reference: named so, and left alone'`)
    expect(await factsWithoutDivisionFirst(spoilt.ownerPool)).toEqual(['payments.bad_key', 'payments.no_key'])
  })
  test('every foreign key between facts has division in the first place on both sides', async () => {
    expect(await keysBetweenFactsWithoutDivisionFirst(here.ownerPool)).toEqual([])
    await spoil(`create table payments.good_link (division int, id bigint, batch bigint, primary key (division, id),
        constraint good_link_batch foreign key (division, batch) references ledger.batch);
      alter table payments.good_link add column loose bigint unique, add constraint across foreign key (loose) references payments.good_link (loose)`)
    expect(await keysBetweenFactsWithoutDivisionFirst(spoilt.ownerPool)).toEqual(['payments.good_link.across'])
  })
})

describe('row-level security', () => {
  test('is on, with a policy that asks for the scope, on every fact', async () => {
    expect(await factsNotEnclosed(here.ownerPool)).toEqual([])
    await spoil(`create table warnings.open (division int, id int, primary key (division, id));
      create table warnings.half (division int, id int, primary key (division, id)); alter table warnings.half enable row level security;
      create table warnings.wide (division int, id int, primary key (division, id)); alter table warnings.wide enable row level security;
      create policy everything on warnings.wide using (true);
      create table warnings.closed (division int, id int, primary key (division, id)); select platform.enclose('warnings.closed')`)
    const found = await factsNotEnclosed(spoilt.ownerPool)
    expect(found).toEqual(expect.arrayContaining(['warnings.open', 'warnings.half', 'warnings.wide']))
    expect(found).not.toContain('warnings.closed')
  })
  test('holds through every view, for none runs as its owner', async () => {
    expect(await viewsThatRunAsOwner(here.ownerPool)).toEqual([])
    await spoil('create view warnings.peep as select * from warnings.warning')
    expect(await viewsThatRunAsOwner(spoilt.ownerPool)).toContain('warnings.peep')
  })

  describe('with one row of two counties in every fact', () => {
    let rows: Installation
    const COUNTIES = [21, 22]
    beforeAll(async () => {
      rows = await testInstallation()
      const sql = (text: string) => rows.ownerPool.query(text)
      await sql(`insert into divisions.division values (21, null), (22, null);
        insert into divisions.version (division, valid, code, name, level) values
          (21, '[2018-01-01,)', '990121000', '样例甲县', 'county'), (22, '[2018-01-01,)', '990122000', '样例乙县', 'county');
        select divisions.rebuild_scopes()`)
      // What a row means does not matter here, only whose it is: in this clone a row needs nothing but its key.
      await sql(`do $$ declare c record; begin
        for c in select conrelid::regclass as t, conname from pg_constraint k join pg_class r on r.oid = k.conrelid join pg_namespace n on n.oid = r.relnamespace
          where contype in ('c', 'f') and r.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'graphile_worker')
        loop execute format('alter table %s drop constraint %I', c.t, c.conname); end loop;
        for c in select distinct g.tgrelid::regclass as t from pg_trigger g where g.tgname in ('names_what_exists', 'balances_a_line')
        loop execute format('alter table %s disable trigger user', c.t); end loop;
        for c in select a.attrelid::regclass as t, a.attname from pg_attribute a join pg_class r on r.oid = a.attrelid join pg_namespace n on n.oid = r.relnamespace
          where a.attnotnull and a.attnum > 0 and a.attidentity = '' and r.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'graphile_worker')
            and not exists (select from pg_index i where i.indrelid = r.oid and i.indisprimary and a.attnum = any (i.indkey))
        loop execute format('alter table %s alter column %I drop not null', c.t, c.attname); end loop;
      end $$`)
      for (const fact of await facts(rows.ownerPool)) {
        const { rows: key } = await rows.ownerPool.query<{ name: string; type: string }>(
          `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
           where i.indrelid = $1::regclass and i.indisprimary`,
          [fact],
        )
        for (const county of COUNTIES)
          await sql(`insert into ${fact} (${key.map(column => column.name).join()}) overriding system value
            values (${key.map(({ name, type }) => (name === 'division' ? county : sample(type))).join()})`)
      }
    })
    afterAll(() => rows?.close())

    const sample = (type: string): string =>
      type === 'uuid'
        ? 'gen_random_uuid()'
        : type === 'date'
          ? `'2018-01-01'`
          : type === 'daterange'
            ? `'[2018-01-01,2019-01-01)'`
            : type === 'text'
              ? `'x'`
              : type === 'boolean'
                ? 'true'
                : '1'

    /** The divisions whose rows a role reads from each fact in one transaction, by a query that names no division. */
    async function seen(pool: Installation['pool'], scope: number | null): Promise<Record<string, number[]>> {
      const client = await pool.connect()
      try {
        await client.query('begin')
        if (scope !== null)
          await client.query(
            `select set_config('fundwatch.scope', $1, true), set_config('fundwatch.permissions', '*', true)`,
            [String(scope)],
          )
        const found: Record<string, number[]> = {}
        for (const fact of await facts(rows.ownerPool)) {
          const [schema] = fact.split('.')
          const may = await client.query<{ may: boolean }>(
            `select case when has_schema_privilege($1, 'USAGE') then has_table_privilege($2, 'SELECT') else false end as may`,
            [schema, fact],
          )
          if (!may.rows[0]!.may) continue
          const { rows: divisions } = await client.query<{ division: number }>(
            `select distinct division from ${fact} order by 1`,
          )
          found[fact] = divisions.map(row => row.division)
        }
        return found
      } finally {
        await client.query('rollback')
        client.release()
      }
    }

    test('who says no scope sees no row of any fact', async () => {
      for (const pool of [rows.pool, rows.rulesPool]) {
        const found = await seen(pool, null)
        expect(Object.keys(found).length).toBeGreaterThan(15)
        expect(found).toEqual(Object.fromEntries(Object.keys(found).map(fact => [fact, []])))
      }
    })
    test('a county’s scope shows that county alone, even to a query that forgets its condition', async () => {
      for (const pool of [rows.pool, rows.rulesPool])
        for (const county of COUNTIES) {
          const found = await seen(pool, county)
          expect(found).toEqual(Object.fromEntries(Object.keys(found).map(fact => [fact, [county]])))
        }
      expect(Object.keys(await seen(rows.pool, 21))).toEqual(await facts(rows.ownerPool))
    })
    test('the whole installation’s scope shows both, so it was not the table that was empty', async () => {
      const found = await seen(rows.pool, 0)
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map(fact => [fact, COUNTIES])))
    })
    test('a row of another county can be neither written nor moved there', async () => {
      const client = await rows.pool.connect()
      try {
        for (const statement of [
          `insert into platform.import (division, kind, file_name, file_sm3, bytes, state, actor) values (22, 'x', 'x', '', 0, 'done', 0)`,
          `update platform.import set division = 22`,
        ]) {
          await client.query(`begin; select set_config('fundwatch.scope', '21', true)`)
          await expect(client.query(statement)).rejects.toThrow(/row-level security/)
          await client.query('rollback')
        }
      } finally {
        client.release()
      }
    })
  })
})

describe('who may write', () => {
  const BOOKS = /^(ledger\.|audit\.|warnings\.event|allotments\.allotment)/
  /** The scan of a document is no book: it is attached after the fact, by duty. How long a kind is kept is a setting, with a floor. */
  const SET_LATER = [
    'audit.retention.keep_months UPDATE',
    'ledger.chart.last_year UPDATE',
    'ledger.document.scan UPDATE',
    'ledger.order_line.last_year UPDATE',
  ]

  test('the app’s role changes and removes nothing in the books, the audit and the history of warnings', async () => {
    const changes = async (pool: Installation['pool']) =>
      (await writes(pool, 'fundwatch_app')).filter(write => BOOKS.test(write) && !write.endsWith(' INSERT'))
    expect(await changes(here.ownerPool)).toEqual(SET_LATER)
    await spoil(`grant update (amount_fen), delete on ledger.entry to fundwatch_app; grant truncate on audit.entry to public;
      grant update on warnings.event to fundwatch_app`)
    expect(await changes(spoilt.ownerPool)).toEqual(
      expect.arrayContaining([
        'audit.entry TRUNCATE',
        'ledger.entry DELETE',
        'ledger.entry.amount_fen UPDATE',
        'warnings.event UPDATE',
      ]),
    )
  })
  test('only ledger.post and ledger.seal make entries, balances, batches and seals', async () => {
    const inserts = async (pool: Installation['pool']) =>
      (await writes(pool, 'fundwatch_app')).filter(write => /^ledger\..* INSERT$/.test(write))
    // Base data is written by editions alone (src/base/base.test.ts), sub-accounts by their division.
    expect(await inserts(here.ownerPool)).toEqual([
      'ledger.chart INSERT',
      'ledger.chart_line INSERT',
      'ledger.chart_mapping INSERT',
      'ledger.document INSERT',
      'ledger.order_line INSERT',
      // What was asked under a request key; what it posted, ledger.post writes.
      'ledger.request INSERT',
      'ledger.sub_account INSERT',
    ])
    await spoil('grant insert (division, batch, line) on ledger.entry to fundwatch_app')
    expect(await inserts(spoilt.ownerPool)).toContain('ledger.entry.division INSERT')
  })
  test('the rules’ role writes nothing and calls nothing that writes', async () => {
    expect(await writes(here.ownerPool, 'fundwatch_rules')).toEqual([])
    expect(await powers(here.ownerPool, 'fundwatch_rules')).toEqual([])
    await spoil(`grant insert on warnings.warning to fundwatch_rules;
      create function warnings.power() returns int language sql security definer as 'select 1'`)
    expect(await writes(spoilt.ownerPool, 'fundwatch_rules')).toContain('warnings.warning INSERT')
    expect(await powers(spoilt.ownerPool, 'fundwatch_rules')).toEqual(['warnings.power'])
  })
  test('the app’s role and the rules’ role can make no table of their own and are no superusers', async () => {
    for (const pool of [here.pool, here.rulesPool]) {
      const { rows } = await pool.query(
        `select current_user as name, rolsuper or rolbypassrls as mighty, (select count(*)::int from pg_namespace n where nspname !~ '^pg_(toast_)?temp' and has_schema_privilege(n.oid, 'CREATE')) as schemas
         from pg_roles where rolname = current_user`,
      )
      expect(rows).toEqual([{ name: expect.stringMatching(/^fundwatch_(app|rules)$/), mighty: false, schemas: 0 }])
    }
  })
})

test('every table says what it is, and every function with its owner’s rights what it may do', async () => {
  expect(await uncommented(here.ownerPool)).toEqual([])
  await spoil(
    `create table funds.mystery (id int primary key); create function funds.mystery() returns int language sql security definer as 'select 1'`,
  )
  expect((await uncommented(spoilt.ownerPool)).filter(name => name === 'funds.mystery')).toHaveLength(2)
})

describe('the pattern of document numbers', () => {
  test('means the same in PostgreSQL as in the parser, over all labelled numbers and their normal forms', async () => {
    const { items } = JSON.parse(readFileSync(join(ROOT, 'test', 'cases', 'doc-numbers.json'), 'utf8')) as {
      items: { raw: string }[]
    }
    const texts = [
      ...new Set(
        items.flatMap(({ raw }) => [
          raw,
          parseDocumentNumber(raw).normalised ?? raw,
          `${raw} `,
          raw.slice(1),
          `${raw}\n`,
        ]),
      ),
    ]
    expect(texts.length).toBeGreaterThan(200)
    const { rows } = await here.pool.query<{ text: string; valid: boolean }>(
      'select t as text, t ~ $1 as valid from unnest($2::text[]) t',
      [DOCUMENT_NUMBER_SQL_PATTERN, texts],
    )
    const differing = rows.filter(row => row.valid !== (parseDocumentNumber(row.text).verdict === 'valid'))
    expect(differing).toEqual([])
    expect(rows.filter(row => row.valid).length).toBeGreaterThan(40)
  })
})
