import type { Pool } from '../src/platform/database/pool.ts'

/** How large a ledger is made: every county's year is alike, so that a ledger ten times as large is ten times as many of them. */
export interface LedgerSize {
  counties: number
  years: number
  /** Lines of one county's year that are refined to agencies; what comes before them is a fiftieth more. */
  refined: number
  /** Payments posted on each refined line, on as many days. */
  payments: number
}

export const FIRST_YEAR = 2018
const LINES_A_DOCUMENT = 50
/** Days of a county's year on which something was paid. */
const PAYING_DAYS = 250

/** Allotments and entries that a ledger of this size holds. */
export function sizeOf({ counties, years, refined, payments }: LedgerSize): { allotments: number; entries: number } {
  const documents = Math.ceil(refined / LINES_A_DOCUMENT)
  return {
    allotments: years * (2 + counties * (documents * 3 + refined)),
    entries: years * (2 + counties * (documents * 3 + refined * (2 + payments))),
  }
}

/**
 * A province and its counties: own budget registered, assigned and passed down in one document a year, received and assigned by document,
 * refined to agencies and projects, planned, and paid day by day. Everything goes through `ledger.open_transfers`,
 * `ledger.post_days` and `ledger.seal`, a county's year in a handful of statements.
 */
export async function makeLedger(pool: Pool, size: LedgerSize, say: (line: string) => void = () => {}): Promise<void> {
  const client = await pool.connect()
  const documents = Math.ceil(size.refined / LINES_A_DOCUMENT)
  try {
    await client.query(`set synchronous_commit = off; set fundwatch.scope = '0'; set work_mem = '64MB'`)
    await client.query(found(size.counties))
    for (let year = FIRST_YEAR; year < FIRST_YEAR + size.years; year++) {
      await client.query(provinceYear(year, size, documents))
      for (let county = 2; county <= size.counties + 1; county++)
        await client.query(countyYear(county, year, size, documents))
      await client.query('select ledger.seal(id) from divisions.division')
      say(`year ${year} made`)
    }
    await client.query('reset synchronous_commit; reset fundwatch.scope; reset work_mem')
  } finally {
    client.release()
  }
  await pool.query('vacuum analyze')
}

const found = (counties: number): string => `
  insert into divisions.division select generate_series(1, ${counties + 1});
  insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent)
    select id, '[2015-01-01,)', '99' || lpad((id - 1)::text, 4, '0') || '000', case id when 1 then '样例省' else '样例县' || id end,
      case id when 1 then 'province' else 'county' end, case when id > 1 then 1 end, case when id > 1 then 1 end from divisions.division;
  select divisions.rebuild_scopes();
  insert into funds.catalogue (division, name) values (1, '样例清单');
  insert into funds.fund (catalogue, division, code, name, level) select id, 1, 'F01', '样例专项资金', 'province' from funds.catalogue;
  insert into divisions.agency (division, code, name) select d, 'A' || a, '样例单位' || a from generate_series(2, ${counties + 1}) d, generate_series(1, 20) a order by 1, a;
  insert into projects.project (division, code, name, name_verdict, first_year, last_year)
    select d, 'P' || p, '样例县' || d || '样例村通组道路工程' || p, 'ok', 2015, 2035 from generate_series(2, ${counties + 1}) d, generate_series(1, 100) p order by 1, p;`

/** 1,000,000 yuan a refined line. */
const LINE_FEN = 100_000_000n

function provinceYear(year: number, size: LedgerSize, documents: number): string {
  const share = BigInt(LINES_A_DOCUMENT) * LINE_FEN
  const whole = share * BigInt(documents * size.counties)
  const line = (id: string, form: string, source: string, path: string) =>
    `insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, path, source_level, poverty, monitored_fen)
       values (1, ${id}, ${year}, '${form}', v_document, 1, ${whole}, ${source}, ${path}, 'province', 'whole', ${whole});`
  return `do $$ declare v_document bigint; v_own bigint := nextval('allotments.allotment_id'); v_assigned bigint := nextval('allotments.allotment_id');
      v_lines bigint[]; v_transfers bigint[]; v_receivers int[]; begin
    insert into ledger.document (division, number, number_form, title, dated)
      values (1, '样财农〔${year}〕1号', 'valid', '关于下达专项资金的通知', '${year}-01-05') returning id into v_document;
    ${line('v_own', 'register', 'null', 'array[v_own]')}
    ${line('v_assigned', 'assign', 'v_own', 'array[v_own, v_assigned]')}
    v_receivers := array(select c from generate_series(2, ${size.counties + 1}) c, generate_series(1, ${documents}) n order by c, n);
    v_lines := array(select nextval('allotments.allotment_id') from generate_series(1, cardinality(v_receivers)));
    insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, path, source_level, poverty, monitored_fen, to_division)
      select 1, l, ${year}, 'pass-down', v_document, 1, ${share}, v_assigned, array[v_own, v_assigned, l], 'province', 'whole', ${share}, r from unnest(v_lines, v_receivers) as u(l, r);
    v_transfers := array(select ledger.open_transfers(1, ${year}, '样财农〔${year}〕1号', '关于下达专项资金的通知', '${year}-01-05', v_receivers, v_lines,
      array_fill(1, array[cardinality(v_lines)]), array_fill('province'::text, array[cardinality(v_lines)]), array_fill(false, array[cardinality(v_lines)]),
      array_fill(null::text, array[cardinality(v_lines)]), array_fill(null::text, array[cardinality(v_lines)]), array_fill(null::text, array[cardinality(v_lines)]),
      array_fill(null::text, array[cardinality(v_lines)]), array(select array[v_own, v_assigned, l]::text from unnest(v_lines) l), array_fill(0::bigint, array[cardinality(v_lines)])));
    perform ledger.post(1, 'register', ${year}, '${year}-01-05', v_document, null, array[v_own], array[1001], array[v_own], array[4001], array[${whole}]);
    perform ledger.post(1, 'assign', ${year}, '${year}-01-06', v_document, null, array[v_assigned], array[5001], array[v_own], array[1001], array[${whole}]);
    perform ledger.post(1, 'pass-down', ${year}, '${year}-01-07', v_document, null, v_lines, array_fill(500202, array[cardinality(v_lines)]),
      array_fill(v_assigned, array[cardinality(v_lines)]), array_fill(5001, array[cardinality(v_lines)]), array_fill(${share}::bigint, array[cardinality(v_lines)]),
      v_receivers, v_transfers, array_fill(${share}::bigint, array[cardinality(v_lines)]));
  end $$`
}

