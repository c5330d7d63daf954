import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { type Issue, issue } from '../allotments/issue.ts'
import { editionChanges } from '../funds/catalogue-store.ts'
import { issueCatalogue } from '../funds/issue-catalogue.ts'
import { listFunds } from '../funds/list.ts'
import { fundMap } from '../funds/map.ts'
import { mappingQueue } from '../funds/mapping-queue.ts'
import { part as funds } from '../funds/part.ts'
import { assignSuperior } from '../funds/set-superior.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { clockAt } from '../kernel/clock.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import { accountsIn, insertSubAccount, ordersIn, subAccountsOf } from '../ledger/chart-store.ts'
import { part as ledger } from '../ledger/part.ts'
import type { Installation } from '../platform/installation.ts'
import type { Part } from '../platform/part.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import { part as base } from './part.ts'
import { editionsFor, templatesFor } from './store.ts'

let here: Installation
const [PROVINCE, COUNTY] = [1, 2]
const county: Actor = { ...SYSTEM, id: 5, name: '县经办', scope: COUNTY }

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2022-06-30') })
  await here.ownerPool.query(`insert into divisions.division values (1), (2);
    insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
      (1, '[2010-01-01,)', '990000000', '样例省', 'province', null, null), (2, '[2010-01-01,)', '990101000', '样例县', 'county', 1, 1);
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '省级清单'), (2, '县级清单');
    insert into funds.fund (catalogue, division, code, name, level) values
      (1, 1, 'P01', '省级农业资金', 'province'), (2, 2, 'X01', '农业资金', 'county'), (2, 2, 'X02', '县级道路资金', 'county')`)
})
afterAll(() => here?.close())

const take = (of: Part, kind: string, text: string, division: number | null = null, actor: Actor = SYSTEM) =>
  of
    .importers!.find(one => one.kind === kind)!
    .run(here.run, actor, { source: memorySource(text, `${kind}.csv`), division })
const codes = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : String(error)),
  )
/** SQL of the app's role, as a use case with the TypeScript walls removed would send it. */
const past = (sql: string, actor: Actor = SYSTEM) =>
  here
    .run(actor, ({ tx }) => tx.query(sql))
    .then(
      () => 'done',
      (error: { code?: string }) => error.code,
    )
const DOC = ',样财〔2022〕1号,关于下发基础信息的通知,2022-01-05,'

const CHART = `科目表名称,科目编码,科目名称,英文名称,余额方向,对应原科目,下发文号,文件标题,发文日期,起始年度
2022年指标核算科目,8001,收入预算,revenue budget,贷,4001,财办〔2022〕36号,关于印发指标核算管理办法的通知,2022-05-01,2022
,7001,总预算,total budget,借,1001,,,,
,7002,待下达指标,to be issued,借,5001,,,,
,7003,可执行指标,executable,借,500201 5101,,,,
,7004,转移支付指标,transfers,借,500202、500203,,,,
,7005,支付申请,payment applications,借,5102,,,,
,7006,支出,paid,借,5201,,,,
,9601,结转,carry-over,借,5901 5902,,,,
,7999,备查,memo,借,,,,,
`

test('a second chart is loaded for later years: entries keep their accounts, and each year shows its own codes', async () => {
  const show = (year: number) =>
    here.run(SYSTEM, async ({ tx }) =>
      Object.fromEntries((await accountsIn(tx, year)).map(one => [one.shownCode, [one.name.zh, one.codes]])),
    )
  expect((await show(2021))['1001']).toEqual(['总指标', [1001]])
  expect(await take(ledger, 'chart', CHART)).toMatchObject({ rows: 9, taken: 9, figures: { mapped: 11 } })
  expect(await take(ledger, 'chart', CHART)).toMatchObject({ taken: 0, repeated: 9 })
  expect((await show(2021))['1001']).toEqual(['总指标', [1001]])
  const later = await show(2022)
  expect(later['1001']).toBeUndefined()
  expect(later['7001']).toEqual(['总预算', [1001]])
  expect(later['7003']).toEqual(['可执行指标', [5101, 500201]])
  expect(later['7999']).toEqual(['备查', []])
  expect(
    (
      await here.ownerPool.query(
        `select count(*)::int as n from ledger.published_account where 2022 between first_year and coalesce(last_year, 9999)`,
      )
    ).rows,
  ).toEqual([{ n: 11 }])
})

