import { createHash } from 'node:crypto'
import { groupBy } from '../../kernel/group-by.ts'
import { narrowDigits } from '../../kernel/money.ts'
import { FaultList } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import type { Tx } from '../../platform/database/transaction.ts'
import { recorded } from '../../platform/import-record.ts'
import { onlyLook } from '../../platform/only-look.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../../platform/part.ts'
import type { RowReader } from '../../platform/tables/fields.ts'
import { outcomeOf, readRows } from '../../platform/tables/read-rows.ts'
import type { Column } from '../../platform/tables/table.ts'
import { divisionOf, pastDay } from '../judge-payment.ts'
import { loadReference, type Reference } from '../reference.ts'

/** Ours: control totals that came as a table, among the messages 3503 to 3513. */
export const SHEET_TYPE = 9002
const MAX_ROWS = 300_000

const column = (name: string, required: boolean, ...titles: string[]): Column => ({ name, titles, required })
export const TOTAL_COLUMNS: readonly Column[] = [
  column('MOF_DIV_CODE', true, '财政区划代码', '区划代码'),
  column('FISCAL_YEAR', true, '年度', '预算年度'),
  column('ACT_DATE', true, '日期', '对账日期', '支付日期'),
  column('PAY_AMT', true, '金额', '支付金额', '合计金额'),
  column('FUND_TYPE_CODE', false, '资金性质代码', '资金性质', '专项资金代码'),
  column('EXP_FUNC_CODE', false, '功能科目', '支出功能分类科目代码', '支出功能分类代码'),
  column('AGENCY_CODE', false, '单位代码', '预算单位代码'),
  column('NUM', false, '笔数'),
  column('PAY_CERT_NO', false, '支付凭证号', '凭证号'),
  column('VT_CODE', false, '凭证类型编号', '凭证类型'),
]

interface Told {
  division: number
  year: number
  day: string
  fund: string | null
  subject: string | null
  agency: string | null
  count: number | null
  voucherNo: string | null
  voucherType: number | null
  fen: bigint
}

/**
 * Takes in what the treasury says it paid, as a table: a row with a voucher number is a voucher of the treasury's list of that day, one without is a
 * control total. Where a day has vouchers and no total, the vouchers are added up by subject and agency. All or nothing; a later table of a
 * day takes the place of the one before, which is kept. Faults besides those of the fields: those of the division and the day.
 */
export const treasuryTotalsImporter: Importer = {
  kind: 'treasury-totals',
  title: { zh: '国库对账表', en: 'what the treasury says it paid' },
  permission: 'payments.import',
  columns: TOTAL_COLUMNS,
  run: (run, actor, request) =>
    request.checkOnly
      ? onlyLook(run, actor, context => taken(context, { ...request, importId: '0' }))
      : recorded(run, actor, 'treasury-totals', request, opened => run(actor, context => taken(context, opened))),
}

async function taken({ tx }: Context, request: ImportRequest & { importId: string }): Promise<ImportOutcome> {
  const faults = new FaultList()
  const reference = await loadReference(tx, request.division)
  const { read, rows } = await readRows(
    request,
    TOTAL_COLUMNS,
    faults,
    reader => toldOf(reader, faults, reference),
    MAX_ROWS,
  )
  faults.throwIfAny()
  let repeated = 0
  for (const some of groupBy(rows, row => `${row.division}\u001f${row.year}`).values())
    if (!(await keep(tx, request.importId, some))) repeated += some.length
  return { ...outcomeOf(faults, read, read - repeated), repeated }
}

