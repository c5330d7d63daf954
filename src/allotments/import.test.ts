import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import type { Actor } from '../kernel/actor.ts'
import type { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import * as fixture from './test-import.ts'
import { faultsOf, type Row, shuffled } from './test-import.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await fixture.province(here)
})
afterAll(() => here?.close())

const take = (rows: readonly Row[], more?: { actor?: Actor; checkOnly?: boolean }) => fixture.takeIn(here, rows, more)
const verify = () => fixture.verify(here)
const balances = (condition: string) => fixture.balances(here, condition)
const LINE: Row = {
  FISCAL_YEAR: '2018',
  BGT_DOC_TITLE: '关于下达资金的通知',
  DOC_DATE: '2018-03-01',
  TRACK_PRO_CODE: 'P01',
}

/** All that the books hold, to see that nothing was stored. */
const books = async () =>
  (
    await here.ownerPool.query(`select (select count(*) from ledger.document) as documents, (select count(*) from ledger.transfer) as transfers,
      (select count(*) from ledger.batch) as batches, (select count(*) from ledger.entry) as entries, (select count(*) from allotments.allotment) as lines,
      (select sum(debit_fen) from ledger.balance) as turnover, (select count(*) from audit.entry) as audited`)
  ).rows[0]

/** A province's year: from the centre and its own budget through cities and counties to agencies and a township. Yuan. */
function province(tag: string): Row[] {
  const rows: Row[] = []
  const add = (row: Row) => rows.push({ ...LINE, ...row, BGT_ID: `${tag}-${row.BGT_ID}` })
  const from = (id: string) => ({ ORI_BGT_ID: `${tag}-${id}` })
  const up = { COR_BGT_DOC_NO: `样财农〔2018〕${tag}号` }
  add({ ...up, BGT_ID: 'p1', MOF_DIV_CODE: '990000', AMOUNT: '1000000.01', SUP_BGT_DOC_NO: `财农〔2018〕${tag}号` })
  add({ ...up, BGT_ID: 'p2', MOF_DIV_CODE: '990000', AMOUNT: '500000' })
  add({ ...up, BGT_ID: 'p3', MOF_DIV_CODE: '990000', AMOUNT: '1000000.01', ...from('p1') })
  add({ ...up, BGT_ID: 'p4', MOF_DIV_CODE: '990000', AMOUNT: '400000', ...from('p2') })
  add({ ...up, BGT_ID: 'p5', MOF_DIV_CODE: '990000', AMOUNT: '600000', ...from('p3'), REC_DIV_CODE: '990100' })
  add({ ...up, BGT_ID: 'p6', MOF_DIV_CODE: '990000', AMOUNT: '400000.01', ...from('p3'), REC_DIV_CODE: '990201' })
  add({ ...up, BGT_ID: 'p7', MOF_DIV_CODE: '990000', AMOUNT: '300000', ...from('p4'), REC_DIV_CODE: '990100' })
  const city = {
    COR_BGT_DOC_NO: `甲财农〔2018〕${tag}号`,
    MOF_DIV_CODE: '990100000',
    SUP_BGT_DOC_NO: up.COR_BGT_DOC_NO,
  }
  add({ ...city, BGT_ID: 'c1', AMOUNT: '600000' })
  add({ ...city, BGT_ID: 'c2', AMOUNT: '300000' })
  add({ ...city, BGT_ID: 'c3', AMOUNT: '600000', ...from('c1') })
  add({ ...city, BGT_ID: 'c4', AMOUNT: '300000', ...from('c2') })
  add({ ...city, BGT_ID: 'c5', AMOUNT: '350000', ...from('c3'), REC_DIV_CODE: '990101' })
  add({ ...city, BGT_ID: 'c6', AMOUNT: '250000', ...from('c3'), REC_DIV_CODE: '990102' })
  add({ ...city, BGT_ID: 'c7', AMOUNT: '300000', ...from('c4'), REC_DIV_CODE: '990101' })
  for (const [division, code, word, superior, parts] of [
    ['d', '990101', '子', city.COR_BGT_DOC_NO, ['350000', '300000']],
    ['e', '990102', '丑', city.COR_BGT_DOC_NO, ['250000']],
    ['f', '990201', '寅', up.COR_BGT_DOC_NO, ['400000.01']],
  ] as const) {
    const county = { COR_BGT_DOC_NO: `${word}财农〔2018〕${tag}号`, MOF_DIV_CODE: code, SUP_BGT_DOC_NO: superior }
    parts.forEach((amount, n) => {
      add({ ...county, BGT_ID: `${division}r${n}`, AMOUNT: amount })
      add({ ...county, BGT_ID: `${division}a${n}`, AMOUNT: amount, ...from(`${division}r${n}`) })
      if (division === 'd' && n === 1) {
        add({ ...county, BGT_ID: 'dt', AMOUNT: '100000', ...from('da1'), REC_DIV_CODE: '990101001' })
        add({
          ...county,
          BGT_ID: 'du',
          AMOUNT: '200000',
          ...from('da1'),
          AGENCY_CODE: '101001',
          PRO_CODE: 'PRJ1',
          EXP_FUNC_CODE: '2130504',
        })
      } else
        add({
          ...county,
          BGT_ID: `${division}u${n}`,
          AMOUNT: amount,
          ...from(`${division}a${n}`),
          AGENCY_CODE: '101001',
        })
    })
  }
  add({
    BGT_ID: 't1',
    MOF_DIV_CODE: '990101001',
    COR_BGT_DOC_NO: `子镇财〔2018〕${tag}号`,
    SUP_BGT_DOC_NO: `子财农〔2018〕${tag}号`,
    AMOUNT: '100000',
  })
  return rows
}