test('a chart with faults is refused whole, with a sentence for each', async () => {
  expect(
    await codes(take(ledger, 'chart', CHART.replace(',7006,支出,paid,借,5201,,,,\n', '').replaceAll('2022', '2025'))),
  ).toEqual(['chart-account-unmapped'])
  expect(
    await codes(
      take(
        ledger,
        'chart',
        CHART.replace('借,5102', '贷,5102')
          .replace('借,5901', '借,6000 1001')
          .replace('7999,备查,memo,借', '7001,备查,memo,上'),
      ),
    ),
  ).toEqual(['chart-side-differs', 'chart-account-unknown', 'chart-account-twice', 'side-unknown'])
  expect(await codes(take(ledger, 'chart', CHART.replace('财办〔2022〕36号', '')))).toEqual(['edition-head-missing'])
  expect(await codes(take(ledger, 'chart', CHART.replace('7999', '7998')))).toEqual(['edition-year-taken'])
})

test('orders of a later year are issued in that year’s codes; the orders of before stay with their years', async () => {
  const HEAD = '业务单,顺序,借方科目,贷方科目,下发文号,文件标题,发文日期,起始年度\n'
  const orders = `${HEAD}分配,1,7002,7001${DOC}2022\nrefine,1,#500201,7002,,,,\n`
  expect(await codes(take(ledger, 'orders', `${HEAD}分配,1,7003,7009${DOC}2022\n不存在,1,7001,7002,,,,\n`))).toEqual([
    'order-form-unknown',
    'order-account-ambiguous',
    'order-account-unknown',
  ])
  expect(await take(ledger, 'orders', orders)).toMatchObject({ taken: 2 })
  const of = (year: number) =>
    here.run(SYSTEM, async ({ tx }) =>
      (await ordersIn(tx, year))
        .filter(one => one.form === 'assign')
        .map(one => [one.debit.code, one.credit.code, one.document]),
    )
  expect(await of(2021)).toEqual([['5001', '1001', null]])
  expect(await of(2022)).toEqual([['7002', '7001', '样财〔2022〕1号']])
  // Money moves by them as before, for the accounts behind the codes are the same.
  const form = (input: Pick<Issue, 'form' | 'lines'>) =>
    here.run(SYSTEM, context =>
      issue(context, {
        division: COUNTY,
        fiscalYear: 2022,
        effectiveOn: '2022-03-01',
        document: { number: '样财农〔2022〕9号', title: '通知', dated: '2022-03-01' },
        ...input,
      }),
    )
  const [line] = (await form({ form: 'register', lines: [{ fund: 2, amount: fen(700) }] })).lines
  await form({ form: 'assign', lines: [{ source: line!, amount: fen(300) }] })
})

test('a lower level may not issue or change what was issued: refused by the program, and by the database with the program’s wall removed', async () => {
  expect(await codes(take(ledger, 'chart', CHART.replaceAll('2022', '2030'), COUNTY, county))).toEqual([
    'edition-not-yours',
  ])
  const locked = [
    `update ledger.order_line set last_year = 2021`,
    `insert into ledger.order_line (form, first_year, step, debit, credit) values ('assign', 2040, 1, 5001, 4001)`,
    `update ledger.chart set last_year = 2021`,
    `insert into ledger.chart_line values (1, '1009', '私设科目', '', 'D')`,
    `update funds.subject set name = '改'`,
    `insert into base.edition (issuer, kind, name, first_year, document_number, document_title, document_dated, lines, content)
       values (null, 'chart', '私', 2040, '1', '1', '2022-01-01', 1, '')`,
  ]
  for (const sql of locked.filter(one => !one.includes('funds.subject')))
    expect([sql, await past(sql, county)]).toEqual([sql, 'FW006'])
  // Not even by those who hold everything: an order changes by an edition alone.
  expect(await past(locked[0]!)).toBe('FW006')
  for (const sql of [
    `update ledger.account set name = '改'`,
    'delete from ledger.order_line',
    `update ledger.chart_mapping set shown_code = '7001'`,
    'delete from base.edition',
  ])
    expect([sql, await past(sql)]).toEqual([sql, '42501'])
})

