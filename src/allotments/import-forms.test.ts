import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { declare } from '../divisions/declare.ts'
import { integrationImporter } from '../integration/import-integrations.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { adjustmentImporter, recallImporter } from './file-forms.ts'
import { balances, faultsOf, province, type Row, takeIn } from './test-import.ts'
import { findings } from './test-recall.ts'

// The forms that change lines, by sheet: province 1, city 11, counties 21, 22 and 23.
let here: Installation
const base = { FISCAL_YEAR: '2018', DOC_DATE: '2018-03-01', BGT_DOC_TITLE: '关于下达资金的通知' }
beforeAll(async () => {
  here = await testInstallation()
  await province(here)
  const own = (id: string, amount: string, more: Row): Row => ({
    ...base,
    BGT_ID: id,
    MOF_DIV_CODE: '990101000',
    COR_BGT_DOC_NO: '子财农〔2018〕1号',
    AMOUNT: amount,
    TRACK_PRO_CODE: 'P01',
    ...more,
  })
  const above = (id: string, amount: string, more: Row): Row =>
    own(id, amount, { MOF_DIV_CODE: '990100000', COR_BGT_DOC_NO: '甲财农〔2018〕7号', ...more })
  await takeIn(here, [
    own('R', '1000', {}),
    own('A', '900', { ORI_BGT_ID: 'R' }),
    own('U', '500', { ORI_BGT_ID: 'A', AGENCY_CODE: '101001', EXP_FUNC_CODE: '2130504' }),
    above('CR', '800', {}),
    above('CA', '800', { ORI_BGT_ID: 'CR' }),
    above('CD', '600', { ORI_BGT_ID: 'CA', REC_DIV_CODE: '990101000' }),
    own('T', '400', { SUP_BGT_DOC_NO: '甲财农〔2018〕7号', COR_BGT_DOC_NO: '子财农〔2018〕2号' }),
  ])
})
afterAll(() => here?.close())

const COUNTY = '990101000'
const NAMES =
  'MOF_DIV_CODE,FISCAL_YEAR,FORM,COR_BGT_DOC_NO,BGT_DOC_TITLE,DOC_DATE,AMOUNT,ORI_BGT_ID,BGT_ID,TRACK_PRO_CODE,AGENCY_CODE,PRO_CODE,REC_DIV_CODE,OTHER_REGION,SUP_BGT_DOC_NO,USE_PRO_CODE'
type Cells = Partial<Record<string, string>>
const sheet = (rows: readonly Cells[]) =>
  [
    NAMES,
    ...rows.map(row =>
      NAMES.split(',')
        .map(name => row[name] ?? '')
        .join(','),
    ),
  ].join('\n')
const act = (form: string, no: number, amount: string, more: Cells = {}): Cells => ({
  MOF_DIV_CODE: COUNTY,
  FISCAL_YEAR: '2018',
  FORM: form,
  COR_BGT_DOC_NO: `子财农〔2018〕${no}号`,
  BGT_DOC_TITLE: '关于调整资金的通知',
  DOC_DATE: '2018-06-01',
  AMOUNT: amount,
  ...more,
})
const take = (rows: readonly Cells[], more: { checkOnly?: boolean; importer?: typeof adjustmentImporter } = {}) =>
  (more.importer ?? adjustmentImporter).run(here.run, SYSTEM, {
    source: memorySource(sheet(rows), 'tiaozheng.csv'),
    division: null,
    checkOnly: more.checkOnly ?? false,
  })
const told = async (run: Promise<unknown>) => (await faultsOf(run)).map(one => [one.code, one.row, one.field])
const county = () => balances(here, 'a.division = 21')

const ALL = [
  act('追加', 10, '200', { BGT_ID: 'N', TRACK_PRO_CODE: 'P01' }),
  act('追减', 11, '50', { ORI_BGT_ID: 'N' }),
  act('收回单位指标', 12, '100', { ORI_BGT_ID: 'U' }),
  act('调剂', 13, '150', { ORI_BGT_ID: 'U', BGT_ID: 'V', PRO_CODE: 'PRJ1' }),
  act('横向转出', 16, '70', { ORI_BGT_ID: 'A', BGT_ID: 'X', REC_DIV_CODE: '990201000' }),
  act('横向转入', 17, '70', {
    MOF_DIV_CODE: '990201000',
    BGT_ID: 'Y',
    TRACK_PRO_CODE: 'P01',
    SUP_BGT_DOC_NO: '子财农〔2018〕16号',
    COR_BGT_DOC_NO: '寅财农〔2018〕1号',
  }),
  act('横向转入', 18, '30', {
    BGT_ID: 'Z',
    TRACK_PRO_CODE: 'P02',
    OTHER_REGION: '省外样例市',
    SUP_BGT_DOC_NO: '外财〔2018〕5号',
  }),
]

const RECALLS = [
  act('收回下级', 14, '250', { ORI_BGT_ID: 'CD', MOF_DIV_CODE: '990100000', COR_BGT_DOC_NO: '甲财农〔2018〕14号' }),
  act('清算扣回', 15, '50', {
    TRACK_PRO_CODE: 'P01',
    REC_DIV_CODE: COUNTY,
    MOF_DIV_CODE: '990100000',
    COR_BGT_DOC_NO: '甲财农〔2018〕15号',
  }),
]

