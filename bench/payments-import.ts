import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { SYSTEM } from '../src/kernel/actor.ts'
import { importer } from '../src/payments/import-payments.ts'
import { type Benchmark, type BenchPlace, type Measured, seeded, timed } from './frame.ts'

const DIVISIONS = 10
const AGENCIES = 20
const LINES = 200
const PAYEES = 2000

/** Generated payments, imported end to end, against raw COPY of the rows that came of it. */
export const benchmark: Benchmark = {
  name: 'payments-import',
  title: 'payments from a CSV file, parsed, judged, matched, posted and committed',
  baseline: 'raw COPY of the same rows into copies of the payment and entry tables with the same indexes',
  defaultRows: 200_000,
  aim: 2.5,
  run,
}

async function run({ installation, folder, rows, seed, say }: BenchPlace): Promise<Measured> {
  await arrange(installation.ownerPool)
  const path = join(folder, 'payments.csv')
  await pipeline(Readable.from(csv(rows, seed), { objectMode: false }), createWriteStream(path))
  const { size } = await stat(path)
  say(`${rows} rows in ${Math.round(size / 1024 / 1024)} MB`)
  const source = { fileName: 'payments.csv', size, open: () => createReadStream(path, { highWaterMark: 262_144 }) }
  const started = performance.now()
  const marks: Record<string, number> = {}
  const mark = (name: string) => {
    marks[name] = Math.round(performance.now() - started) / 1000
  }
  const first = await timed(() =>
    importer.run(installation.run, SYSTEM, {
      source,
      division: null,
      progress: sentence =>
        mark(
          sentence.en.startsWith('Checking')
            ? 'read'
            : sentence.en.startsWith('Comparing')
              ? 'compared from'
              : 'posted',
        ),
    }),
  )
  say(`taken ${first.value.taken}, ${JSON.stringify(first.value.figures)}`)
  // The same vouchers in a file that differs by a byte: no short cut by the file's digest.
  const again = await timed(() =>
    importer.run(installation.run, SYSTEM, {
      source: { ...source, open: () => Readable.from(followed(createReadStream(path, { highWaterMark: 262_144 }))) },
      division: null,
    }),
  )
  const baselineSeconds = await rawCopy({ installation, folder, rows, seed, say })
  return {
    seconds: first.seconds,
    baselineSeconds,
    peakMegabytes: first.peakMegabytes,
    figures: {
      ...marks,
      'the same vouchers again, seconds': Math.round(again.seconds * 10) / 10,
      'of them repeated': again.value.repeated,
      'file, MB': Math.round(size / 1024 / 1024),
    },
  }
}

async function* followed(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* stream
  yield Buffer.from('\r\n')
}

const day = (n: number): string => new Date(Date.UTC(2026, 0, 5 + n)).toISOString().slice(0, 10)

function* csv(rows: number, seed: number): Generator<string> {
  const random = seeded(seed)
  const upTo = (n: number): number => Math.floor(random() * n)
  const head =
    'MOF_DIV_CODE,FISCAL_YEAR,PAY_CERT_NO,VOU_DATE,XPAY_DATE,PAY_AMT,XPAY_AMT,BGT_ID,AGENCY_CODE,PRO_CODE,EXP_FUNC_CODE,GOV_BGT_ECO_CODE,PAY_ACCT_NO,PAY_ACCT_NAME,PAY_ACCT_BANK_NAME,PAYEE_ACCT_NO,PAYEE_ACCT_NAME,PAYEE_ACCT_BANK_NAME,USE_DES,SET_MODE_CODE,PAY_TYPE_CODE\r\n'
  let text = head
  for (let n = 0; n < rows; n++) {
    const date = Math.floor((n / rows) * 300)
    const division = upTo(DIVISIONS) + 1
    const line = upTo(LINES)
    const payee = upTo(PAYEES)
    const kind = random()
    const amount = `${upTo(50_000)}.${String(upTo(100)).padStart(2, '0')}`.replace(/^0\.00$/, '1.00')
    // Eight in ten name their line, the others are found by agency, project and subject; some match nothing.
    const reference = kind < 0.8 ? `B${division}-${line}` : ''
    const project = kind < 0.97 ? `P${division}-${line}` : 'P-unknown'
    text += `99010${division - 1}000,2026,${String(n).padStart(9, '0')},${day(date)},${day(date + upTo(3))},${amount},${amount},${reference},A${line % AGENCIES},${project},2130504,50302,620000000000${division}00001,样例县财政局,样例银行,6217${String(division * 10_000 + payee).padStart(15, '0')},样例收款人${payee},样例银行${payee % 30}支行,工程款 ${n % 977},1,1\r\n`
    if (text.length > 200_000) {
      yield text
      text = ''
    }
  }
  yield text
}

