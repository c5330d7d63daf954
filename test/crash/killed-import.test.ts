import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { detail, text, voucher } from '../../src/payments/messages/test-messages.ts'
import { arrange, county, DIVISION, OTHER_DIVISION } from '../../src/payments/test-fixture.ts'
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

const PAYMENTS = 3000
/** Random moments; the whole run of a hundred is `npm run test:kills`. */
const KILLS = Number(process.env.FUNDWATCH_KILLS ?? 20)

const dayOf = (n: number): string => new Date(Date.UTC(2026, 1, 1 + (n % 40))).toISOString().slice(0, 10)
const yuan = (n: number): string => `${1 + (n % 97)}.${String(n % 100).padStart(2, '0')}`

/** Payment `n`: forty days, two counties; some match nothing, some go beyond their line, and of every fifth the bank says nothing yet. */
const payment = (n: number, said: Record<string, string> = {}): string =>
  voucher(
    5201,
    {
      AdmDivCode: n % 10 === 0 ? OTHER_DIVISION : DIVISION,
      VoucherNo: `V${n}`,
      VouDate: dayOf(n),
      XPayDate: n % 5 === 1 ? '' : dayOf(n),
      PayAmt: yuan(n),
      BgtId: n % 7 === 0 ? '' : `A${n % 3}`,
      AgencyCode: n % 7 === 0 ? '999999' : '101001',
      PayeeAcctNo: `62${String(n % 50).padStart(17, '0')}`,
      PayeeAcctName: `样例公司${n % 50}`,
      ...said,
    },
    [],
  )

/** What comes later: the bank's back-fills, of which some are less; refunds, of which some are too large; adjustments, quotas, lists of people. */
function later(): string[] {
  const vouchers: string[] = []
  for (let n = 0; n < PAYMENTS; n++) {
    const at = n % 10 === 0 ? OTHER_DIVISION : DIVISION
    if (n % 5 === 1) vouchers.push(payment(n, { XPayDate: '2026-04-01', XPayAmt: n % 20 === 1 ? '0.50' : yuan(n) }))
    if (n % 11 === 3)
      vouchers.push(
        voucher(2203, {
          AdmDivCode: at,
          VoucherNo: `R${n}`,
          VouDate: dayOf(n + 1),
          OriBillNo: `V${n}`,
          PayAmt: n % 33 === 3 ? '999.00' : '0.40',
        }),
      )
    if (n % 100 === 2)
      vouchers.push(
        voucher(5253, { AdmDivCode: at, VoucherNo: `A${n}`, OriginalVoucherNo: `V${n}`, PayAmt: '0.30', BgtId: 'B' }),
        voucher(5106, { AdmDivCode: at, VoucherNo: `Q${n}` }),
        voucher(8207, { AdmDivCode: at, VoucherNo: `L${n}`, OriginalVoucherNo: `V${n}`, SumAmt: yuan(n) }, [
          detail(8207, { PayAmt: yuan(n), PayeeAcctNo: `62${n}` }),
        ]),
      )
  }
  return vouchers
}

async function arranged(here: Installation): Promise<void> {
  await county(here)
  // The first line is too small for what is paid from it.
  for (const [n, fen] of [2_000_000n, 100_000_000n, 100_000_000n].entries())
    await arrange(here, { externalId: `A${n}`, fen })
  await arrange(here, { externalId: 'B', fen: 100_000_000n, agency: '102001' })
}

/** Every payment as it stands, and the books, in words that do not depend on surrogate keys. */
const standing = async (here: Installation) => {
  const rows = async (text: string) => (await here.ownerPool.query(text)).rows
  return {
    payments: await rows(
      `select p.division, p.voucher_no, p.vouched_on, p.amount_fen::text, p.match, u.reason, h.name, a.masked, l.external_id,
         (select count(*)::int from payments.posting s where s.division = p.division and s.payment = p.id) as postings,
         c.paid_on, c.paid_fen::text, t.payment is not null as in_transit
       from payments.payment p left join payments.unposted u on u.division = p.division and u.payment = p.id
       left join payments.confirmation c on c.division = p.division and c.payment = p.id left join payments.in_transit t on t.division = p.division and t.payment = p.id
       left join payments.holder h on h.division = p.division and h.id = p.payee left join payments.bank_account a on a.division = h.division and a.id = h.account
       left join allotments.allotment l on l.division = p.division and l.id = p.allotment order by 1, 2`,
    ),
    balances: await rows(
      `select l.external_id, b.account, b.balance_fen::text from ledger.published_balance b join allotments.allotment l on l.division = b.division and l.id = b.allotment
       where l.external_id is not null and b.balance_fen <> 0 order by 1, 2`,
    ),
    accounts: await rows('select count(*)::int as n from payments.bank_account'),
    ties: await rows(
      `select t.kind, t.found, t.exceeds, t.proposed, p.voucher_no, o.voucher_no as original, m.voucher_no as message from payments.tie t
       join payments.payment o on o.division = t.division and o.id = t.original left join payments.payment p on p.division = t.division and p.id = t.payment
       left join payments.message m on m.division = t.division and m.id = t.message order by 1, 5, 6, 7`,
    ),
    messages: await rows('select division, voucher_type, voucher_no from payments.message order by 1, 2, 3'),
    adjusting: await rows(
      `select m.voucher_no, w.reason from payments.adjustment_waiting w join payments.message m on m.division = w.division and m.id = w.message order by 1`,
    ),
    lists: await rows(
      `select l.division, l.list_no, l.sum_fen::text, p.voucher_no, (select count(*)::int from beneficiaries.disbursement d where d.division = l.division and d.list = l.id) as rows
       from beneficiaries.list l left join beneficiaries.list_payment j on j.division = l.division and j.list = l.id
       left join payments.payment p on p.division = j.division and p.id = j.payment order by 1, 2`,
    ),
    staged: await rows(
      'select (select count(*)::int from payments.staged) as rows, (select count(*)::int from payments.staged_account) as accounts, (select count(*)::int from payments.staged_original) as originals',
    ),
    open: await rows(`select count(*)::int as n from platform.import where state in ('reading', 'posting')`),
  }
}

