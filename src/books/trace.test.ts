import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { correct } from '../allotments/correct.ts'
import { type Actor, SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { sealAll } from '../ledger/seal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Installation } from '../platform/installation.ts'
import { memorySource } from '../platform/tables/memory-source.ts'
import type { ReconciliationKind } from './contract.ts'
import { documentNumbers } from './document-numbers.ts'
import { type Proved, prove } from './proof.ts'
import { differencesOf, reconcile, reconciliation } from './reconcile.ts'
import { BookWorld, YEAR } from './test-world.ts'
import { trace } from './trace.ts'
import { BALANCES_NOW, BALANCES_THEN, FAMILY, PAYMENTS } from './trace-store.ts'

// The worked example of the slides: 15 million = 10 million from the centre + 5 million matched by the province; some of both goes to a county,
// whose project is paid from both.
const NOW = { from: null, to: null, known: null }
let here: Installation
let world: BookWorld
const line: Record<string, bigint> = {}
let payment: bigint
let afterFirst = ''
const county = (scope: number): Actor => ({ id: 5, name: '李会计', scope, permissions: new Set() })
const read = <T>(work: (tx: Tx) => Promise<T>, actor: Actor = SYSTEM): Promise<T> =>
  here.run(actor, ({ tx }) => work(tx), { readOnly: true })
const number = { central: '财农〔2018〕9号', down: '样财农〔2018〕20号', own: '青财农〔2018〕3号' }

beforeAll(async () => {
  here = await testInstallation()
  world = new BookWorld(here)
  await world.found()
  const project = (await here.ownerPool.query<{ id: bigint }>('select id from projects.project')).rows[0]!.id
  const central = await world.fromOutside(1, 1, fen(10_000_000_00n), number.central)
  line.received = (await world.form(1, 'receive', '2018-01-10', [{ transfer: central, amount: fen(10_000_000_00n) }]))
    .lines[0]!
  line.matched = (await world.form(1, 'register', '2018-01-12', [{ fund: 1, amount: fen(5_000_000_00n) }])).lines[0]!
  const assigned = await world.form(1, 'assign', '2018-01-15', [
    { source: line.received, amount: fen(10_000_000_00n) },
    { source: line.matched, amount: fen(5_000_000_00n) },
  ])
  const down = await world.form(
    1,
    'pass-down',
    '2018-02-01',
    [
      { source: assigned.lines[0]!, amount: fen(3_000_000_00n), toDivision: 2 },
      { source: assigned.lines[1]!, amount: fen(1_000_000_00n), toDivision: 2 },
      { source: assigned.lines[1]!, amount: fen(500_000_00n), toDivision: 3 },
    ],
    number.down,
  )
  await sealAll(here.run)
  afterFirst = (await here.ownerPool.query('select clock_timestamp()::text as now')).rows[0].now
  line.passed = down.lines[0]!
  const got = await world.form(
    2,
    'receive',
    '2018-02-10',
    [
      { transfer: await world.transferOf(down.lines[0]!), amount: fen(2_900_000_00n) },
      { transfer: await world.transferOf(down.lines[1]!), amount: fen(1_000_000_00n) },
    ],
    number.own,
  )
  const local = await world.form(
    2,
    'assign',
    '2018-02-11',
    got.lines.map((source, n) => ({ source, amount: fen([2_000_000_00n, 1_000_000_00n][n]!) })),
  )
  const agency = await world.agency(2)
  const refined = await world.form(
    2,
    'refine',
    '2018-02-12',
    local.lines.map((source, n) => ({
      source,
      amount: fen([1_500_000_00n, 600_000_00n][n]!),
      agency,
      project,
      functionSubject: '2130504',
    })),
  )
  line.first = refined.lines[0]!
  line.second = refined.lines[1]!
  payment = await world.pay(2, line.first, fen(400_000_00n), '2018-03-05', '甲建筑公司')
  await world.pay(2, line.second, fen(100_000_00n), '2018-03-06', '乙合作社')
  await sealAll(here.run)
})
afterAll(() => here?.close())

test('a project paid from two sources is traced to both, and to every payee, with the level and document of each source', async () => {
  const found = await read(tx => trace(tx, 'P1', NOW))
  expect(found.kind).toBe('project')
  expect(found.sources).toMatchObject([
    { line: String(line.received), sourceLevel: 'central', superiorNumber: number.central, fen: '150000000' },
    { line: String(line.matched), sourceLevel: 'central', superiorNumber: null, fen: '60000000' },
  ])
  expect(found.lines.filter(one => one.kin === 'traced').map(one => [one.depth, one.netFen])).toEqual(
    [
      [5, '150000000'],
      [5, '60000000'],
    ].map(([depth, net]) => [Number(depth) - 0, net]),
  )
  expect(found.payments.map(one => [one.payee, one.account, one.amountFen])).toEqual([
    ['甲建筑公司', '6222****公司', '40000000'],
    ['乙合作社', '6222****作社', '10000000'],
  ])
  expect(found.totals).toMatchObject({ payments: 2, payees: 2, paidFen: '50000000', netFen: '210000000' })
  // What flows into the traced lines flows out of them: paid or still standing.
  for (const traced of [line.first, line.second]) {
    const sum = (of: 'source' | 'target') =>
      found.flow.links
        .filter(link => link[of] === `line:${traced}`)
        .reduce((total, link) => total + BigInt(link.amountFen), 0n)
    expect(sum('target')).toBe(sum('source'))
  }
})

test('a superior’s document is traced down over both levels; what is still on its way is part of it', async () => {
  const found = await read(tx => trace(tx, `document:${number.down.replace('〔', '[').replace('〕', ']')}`, NOW))
  expect(found.lines.filter(one => one.kin === 'traced').map(one => one.netFen)).toEqual([
    '300000000',
    '100000000',
    '50000000',
  ])
  expect(found.lines.filter(one => one.kin === 'above').map(one => one.form)).toEqual([
    'receive',
    'assign',
    'register',
    'assign',
  ])
  expect(new Set(found.lines.map(one => one.division.name))).toEqual(new Set(['样例省', '青石县']))
  expect(found.totals.paidFen).toBe('50000000')
})

test('a payment is traced up to its source alone, by its id and by its voucher; other meanings of the same words are told', async () => {
  const byId = await read(tx => trace(tx, `payment:${payment}`, NOW))
  expect(byId.payments.map(one => one.amountFen)).toEqual(['40000000'])
  expect(byId.sources.map(one => [one.superiorNumber, one.fen])).toEqual([[number.central, '40000000']])
  expect(byId.lines.map(one => one.form)).toEqual(['receive', 'assign', 'pass-down', 'receive', 'assign', 'refine'])
  const voucher = byId.payments[0]!.voucherNo
  expect((await read(tx => trace(tx, voucher, NOW))).kind).toBe('voucher')
  const allotment = await read(tx => trace(tx, String(payment), NOW))
  expect([allotment.kind, allotment.also]).toEqual(['allotment', ['payment']])
  await expect(read(tx => trace(tx, 'nowhere', NOW))).rejects.toMatchObject({ faults: [{ code: 'trace-unknown' }] })
})

test('a county sees its own part of a trace and the superior’s document, and nothing of the county beside it', async () => {
  const found = await read(tx => trace(tx, 'P1', NOW), county(2))
  expect(new Set(found.lines.map(one => one.division.name))).toEqual(new Set(['青石县']))
  expect(found.lines.filter(one => one.parent === null).map(one => one.transfer?.documentNumber)).toEqual([
    number.down,
    number.down,
  ])
  expect(found.lines.every(one => one.sourceLevel === 'central')).toBe(true)
  await expect(read(tx => trace(tx, 'P1', NOW), county(3))).rejects.toMatchObject({
    faults: [{ code: 'trace-unknown' }],
  })
})

test('as known before the county took anything, the trace of the document ends at the province', async () => {
  const found = await read(tx => trace(tx, number.down, { ...NOW, known: afterFirst }))
  expect(new Set(found.lines.map(one => one.division.name))).toEqual(new Set(['样例省']))
  expect(found.totals).toMatchObject({ paidFen: '0', payments: 0, netFen: '450000000' })
})

test('a trace looks lines up by their paths and entries by their lines: no table of facts is read from end to end', async () => {
  await here.ownerPool.query('analyze')
  // With sequential scans made dear, one that is left in a plan is one that no index can replace. What the policies of narrowed posts
  // would look up stands in the plan too, and is never executed for a reader of whole divisions.
  const lines = [[2], [String(line.first)]]
  const view = [null, null, null]
  const plans = await read(async tx => {
    await tx.query('set local enable_seqscan = off')
    const explain = async (sql: string, values: unknown[]) =>
      (await tx.query<{ 'QUERY PLAN': string }>(`explain (analyze, timing off) ${sql}`, values))
        .map(row => row['QUERY PLAN'])
        .join('\n')
    return [
      await explain(FAMILY, [lines[1], true, 10]),
      await explain(BALANCES_NOW, lines),
      await explain(BALANCES_THEN, [...lines, ...view]),
      await explain(`${PAYMENTS} order by day limit 10`, [...lines, ...view, null]),
    ]
  })
  // The function's own plan is not shown in its caller's: its body is explained, with its owner's rights.
  const client = await here.ownerPool.connect()
  try {
    await client.query(`begin; set local enable_seqscan = off; select set_config('fundwatch.scope', '0', true)`)
    const { rows } = await client.query<{ prosrc: string }>(
      `select prosrc from pg_proc where oid = 'books.family'::regproc`,
    )
    const body = rows[0]!.prosrc
      .replaceAll('p_lines', `'{${line.first}}'::bigint[]`)
      .replaceAll('p_below', 'true')
      .replaceAll('p_limit', '10')
    const plan = await client.query(`explain ${body}`)
    plans.push(plan.rows.map(row => row['QUERY PLAN']).join('\n'))
    expect(plans.at(-1)).toMatch(/Bitmap Index Scan on allotment_path/)
    expect(plans.at(-1)).toMatch(/allotment_by_id/)
  } finally {
    await client.query('rollback')
    client.release()
  }
  expect(plans[3]).toMatch(/entry_debit/)
  for (const plan of plans)
    expect(plan).not.toMatch(
      /Seq Scan on (allotment|entry|batch|known_batch|balance|payment|transfer|document)\b(?![^\n]*never executed)/,
    )
})

const proofOf = (of: Proved, known: string | null = null, actor: Actor = SYSTEM) =>
  read(tx => prove(tx, of, known), actor)

test('the proof of a document: sent = taken + in transit to the fen, line by line, for a superior inside and one outside', async () => {
  const down = await proofOf({ document: number.down })
  expect(down.holds).toBe(true)
  expect(down.groups).toHaveLength(1)
  expect(down.groups[0]).toMatchObject({
    sender: { code: '990000000' },
    sentFen: '450000000',
    takenFen: '390000000',
    inTransitFen: '60000000',
    recalledFen: '0',
  })
  expect(down.groups[0]!.transfers[0]).toMatchObject({
    parent: { id: String(line.passed), standsFen: '300000000' },
    takenFen: '290000000',
    inTransitFen: '10000000',
  })
  const central = await proofOf({ document: number.central })
  expect(central.groups[0]).toMatchObject({
    sender: null,
    sentFen: '1000000000',
    takenFen: '1000000000',
    inTransitFen: '0',
    holds: true,
  })
  expect((await proofOf({ document: number.down }, afterFirst)).totals).toMatchObject({
    sentFen: '450000000',
    takenFen: '0',
    inTransitFen: '450000000',
  })
  expect((await proofOf({ division: 1, code: '990000000', year: YEAR })).totals).toMatchObject({
    groups: 2,
    sentFen: '1450000000',
  })
})

test('the digest is SM3 over the text that docs/interlock-proof.md describes, and the same on every printout', async () => {
  const { digest, groups } = await proofOf({ document: number.down })
  const text = [
    'fundwatch interlock proof 1',
    `of|document|${number.down}`,
    'known|-',
    `group|${number.down}|2018|990000000|F01|990000000`,
    ...groups[0]!.transfers.flatMap(one => [
      `transfer|${one.receiver.code}|${one.id}|${one.parent!.id}|${one.sentFen}|${one.takenFen}|${one.inTransitFen}|0`,
      ...one.children.map(child => `child|${child.id}|${child.fen}`),
    ]),
    'total|1|3|450000000|390000000|60000000|0',
  ].join('\n')
  expect(digest).toBe(createHash('sm3').update(text).digest('hex'))
  expect((await proofOf({ document: number.down })).digest).toBe(digest)
})

test('a count that was changed behind the ledger’s back breaks the proof', async () => {
  await here.ownerPool.query('update ledger.transfer set taken_fen = taken_fen - 1 where sender_allotment = $1', [
    line.passed,
  ])
  expect((await proofOf({ document: number.down })).holds).toBe(false)
  await here.ownerPool.query('update ledger.transfer set taken_fen = taken_fen + 1 where sender_allotment = $1', [
    line.passed,
  ])
  expect((await proofOf({ document: number.down })).holds).toBe(true)
})

test('a county proves what it received although its superior’s book is not shown to it', async () => {
  const proof = await proofOf({ document: number.down }, null, county(2))
  expect(proof.groups[0]).toMatchObject({ senderSeen: false, sentFen: '400000000', takenFen: '390000000', holds: true })
})

const compare = (kind: ReconciliationKind, text: string, requestKey: string | null = null, division = 2) =>
  here.run(county(1), context =>
    reconcile(context, {
      division,
      divisionCode: '990101000',
      year: YEAR,
      kind,
      unit: '元',
      requestKey,
      source: memorySource(text, 'sheet.csv'),
    }),
  )
const outcome = async (id: string) => ({
  record: await read(tx => reconciliation(tx, 2, id)),
  rows: (await read(tx => differencesOf(tx, 2, id, {}))).rows.map(row => [
    row.reason,
    row.rowNo,
    row.subject,
    row.hereFen,
    row.thereFen,
  ]),
})

test('the settlement sheet of the superior is compared by document and fund; a pasted sheet is read as it is', async () => {
  const { id } = await compare(
    'settlement',
    `文号\t专项资金\t金额\n样财农[2018]20号\t财政专项扶贫资金\t3999999.99\n样财农〔2018〕21号\tF01\t5\n`,
  )
  expect(await outcome(id)).toMatchObject({
    record: { rowsRead: 2, rowsAgreeing: 0, differenceCount: 2, hereFen: 400000000n, thereFen: 400000499n },
    rows: [
      ['amount-differs', 2, `${number.down} F01`, '400000000', '399999999'],
      ['missing-here', 3, '样财农〔2018〕21号 F01', null, '500'],
    ],
  })
})

test('final accounts are compared with what was paid, at whatever depth the sheet states a subject', async () => {
  const { id } = await compare(
    'final-accounts',
    '科目编码,科目名称,决算数\n213,农林水支出,500000.00\n21305,扶贫,400000.00\n205,教育,7\n',
  )
  expect(await outcome(id)).toMatchObject({
    record: { rowsAgreeing: 1, hereFen: 50000000n, thereFen: 50000700n },
    rows: [
      ['amount-differs', 3, '21305', '50000000', '40000000'],
      ['missing-here', 4, '205', null, '700'],
    ],
  })
})

test('lines are compared with the budget system’s: by element where they were entered by hand, less their red letters', async () => {
  const { rows } = await here.ownerPool.query(
    `select e.batch, e.line from ledger.entry e where e.division = 2 and e.debit_allotment = $1 and e.credit = 5001`,
    [line.first],
  )
  await here.run(SYSTEM, context =>
    correct(context, {
      division: 2,
      fiscalYear: YEAR,
      effectiveOn: '2018-04-01',
      document: world.paper('2018-04-01'),
      batch: rows[0].batch,
      line: rows[0].line,
      amount: fen(1_00n),
    }),
  )
  const documents = (
    await here.ownerPool.query<{ id: bigint; number: string }>(
      'select a.id, d.number from allotments.allotment a join ledger.document d on d.division = a.division and d.id = a.document where a.division = 2',
    )
  ).rows
  const numberOf = (id: bigint) => documents.find(one => one.id === id)!.number
  const sheet = `BGT_ID,COR_BGT_DOC_NO,TRACK_PRO_CODE,AGENCY_CODE,AMOUNT
B1,${numberOf(line.first!)},F01,1,1499999.00
B2,${numberOf(line.second!)},F01,1,600000.01
`
  const { id } = await compare('allotments', sheet, 'again-and-again')
  const found = await outcome(id)
  expect(found.record).toMatchObject({ rowsRead: 2, rowsAgreeing: 1 })
  expect(found.rows[0]).toEqual(['missing-here', 3, 'B2', null, '60000001'])
  expect(found.rows.slice(1).map(row => row[0])).toEqual(Array(5).fill('missing-there'))
  expect(await compare('allotments', sheet, 'again-and-again')).toEqual({ id })
  await expect(
    compare('allotments', 'BGT_ID,文号,金额,MOF_DIV_CODE\nB1,x,1,990102000\nB2,x,一,990101000\n'),
  ).rejects.toMatchObject({
    count: 2,
    faults: [
      { code: 'other-division', row: 2 },
      { code: 'amount-not-a-number', row: 3 },
    ],
  })
})

test('a reconciliation is kept for good: the app can add one, and change or remove none', async () => {
  for (const sql of [
    'update books.reconciliation set rows_read = 0',
    'delete from books.reconciliation_difference',
    'insert into books.turnover select * from books.turnover',
    'delete from books.known_batch',
  ])
    await expect(here.run(SYSTEM, ({ tx }) => tx.query(sql))).rejects.toThrow(/permission denied/)
})

test('gaps and repeats of a bureau’s own numbers: superiors’ numbers are not its own, one document registered twice is no repeat', async () => {
  const paper = (n: number, title: string, dated = '2018-05-01') => [`河财〔2018〕${n}号`, title, dated]
  for (const [num, title, dated] of [
    paper(3, '甲'),
    paper(3, '甲'),
    paper(4, '乙'),
    paper(9, '丙'),
    paper(9, '丁'),
    paper(10, '戊'),
  ])
    await here.ownerPool.query(
      `insert into ledger.document (division, number, number_form, title, dated) values (3, $1, 'valid', $2, $3)`,
      [num, title, dated],
    )
  await here.ownerPool.query(
    `insert into ledger.document (division, number, number_form, title, dated) values (3, $1, 'valid', '省文', '2018-05-01')`,
    [number.down],
  )
  expect(await read(tx => documentNumbers(tx, 3, YEAR))).toMatchObject({
    words: [{ word: '河财', first: 3, last: 10, used: 4, missing: 4, repeated: 1 }],
    findings: [
      { kind: 'gap', first: 5, last: 8 },
      {
        kind: 'repeat',
        first: 9,
        documents: [{ title: '丁' }, { title: '丙' }].sort((a, b) => (a.title < b.title ? -1 : 1)),
      },
    ],
  })
})
