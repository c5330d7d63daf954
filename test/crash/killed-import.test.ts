import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { arrange, county, DIVISION, OTHER_DIVISION, type TestRow, table } from '../../src/payments/test-fixture.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { base, client, draw, killDatabase, SEED, verify, within } from './processes.ts'

test('an import of allotments that is killed stores nothing; the same file again completes it, once', async () => {
  const LINES = 1500
  const dataDir = join(base, 'allotments')
  await within(dataDir, here =>
    here.ownerPool.query(`
      insert into divisions.division (id) values (1), (2);
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
        (1, '[2018-01-01,)', '990100000', '样例市', 'city', null, null), (2, '[2018-01-01,)', '990101000', '样例县', 'county', 1, 1);
      select divisions.rebuild_scopes();
      insert into funds.catalogue (division, name) values (1, '清单');
      insert into funds.fund (catalogue, division, code, name, level) select id, 1, 'F01', '样例资金', 'city' from funds.catalogue`),
  )
  const file = join(base, 'zhibiao.csv')
  const head =
    'BGT_ID,MOF_DIV_CODE,FISCAL_YEAR,COR_BGT_DOC_NO,BGT_DOC_TITLE,DOC_DATE,AMOUNT,TRACK_PRO_CODE,ORI_BGT_ID,REC_DIV_CODE,SUP_BGT_DOC_NO'
  const rows = [
    `r,990100,2018,样财〔2018〕7号,一,2018-03-01,${LINES}.00,F01,,,`,
    `a,990100,2018,样财〔2018〕7号,一,2018-03-01,${LINES}.00,F01,r,,`,
  ]
  for (let n = 0; n < LINES; n++) {
    rows.push(`d${n},990100,2018,样财〔2018〕${8 + (n % 40)}号,二,2018-03-01,1.00,F01,a,990101,`)
    rows.push(`g${n},990101,2018,县财〔2018〕${8 + (n % 40)}号,三,2018-03-01,1.00,F01,,,样财〔2018〕${8 + (n % 40)}号`)
  }
  writeFileSync(file, [head, ...rows].join('\n'))
  const taken = () =>
    within(dataDir, async here => {
      expect(await verify(here)).toEqual([])
      const { rows: found } = await here.ownerPool.query<{ n: number; sum: string }>(
        `select count(*)::int as n, coalesce(sum(amount_fen), 0)::text as sum from allotments.allotment where external_id is not null`,
      )
      return [found[0]!.n, Number(found[0]!.sum)]
    })
  const whole = [rows.length, LINES * 400]
  let complete = 0
  for (let kill = 1; kill <= 8; kill++) {
    const { child, ready, exit } = client(['import', dataDir, file])
    await ready
    await sleep(draw() * 700)
    if (kill % 2 === 0) killDatabase(dataDir)
    child.kill('SIGKILL')
    await exit
    const now = await taken()
    if (complete > 0 || now[0] !== 0) {
      expect(now).toEqual(whole)
      complete++
    } else expect(now).toEqual([0, 0])
  }
  for (const [expectTaken, again] of [
    [complete > 0 ? 0 : rows.length, false],
    [0, true],
  ] as const) {
    const { exit, said } = client(['import', dataDir, file])
    await exit
    expect(said, again ? 'the second time' : 'the first time').toContainEqual({
      word: 'imported',
      taken: expectTaken,
      repeated: rows.length - expectTaken,
    })
    expect(await taken()).toEqual(whole)
  }
})

const PAYMENTS = 6000
const KILLS = 10

/** Payments of forty days over two counties; some match nothing, some go beyond their line. */
function payments(): TestRow[] {
  return Array.from({ length: PAYMENTS }, (_, n) => {
    const day = new Date(Date.UTC(2026, 1, 1 + (n % 40))).toISOString().slice(0, 10)
    return {
      MOF_DIV_CODE: n % 10 === 0 ? OTHER_DIVISION : DIVISION,
      PAY_CERT_NO: `V${n}`,
      VOU_DATE: day,
      XPAY_DATE: day,
      PAY_AMT: `${1 + (n % 97)}.${String(n % 100).padStart(2, '0')}`,
      BGT_ID: n % 7 === 0 ? '' : `A${n % 3}`,
      AGENCY_CODE: n % 7 === 0 ? '999999' : '101001',
      PAYEE_ACCT_NO: `62${String(n % 50).padStart(17, '0')}`,
      PAYEE_ACCT_NAME: `样例公司${n % 50}`,
    }
  })
}

