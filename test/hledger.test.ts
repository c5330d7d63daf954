import { execFileSync, spawnSync } from 'node:child_process'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SYSTEM } from '../src/kernel/actor.ts'
import { exportHledger } from '../src/ledger/export-hledger.ts'
import type { Installation } from '../src/platform/installation.ts'
import { testInstallation } from './database.ts'
import { Drawer } from './model/random-orders.ts'
import { ReferenceLedger } from './model/reference-ledger.ts'
import { World } from './model/world.ts'

const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const version = spawnSync('hledger', ['--version'], { encoding: 'utf8' }).stdout?.trim()
/** Where it must be there, its absence is a failure; elsewhere the tests are skipped and say why. */
const required = process.env.FUNDWATCH_REQUIRE_HLEDGER === '1'

test.skipIf(!required)('hledger is installed, as FUNDWATCH_REQUIRE_HLEDGER says', () =>
  expect(version).toMatch(/^hledger /),
)

const why = version ? version : 'skipped: no hledger on this machine (apt install hledger)'
describe.skipIf(!version)(
  `the exported journal in the eyes of another program (${why}; FUNDWATCH_SEED=${SEED})`,
  () => {
    let here: Installation
    let text = ''
    beforeAll(async () => {
      here = await testInstallation()
      const world = new World(here)
      await world.found()
      const model = new ReferenceLedger()
      const drawer = new Drawer(SEED, model)
      for (let n = 0; n < 400; n++) {
        const order = drawer.order()
        if (model.apply(order) === null) expect(await world.submit(order)).toBeNull()
      }
      // What people type in titles and numbers must not break the format of the journal.
      await here.ownerPool.query(
        `update ledger.document set number = E'样财;〔2018〕 | 1号  \\n ; =1' where id % 3 = 0`,
      )
      await here.run(
        SYSTEM,
        async ({ tx }) => {
          for await (const chunk of exportHledger(tx)) text += chunk
        },
        { readOnly: true },
      )
    })
    afterAll(() => here?.close())
    const hledger = (input: string, ...words: string[]) =>
      execFileSync('hledger', ['-f', '-', ...words], {
        input,
        encoding: 'utf8',
        env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
        maxBuffer: 2 ** 28,
        stdio: 'pipe',
      })
    const balances = (input: string): Record<string, string> => {
      const [, ...rows] = parse(hledger(input, 'balance', '--flat', '--no-total', '-O', 'csv')) as string[][]
      return Object.fromEntries(rows.map(([account, amount]) => [account!, amount!.replace(/ CNY$/, '')]))
    }

    test('passes its checks, the strict ones too', () => {
      hledger(text, 'check')
      hledger(text, 'check', 'accounts', 'commodities')
      hledger(text, 'check', '--strict')
    })

    test('agrees on every balance of the ledger, to the fen', async () => {
      // 4001 stands on the credit side, which a journal writes as negative.
      const { rows } = await here.ownerPool.query<{ account: string; stands: string }>(
        `select concat_ws(':', v.code, a.fiscal_year, concat(b.account, ' ', c.name), b.allotment) as account, ((b.debit_fen - b.credit_fen) / 100.0)::numeric(20, 2)::text as stands
       from ledger.published_balance b join ledger.account c on c.code = b.account join allotments.allotment a on a.division = b.division and a.id = b.allotment
       join divisions.published_division v on v.division = b.division where b.balance_fen <> 0`,
      )
      expect(rows.length).toBeGreaterThan(100)
      expect(balances(text)).toEqual(Object.fromEntries(rows.map(row => [row.account, row.stands])))
    })

    test('every entry is there once, and red letters name their originals', async () => {
      const { rows } = await here.ownerPool.query(
        'select count(*)::int as entries, count(*) filter (where amount_fen < 0)::int as red from ledger.entry',
      )
      expect(text.match(/^\d{4}-\d\d-\d\d /gm)).toHaveLength(rows[0].entries)
      expect(text.match(/红字更正 \d+\/\d+/g)).toHaveLength(rows[0].red)
      expect(rows[0].red).toBeGreaterThan(0)
    })

    test('a fen that is changed in the journal is noticed', () => {
      expect(() =>
        hledger(
          text.replace(/(\d)(\d) CNY\n {4}/, (_, a, b) => `${a}${(Number(b) + 1) % 10} CNY\n    `),
          'check',
        ),
      ).toThrow(/balance/)
    })
  },
)
