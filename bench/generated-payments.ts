import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { to as copyTo } from 'pg-copy-streams'
import type { Pool } from '../src/platform/database/pool.ts'

/** Divisions with books of the year 2026; everything of a division is as large as in every other. */
export interface PaymentWorld {
  divisions: number
  agencies: number
  /** Lines of own spending of a division, each with a project of its own. */
  lines: number
  payees: number
}

export const YEAR = 2026
const DAYS = 300

/** Divisions with their agencies, projects and lines of own spending; a few lines are too small for what they are to pay. */
export async function arrange(pool: Pool, { divisions, agencies, lines }: PaymentWorld): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`insert into divisions.division select n, null from generate_series(1, ${divisions}) n;
      insert into divisions.version (division, valid, code, name, level) select n, '[2018-01-01,)', ${divisionCode('n')}, '样例县' || n, 'county' from generate_series(1, ${divisions}) n;
      select divisions.rebuild_scopes();
      select set_config('fundwatch.scope', '0', true);
      insert into divisions.agency (division, code, name) select n, 'A' || a, '单位' || a from generate_series(1, ${divisions}) n, generate_series(0, ${agencies - 1}) a;
      insert into funds.catalogue (division, name) select n, '清单' from generate_series(1, ${divisions}) n;
      insert into funds.fund (catalogue, division, code, name, level) select id, division, 'F', '资金', 'county' from funds.catalogue;
      insert into projects.project (division, code, name, name_verdict, first_year, last_year)
        select n, 'P' || n || '-' || l, '项目' || l, 'ok', ${YEAR}, ${YEAR} from generate_series(1, ${divisions}) n, generate_series(0, ${lines - 1}) l;
      insert into ledger.book (division, fiscal_year, uses_plans) select n, ${YEAR}, false from generate_series(1, ${divisions}) n;
      insert into ledger.document (division, number, number_form, title, dated) select n, '样财农〔2026〕1号', 'valid', '通知', '2026-01-04' from generate_series(1, ${divisions}) n;
      insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source_level, poverty, monitored_fen)
        select d.division, ${lineId('d.division', '-1')}, ${YEAR}, 'register', d.id, f.id, ${lines} * 1000000000000, array[${lineId('d.division', '-1')}], 'county', 'none', 0
        from ledger.document d join funds.fund f on f.division = d.division;
      insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source, source_level, poverty, monitored_fen, agency, project, function_subject, external_id)
        select r.division, ${lineId('r.division', 'l')}, ${YEAR}, 'refine', r.document, r.fund, case when l % 50 = 0 then 100000000 else 1000000000000 end,
          array[r.id, ${lineId('r.division', 'l')}], r.id, 'county', 'none', 0, g.id, j.id, '2130504', 'B' || r.division || '-' || l
        from allotments.allotment r, generate_series(0, ${lines - 1}) l, divisions.agency g, projects.project j
        where r.form = 'register' and g.division = r.division and g.code = 'A' || l % ${agencies} and j.division = r.division and j.code = 'P' || r.division || '-' || l;
      select ledger.post(division, 'register', ${YEAR}, '2026-01-04', null, null, array[id], array[1001], array[id], array[4001], array[amount_fen]) from allotments.allotment where form = 'register';
      select ledger.post(division, 'assign', ${YEAR}, '2026-01-04', null, null, array[id], array[5001], array[id], array[1001], array[amount_fen]) from allotments.allotment where form = 'register';
      select ledger.post(division, 'refine', ${YEAR}, '2026-01-04', null, null, array_agg(id), array_agg(500201), array_agg(source), array_agg(5001), array_agg(amount_fen))
        from allotments.allotment where form = 'refine' group by division`)
    await client.query('commit')
  } finally {
    client.release()
  }
  await pool.query('analyze')
}

const divisionCode = (n: string): string => `'99' || lpad((${n} + 100)::text, 4, '0') || '000'`
/** A million a division leaves room for as many lines. */
const lineId = (division: string, line: string): string => `(${division}::bigint * 1000000 + 1 + ${line})`

/** A number from 0 up to `below` for the n-th payment, the same for the same seed on every server; `of` tells the draws of one payment apart. */
const draw = (seed: number, of: number, below: string | number): string =>
  `abs(hashint8extended(n, ${seed * 16 + of}) % ${below})`