describe('a whole province in one file', () => {
  test.each([1, 2, 3, 4, 5])('ties to the fen in whatever order its rows stand (shuffle %i)', async seed => {
    const tag = String(100 + seed)
    const rows = shuffled(province(tag), seed)
    const outcome = await take(rows)
    expect(outcome).toMatchObject({ rows: rows.length, taken: rows.length, repeated: 0, repairCount: 0 })
    expect(outcome.figures).toEqual({ register: 1, receive: 8, assign: 8, refine: 4, 'pass-down': 7 })
    expect(await balances(`external_id like '${tag}-%'`)).toEqual([
      [1001, 100_000_00n + 100_000_00n],
      [4001, 1_500_000_01n + 900_000_00n + 650_000_00n + 250_000_00n + 400_000_01n + 100_000_00n],
      [5001, 100_000_00n],
      [500201, 350_000_00n + 200_000_00n + 250_000_00n + 400_000_01n],
      [500202, 1_300_000_01n + 900_000_00n + 100_000_00n],
    ])
    // Everything sent was taken, by the division that it was sent to, and every line knows its root.
    const { rows: transfers } = await here.ownerPool.query(
      `select division, sender is null as outside, sent_fen = taken_fen as whole from ledger.transfer where document_number like $1 order by 1, 2`,
      [`%〔2018〕${tag}号`],
    )
    expect(transfers.map(row => [row.division, row.outside, row.whole])).toEqual([
      [1, true, true],
      [11, false, true],
      [11, false, true],
      [21, false, true],
      [21, false, true],
      [22, false, true],
      [23, false, true],
      [31, false, true],
    ])
    const { rows: deepest } = await here.ownerPool.query(
      `select cardinality(a.path) as depth, r.external_id as root from allotments.allotment a join allotments.allotment r on r.id = a.path[1] where a.external_id = $1`,
      [`${tag}-t1`],
    )
    expect(deepest).toEqual([{ depth: 10, root: `${tag}-p2` }])
    expect(await verify()).toEqual([])
  })

  test('taken a second time changes nothing, in another order too; new rows among known ones are taken', async () => {
    const rows = province('201')
    await take(rows)
    const before = await books()
    expect(await take(shuffled(rows, 9))).toMatchObject({ rows: rows.length, taken: 0, repeated: rows.length })
    expect(await books()).toEqual(before)
    const more: Row = { ...rows[3]!, BGT_ID: '201-p8', ORI_BGT_ID: '201-p2', AMOUNT: '100000' }
    expect(await take([...rows, more])).toMatchObject({ taken: 1, repeated: rows.length })
    expect(await verify()).toEqual([])
  })

  test('only looked at, is judged as when it is taken, and leaves nothing', async () => {
    const rows = province('202').map(row => ({
      ...row,
      COR_BGT_DOC_NO: row.COR_BGT_DOC_NO!.replace('〔', '[').replace('〕', ']'),
    }))
    const before = await books()
    const looked = await take(rows, { checkOnly: true })
    expect(await books()).toEqual(before)
    expect(looked.repairCount).toBeGreaterThan(4)
    expect(await take(rows)).toEqual(looked)
  })
})