test(
  `imports of ${PAYMENTS} payments, then of back-fills, refunds, adjustments and lists, that are killed ${KILLS} times end as if they never were (FUNDWATCH_SEED=${SEED})`,
  async () => {
    const files = [join(base, 'payments.xml'), join(base, 'later.xml')] as const
    writeFileSync(files[0], text(Array.from({ length: PAYMENTS }, (_, n) => payment(n))))
    writeFileSync(files[1], text(later()))
    const [ready0, calm] = [join(base, 'arranged'), join(base, 'calm')]
    await within(ready0, arranged)
    const copy = (to: string) => execFileSync('cp', ['-a', ready0, to])
    copy(calm)
    const times: Record<string, number> = {}
    const quiet = client(['payments', calm, ...files], one => {
      times[one.word] = Date.now()
    })
    await quiet.exit
    const took = times.imported! - times.ready!
    const expected = await within(calm, standing)
    const all = expected.payments.length
    expect(all).toBeGreaterThan(PAYMENTS)
    // The files must hold what makes an import hard: matched, unmatched, too much, and everything that comes later.
    expect(new Set(expected.payments.map(row => row.reason))).toEqual(
      new Set([null, 'no-allotment', 'beyond-available', 'refund-exceeds']),
    )
    expect(new Set(expected.ties.map(row => row.kind))).toEqual(new Set(['refund', 'adjustment']))
    expect(expected.payments.filter(row => row.paid_fen !== null).length).toBeGreaterThan(PAYMENTS / 6)
    expect(expected.lists.length).toBeGreaterThan(10)

    const seen: number[][] = []
    const victims = { process: 0, both: 0 }
    for (let kills = 0; kills < KILLS; ) {
      const found: number[] = []
      const restless = join(base, `restless-${seen.push(found)}`)
      copy(restless)
      // As many kills as one run of both files takes, each further on than the last; then once more in peace.
      for (let finished = false; !finished && kills < KILLS; kills++) {
        // Some die while a file is read, the others among the next slices that are posted.
        let slices = 0
        const { child, ready, exit, said } = client(['payments', restless, ...files], one => {
          if (one.word === 'slice') slices++
        })
        await ready
        const [moment, enough] = [draw() * took, 1 + Math.floor(draw() * 3)]
        for (const began = Date.now(); Date.now() - began < moment && slices < enough; ) await sleep(5)
        finished = said.filter(one => one.word === 'imported').length === files.length
        const both = kills % 3 === 2
        victims[both ? 'both' : 'process']++
        if (both) killDatabase(restless)
        child.kill('SIGKILL')
        await exit
        await within(restless, async here => {
          expect(await verify(here)).toEqual([])
          const { rows } = await here.ownerPool.query<{ payments: number; doubled: number; loose: number }>(
            `select count(*)::int as payments, (count(*) - count(distinct (division, voucher_type, voucher_no)))::int as doubled,
             count(*) filter (where not exists (select from payments.posting s where s.division = p.division and s.payment = p.id)
               and not exists (select from payments.unposted u where u.division = p.division and u.payment = p.id))::int as loose
           from payments.payment p`,
          )
          // Whole days are there or not: each payment is posted or says why not.
          expect(rows[0]).toMatchObject({ doubled: 0, loose: 0 })
          expect(rows[0]!.payments).toBeGreaterThanOrEqual(found.at(-1) ?? 0)
          found.push(rows[0]!.payments)
        })
      }
      const last = client(['payments', restless, ...files])
      await last.exit
      expect(last.said.at(-1)?.word).toBe('bye')
      const stands = await within(restless, standing)
      // Thing by thing, and what differs alone: of thousands of rows nobody would find it.
      for (const [thing, rows] of Object.entries(stands) as [keyof typeof stands, object[]][]) {
        const lines = (of: object[]) => new Set(of.map(row => JSON.stringify(row)))
        const [now, then] = [lines(rows), lines(expected[thing])]
        expect([...now].filter(row => !then.has(row)).slice(0, 5), `${thing} too many`).toEqual([])
        expect([...then].filter(row => !now.has(row)).slice(0, 5), `${thing} missing`).toEqual([])
        expect(rows.length, thing).toBe(expected[thing].length)
      }
      expect(await within(restless, verify)).toEqual([])
    }
    console.info({ paymentsAfterEachKill: seen, victims })
    expect(seen.flat().some(n => n > 0 && n < all)).toBe(true)
  },
  120_000 + KILLS * 30_000,
)
