import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Resolution } from '../../src/allotments/answers.ts'
import { part as allotments } from '../../src/allotments/part.ts'
import type { Actor } from '../../src/kernel/actor.ts'
import type { Permission } from '../../src/kernel/permission.ts'
import { buildServer } from '../../src/platform/http/server.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { bodyOf, cellOf, type FormLine, faultsOf, fenOfAmount, sumOf } from '../../web/allotments/form/form-line.ts'
import { FORM_SPECS } from '../../web/allotments/form/form-spec.ts'
import { readTsv, recognise, takeRows } from '../../web/allotments/form/paste.ts'
import { asActor } from '../as-actor.ts'
import { testInstallation } from '../database.ts'

// Tables that bureaus published, copied out of an office program with title, unit, header and total row, and pasted into the form that passes
// money down: recognised, looked up, tied to the printed total, and stored to the fen.

interface Published {
  title: string
  doc_no: string | null
  date: string
  total_printed: string
  total_fen: number
  rows: { no: number; recipient: string; kind: string; amount_printed: string; amount_fen: number }[]
}
const published = (name: string): Published =>
  JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), 'utf8'))
const TABLES = ['shangqiu-2019-148', 'hetian-2018-forestry'].map(name => [name, published(name)] as const)

const DIVISION = '995000000'
const YEAR = 2019
let here: Installation
let server: FastifyInstance
const clerk: Actor = {
  id: 7,
  name: '王经办',
  scope: 500,
  permissions: new Set<Permission>(['allotments.read', 'allotments.write']),
}

beforeAll(async () => {
  here = await testInstallation()
  const names = [
    ...new Set(
      TABLES.flatMap(([, table]) => table.rows.filter(row => row.kind === 'detail').map(row => row.recipient)),
    ),
  ]
  await here.ownerPool.query(
    `insert into divisions.division (id) select 500 + n from generate_series(0, ${names.length}) n`,
  )
  await here.ownerPool.query(
    `insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent)
     select 500, '[2010-01-01,)'::daterange, '${DIVISION}', '公开样例市', 'city', null::int, null::int
     union all select 500 + n, '[2010-01-01,)', '9950' || lpad(n::text, 2, '0') || '000', name, 'county', 500, 500
     from unnest($1::text[]) with ordinality as u(name, n)`,
    [names],
  )
  await here.ownerPool.query(`select divisions.rebuild_scopes()`)
  await here.ownerPool.query(`insert into funds.catalogue (division, name) values (500, '市级清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 500, 'S01', '市级财政专项扶贫资金', 'city')`)
  server = await buildServer({
    parts: [allotments],
    run: here.run,
    authenticate: async (_token, _address, wanted) =>
      asActor(clerk, wanted, { [DIVISION]: { id: 500, inScope: true } }),
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

const post = async (path: string, payload: object) => {
  const answer = await server.inject({
    method: 'POST',
    url: `/api/v1/divisions/${DIVISION}${path}`,
    cookies: { fundwatch_session: 'x' },
    headers: { 'x-csrf-token': 'c' },
    payload,
  })
  return { status: answer.statusCode, body: answer.json() }
}

describe.each(TABLES)('%s, pasted into a pass-down', (_, table) => {
  const columns = FORM_SPECS.find(spec => spec.form === 'pass-down')!.modes[0].columns
  const detail = table.rows.filter(row => row.kind === 'detail')
  const sheet = [
    [table.title],
    ['', '', '单位：万元'],
    ['序号', '县（市、区）', '下达金额'],
    ...detail.map(row => [row.no, row.recipient, row.amount_printed]),
    ['合计', '', table.total_printed],
  ]
  const rows = readTsv(sheet.map(row => row.join('\t')).join('\r\n'))
  const found = recognise(rows, columns)
  const pasted = takeRows(rows, found, columns)
  const document = { number: table.doc_no ?? '样财农〔2019〕1号', title: table.title, dated: '2019-05-16' }
  let source: string
  let lines: FormLine[]

  beforeAll(async () => {
    const whole = [{ fund: 1, amountFen: String(table.total_fen) }]
    const root = await post('/allotments/register', { fiscalYear: YEAR, document, lines: whole })
    const assigned = await post('/allotments/assign', {
      fiscalYear: YEAR,
      document,
      lines: [{ ...whole[0], source: root.body.lines[0] }],
    })
    source = assigned.body.lines[0]
    const { body } = await post('/choices/resolve', {
      year: YEAR,
      form: 'pass-down',
      asked: [{ kind: 'division', texts: pasted.lines.map(line => line.toDivision!.text) }],
    })
    const who = new Map<string, Resolution>(body.found[0].resolutions.map((one: Resolution) => [one.text, one]))
    lines = pasted.lines.map((cells, key): FormLine => {
      const { choices, match } = who.get(cells.toDivision!.text)!
      return {
        key,
        cells: {
          ...cells,
          source: { text: '来源', id: source },
          toDivision: { text: cells.toDivision!.text, ...(match === 'one' ? { id: choices[0]!.id } : {}) },
        },
      }
    })
  })

  test('title, unit, header and total are known for what they are; every recipient is found', () => {
    expect(found).toEqual({ header: 2, map: [null, 'toDivision', 'amount'], unit: '万元' })
    expect(pasted.total).toBe(table.total_printed)
    expect(pasted.lines).toHaveLength(detail.length)
    expect(faultsOf(columns, lines, '万元', () => false)).toEqual([])
    expect(lines.every(line => cellOf(line, 'toDivision').id !== undefined)).toBe(true)
    expect(sumOf(lines, '万元').fen).toBe(BigInt(table.total_fen))
  })

  test('taken for yuan, it does not tie to the printed total and is refused; in 万元 it is stored to the fen, and nothing is left over', async () => {
    const printedTotalFen = String(fenOfAmount(table.total_printed, '万元'))
    const body = (unit: '元' | '万元') => ({
      fiscalYear: YEAR,
      document,
      printedTotalFen,
      lines: lines.map(line => bodyOf(columns, line, unit)),
    })
    const mistaken = await post('/allotments/pass-down', body('元'))
    expect([mistaken.status, mistaken.body.faults[0].code]).toEqual([422, 'total-differs'])
    const looked = await post('/allotments/pass-down', { ...body('万元'), checkOnly: true })
    expect(looked.body.taken).toMatchObject([{ from: source, amountFen: String(table.total_fen), leftFen: '0' }])
    const stored = await post('/allotments/pass-down', body('万元'))
    expect(stored.status).toBe(200)
    const { rows: sums } = await here.ownerPool.query(
      `select d.name, t.sent_fen::text as fen from ledger.transfer t join divisions.published_division d on d.division = t.division
       join allotments.allotment a on a.division = t.sender and a.id = t.sender_allotment where a.source = $1 order by t.id`,
      [source],
    )
    expect(sums).toEqual(detail.map(row => ({ name: row.recipient, fen: String(row.amount_fen) })))
  })
})
