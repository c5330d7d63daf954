import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { yuan } from '../kernel/money.ts'
import { openYear } from '../ledger/book.ts'
import type { Installation } from '../platform/installation.ts'
import * as fixture from './test-import.ts'
import { faultsOf, type Row, shuffled } from './test-import.ts'

let here: Installation
beforeAll(async () => {
  here = await testInstallation()
  await fixture.province(here)
})
afterAll(() => here?.close())

const take = (rows: readonly Row[]) => fixture.takeIn(here, rows)
const verify = () => fixture.verify(here)
const balances = (condition: string) => fixture.balances(here, condition)

describe('public tables of real bureaus, with fictional codes', () => {
  interface Published {
    id: string
    doc_no: string | null
    doc_no_normalised: string | null
    superior_doc_nos: { raw: string; normalised: string }[]
    date: string | null
    fiscal_year: number
    level: string
    total_fen: number
    rows: { no: number; recipient?: string; project?: string; kind: string; amount_fen: number | null }[]
  }
  const tables = [
    'dehua-2025-454',
    'hetian-2018-forestry',
    'shangqiu-2019-148',
    'beita-2020-first',
    'qingliu-2024-17',
    'zhengzhou-2018-early',
    'liling-2019',
    'xiangcheng-2019-five-sources',
    'bazhong-2019-province-special',
    'mingxi-2019',
    'beiguan-2018',
    'huian-2024-old-area',
    'gongliu-2020-bond',
  ].map(
    name => JSON.parse(readFileSync(new URL(`../../test/cases/${name}.json`, import.meta.url), 'utf8')) as Published,
  )

  beforeAll(async () => {
    // Twenty recipients below one city and one county of their own; the tables name more than a dozen.
    await here.ownerPool.query(`
      insert into divisions.division (id) select 500 + n from generate_series(0, 40) n;
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent)
        select 500 + n, '[2010-01-01,)', case n when 0 then '995000000' else '9950' || lpad(n::text, 2, '0') || '000' end, '公开样例' || n,
          case n when 0 then 'city' else 'county' end, case n when 0 then 1 else 500 end, case n when 0 then 1 else 500 end from generate_series(0, 40) n;
      select divisions.rebuild_scopes();
      insert into divisions.agency (division, code, name) select 500, lpad(n::text, 3, '0'), '公开单位' || n from generate_series(1, 40) n`)
  })

  test.each(tables.map(table => [table.id, table] as const))(
    '%s: what is taken in is the printed total, to the fen',
    async (id, table) => {
      // Totals, subtotals, template lines and blanks are print, not lines; a table that prints classes only is taken in by classes.
      const lines = table.rows.some(row => row.kind === 'detail') ? 'detail' : 'class_total'
      const detail = table.rows.filter(row => row.kind === lines && row.amount_fen !== null)
      expect(detail.length).toBeGreaterThan(0)
      const superior = table.superior_doc_nos[0]?.raw
      const common: Row = {
        FISCAL_YEAR: String(table.fiscal_year),
        MOF_DIV_CODE: '995000',
        COR_BGT_DOC_NO: table.doc_no ?? '',
        BGT_DOC_TITLE: id,
        DOC_DATE: table.date ?? `${table.fiscal_year}-01-01`,
        TRACK_PRO_CODE: 'P02',
        BUDGET_LEVEL_CODE: '省',
      }
      const total = yuan(BigInt(table.total_fen))
      const rows: Row[] = [
        { ...common, BGT_ID: `${id}/r`, AMOUNT: total, ...(superior ? { SUP_BGT_DOC_NO: superior } : {}) },
        { ...common, BGT_ID: `${id}/a`, AMOUNT: total, ORI_BGT_ID: `${id}/r` },
        ...detail.map(
          (row, n): Row => ({
            ...common,
            BGT_ID: `${id}/${row.no}`,
            ORI_BGT_ID: `${id}/a`,
            AMOUNT: yuan(BigInt(row.amount_fen!)),
            BGT_DEC: row.recipient ?? row.project ?? '',
            ...(row.project
              ? { AGENCY_CODE: String(n + 1).padStart(3, '0') }
              : { REC_DIV_CODE: `9950${String(n + 1).padStart(2, '0')}` }),
          }),
        ),
      ]
      // A table of the year before gave advance notice of this one's year: its book is opened before the year's own money comes.
      if (id === 'gongliu-2020-bond') {
        expect((await faultsOf(take(rows))).map(fault => fault.code)).toContain('book-provisional')
        await here.run(SYSTEM, context => openYear(context, { division: 500, fiscalYear: 2020 }))
      }
      const outcome = await take(shuffled(rows, table.total_fen))
      expect(outcome.taken).toBe(detail.length + 2)
      // A number is told as mended exactly when the print is not in normal form.
      expect(outcome.repairCount).toBe(table.doc_no !== table.doc_no_normalised ? 1 : 0)
      const { rows: stored } = await here.ownerPool.query<{ number: string; sum: string; lines: number }>(
        `select d.number, sum(a.amount_fen)::text as sum, count(*)::int as lines from allotments.allotment a join ledger.document d on d.division = a.division and d.id = a.document
       where a.form in ('refine', 'pass-down') and a.external_id like $1 group by 1`,
        [`${id}/%`],
      )
      expect(stored).toEqual([
        { number: table.doc_no_normalised ?? '', sum: String(table.total_fen), lines: detail.length },
      ])
      // Nothing is left over, and nothing more went out than came in.
      expect(
        (await balances(`external_id like '${id}/%'`)).filter(([account]) => account === 1001 || account === 5001),
      ).toEqual([])
      // Read with its total line as if it were a recipient, the table goes beyond its own total and is refused.
      const doubled = await faultsOf(
        take(
          [...rows, { ...rows[2]!, BGT_ID: `${id}/total`, AMOUNT: total }].map(row => ({
            ...row,
            BGT_ID: `x${row.BGT_ID}`,
            ...(row.ORI_BGT_ID ? { ORI_BGT_ID: `x${row.ORI_BGT_ID}` } : {}),
          })),
        ),
      )
      expect(doubled.map(fault => [fault.code, fault.row])).toEqual([['over-allotted', rows.length + 2]])
    },
  )
  test('all of them together verify', async () => expect(await verify()).toEqual([]))
})