describe('document numbers', () => {
  test('are mended and told, once a document; and the receivers find what was sent under the mended number', async () => {
    const up = { ...LINE, MOF_DIV_CODE: '990000', COR_BGT_DOC_NO: '样财农[2018]301 号' }
    const rows: Row[] = [
      { ...up, BGT_ID: '301-1', AMOUNT: '10' },
      { ...up, BGT_ID: '301-2', AMOUNT: '10', ORI_BGT_ID: '301-1' },
      { ...up, BGT_ID: '301-3', AMOUNT: '10', ORI_BGT_ID: '301-2', REC_DIV_CODE: '990100' },
      {
        ...LINE,
        BGT_ID: '301-4',
        MOF_DIV_CODE: '990100',
        COR_BGT_DOC_NO: '甲财农〔2018〕301号',
        SUP_BGT_DOC_NO: '样财农【2018】301号',
        AMOUNT: '10',
      },
    ]
    const outcome = await take(rows)
    expect(outcome.repairs).toEqual([
      expect.objectContaining({
        code: 'document-number-repaired',
        row: 2,
        field: 'COR_BGT_DOC_NO',
        value: '样财农[2018]301 号',
        to: '样财农〔2018〕301号',
      }),
    ])
    const { rows: transfers } = await here.ownerPool.query(
      `select sender, sent_fen, taken_fen from ledger.transfer where document_number like '%301号'`,
    )
    expect(transfers).toEqual([{ sender: 1, sent_fen: 1000n, taken_fen: 1000n }])
    const { rows: documents } = await here.ownerPool.query(
      `select number_form, number_read from ledger.document where number = '样财农〔2018〕301号'`,
    )
    expect(documents).toEqual([{ number_form: 'repaired', number_read: '样财农[2018]301 号' }])
  })
  test('that are none are kept as typed, for the money has moved all the same', async () => {
    await take([{ ...LINE, BGT_ID: '302-1', MOF_DIV_CODE: '990000', COR_BGT_DOC_NO: '本级追加', AMOUNT: '10' }])
    const { rows } = await here.ownerPool.query(`select number_form from ledger.document where number = '本级追加'`)
    expect(rows).toEqual([{ number_form: 'invalid' }])
  })
})

describe('parts of one superior’s document', () => {
  test('are joined so that all fit, whatever their order', async () => {
    const sent = ['100', '60'].flatMap((amount, n): Row[] => [
      { ...LINE, MOF_DIV_CODE: '990000', COR_BGT_DOC_NO: '样财农〔2018〕311号', BGT_ID: `311-r${n}`, AMOUNT: amount },
      {
        ...LINE,
        MOF_DIV_CODE: '990000',
        COR_BGT_DOC_NO: '样财农〔2018〕311号',
        BGT_ID: `311-a${n}`,
        AMOUNT: amount,
        ORI_BGT_ID: `311-r${n}`,
      },
      {
        ...LINE,
        MOF_DIV_CODE: '990000',
        COR_BGT_DOC_NO: '样财农〔2018〕311号',
        BGT_ID: `311-d${n}`,
        AMOUNT: amount,
        ORI_BGT_ID: `311-a${n}`,
        REC_DIV_CODE: '990100',
      },
    ])
    const got = ['40', '100', '20'].map(
      (amount, n): Row => ({
        ...LINE,
        MOF_DIV_CODE: '990100',
        COR_BGT_DOC_NO: '甲财农〔2018〕311号',
        SUP_BGT_DOC_NO: '样财农〔2018〕311号',
        BGT_ID: `311-g${n}`,
        AMOUNT: amount,
      }),
    )
    await take([...got, ...sent])
    const { rows } = await here.ownerPool.query(
      `select count(*)::int as n from ledger.transfer where document_number = '样财农〔2018〕311号' and sent_fen = taken_fen and sender = 1`,
    )
    expect(rows).toEqual([{ n: 2 }])
  })
  test('a city sends to a city of its own level: what is received is what was sent', async () => {
    const up = { ...LINE, MOF_DIV_CODE: '990100', COR_BGT_DOC_NO: '甲财农〔2018〕312号' }
    await take([
      {
        ...LINE,
        BGT_ID: '312-4',
        MOF_DIV_CODE: '990200',
        COR_BGT_DOC_NO: '乙财农〔2018〕312号',
        SUP_BGT_DOC_NO: '甲财农〔2018〕312号',
        AMOUNT: '10',
      },
      { ...up, BGT_ID: '312-3', AMOUNT: '10', ORI_BGT_ID: '312-2', REC_DIV_CODE: '990200' },
      { ...up, BGT_ID: '312-2', AMOUNT: '10', ORI_BGT_ID: '312-1' },
      { ...up, BGT_ID: '312-1', AMOUNT: '10' },
    ])
    const { rows } = await here.ownerPool.query(
      `select sender, taken_fen from ledger.transfer where document_number = '甲财农〔2018〕312号'`,
    )
    expect(rows).toEqual([{ sender: 11, taken_fen: 1000n }])
  })
})

