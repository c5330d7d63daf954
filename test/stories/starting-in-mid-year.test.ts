import { afterAll, beforeAll, expect, test } from 'vitest'
import { issue } from '../../src/allotments/issue.ts'
import { declare } from '../../src/divisions/declare.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import { fen } from '../../src/kernel/money.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { catalogue } from '../../src/rules/load-catalogue.ts'
import { checkAll } from '../../src/warnings/check.ts'
import { testInstallation } from '../database.ts'

// A county begins with this system on 1 July and enters what was issued before (补录): a hundred documents, without scans, long received and
// not refined, one in ten without a proper number. Time limits spare them; what stands in them is judged.

let here: Installation
beforeAll(async () => {
  here = await testInstallation({ clock: { now: () => new Date('2018-11-01T04:00:00Z'), today: () => '2018-11-01' } })
  await here.ownerPool.query(`insert into divisions.division values (1, null);
    insert into divisions.version (division, valid, code, name, level) values (1, '[2018-01-01,)', '990101000', '样例县', 'county');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '县级清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county');
    insert into divisions.agency (division, code, name) values (1, '101001', '样例县水利局')`)
})
afterAll(() => here?.close())

const enter = async (number: string, dated: string) => {
  const form = (name: 'assign' | 'refine', line: object) =>
    here.run(SYSTEM, context =>
      issue(context, {
        division: 1,
        fiscalYear: 2018,
        form: name,
        document: { number, title: '关于下达资金的通知', dated },
        effectiveOn: dated,
        lines: [line as never],
      }),
    )
  const received = await here.run(SYSTEM, async context => {
    const { openTransfers } = await import('../../src/allotments/issue.ts')
    const [transfer] = await openTransfers(context, {
      sender: null,
      fiscalYear: 2018,
      document: { number: `省财农〔2018〕${number.length + 1}号`, title: '关于下达的通知', dated },
      lines: [
        {
          receiver: 1,
          senderAllotment: null,
          fund: 1,
          sourceLevel: 'province',
          direct: false,
          functionSubject: null,
          fundNature: null,
          note: null,
          externalId: null,
          path: '{}',
          sent: fen(1000),
        },
      ],
    })
    return issue(context, {
      division: 1,
      fiscalYear: 2018,
      form: 'receive',
      document: { number, title: '关于下达资金的通知', dated },
      effectiveOn: dated,
      lines: [{ transfer: transfer!, amount: fen(1000) }],
    })
  })
  const assigned = await form('assign', { source: received.lines[0], amount: fen(1000) })
  await form('refine', { source: assigned.lines[0], amount: fen(400), agency: 1 })
}
const lamps = async () => {
  await checkAll(here, { asOf: '2018-11-01', rules: catalogue() })
  const { rows } = await here.ownerPool.query<{ rule: string; n: number }>(
    `select rule, count(*)::int as n from warnings.warning where status = 'open' group by 1 order by 1`,
  )
  return Object.fromEntries(rows.map(row => [row.rule, row.n]))
}

test('a hundred old documents get no lamp of time, and all lamps of content; what comes after the go-live gets both', async () => {
  await here.run(SYSTEM, context =>
    declare(context, {
      division: 1,
      kind: 'go-live',
      day: '2018-07-01',
      documentNumber: '样财办〔2018〕30号',
      reason: '系统启用',
    }),
  )
  for (let n = 1; n <= 100; n++)
    await enter(n % 10 === 0 ? `关于第${n}批资金的请示` : `样财农〔2018〕${n}号`, `2018-0${(n % 5) + 1}-1${n % 9}`)
  const timeliness = catalogue()
    .filter(rule => rule.kind === 'row' && rule.timeliness)
    .map(rule => rule.code)
  expect(timeliness.length).toBeGreaterThanOrEqual(3)
  const old = await lamps()
  for (const rule of timeliness) expect(old[rule]).toBeUndefined()
  expect(old.A07).toBe(10 * 3)
  const { rows } = await here.ownerPool.query(
    'select count(*)::int as lines, bool_and(back_entered) as back from allotments.allotment',
  )
  expect(rows).toEqual([{ lines: 300, back: true }])

  await enter('样财农〔2018〕777号', '2018-07-02')
  const now = await lamps()
  expect(now.A04).toBe(1)
  expect(now.A08).toBe(3)
})

test('the go-live date rests on a document, is kept with every earlier one, and reaches lines that were entered before it was declared', async () => {
  await here.run(SYSTEM, context =>
    declare(context, {
      division: 1,
      kind: 'go-live',
      day: '2018-07-03',
      documentNumber: '样财办〔2018〕31号',
      reason: '推迟启用',
    }),
  )
  await lamps()
  // Yellow and red lamps stay lit until a person handles them; the check says that their cause is gone.
  const left = await here.ownerPool.query(
    `select rule from warnings.warning where rule in ('A04', 'A08') and gone_on is null`,
  )
  expect(left.rows).toEqual([])
  const { rows } = await here.ownerPool.query('select day, document_number from divisions.declaration order by id')
  expect(rows.map(row => row.document_number)).toEqual(['样财办〔2018〕30号', '样财办〔2018〕31号'])
})