test('a catalogue of the province is issued by a document: nobody changes it below, nor its owner, until the next edition', async () => {
  const head = {
    document: { number: '样财农〔2022〕3号', title: '关于下发资金目录的通知', dated: '2022-01-10' },
    firstYear: 2022,
    lastYear: null,
  }
  const FUNDS = '资金代码,资金名称,级次,资金目录\n'
  expect(
    await codes(here.run(county, context => issueCatalogue(context, { division: COUNTY, catalogue: 1, head }))),
  ).toEqual(['catalogue-not-own'])
  expect(
    await here.run(SYSTEM, context => issueCatalogue(context, { division: PROVINCE, catalogue: 1, head })),
  ).toMatchObject({ funds: 1 })
  expect(
    await here.run(SYSTEM, context => issueCatalogue(context, { division: PROVINCE, catalogue: 1, head })),
  ).toEqual({ edition: null, funds: 1 })
  expect(
    await codes(take(funds, 'funds', `${FUNDS}P01,改名资金,省,省级清单\nP02,新增资金,省,省级清单\n`, PROVINCE)),
  ).toEqual(['catalogue-issued', 'catalogue-issued'])
  expect(await past(`update funds.fund set name = '改' where code = 'P01'`)).toBe('FW006')
  expect(await past(`update funds.fund set name = '改' where code = 'P01'`, county)).toBe('FW006')
  expect(
    await past(
      `insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'P03', '私设', 'province')`,
    ),
  ).toBe('FW006')
  expect(await past(`update funds.catalogue set edition = null where id = 1`)).toBe('FW006')
  expect(await past(`insert into funds.permitted_subject values (1, '213')`)).toBe('FW006')
  // The county's own funds are its own, and no other division's business.
  expect(await take(funds, 'funds', `${FUNDS}X03,县级水利资金,县,县级清单\n`, COUNTY, county)).toMatchObject({
    taken: 1,
  })
  const lists = await here.run(SYSTEM, ({ tx }) => listFunds(tx, COUNTY, { year: 2022 }))
  expect(lists.catalogues.map(one => [one.name, one.issued])).toEqual([
    ['省级清单', '样财农〔2022〕3号'],
    ['县级清单', null],
  ])
  const editions = await here.run(SYSTEM, ({ tx }) => editionsFor(tx, COUNTY, 2022))
  expect(editions.map(one => [one.kind, one.issuer?.name ?? null, one.inForce])).toEqual(
    expect.arrayContaining([
      ['catalogue', '样例省', true],
      ['chart', null, true],
      ['orders', null, true],
    ]),
  )
})

test('subjects that are issued for a year are corrected by another edition alone', async () => {
  const HEAD = '科目类别,年度,科目代码,科目名称,下发文号,文件标题,发文日期,起始年度\n'
  await take(funds, 'subjects', `${HEAD}支出功能分类,2022,213,农林水支出${DOC}2022\n`)
  expect(await codes(take(funds, 'subjects', `${HEAD}支出功能分类,2022,213,改名支出,,,,\n`))).toEqual([
    'subjects-issued',
  ])
  expect(await past(`update funds.subject set name = '改'`)).toBe('FW006')
  expect(
    await past(
      `insert into funds.subject (kind, fiscal_year, code, name) values ('function', 2023, '213', '县里的')`,
      county,
    ),
  ).toBe('FW006')
  expect(await codes(take(funds, 'subjects', `${HEAD}支出功能分类,2023,213,县里的,,,,\n`, COUNTY, county))).toEqual([
    'base-data-locked',
  ])
})

