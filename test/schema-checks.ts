import type { Pool } from '../src/platform/database/pool.ts'

/** What the schema must be, each as a list of the places where it is not: empty when all is well. */

const OUR_SCHEMAS = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'graphile_worker', 'public')`

/** Facts are all our tables but those whose comment says that they are reference data or staging. */
const FACTS = `select c.oid, c.oid::regclass::text as name, c.relrowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and ${OUR_SCHEMAS} and coalesce(obj_description(c.oid, 'pg_class'), '') !~ '^(reference|staging):'`

const names = async (pool: Pool, sql: string, values: unknown[] = []): Promise<string[]> =>
  (await pool.query<{ name: string }>(sql, values)).rows.map(row => row.name)

export const facts = (pool: Pool): Promise<string[]> => names(pool, `select name from (${FACTS}) f order by name`)

export const factsWithoutDivisionFirst = (pool: Pool): Promise<string[]> =>
  names(
    pool,
    `select f.name from (${FACTS}) f where not exists (
       select from pg_constraint k join pg_attribute a on a.attrelid = f.oid and a.attnum = k.conkey[1]
       where k.conrelid = f.oid and k.contype = 'p' and a.attname = 'division') order by 1`,
  )

export const keysBetweenFactsWithoutDivisionFirst = (pool: Pool): Promise<string[]> =>
  names(
    pool,
    `select format('%s.%s', f.name, k.conname) as name from pg_constraint k
     join (${FACTS}) f on f.oid = k.conrelid join (${FACTS}) g on g.oid = k.confrelid
     join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
     join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
     where k.contype = 'f' and (a.attname <> 'division' or b.attname <> 'division') order by 1`,
  )

/** Row-level security with a policy for reading that asks for the scope. */
export const factsNotEnclosed = (pool: Pool): Promise<string[]> =>
  names(
    pool,
    `select f.name from (${FACTS}) f where not f.relrowsecurity or not exists (
       select from pg_policy p where p.polrelid = f.oid and p.polcmd in ('*', 'r') and pg_get_expr(p.polqual, p.polrelid) ~ 'platform\\.scope\\(\\)')
     order by 1`,
  )

/** A view that runs as its owner would see past row-level security. */
export const viewsThatRunAsOwner = (pool: Pool): Promise<string[]> =>
  names(
    pool,
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('v', 'm') and ${OUR_SCHEMAS} and not coalesce(c.reloptions && array['security_invoker=true', 'security_invoker=on'], false) order by 1`,
  )

/** Every table says what it is, and every function that runs with its owner's rights what it may do. */
export const uncommented = (pool: Pool): Promise<string[]> =>
  names(
    pool,
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and ${OUR_SCHEMAS} and obj_description(c.oid, 'pg_class') is null
     union all
     select p.oid::regproc::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where p.prosecdef and ${OUR_SCHEMAS} and obj_description(p.oid, 'pg_proc') is null order by 1`,
  )

/** What a role may do to tables beyond reading, as `table PRIVILEGE` or `table.column PRIVILEGE`. */
export const writes = (pool: Pool, role: string): Promise<string[]> =>
  names(
    pool,
    `with ours as (select c.oid, c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm') and ${OUR_SCHEMAS})
     select format('%s %s', o.name, w) as name from ours o, unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) w where has_table_privilege($1, o.oid, w)
     union all
     select format('%s.%s %s', o.name, a.attname, w) from ours o join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped,
       unnest(array['INSERT', 'UPDATE']) w where has_column_privilege($1, o.oid, a.attnum, w) and not has_table_privilege($1, o.oid, w)
     order by 1`,
    [role],
  )

/** Functions with their owner's rights that a role may call. */
export const powers = (pool: Pool, role: string): Promise<string[]> =>
  names(
    pool,
    `select p.oid::regproc::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where p.prosecdef and ${OUR_SCHEMAS} and has_function_privilege($1, p.oid, 'EXECUTE') order by 1`,
    [role],
  )