const COLUMNS =
  'MOF_DIV_CODE,FISCAL_YEAR,PAY_CERT_NO,VOU_DATE,XPAY_DATE,PAY_AMT,XPAY_AMT,BGT_ID,AGENCY_CODE,PRO_CODE,EXP_FUNC_CODE,GOV_BGT_ECO_CODE,PAY_ACCT_NO,PAY_ACCT_NAME,PAY_ACCT_BANK_NAME,PAYEE_ACCT_NO,PAYEE_ACCT_NAME,PAYEE_ACCT_BANK_NAME,USE_DES,SET_MODE_CODE,PAY_TYPE_CODE'
const ELEMENTS =
  'AdmDivCode,StYear,VoucherNo,VouDate,XPayDate,PayAmt,XPayAmt,BgtId,AgencyCode,DepProCode,ExpFuncCode,GovExpEcoCode,PayAcctNo,PayAcctName,PayAcctBankName,PayeeAcctNo,PayeeAcctName,PayeeAcctBankName,PaySummaryName,SetModeCode,PayTypeCode'

/** What a file says of the n-th payment, in the order of `COLUMNS`. Eight in ten name their line, the others are found by agency, project and subject; some match nothing. */
const fields = ({ agencies, payees }: PaymentWorld): string[] => [
  divisionCode('division'),
  `'${YEAR}'`,
  `lpad(n::text, 9, '0')`,
  'day::text',
  '(day + later)::text',
  `yuan`,
  `yuan`,
  `case when kind < 80 then 'B' || division || '-' || line else '' end`,
  `'A' || line % ${agencies}`,
  `case when kind < 97 then 'P' || division || '-' || line else 'P-unknown' end`,
  `'2130504'`,
  `'50302'`,
  `'620000000000' || division || '00001'`,
  `'样例县财政局'`,
  `'样例银行'`,
  `'6217' || lpad((division::bigint * ${payees * 10} + payee)::text, 15, '0')`,
  `'样例收款人' || payee`,
  `'样例银行' || payee % 30 || '支行'`,
  `'工程款 ' || n % 977`,
  `'1'`,
  `'1'`,
]

const drawn = (world: PaymentWorld, rows: number, seed: number): string => `
  select n, 1 + ${draw(seed, 1, world.divisions)} as division, ${draw(seed, 2, world.lines)} as line, ${draw(seed, 3, world.payees)} as payee,
    ${draw(seed, 4, 100)} as kind, date '2026-01-05' + (n * ${DAYS} / ${rows})::int as day, ${draw(seed, 5, 3)}::int as later,
    (1 + ${draw(seed, 6, 50_000)})::text || '.' || lpad(${draw(seed, 7, 100)}::text, 2, '0') as yuan
  from generate_series(0::bigint, ${rows - 1}) n`

/**
 * Writes a file of payments, as a table or as a voucher message. The database makes it, so that making it costs the process that is
 * measured no memory.
 */
export async function writePayments(
  pool: Pool,
  path: string,
  world: PaymentWorld,
  { rows, seed, kind }: { rows: number; seed: number; kind: 'csv' | 'xml' },
): Promise<void> {
  const values = fields(world)
  const line =
    kind === 'csv'
      ? values.join(` || ',' || `)
      : `'<Voucher><VtCode>5201</VtCode>' || ${ELEMENTS.split(',')
          .map((name, i) => `'<${name}>' || ${values[i]} || '</${name}>'`)
          .join(' || ')} || '</Voucher>'`
  const [head, tail] = kind === 'csv' ? [COLUMNS, null] : ['<?xml version="1.0" encoding="UTF-8"?><MOF>', '</MOF>']
  const client = await pool.connect()
  try {
    await pipeline(
      client.query(
        copyTo(
          `copy (select '${head}' union all select ${line} from (${drawn(world, rows, seed)}) p${tail ? ` union all select '${tail}'` : ''}) to stdout`,
        ),
      ),
      createWriteStream(path),
    )
  } finally {
    client.release()
  }
}