test('templates: what is issued is locked, a county adds its own under another code and may replace those', async () => {
  const HEAD = '模板代码,模板名称,要素,栏目名称,必填,下发文号,文件标题,发文日期,起始年度\n'
  await take(
    base,
    'templates',
    `${HEAD}T1,专项资金台账,本级指标文号,文号,是${DOC}2022\nT1,专项资金台账,指标金额,金额(元),是,,,,\n`,
    PROVINCE,
  )
  expect(await codes(take(base, 'templates', `${HEAD}T1,改的台账,指标金额,金额,是,,,,2022\n`, COUNTY, county))).toEqual(
    ['template-code-issued'],
  )
  expect(
    await codes(take(base, 'templates', `${HEAD}K1,本县台账,没有的要素,金额,是,,,,2022\n`, COUNTY, county)),
  ).toEqual(['template-element-unknown'])
  await take(base, 'templates', `${HEAD}K1,本县台账,指标金额,金额,是,,,,2022\n`, COUNTY, county)
  await take(base, 'templates', `${HEAD}K1,本县台账,已支付,支付数,否,,,,2022\n`, COUNTY, county)
  const list = await here.run(county, ({ tx }) => templatesFor(tx, COUNTY, 2022))
  expect(list.map(one => [one.code, one.locked, one.fields.map(field => field.title)])).toEqual([
    ['T1', true, ['文号', '金额(元)']],
    ['K1', false, ['支付数']],
  ])
  expect(await past(`delete from base.template where code = 'T1'`, county)).toBe('FW006')
  expect(await past(`delete from base.template where code = 'T1'`)).toBe('FW006')
  expect(
    await past(
      `insert into base.template_field values ((select id from base.template where code = 'T1'), 9, 'note', '备注', false)`,
    ),
  ).toBe('FW006')
  expect(
    await past(`insert into base.template (division, code, name, first_year) values (2, 'T1', '冒名', 2022)`, county),
  ).toBe('FW006')
})

test('a sub-account of one’s own lies below an issued account and shows what its element holds', async () => {
  const add = (code: string) =>
    here.run(county, ({ tx }) =>
      insertSubAccount(tx, {
        division: COUNTY,
        account: 1001,
        code,
        name: '农业资金',
        element: 'fund',
        value: 'X01',
        firstYear: 2022,
      }),
    )
  expect(await add('01')).toEqual({ code: '01' })
  expect(await add('01')).toBeUndefined()
  expect(await here.run(county, ({ tx }) => subAccountsOf(tx, COUNTY, 2022))).toMatchObject([
    { account: '7001', code: '01', balanceFen: '400' },
  ])
  expect(
    await past(
      `insert into ledger.sub_account (division, account, code, name, element, value, first_year) values (1, 1001, '01', '越权', 'fund', 'X', 2022)`,
      county,
    ),
  ).toBe('42501')
})

test('a fund is mapped to one superior; the queue empties; history says who and since when; the map runs from centre to county', async () => {
  const queue = () => here.run(SYSTEM, ({ tx }) => mappingQueue(tx, COUNTY, 2022))
  expect((await queue()).rows.map(row => [row.code, row.registeredFen, row.proposed?.label ?? null])).toEqual([
    ['X01', '700', '样例省 P01 省级农业资金'],
    ['X02', '0', null],
    ['X03', '0', null],
  ])
  const set = (fund: number, superior: number | null, localOnly = false) =>
    here.run(county, context => assignSuperior(context, { division: COUNTY, fund, superior, localOnly }))
  await set(2, 1)
  await set(3, null, true)
  expect(await queue()).toMatchObject({ rows: [{ code: 'X03' }], mapped: 1, localOnly: 1 })
  await set(2, null)
  await set(2, 1)
  const map = await here.run(county, ({ tx }) => fundMap(tx, 2, 2022))
  expect(map.nodes.map(node => [node.depth, node.code, node.registeredFen])).toEqual([
    [0, 'P01', '0'],
    [1, 'X01', '700'],
  ])
  expect(map.history.map(one => [one.decided, one.superior, one.since])).toEqual([
    ['mapped', 'P01 省级农业资金', '2022-06-30'],
    ['open', null, '2022-06-30'],
    ['mapped', 'P01 省级农业资金', '2022-06-30'],
  ])
  expect(await past(`update funds.mapping set since = '2010-01-01'`)).toBe('42501')
})