/** Ten counties with their agencies, projects and lines of own spending; a few lines are too small for what they are to pay. */
async function arrange(pool: import('pg').Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query(`insert into divisions.division select n, null from generate_series(1, ${DIVISIONS}) n;
      insert into divisions.version (division, valid, code, name, level) select n, '[2018-01-01,)', '99010' || n - 1 || '000', '样例县' || n, 'county' from generate_series(1, ${DIVISIONS}) n;
      select divisions.rebuild_scopes();
      select set_config('fundwatch.scope', '0', true);
      insert into divisions.agency (division, code, name) select n, 'A' || a, '单位' || a from generate_series(1, ${DIVISIONS}) n, generate_series(0, ${AGENCIES - 1}) a;
      insert into funds.catalogue (division, name) select n, '清单' from generate_series(1, ${DIVISIONS}) n;
      insert into funds.fund (catalogue, division, code, name, level) select id, division, 'F', '资金', 'county' from funds.catalogue;
      insert into projects.project (division, code, name, name_verdict, first_year, last_year)
        select n, 'P' || n || '-' || l, '项目' || l, 'ok', 2026, 2026 from generate_series(1, ${DIVISIONS}) n, generate_series(0, ${LINES - 1}) l;
      insert into ledger.book (division, fiscal_year, uses_plans) select n, 2026, false from generate_series(1, ${DIVISIONS}) n;
      insert into ledger.document (division, number, number_form, title, dated) select n, '样财农〔2026〕1号', 'valid', '通知', '2026-01-04' from generate_series(1, ${DIVISIONS}) n;
      insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source_level, poverty, monitored_fen)
        select d.division, d.id * 100000, 2026, 'register', d.id, f.id, ${LINES} * 1000000000000, array[d.id * 100000], 'county', 'none', 0
        from ledger.document d join funds.fund f on f.division = d.division;
      insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source, source_level, poverty, monitored_fen, agency, project, function_subject, external_id)
        select r.division, r.id + 1 + l, 2026, 'refine', r.document, r.fund, case when l % 50 = 0 then 100000000 else 1000000000000 end, array[r.id, r.id + 1 + l], r.id, 'county', 'none', 0,
          g.id, j.id, '2130504', 'B' || r.division || '-' || l
        from allotments.allotment r, generate_series(0, ${LINES - 1}) l, divisions.agency g, projects.project j
        where r.form = 'register' and g.division = r.division and g.code = 'A' || l % ${AGENCIES} and j.division = r.division and j.code = 'P' || r.division || '-' || l;
      select ledger.post(division, 'register', 2026, '2026-01-04', null, null, array[id], array[1001], array[id], array[4001], array[amount_fen]) from allotments.allotment where form = 'register';
      select ledger.post(division, 'assign', 2026, '2026-01-04', null, null, array[id], array[5001], array[id], array[1001], array[amount_fen]) from allotments.allotment where form = 'register';
      select ledger.post(division, 'refine', 2026, '2026-01-04', null, null, array_agg(id), array_agg(500201), array_agg(source), array_agg(5001), array_agg(amount_fen))
        from allotments.allotment where form = 'refine' group by division`)
    await client.query('commit')
  } finally {
    client.release()
  }
  await pool.query('analyze')
}

/** The rows that the import made, taken out once and copied into empty twins of their tables. */
async function rawCopy({ installation, folder }: BenchPlace): Promise<number> {
  const client = await installation.ownerPool.connect()
  try {
    let seconds = 0
    for (const table of ['payments.payment', 'ledger.entry']) {
      const file = join(folder, `${table}.copy`)
      await pipeline(client.query(copyTo(`copy ${table} to stdout`)), createWriteStream(file))
      await client.query(
        `create schema if not exists bench; create table bench.${table.split('.')[1]} (like ${table} including all)`,
      )
      const into = await timed(() =>
        pipeline(
          createReadStream(file, { highWaterMark: 262_144 }),
          client.query(copyFrom(`copy bench.${table.split('.')[1]} from stdin`)),
        ),
      )
      seconds += into.seconds
    }
    return seconds
  } finally {
    client.release()
  }
}