describe('what is wrong is told all at once, by row, field, value and mend, and nothing is stored', () => {
  const good: Row = { ...LINE, MOF_DIV_CODE: '990101', COR_BGT_DOC_NO: '子财农〔2018〕400号', AMOUNT: '100' }
  const own = (id: string, more: Row = {}): Row => ({ ...good, BGT_ID: `400-${id}`, ...more })

  test('of rows and codes', async () => {
    const rows: [row: Row, faults: string][] = [
      [own('ok'), ''],
      [own('', { BGT_ID: '' }), 'field-missing BGT_ID'],
      [own('comma', { AMOUNT: '1,000' }), 'amount-comma AMOUNT'],
      [own('decimals', { AMOUNT: '1.005' }), 'amount-decimals AMOUNT'],
      [own('zero', { AMOUNT: '0' }), 'amount-not-positive AMOUNT'],
      [own('day', { DOC_DATE: '2018-02-30' }), 'date-impossible DOC_DATE'],
      [own('year', { FISCAL_YEAR: '18' }), 'year-malformed FISCAL_YEAR'],
      [own('code', { MOF_DIV_CODE: '9901' }), 'division-code-malformed MOF_DIV_CODE'],
      [own('division', { MOF_DIV_CODE: '999999' }), 'unknown-division MOF_DIV_CODE'],
      [own('receiver', { ORI_BGT_ID: '400-given', REC_DIV_CODE: '999998' }), 'unknown-division REC_DIV_CODE'],
      [own('itself', { ORI_BGT_ID: '400-given', REC_DIV_CODE: '990101' }), 'receiver-missing REC_DIV_CODE'],
      [own('fund', { TRACK_PRO_CODE: 'P99' }), 'unknown-fund TRACK_PRO_CODE'],
      [own('others-fund', { TRACK_PRO_CODE: 'X02' }), 'unknown-fund TRACK_PRO_CODE'],
      [own('secret', { TRACK_PRO_CODE: 'S01' }), 'fund-secret TRACK_PRO_CODE'],
      [own('agency', { ORI_BGT_ID: '400-given', AGENCY_CODE: '999' }), 'unknown-agency AGENCY_CODE'],
      [own('office', { MANAGE_MOF_DEP_CODE: '99' }), 'unknown-office MANAGE_MOF_DEP_CODE'],
      [
        own('project', { ORI_BGT_ID: '400-given', AGENCY_CODE: '101001', PRO_CODE: 'PRJ9' }),
        'unknown-project PRO_CODE',
      ],
      [own('subject', { EXP_FUNC_CODE: '2139999' }), 'unknown-subject EXP_FUNC_CODE'],
      [own('level', { BUDGET_LEVEL_CODE: '9' }), 'level-unknown BUDGET_LEVEL_CODE'],
      [own('poverty', { POVERTY_FLAG: '也许' }), 'poverty-flag-unknown POVERTY_FLAG'],
      [own('monitored', { MONITORED_AMT: '101' }), 'monitored-too-large MONITORED_AMT'],
      [own('ok'), 'line-duplicated BGT_ID'],
      [own('fund', { TRACK_PRO_CODE: 'P98' }), 'unknown-fund TRACK_PRO_CODE; line-duplicated BGT_ID'],
      [own('orphan', { ORI_BGT_ID: '400-nowhere' }), 'source-missing ORI_BGT_ID'],
      [own('given', { ORI_BGT_ID: '400-ok' }), ''],
      [own('too-soon', { ORI_BGT_ID: '400-ok', AGENCY_CODE: '101001' }), 'source-wrong-form ORI_BGT_ID'],
      [own('too-much', { ORI_BGT_ID: '400-ok', AMOUNT: '0.01' }), 'over-allotted AMOUNT'],
      // Its source is in the file and has a fault of its own: that one is told, and this row is no orphan.
      [own('child', { ORI_BGT_ID: '400-comma' }), ''],
      [own('child-2', { ORI_BGT_ID: '400-fund' }), ''],
    ]
    const before = await books()
    const faults = await faultsOf(take(rows.map(([row]) => row)))
    const said = rows.map((_, index) =>
      faults
        .filter(fault => fault.row === index + 2)
        .map(fault => `${fault.code} ${fault.field}`)
        .join('; '),
    )
    expect(said).toEqual(rows.map(([, expected]) => expected))
    for (const fault of faults) {
      expect(fault.zh, fault.code).toMatch(new RegExp(`^第 ${fault.row} 行`))
      expect(fault.en, fault.code).toMatch(new RegExp(`^Row ${fault.row}\\b`))
      if (fault.value) expect(fault.zh, fault.code).toContain(fault.value)
      // The mend: what to do about it.
      expect(fault.zh, fault.code).toMatch(/请|应先|更改/)
    }
    expect(await books()).toEqual(before)
  })

  test('of money that is not there: from the superior, from the books', async () => {
    await take([
      own('base', { BGT_ID: '401-base' }),
      own('half', { BGT_ID: '401-half', ORI_BGT_ID: '401-base', AMOUNT: '60' }),
    ])
    await take([
      { ...LINE, MOF_DIV_CODE: '990000', COR_BGT_DOC_NO: '样财农〔2018〕401号', BGT_ID: '401-1', AMOUNT: '50' },
      {
        ...LINE,
        MOF_DIV_CODE: '990000',
        COR_BGT_DOC_NO: '样财农〔2018〕401号',
        BGT_ID: '401-2',
        AMOUNT: '50',
        ORI_BGT_ID: '401-1',
      },
      {
        ...LINE,
        MOF_DIV_CODE: '990000',
        COR_BGT_DOC_NO: '样财农〔2018〕401号',
        BGT_ID: '401-3',
        AMOUNT: '50',
        ORI_BGT_ID: '401-2',
        REC_DIV_CODE: '990100',
      },
    ])
    const before = await books()
    expect(
      (await faultsOf(take([own('rest', { BGT_ID: '401-rest', ORI_BGT_ID: '401-base', AMOUNT: '40.01' })]))).map(
        fault => [fault.code, fault.row, fault.zh.includes('40.00')],
      ),
    ).toEqual([['over-allotted', 2, true]])
    expect(
      (await faultsOf(take([own('base', { BGT_ID: '401-base', AMOUNT: '99' })]))).map(fault => fault.code),
    ).toEqual(['line-changed'])
    const got = {
      ...LINE,
      MOF_DIV_CODE: '990100',
      COR_BGT_DOC_NO: '甲财农〔2018〕401号',
      SUP_BGT_DOC_NO: '样财农〔2018〕401号',
    }
    // With a line made of what cannot be received, and another that could: all that is wrong is the two receipts.
    const tooMuch = [
      { ...got, BGT_ID: '401-g', AMOUNT: '50.01' },
      { ...got, BGT_ID: '401-h', AMOUNT: '50.01', ORI_BGT_ID: '401-g' },
      { ...got, BGT_ID: '401-i', AMOUNT: '50' },
      { ...got, BGT_ID: '401-j', AMOUNT: '7' },
    ]
    for (const checkOnly of [true, false])
      expect((await faultsOf(take(tooMuch, { checkOnly }))).map(fault => [fault.code, fault.row, fault.field])).toEqual(
        [
          ['transfer-exceeded', 2, 'AMOUNT'],
          ['transfer-exceeded', 5, 'AMOUNT'],
        ],
      )
    expect(await books()).toEqual(before)
  })

  test('of divisions that are not the user’s', async () => {
    const county: Actor = { id: 7, name: '子县录入员', scope: 21, permissions: new Set(['allotments.write']) }
    const before = await books()
    expect(
      (
        await faultsOf(
          take([own('mine', { BGT_ID: '402-1' }), own('yours', { BGT_ID: '402-2', MOF_DIV_CODE: '990102' })], {
            actor: county,
          }),
        )
      ).map(fault => [fault.code, fault.row]),
    ).toEqual([['division-outside-scope', 3]])
    // The refusal itself is written down, and nothing else.
    expect({ ...(await books()), audited: 0n }).toEqual({ ...before, audited: 0n })
    expect(await take([own('mine', { BGT_ID: '402-1' })], { actor: county })).toMatchObject({ taken: 1 })
  })

  test('a thousand faults are listed and all are counted', async () => {
    const rows = Array.from({ length: 1500 }, (_, n) => own(`many-${n}`, { AMOUNT: '1,0' }))
    const refusal = (await take(rows).catch(error => error)) as Refusal
    expect([refusal.faults.length, refusal.count]).toEqual([1000, 1500])
  })
})