function toldOf(reader: RowReader, faults: FaultList, reference: Reference): Told | null {
  const before = faults.count
  const short = { maxLength: 60 }
  const day = pastDay(reader, 'ACT_DATE', reference.today, true)
  const told = {
    division: divisionOf(reader, 'MOF_DIV_CODE', day ?? '', reference),
    year: reader.integer('FISCAL_YEAR', { required: true, min: 1994, max: 2100 }),
    day,
    fund: reader.text('FUND_TYPE_CODE', short),
    subject: reader.text('EXP_FUNC_CODE', short),
    agency: reader.text('AGENCY_CODE', short),
    count: reader.integer('NUM', { min: 0 }),
    voucherNo: reader.text('PAY_CERT_NO', short),
    voucherType: reader.integer('VT_CODE', { min: 1, max: 9999 }),
    fen: reader.money('PAY_AMT', { sign: 'any' }),
  }
  if (faults.count > before) return null
  return { ...told, voucherNo: told.voucherNo === null ? null : narrowDigits(told.voucherNo).trim() } as Told
}

/** Writes down what a table tells of one division's year; false where the very same was told before. */
async function keep(tx: Tx, importId: string, rows: readonly Told[]): Promise<boolean> {
  const { division, year, day } = rows[0]!
  const digest = createHash('sm3')
    .update(
      rows
        .map(row => Object.values({ ...row, fen: String(row.fen) }).join('\u001f'))
        .sort()
        .join('\u001e'),
    )
    .digest()
  const last = await tx.maybe<{ same: boolean }>(
    `select row_digest = $4 as same from payments.message where division = $1 and fiscal_year = $2 and voucher_type = $3 order by id desc limit 1`,
    [division, year, SHEET_TYPE, digest],
  )
  if (last?.same) return false
  const { id } = await tx.one<{ id: bigint }>(
    `insert into payments.message (voucher_no, division, fiscal_year, voucher_type, vouched_on, row_digest, import)
     values ('T' || $1::bigint, $2, $3, $4, $5, $6, $1::bigint) returning id`,
    [importId, division, year, SHEET_TYPE, day, digest],
  )
  const of = <Name extends keyof Told>(some: readonly Told[], name: Name): Told[Name][] => some.map(row => row[name])
  const vouchers = rows.filter(row => row.voucherNo !== null)
  const stated = rows.filter(row => row.voucherNo === null)
  await tx.query(
    `insert into payments.treasury_voucher (division, message, line_no, fiscal_year, day, voucher_type, voucher_no, function_subject, agency_code, amount_fen)
     select $1, $2, n, $3, day, type, no, subject, agency, fen
     from unnest($4::date[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::bigint[]) with ordinality as v(day, type, no, subject, agency, fen, n)`,
    [
      division,
      id,
      year,
      of(vouchers, 'day'),
      of(vouchers, 'voucherType'),
      of(vouchers, 'voucherNo'),
      of(vouchers, 'subject'),
      of(vouchers, 'agency'),
      of(vouchers, 'fen'),
    ],
  )
  const totalled = new Set(of(stated, 'day'))
  const totals = [...stated, ...addedUp(vouchers.filter(row => !totalled.has(row.day)))]
  await tx.query(
    `insert into payments.control_total (division, message, line_no, fiscal_year, voucher_type, day, fund_code, function_subject, agency_code, payments, amount_fen)
     select $1, $2, n, $3, $4, day, fund, subject, agency, payments, fen
     from unnest($5::date[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[]) with ordinality as c(day, fund, subject, agency, payments, fen, n)`,
    [
      division,
      id,
      year,
      SHEET_TYPE,
      of(totals, 'day'),
      of(totals, 'fund'),
      of(totals, 'subject'),
      of(totals, 'agency'),
      of(totals, 'count'),
      of(totals, 'fen'),
    ],
  )
  return true
}

/** Vouchers added up by day, fund, subject and agency; how many lines ours has of each, a list does not say. */
const addedUp = (vouchers: readonly Told[]): Told[] =>
  [...groupBy(vouchers, row => [row.day, row.fund, row.subject, row.agency].join('\u001f')).values()].map(some => ({
    ...some[0]!,
    voucherNo: null,
    voucherType: null,
    count: null,
    fen: some.reduce((total, row) => total + row.fen, 0n),
  }))