function countyYear(county: number, year: number, size: LedgerSize, documents: number): string {
  const days = Math.min(PAYING_DAYS, size.refined * size.payments)
  return `
  do $$ declare v_document bigint; v_transfers bigint[]; v_sent bigint[]; v_received bigint[]; v_assigned bigint[]; v_lines bigint[]; v_sources bigint[]; begin
    insert into ledger.document (division, number, number_form, title, dated)
      values (${county}, '样县财农〔${year}〕1号', 'valid', '关于分配专项资金的通知', '${year}-01-20') returning id into v_document;
    select array_agg(id order by id), array_agg(sent_fen order by id) into v_transfers, v_sent from ledger.transfer where division = ${county} and fiscal_year = ${year};
    v_received := array(select nextval('allotments.allotment_id') from unnest(v_transfers));
    v_assigned := array(select nextval('allotments.allotment_id') from unnest(v_transfers));
    insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, transfer, path, source_level, poverty, monitored_fen)
      select ${county}, r, ${year}, 'receive', v_document, 1, t.sent_fen, t.id, t.path || r, 'province', 'whole', t.sent_fen
      from unnest(v_received, v_transfers) as u(r, i) join ledger.transfer t on t.division = ${county} and t.id = u.i;
    insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, path, source_level, poverty, monitored_fen)
      select ${county}, n, ${year}, 'assign', v_document, 1, a.amount_fen, a.id, a.path || n, 'province', 'whole', a.amount_fen
      from unnest(v_assigned, v_received) as u(n, r) join allotments.allotment a on a.division = ${county} and a.id = u.r;
    v_sources := array(select s from unnest(v_assigned) with ordinality as u(s, n), generate_series(1, ${LINES_A_DOCUMENT}) k order by n, k limit ${size.refined});
    v_lines := array(select nextval('allotments.allotment_id') from unnest(v_sources));
    insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, path, source_level, poverty, monitored_fen, agency, project, function_subject)
      select ${county}, l, ${year}, 'refine', v_document, 1, ${LINE_FEN}, s, a.path || l, 'province', 'whole', ${LINE_FEN},
        (select min(id) from divisions.agency where division = ${county}) + n % 20, (select min(id) from projects.project where division = ${county}) + n % 100, '2130504'
      from unnest(v_lines, v_sources) with ordinality as u(l, s, n) join allotments.allotment a on a.division = ${county} and a.id = u.s;
    perform ledger.post(${county}, 'receive', ${year}, '${year}-01-20', v_document, null, v_received, array_fill(1001, array[${documents}]), v_received,
      array_fill(4001, array[${documents}]), v_sent, array_fill(${county}, array[${documents}]), v_transfers, v_sent);
    perform ledger.post(${county}, 'assign', ${year}, '${year}-01-22', v_document, null, v_assigned, array_fill(5001, array[${documents}]), v_received,
      array_fill(1001, array[${documents}]), v_sent);
    perform ledger.post_days(${county}, 'refine', ${year}, d.days, v_document, array_fill(null::text, array[${documents}]), d.day, v_lines, array_fill(500201, array[${size.refined}]),
      v_sources, array_fill(5001, array[${size.refined}]), array_fill(${LINE_FEN}::bigint, array[${size.refined}]))
      from (select array(select date '${year}-02-01' + n % 28 from generate_series(1, ${documents}) n) as days,
        array(select (n - 1) / ${LINES_A_DOCUMENT} + 1 from generate_series(1, ${size.refined}) n) as day) d;
    perform ledger.post(${county}, 'plan', ${year}, '${year}-03-01', v_document, null, v_lines, array_fill(5101, array[${size.refined}]), v_lines,
      array_fill(500201, array[${size.refined}]), array_fill(${LINE_FEN}::bigint, array[${size.refined}]));
    perform ledger.post_days(${county}, 'pay', ${year}, array(select date '${year}-03-02' + d from generate_series(1, ${days}) d), null,
      array_fill(null::text, array[${days}]), array_agg((n % ${days} + 1)::int order by n), array_agg(line order by n), array_fill(5201, array[count(*)::int]),
      array_agg(line order by n), array_fill(5101, array[count(*)::int]), array_agg(1000000 + (n * 7919) % 9000000 order by n))
      from (select l as line, row_number() over (order by p, l) as n from unnest(v_lines) l, generate_series(1, ${size.payments}) p) x;
  end $$`
}