/**
 * Fills the real tables with payments, posted ones with their entries, in a handful of statements: what importing them would leave
 * behind, but for the digests of the batches. Indexes are made afterwards, so that ten million take minutes.
 */
export async function fillPayments(
  pool: Pool,
  world: PaymentWorld,
  { rows, seed }: { rows: number; seed: number },
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query(
      `set synchronous_commit = off; set fundwatch.scope = '0'; set work_mem = '128MB'; set maintenance_work_mem = '512MB'`,
    )
    const { rows: indexes } = await client.query<{ name: string; made: string }>(
      `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as made from pg_index i
       where i.indrelid in ('payments.payment'::regclass, 'ledger.entry'::regclass) and not i.indisunique`,
    )
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    await client.query(`
      insert into payments.bank_account (division, id, key_version, digest, ciphertext, masked) overriding system value
        select d, ${holderId('d', 'p')}, 1, decode(lpad(to_hex(${holderId('d', 'p')}), 64, '0'), 'hex'), decode(repeat('01', 49), 'hex'), '6217****' || lpad((p % 10000)::text, 4, '0')
        from generate_series(1, ${world.divisions}) d, generate_series(0, ${world.payees - 1}) p;
      insert into payments.holder (division, id, account, name, bank) overriding system value
        select d, ${holderId('d', 'p')}, ${holderId('d', 'p')}, '样例收款人' || p, '样例银行' || p % 30 || '支行'
        from generate_series(1, ${world.divisions}) d, generate_series(0, ${world.payees - 1}) p;
      create temporary table agency_of as select a.id as allotment, a.agency, a.project, a.fund from allotments.allotment a where form = 'refine';
      insert into payments.payment (division, id, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, paid_on, amount_fen,
          payee, agency, project, allotment, fund, function_subject, economic_subject, settlement, pay_type, purpose, allotment_ref, agency_code, project_code, match)
        select p.division, n + 1, ${YEAR}, 5201, lpad(n::text, 9, '0'), 1, decode(lpad(to_hex(n), 64, '0'), 'hex'), 1, day, day + later, replace(yuan, '.', '')::bigint,
          ${holderId('p.division', 'payee')}, l.agency, l.project, case when kind < 97 then l.allotment end, case when kind < 97 then l.fund end, '2130504', '50302', '1', '1', '工程款 ' || n % 977,
          case when kind < 80 then 'B' || p.division || '-' || line end, 'A' || line % ${world.agencies}, 'P' || p.division || '-' || line,
          case when kind < 80 then 'by-id' when kind < 97 then 'by-elements' else 'none' end
        from (${drawn(world, rows, seed)}) p join agency_of l on l.allotment = ${lineId('p.division', 'line')} order by n;
      insert into payments.day_total (division, fiscal_year, vouched_on, payments, amount_fen)
        select division, fiscal_year, vouched_on, count(*), sum(amount_fen)::bigint from payments.payment group by 1, 2, 3;
      insert into payments.unposted (division, payment, reason) select division, id, 'no-allotment' from payments.payment where allotment is null;
      insert into ledger.batch (division, id, form, fiscal_year, effective_on, entries, actor, recorded_at, digest)
        select division, ${batchId('division', 'paid_on')}, 'pay', ${YEAR}, paid_on, count(*), 0, now(), '' from payments.payment where allotment is not null group by division, paid_on;
      insert into ledger.entry (division, batch, line, debit_allotment, debit, credit_allotment, credit, amount_fen, payment)
        select division, ${batchId('division', 'paid_on')}, row_number() over (partition by division, paid_on order by id), allotment, 5201, allotment, 500201, amount_fen, id
        from payments.payment where allotment is not null order by paid_on, division, id`)
    for (const { made } of indexes) await client.query(made)
    await client.query('drop table agency_of')
    await client.query('reset synchronous_commit; reset fundwatch.scope; reset work_mem; reset maintenance_work_mem')
  } finally {
    client.release()
  }
  await pool.query('vacuum analyze')
}

export const holderId = (division: string, payee: string): string => `(${division}::bigint * 10000000 + 1 + ${payee})`
/** Far above what the sequence has given. */
const batchId = (division: string, day: string): string =>
  `(1000000 + ${division}::bigint * 1000 + (${day} - date '2026-01-01'))`
