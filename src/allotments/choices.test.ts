import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asActor } from '../../test/as-actor.ts'
import { testInstallation } from '../../test/database.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import type { Permission } from '../kernel/permission.ts'
import { buildServer } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'
import { type Issue, issue } from './issue.ts'
import { part as allotments } from './part.ts'
import * as fixture from './test-import.ts'

const COUNTY = 21
const DIVISION = '990101000'
let here: Installation
let server: FastifyInstance
const clerk: Actor = {
  id: 7,
  name: '王经办',
  scope: COUNTY,
  permissions: new Set<Permission>(['allotments.read', 'allotments.write']),
}

beforeAll(async () => {
  here = await testInstallation()
  await fixture.province(here)
  await here.ownerPool.query(`
    insert into divisions.agency (division, code, name) values (21, '101002', '样例教育局'), (21, '102001', '样例镇中心小学'), (21, '102002', '样例镇中心小学');
    insert into funds.catalogue (division, name) values (21, '子县清单');
    insert into funds.fund (catalogue, division, code, name, level) select id, 21, 'Z01', '子县农业资金', 'county' from funds.catalogue where division = 21;
    insert into funds.subject (kind, fiscal_year, code, name) values ('function', 2018, '2130599', '其他扶贫支出'), ('function', 2017, '2139999', '旧年科目')`)
  server = await buildServer({
    parts: [allotments],
    run: here.run,
    authenticate: async (_token, _address, wanted) =>
      asActor(clerk, wanted, { [DIVISION]: { id: COUNTY, inScope: true } }),
    refused: async () => {},
    webFolder: '/nonexistent',
    temporaryFolder: `${here.dataDir}/temporary`,
    secureCookies: false,
  })
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

const cookies = { fundwatch_session: 'x' }
const get = async (path: string) => {
  const answer = await server.inject({ url: `/api/v1/divisions/${DIVISION}${path}`, cookies })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const post = async (path: string, payload: object) => {
  const answer = await server.inject({
    method: 'POST',
    url: `/api/v1/divisions/${DIVISION}${path}`,
    cookies,
    headers: { 'x-csrf-token': 'c' },
    payload,
  })
  return { status: answer.statusCode, body: answer.json() }
}
const codes = (rows: { code: string }[]) => rows.map(row => row.code)
const document = (number: string) => ({ number, title: '关于下达资金的通知', dated: '2018-05-02' })
const form = (division: number, input: Pick<Issue, 'form' | 'lines'>, number = '样财农〔2018〕1号') =>
  here.run(SYSTEM, context =>
    issue(context, { division, fiscalYear: 2018, document: document(number), effectiveOn: '2018-05-02', ...input }),
  )
const fundOf = async (code: string): Promise<number> =>
  (await here.ownerPool.query<{ id: number }>('select id from funds.fund where code = $1', [code])).rows[0]!.id
const counted = async () =>
  (
    await here.ownerPool.query(
      `select (select count(*) from ledger.batch) as batches, (select count(*) from ledger.document) as documents,
         (select count(*) from ledger.transfer) as transfers, (select count(*) from allotments.allotment) as lines`,
    )
  ).rows[0]

describe('what a form may choose from', () => {
  test('agencies, projects, subjects, receivers and funds are found by any word of number or name; secret funds are not offered', async () => {
    expect(codes((await get('/choices/agency?year=2018&q=101')).rows)).toEqual(['101001', '101002'])
    expect(codes((await get(`/choices/agency?year=2018&q=${encodeURIComponent('小学 102002')}`)).rows)).toEqual([
      '102002',
    ])
    expect(codes((await get(`/choices/project?year=2018&q=${encodeURIComponent('饮水')}`)).rows)).toEqual(['PRJ1'])
    expect((await get('/choices/project?year=2020')).rows).toEqual([])
    expect(codes((await get('/choices/division?year=2018')).rows)).toEqual(['990101001'])
    expect(codes((await get('/choices/fund?year=2018')).rows)).toEqual(['C01', 'P01', 'P02', 'Z01'])
  })

  test('subjects are those of the year; a year without a list takes the one before it', async () => {
    expect(codes((await get('/choices/functionSubject?year=2017')).rows)).toEqual(['2139999'])
    expect(codes((await get('/choices/functionSubject?year=2019&q=213')).rows)).toEqual(['2130504', '2130599'])
  })

  test('source lines are those that the form may take from and that have something left, with what is left', async () => {
    const fund = await fundOf('Z01')
    const [root] = (await form(COUNTY, { form: 'register', lines: [{ fund, amount: fen(1000) }] })).lines
    const [assigned] = (await form(COUNTY, { form: 'assign', lines: [{ source: root!, amount: fen(1000) }] })).lines
    const agency = (await get('/choices/agency?year=2018&q=101001')).rows[0].id
    const [refined] = (
      await form(COUNTY, { form: 'refine', lines: [{ source: assigned!, agency: Number(agency), amount: fen(300) }] })
    ).lines
    const offered = async (of: string) =>
      (await get(`/choices/source?year=2018&form=${of}`)).rows.map((row: { id: string; leftFen: string }) => [
        BigInt(row.id),
        row.leftFen,
      ])
    expect(await offered('assign')).toEqual([])
    expect(await offered('refine')).toEqual([[assigned, '700']])
    expect(await offered('cut')).toEqual([[assigned, '700']])
    for (const of of ['plan', 'withdraw', 'virement']) expect(await offered(of)).toEqual([[refined, '300']])
    expect(await offered('register')).toEqual([])
    const [row] = (await get(`/choices/source?year=2018&form=plan&q=${encodeURIComponent('水利局 样财农')}`)).rows
    expect(row).toMatchObject({ code: '样财农〔2018〕1号', name: '子县农业资金', leftFen: '300' })
    expect((await get(`/choices/source?year=2018&form=plan&only=${refined}`)).rows).toHaveLength(1)
  })
})

test('pasted texts are resolved all at once: by code, name or both; what is called alike is offered, what is not known is said', async () => {
  const { body } = await post('/choices/resolve', {
    year: 2018,
    form: 'refine',
    asked: [
      {
        kind: 'agency',
        texts: [
          '101001',
          '样例教育局',
          '101002 样例教育局',
          '101002-样例教育局',
          '样例镇中心小学',
          '教育局',
          '没有的单位',
          '101001',
        ],
      },
      { kind: 'division', texts: ['样例镇', '990101001'] },
      { kind: 'source', texts: ['样财农[2018]1号'] },
    ],
  })
  const [agencies, divisions, sources] = body.found
  expect(
    agencies.resolutions.map((one: { text: string; match: string; choices: { code: string }[] }) => [
      one.text,
      one.match,
      codes(one.choices),
    ]),
  ).toEqual([
    ['101001', 'one', ['101001']],
    ['样例教育局', 'one', ['101002']],
    ['101002 样例教育局', 'one', ['101002']],
    ['101002-样例教育局', 'one', ['101002']],
    ['样例镇中心小学', 'several', ['102001', '102002']],
    ['教育局', 'near', ['101002']],
    ['没有的单位', 'none', []],
  ])
  expect(divisions.resolutions.map((one: { match: string }) => one.match)).toEqual(['one', 'one'])
  expect(sources.resolutions[0]).toMatchObject({ match: 'one', choices: [{ leftFen: '700' }] })
})

test('a look shows what would be left of each source, and leaves no trace', async () => {
  const { rows } = await get('/choices/source?year=2018&form=refine')
  const agency = Number((await get('/choices/agency?year=2018&q=101002')).rows[0].id)
  const before = await counted()
  const looked = await post('/allotments/refine', {
    fiscalYear: 2018,
    checkOnly: true,
    requestKey: 'a-look-and-no-more',
    document: document('样财农〔2018〕3号'),
    lines: [
      { source: rows[0].id, agency, amountFen: '250' },
      { source: rows[0].id, agency, amountFen: '50' },
    ],
  })
  expect(looked.body).toMatchObject({
    batch: null,
    document: null,
    lines: [],
    taken: [{ from: rows[0].id, amountFen: '300', leftFen: '400' }],
  })
  expect(await counted()).toEqual(before)
})

test('a form whose lines do not sum to the printed total is refused with the difference, and so is a reduction', async () => {
  const before = await counted()
  const fund = await fundOf('Z01')
  const body = { fiscalYear: 2018, document: document('样财农〔2018〕4号'), printedTotalFen: '1000001' }
  const { status, body: refused } = await post('/allotments/register', {
    ...body,
    lines: [{ fund, amountFen: '1000000' }],
  })
  expect([status, refused.faults[0].code, refused.faults[0].field]).toEqual([422, 'total-differs', 'printedTotal'])
  expect(refused.faults[0].zh).toContain('少 0.01 元')
  const cut = await post('/allotments/cut', { ...body, spread: { fund, amountFen: '1' } })
  expect(cut.body.faults[0].code).toBe('total-differs')
  expect(await counted()).toEqual(before)
})

describe('a receipt typed by hand', () => {
  const typed = (number: string, more: object = {}, amountFen = '5000') => ({
    fiscalYear: 2018,
    document: document('样财农〔2018〕9号'),
    lines: [{ amountFen, outside: { number, sourceLevel: 'central', ...more } }],
  })
  const withFund = async (body: ReturnType<typeof typed>) => {
    const fund = await fundOf('Z01')
    return { ...body, lines: body.lines.map(line => ({ ...line, fund })) }
  }

  test('opens the outside line under the mended number; twice with one key, it is received once', async () => {
    const body = { ...(await withFund(typed('财农[2018]08号'))), requestKey: 'typed-by-hand-1' }
    const first = await post('/allotments/receive', body)
    expect(first.body.repairs).toMatchObject([
      { code: 'document-number-repaired', field: 'superiorNumber', to: '财农〔2018〕8号' },
    ])
    const second = await post('/allotments/receive', body)
    expect(second.body.batch).toBe(first.body.batch)
    const { rows } = await here.ownerPool.query(
      `select a.superior_number, a.source_level, t.sender, t.document_number, t.sent_fen, t.taken_fen from allotments.allotment a
       join ledger.transfer t on t.division = a.division and t.id = a.transfer where a.id = any ($1::bigint[])`,
      [first.body.lines],
    )
    expect(rows).toEqual([
      {
        superior_number: '财农〔2018〕8号',
        source_level: 'central',
        sender: null,
        document_number: '财农〔2018〕8号',
        sent_fen: 5000n,
        taken_fen: 5000n,
      },
    ])
  })

  test('names a fund, or is refused', async () => {
    const { body } = await post('/allotments/receive', typed('财农〔2018〕9号'))
    expect(body.faults.map((fault: { code: string; row: number }) => [fault.code, fault.row])).toEqual([
      ['fund-missing', 1],
    ])
  })

  test('is refused where a superior here sent the number and it waits, and where one here sent nothing under it, until that is confirmed', async () => {
    // The city above passes 800 fen down under its own number.
    const fund = await fundOf('P01')
    const [root] = (await form(11, { form: 'register', lines: [{ fund, amount: fen(800) }] })).lines
    const [assigned] = (await form(11, { form: 'assign', lines: [{ source: root!, amount: fen(800) }] })).lines
    await form(
      11,
      { form: 'pass-down', lines: [{ source: assigned!, toDivision: COUNTY, amount: fen(800) }] },
      '甲财农〔2018〕5号',
    )
    const before = await counted()
    const waits = await post('/allotments/receive', await withFund(typed('甲财农【2018】5号')))
    expect(waits.body.faults.map((fault: { code: string }) => fault.code)).toEqual(['superior-line-waits'])
    expect(waits.body.faults[0].zh).toContain('8.00 元')
    const unsent = await post('/allotments/receive', await withFund(typed('甲财农〔2018〕6号')))
    expect(unsent.body.faults).toMatchObject([{ code: 'superior-sent-nothing', row: 1, field: 'superiorNumber' }])
    expect(unsent.body.faults[0].zh).toContain('样例甲市')
    expect(await counted()).toEqual(before)
    const confirmed = await post('/allotments/receive', await withFund(typed('甲财农〔2018〕6号', { confirmed: true })))
    expect(confirmed.status).toBe(200)
    expect(codes((await get('/choices/transfer?year=2018')).rows)).toEqual(['甲财农〔2018〕5号'])
    expect(await fixture.verify(here)).toEqual([])
  })
})

test('the entries of a line are read page after page, each once', async () => {
  const fund = await fundOf('Z01')
  const [root] = (await form(COUNTY, { form: 'register', lines: [{ fund, amount: fen(1000) }] })).lines
  await form(COUNTY, {
    form: 'assign',
    lines: Array.from({ length: 450 }, () => ({ source: root!, amount: fen(1) })),
  })
  const seen: string[] = []
  let after = ''
  do {
    const page: { rows: { batch: string; line: number }[]; next: string | null } = await get(
      `/allotments/${root}/entries${after && `?after=${after}`}`,
    )
    seen.push(...page.rows.map(row => `${row.batch}-${row.line}`))
    after = page.next ?? ''
  } while (after)
  expect(seen.length).toBe(451)
  expect(new Set(seen).size).toBe(451)
})