async function arranged(here: Installation): Promise<void> {
  await county(here)
  // The first line is too small for what is paid from it.
  for (const [n, fen] of [2_000_000n, 100_000_000n, 100_000_000n].entries())
    await arrange(here, { externalId: `A${n}`, fen })
}

/** Every payment as it stands, and the books, in words that do not depend on surrogate keys. */
const standing = async (here: Installation) => {
  const rows = async (text: string) => (await here.ownerPool.query(text)).rows
  return {
    payments: await rows(
      `select p.division, p.voucher_no, p.vouched_on, p.amount_fen::text, p.match, u.reason, h.name, a.masked, l.external_id,
         (select count(*)::int from payments.posting s where s.division = p.division and s.payment = p.id) as postings
       from payments.payment p left join payments.unposted u on u.division = p.division and u.payment = p.id
       left join payments.holder h on h.division = p.division and h.id = p.payee left join payments.bank_account a on a.division = h.division and a.id = h.account
       left join allotments.allotment l on l.division = p.division and l.id = p.allotment order by 1, 2`,
    ),
    balances: await rows(
      `select l.external_id, b.account, b.balance_fen::text from ledger.published_balance b join allotments.allotment l on l.division = b.division and l.id = b.allotment
       where l.external_id is not null and b.balance_fen <> 0 order by 1, 2`,
    ),
    accounts: await rows('select count(*)::int as n from payments.bank_account'),
    staged: await rows(
      'select (select count(*)::int from payments.staged) as rows, (select count(*)::int from payments.staged_account) as accounts',
    ),
    open: await rows(`select count(*)::int as n from platform.import where state in ('reading', 'posting')`),
  }
}

test(`an import of ${PAYMENTS} payments that is killed ${KILLS} times ends as if it never was (FUNDWATCH_SEED=${SEED})`, async () => {
  const file = join(base, 'payments.csv')
  const chunks: Buffer[] = []
  for await (const chunk of table(payments()).open()) chunks.push(chunk as Buffer)
  writeFileSync(file, Buffer.concat(chunks))
  const [calm, restless] = [join(base, 'calm'), join(base, 'restless')]
  for (const dataDir of [calm, restless]) await within(dataDir, arranged)
  const times: Record<string, number> = {}
  const quiet = client(['payments', calm, file], one => {
    times[one.word] = Date.now()
  })
  await quiet.exit
  const took = times.imported! - times.ready!
  const expected = await within(calm, standing)
  expect(expected.payments).toHaveLength(PAYMENTS)
  // The file must hold what makes an import hard: matched, unmatched and too much.
  expect(new Set(expected.payments.map(row => row.reason))).toEqual(new Set([null, 'no-allotment', 'beyond-available']))

  const found: number[] = []
  let kills = 0
  while (kills < KILLS) {
    // Some die while the file is read, the others among the first slices that are posted, so that all kills fit into one import.
    let slices = 0
    const { child, ready, exit, said } = client(['payments', restless, file], one => {
      if (one.word === 'slice') slices++
    })
    await ready
    const [moment, enough] = [draw() * took, 1 + Math.floor(draw() * 3)]
    for (const began = Date.now(); Date.now() - began < moment && slices < enough; ) await sleep(5)
    const finished = said.some(one => one.word === 'imported')
    if (kills % 3 === 2) killDatabase(restless)
    child.kill('SIGKILL')
    await exit
    kills++
    await within(restless, async here => {
      expect(await verify(here)).toEqual([])
      const { rows } = await here.ownerPool.query<{ payments: number; doubled: number; loose: number }>(
        `select count(*)::int as payments, (count(*) - count(distinct (division, voucher_no)))::int as doubled,
           count(*) filter (where not exists (select from payments.posting s where s.division = p.division and s.payment = p.id)
             and not exists (select from payments.unposted u where u.division = p.division and u.payment = p.id))::int as loose
         from payments.payment p`,
      )
      // Whole days are there or not: each payment is posted or says why not.
      expect(rows[0]).toMatchObject({ doubled: 0, loose: 0 })
      expect(rows[0]!.payments).toBeGreaterThanOrEqual(found.at(-1) ?? 0)
      if (finished) expect(rows[0]!.payments).toBe(PAYMENTS)
      found.push(rows[0]!.payments)
    })
  }
  const last = client(['payments', restless, file])
  await last.exit
  console.info({ afterEachKill: found, last: last.said.at(-2) })
  expect(last.said.at(-1)?.word).toBe('bye')
  const actual = await within(restless, standing)
  expect(actual).toEqual(expected)
  expect(await within(restless, verify)).toEqual([])
})