test('one sheet runs every form that changes lines; a look leaves nothing, and the same sheet again changes nothing', async () => {
  const before = await county()
  expect(await take(ALL, { checkOnly: true })).toMatchObject({ rows: 7, taken: 7 })
  expect(await county()).toEqual(before)
  expect(await take(ALL)).toMatchObject({
    taken: 7,
    repeated: 0,
    figures: { add: 1, cut: 1, withdraw: 1, virement: 1, 'send-across': 1, 'receive-across': 2 },
  })
  const other = { importer: recallImporter }
  expect(await take(RECALLS, other)).toMatchObject({ taken: 2, figures: { recall: 1, settle: 1 } })
  expect(await take(RECALLS, other)).toMatchObject({ taken: 0, repeated: 2 })
  expect(await told(take(ALL.slice(0, 1), other))).toEqual([['form-unknown', 2, 'FORM']])
  // Own 1,000 + 200 − 50, received 400 of which 100 went back beyond the 200 in transit, and 30 from outside.
  expect(await county()).toEqual([
    [1001, 100_00n + 150_00n + 300_00n + 30_00n],
    [4001, 1000_00n + 150_00n + 300_00n + 30_00n],
    [5001, 400_00n + 100_00n - 70_00n],
    [500201, 400_00n],
    [500203, 70_00n],
  ])
  expect(await take(ALL)).toMatchObject({ taken: 0, repeated: 7 })
  expect(await findings(here)).toEqual([])
})

test('another content under the same form and document is refused, and so is what a form cannot do, by the row of the file', async () => {
  const before = await county()
  expect(await told(take([act('追减', 11, '60', { ORI_BGT_ID: 'N' })]))).toEqual([
    ['form-differs', 2, 'COR_BGT_DOC_NO'],
  ])
  const over = take([
    act('追减', 21, '1', { ORI_BGT_ID: 'N' }),
    act('收回单位指标', 22, '1', { ORI_BGT_ID: 'U' }),
    act('收回单位指标', 22, '99999', { ORI_BGT_ID: 'V' }),
  ])
  const [fault] = await faultsOf(over)
  expect([fault!.code, fault!.row]).toEqual(['over-allotted', 4])
  expect(fault!.zh).toMatch(/^第 4 行/)
  expect(fault!.en).toMatch(/^Row 4/)
  // The key of a line that is there; the same source twice in one act; another title under one number; brackets are no difference.
  expect(await told(take([act('追加', 23, '1', { BGT_ID: 'U', TRACK_PRO_CODE: 'P01' })]))).toEqual([
    ['line-changed', 2, 'BGT_ID'],
  ])
  expect(
    await told(
      take([
        act('收回单位指标', 24, '1', { ORI_BGT_ID: 'U' }),
        act('收回单位指标', 24, '1', { ORI_BGT_ID: 'U' }),
        act('收回单位指标', 24, '1', { ORI_BGT_ID: 'V', BGT_DOC_TITLE: '另一标题' }),
        act('追减', 25, '1', { TRACK_PRO_CODE: 'P01' }),
        act('追减', 25, '1', { TRACK_PRO_CODE: 'P01' }),
      ]),
    ),
  ).toEqual([
    ['line-duplicated', 3, 'ORI_BGT_ID'],
    ['document-title-differs', 4, 'BGT_DOC_TITLE'],
    ['line-duplicated', 6, 'ORI_BGT_ID'],
  ])
  expect(await take([act('追减', 11, '50', { ORI_BGT_ID: 'N', COR_BGT_DOC_NO: '子财农[2018]11号' })])).toMatchObject({
    taken: 0,
    repeated: 1,
  })
  expect(await county()).toEqual(before)
})

test('all faults of the fields come at once, each with its row and column', async () => {
  expect(
    await told(
      take([
        act('赠送', 30, '1', { ORI_BGT_ID: 'U' }),
        act('追减', 31, '1', { ORI_BGT_ID: 'nowhere' }),
        act('调剂', 32, '1', { ORI_BGT_ID: 'U' }),
        act('追加', 33, '1', { BGT_ID: 'Q', TRACK_PRO_CODE: 'S01' }),
        act('横向转出', 34, '1', { ORI_BGT_ID: 'A', BGT_ID: 'Q2', REC_DIV_CODE: '999999000' }),
        act('收回单位指标', 35, '-5', { ORI_BGT_ID: 'U' }),
      ]),
    ),
  ).toEqual([
    ['form-unknown', 2, 'FORM'],
    ['amount-not-positive', 7, 'AMOUNT'],
    ['source-missing', 3, 'ORI_BGT_ID'],
    ['field-missing', 4, 'BGT_ID'],
    ['fund-secret', 5, 'TRACK_PRO_CODE'],
    ['unknown-division', 6, 'REC_DIV_CODE'],
  ])
})

test('integrations come by the same sheet, with the fund that the money is used as', async () => {
  const rows = [act('', 40, '120', { ORI_BGT_ID: 'A', BGT_ID: 'I', USE_PRO_CODE: 'P02', AGENCY_CODE: '101001' })]
  expect(await told(take(rows, { importer: integrationImporter }))).toEqual([['not-integrating', 2, undefined]])
  await here.run(SYSTEM, context =>
    declare(context, { division: 21, kind: 'integrating', day: '2018-01-01', documentNumber: '子县委〔2018〕1号' }),
  )
  expect(await take(rows, { importer: integrationImporter })).toMatchObject({ taken: 1, figures: { integrate: 1 } })
  expect(await take(rows, { importer: integrationImporter })).toMatchObject({ taken: 0, repeated: 1 })
  const { rows: made } = await here.ownerPool.query(
    `select f.code, u.code as used from allotments.allotment a join funds.fund f on f.id = a.fund join funds.fund u on u.id = a.use_fund where a.external_id = 'I'`,
  )
  expect(made).toEqual([{ code: 'P01', used: 'P02' }])
  expect(await findings(here)).toEqual([])
})