test('a catalogue is issued again in changed form by a later document: what it held stays, what the county added stays, what ended takes no budget', async () => {
  const HEAD = '资金代码,资金名称,级次,停用,资金目录,下发文号,文件标题,发文日期,起始年度\n'
  const issueFile = (rows: string, division = PROVINCE, actor: Actor = SYSTEM) =>
    take(funds, 'catalogue-editions', HEAD + rows, division, actor)
  const by = (no: number, dated: string, year: number) =>
    `省级清单,样财农〔2022〕${no}号,关于调整目录的通知,${dated},${year}`
  expect(await codes(issueFile(`P01,农业发展资金,省,,${by(3, '2022-06-01', 2022)}\n`))).toEqual([
    'edition-document-older',
  ])
  expect(await codes(issueFile(`P01,农业发展资金,省,,${by(8, '2022-01-01', 2022)}\n`))).toEqual([
    'edition-document-older',
  ])
  expect(await codes(issueFile(`P01,农业发展资金,省,,${by(8, '2022-06-01', 2021)}\n`))).toEqual(['edition-year-taken'])
  expect(await codes(issueFile(`P09,没有的资金,省,是,${by(8, '2022-06-01', 2022)}\n`))).toEqual(['fund-unknown'])
  expect(await codes(issueFile('P01,农业发展资金,省,,省级清单,,,,\n'))).toEqual(Array(4).fill('edition-head-missing'))
  // In the year itself: another name, and a new fund.
  const second = `P01,农业发展资金,省,,${by(8, '2022-06-01', 2022)}\nP02,新增资金,省,,省级清单,,,,\n`
  expect(await issueFile(second)).toMatchObject({ taken: 2, figures: { created: 1, changed: 1, ended: 0 } })
  expect(await issueFile(second)).toMatchObject({ taken: 0, repeated: 2 })
  // From the next year on P01 is held no more.
  expect(await issueFile(`P01,农业发展资金,省,是,${by(15, '2022-06-20', 2023)}\n`)).toMatchObject({
    figures: { ended: 1 },
  })
  const named = async (year: number, actor: Actor = county) =>
    (await here.run(actor, ({ tx }) => listFunds(tx, COUNTY, { year }))).rows.map(one => [
      one.code,
      one.name,
      one.endedFrom,
    ])
  expect(await named(2022)).toEqual([
    ['P01', '农业发展资金', 2023],
    ['P02', '新增资金', null],
    ['X01', '农业资金', null],
    ['X02', '县级道路资金', null],
    ['X03', '县级水利资金', null],
  ])
  const editions = (await here.run(county, ({ tx }) => editionsFor(tx, COUNTY, 2022))).filter(
    one => one.kind === 'catalogue',
  )
  expect(editions.map(one => [one.document.number, one.inForce])).toEqual([
    ['样财农〔2022〕15号', false],
    ['样财农〔2022〕8号', true],
    ['样财农〔2022〕3号', false],
  ])
  const changes = (id: number) => here.run(county, ({ tx }) => editionChanges(tx, id))
  expect((await changes(editions[0]!.id)).map(one => [one.code, one.change])).toEqual([
    ['P01', 'ended'],
    ['P02', 'kept'],
  ])
  expect((await changes(editions[1]!.id)).map(one => [one.code, one.change, one.nameBefore])).toEqual([
    ['P02', 'added', null],
    ['P01', 'changed', '省级农业资金'],
  ])
  // What the first edition held is what it held, whoever asks; nobody below issues, and the database stands by it.
  expect(
    (await here.ownerPool.query('select name from funds.edition_fund where edition = $1', [editions[2]!.id])).rows,
  ).toEqual([{ name: '省级农业资金' }])
  expect(await codes(issueFile(`P01,县里改的,省,,${by(16, '2022-07-01', 2024)}\n`, PROVINCE, county))).not.toBe('done')
  expect(await past(`update funds.fund set ended_from = null where code = 'P01'`)).toBe('FW006')
  expect(await past(`update funds.edition_fund set name = '改'`)).not.toBe('done')
  const register = (fiscalYear: number) =>
    codes(
      here.run(SYSTEM, context =>
        issue(context, {
          division: PROVINCE,
          fiscalYear,
          form: 'register',
          document: { number: '样财农〔2023〕1号', title: '通知', dated: `${fiscalYear}-03-01` },
          effectiveOn: `${fiscalYear}-03-01`,
          lines: [{ fund: 1, amount: fen(100) }],
        }),
      ),
    )
  expect(await register(2023)).toEqual(['fund-ended'])
  expect(await register(2022)).toBe('done')
})
