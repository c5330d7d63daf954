import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'

/** One county with two agencies, a fund, a project, and own-spending lines with amounts in fen; a second county beside it. */
export interface TestLine {
  externalId: string
  agency?: string
  project?: string | null
  subject?: string
  document?: string
  fen: bigint
}

const SCOPE = `select set_config('fundwatch.scope', '0', true)`

export const DIVISION = '990101000'
export const OTHER_DIVISION = '990102000'

/** The divisions, agencies, fund and project that payments name; a book without payment plans, unless told otherwise. */
export async function county(here: Installation, options: { usesPlans?: boolean } = {}): Promise<void> {
  await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null), (3, null);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2018-01-01,)', '990100000', '样例市', 'city', null, null), (2, '[2018-01-01,)', '${DIVISION}', '样例县', 'county', 1, 1),
      (3, '[2018-01-01,)', '${OTHER_DIVISION}', '样例二县', 'county', 1, 1);
    select divisions.rebuild_scopes();
    insert into divisions.agency (division, code, name) values (2, '101001', '样例县水利局'), (2, '102001', '样例县农业局');
    insert into funds.catalogue (division, name) values (2, '县级清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 2, 'X01', '财政专项扶贫资金', 'county');
    insert into projects.project (division, code, name, name_verdict, first_year, last_year) values
      (2, 'P1', '甲村饮水工程', 'ok', 2026, 2026), (2, 'P2', '乙村道路硬化', 'ok', 2026, 2026);
    insert into ledger.book (division, fiscal_year, uses_plans) values (2, 2026, ${options.usesPlans ?? false}), (3, 2026, false);`)
}

/** Arranges a line of own spending, registered, assigned and refined through the ledger; answers its allotment. */
export async function arrange(here: Installation, line: TestLine): Promise<bigint> {
  const client = await here.ownerPool.connect()
  try {
    await client.query('begin')
    await client.query(SCOPE)
    const { rows } = await client.query(
      `with d as (insert into ledger.document (division, number, number_form, title, dated) values (2, $1, 'valid', '关于下达资金的通知', '2026-01-05') returning id),
        root as (insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source_level, poverty, monitored_fen)
          select 2, n, 2026, 'register', d.id, 1, $2, array[n], 'county', 'whole', $2 from d, nextval('allotments.allotment_id') n returning id, document),
        leaf as (insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, path, source, source_level, poverty, monitored_fen,
            agency, project, function_subject, external_id)
          select 2, n, 2026, 'refine', root.document, 1, $2, array[root.id, n], root.id, 'county', 'whole', $2,
            (select id from divisions.agency where division = 2 and code = $3), (select id from projects.project where division = 2 and code = $4), $5, $6
          from root, nextval('allotments.allotment_id') n returning id)
       select root.id as root, leaf.id as leaf from root, leaf`,
      [
        line.document ?? '样财农〔2026〕1号',
        line.fen,
        line.agency ?? '101001',
        line.project === undefined ? 'P1' : line.project,
        line.subject ?? '2130504',
        line.externalId,
      ],
    )
    const { root, leaf } = rows[0] as { root: bigint; leaf: bigint }
    const post = (form: string, from: bigint, debit: number, to: bigint, credit: number) =>
      client.query(
        `select ledger.post(2, $1, 2026, '2026-01-05', null, null, array[$2::bigint], array[$3::int], array[$4::bigint], array[$5::int], array[$6::bigint])`,
        [form, to, debit, from, credit, line.fen],
      )
    await post('register', root, 1001, root, 4001)
    await post('assign', root, 5001, root, 1001)
    await post('refine', root, 500201, leaf, 5001)
    await client.query('commit')
    return leaf
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

const HEADER = {
  MOF_DIV_CODE: DIVISION,
  FISCAL_YEAR: '2026',
  PAY_CERT_NO: 'V1',
  VOU_DATE: '2026-03-01',
  XPAY_DATE: '2026-03-02',
  PAY_AMT: '1.00',
  XPAY_AMT: '',
  BGT_ID: '',
  COR_BGT_DOC_NO: '',
  AGENCY_CODE: '101001',
  PRO_CODE: '',
  EXP_FUNC_CODE: '',
  PAY_ACCT_NO: '6200000000000000001',
  PAY_ACCT_NAME: '样例县财政局零余额账户',
  PAY_ACCT_BANK_NAME: '样例银行',
  PAYEE_ACCT_NO: '6200000000000099999',
  PAYEE_ACCT_NAME: '样例建筑公司',
  PAYEE_ACCT_BANK_NAME: '样例银行二支行',
  USE_DES: '工程款',
}
export type TestRow = Partial<Record<keyof typeof HEADER, string>>

/** A table of payments; what a row does not say is as in the pattern above. */
export const table = (rows: readonly TestRow[], fileName = 'payments.csv') =>
  memorySource(
    `${Object.keys(HEADER).join(',')}\r\n${rows.map(row => Object.values({ ...HEADER, ...row }).join(',')).join('\r\n')}\r\n`,
    fileName,
  )
