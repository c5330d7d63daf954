import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { importer as allotments } from '../allotments/import.ts'
import { province } from '../allotments/test-import.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { Refusal } from '../kernel/refusal.ts'
import { importer as payments } from '../payments/import-payments.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import type { MappedFields } from './contract.ts'
import { mappingNamed, mappingsOf, retireMapping, saveMapping } from './mapping.ts'
import { proposeMapping } from './propose-mapping.ts'
import { takeIn } from './take-in.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await province(here)
})
afterAll(() => here?.close())

const COUNTY = 21
const HEADINGS = ['序号', '资金', '文件号', '下达日期', '金额（万元）', '摘要']
const sheet = (...rows: string[]) =>
  memorySource(`样例子县农业局台账\n单位：万元\n${HEADINGS.join(',')}\n${rows.join('\n')}\n`, '台账.csv')
const FIELDS: MappedFields = {
  BGT_ID: { heading: '序号' },
  MOF_DIV_CODE: { value: '990101000' },
  FISCAL_YEAR: { value: '2018' },
  COR_BGT_DOC_NO: { heading: '文件号' },
  DOC_DATE: { heading: '下达日期', dates: 'dmy' },
  AMOUNT: { heading: '金额（万元）', unit: '万元' },
  TRACK_PRO_CODE: { heading: '资金' },
  BGT_DEC: { heading: '摘要' },
}
const save = (more: object = {}, importer = allotments) =>
  here.run(SYSTEM, context =>
    saveMapping(context, importer, {
      division: COUNTY,
      name: '农业局台账',
      headings: HEADINGS,
      fields: FIELDS,
      ...more,
    }),
  )
const take = (source: ReturnType<typeof sheet>, more: object = {}) =>
  takeIn(here.run, SYSTEM, allotments, { source, division: COUNTY, ...more })
const faultsOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable('it was taken'),
    error => {
      if (error instanceof Refusal) return error.faults
      throw error
    },
  )

test('headings are found below title lines, and what they mean is proposed with their unit; long numbers in samples are masked', async () => {
  const proposal = await proposeMapping(
    sheet('1,P01,样财农〔2018〕1号,05/03/2018,1.5,种苗 6222020200012345678'),
    allotments.columns!,
  )
  expect(proposal).toMatchObject({ row: 3, headings: HEADINGS })
  expect(proposal.fields.AMOUNT).toEqual({ heading: '金额（万元）', unit: '万元' })
  expect(proposal.samples[5]).toBe('种苗 6222****5678')
  const bank = await proposeMapping(memorySource('收款人账号,收款人,付款金额,凭证号\n1,2,3,4\n'), payments.columns!)
  expect(bank.fields.PAYEE_ACCT_NO?.heading).toBe('收款人账号')
  expect(bank.fields.PAYEE_ACCT_NAME?.heading).toBe('收款人')
})

test('a mapping is remembered for its headings: the same table is read by it, 万元 exactly and days as written', async () => {
  const before = await faultsOf(take(sheet('1,P01,样财农〔2018〕1号,05/03/2018,1.500001,种苗')))
  expect(before.map(fault => fault.code)).toContain('column-missing')
  await save()
  const outcome = await take(
    sheet('1,P01,样财农〔2018〕1号,05/03/2018,1.500001,种苗', '2,P01,样财农〔2018〕1号,06/03/2018,0.07,肥料'),
  )
  expect(outcome).toMatchObject({ rows: 2, taken: 2 })
  const { rows } = await here.ownerPool.query(
    `select a.external_id, a.amount_fen::text as fen, d.dated::text, a.note from allotments.allotment a join ledger.document d on d.division = a.division and d.id = a.document
     where a.division = ${COUNTY} order by 1`,
  )
  expect(rows).toEqual([
    { external_id: '1', fen: '1500001', dated: '2018-03-05', note: '种苗' },
    { external_id: '2', fen: '70000', dated: '2018-03-06', note: '肥料' },
  ])
  const record = await here.ownerPool.query(
    `select mapping from platform.import where state = 'done' order by id desc limit 1`,
  )
  expect(record.rows[0].mapping).toBe('农业局台账')
})

test('sentences about a mapped table name the bureau’s own heading', async () => {
  const faults = await faultsOf(
    take(sheet('3,P01,样财农〔2018〕1号,31/02/2018,十万,种苗', '4,P01,样财农〔2018〕1号,05/03/2018,0.1234567,x')),
  )
  expect(faults.map(fault => [fault.row, fault.field, fault.code])).toEqual([
    [4, 'DOC_DATE', 'date-not-a-date'],
    [4, 'AMOUNT', 'amount-not-a-number'],
    [5, 'AMOUNT', 'amount-decimals'],
  ])
  for (const fault of faults) expect(fault.zh + fault.en).toMatch(/“下达日期”|“金额（万元）”/)
})

test('a mapping that cannot work is refused, all that is wrong with it at once', async () => {
  const { BGT_ID: _, ...without } = FIELDS
  const faults = await faultsOf(
    save({
      name: ' ',
      fields: {
        ...without,
        FISCAL_YEAR: { heading: '年份' },
        NOTE: { heading: '摘要' },
        MONITORED_AMT: { heading: '金额（万元）' },
        DOC_DATE: { value: '昨天' },
      },
    }),
  )
  expect(faults.map(fault => fault.code).sort()).toEqual([
    'mapping-field-missing',
    'mapping-field-unknown',
    'mapping-heading-missing',
    'mapping-heading-twice',
    'mapping-name',
    'mapping-value',
  ])
})

test('a change replaces the mapping and leaves the old one on record; by name it serves the command; forgotten, it serves nobody', async () => {
  const id = await save({ fields: { ...FIELDS, AMOUNT: { heading: '金额（万元）' } } })
  const live = await here.run(SYSTEM, ({ tx }) => mappingsOf(tx, COUNTY, 'allotments'))
  expect(live.map(one => [one.id, one.fields.AMOUNT])).toEqual([[id, { heading: '金额（万元）' }]])
  const named = await here.run(SYSTEM, ({ tx }) => mappingNamed(tx, null, 'allotments', '农业局台账'))
  expect(
    await take(sheet('9,P01,样财农〔2018〕2号,05/03/2018,88.00,种苗'), { mapping: named, division: null }),
  ).toMatchObject({ taken: 1 })
  await here.run(SYSTEM, context => retireMapping(context, COUNTY, id))
  expect(
    (await faultsOf(here.run(SYSTEM, ({ tx }) => mappingNamed(tx, null, 'allotments', '农业局台账'))))[0]!.code,
  ).toBe('mapping-missing')
  expect((await here.ownerPool.query('select count(*)::int as n from platform.column_mapping')).rows[0].n).toBe(2)
  await expect(here.pool.query(`update platform.column_mapping set name = 'x'`)).rejects.toThrow(/permission denied/)
})
