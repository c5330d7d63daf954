import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSamples } from '../src/cli/samples.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { exportBeancount } from '../src/ledger/export-beancount.ts'
import { exportHledger } from '../src/ledger/export-hledger.ts'
import type { Tx } from '../src/platform/database/transaction.ts'
import type { Installation } from '../src/platform/installation.ts'
import { ROOT } from '../src/platform/root.ts'
import { testInstallation } from './database.ts'
import { Drawer } from './model/random-orders.ts'
import { ReferenceLedger } from './model/reference-ledger.ts'
import { World } from './model/world.ts'

const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
const env = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' }
const ask = (program: string, words: string[]) =>
  spawnSync(program, words, { encoding: 'utf8', env, maxBuffer: 2 ** 28 })
const there = { beancount: !ask('bean-check', ['--version']).error, hledger: !ask('hledger', ['--version']).error }
/** Where it must be there, its absence is a failure; elsewhere the tests are skipped and say why. */
const required = process.env.FUNDWATCH_REQUIRE_BEANCOUNT === '1'
test.skipIf(!required)('beancount is installed, as FUNDWATCH_REQUIRE_BEANCOUNT says', () =>
  expect(there.beancount).toBe(true),
)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fundwatch-beancount-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const text = (here: Installation, exporter: (tx: Tx) => AsyncGenerator<string>): Promise<string> =>
  here.run(
    SYSTEM,
    async ({ tx }) => {
      let all = ''
      for await (const chunk of exporter(tx)) all += chunk
      return all
    },
    { readOnly: true },
  )
const beanCheck = (journal: string): string => {
  const path = join(folder, 'journal.beancount')
  writeFileSync(path, journal)
  // Without its cache, which would answer for a file of the same name.
  const { stdout, stderr, status } = ask('bean-check', ['--no-cache', path])
  return status === 0 && stdout + stderr === '' ? 'right' : stdout + stderr
}
/** Every balance of the ledger that is not nothing, by division, year, account and allotment. */
const STANDING = `select concat_ws(':', v.code, a.fiscal_year, c.shown_code, b.allotment) as account, ((b.debit_fen - b.credit_fen) / 100.0)::numeric(20, 2)::text as stands
  from ledger.balance b join ledger.account c on c.code = b.account join allotments.allotment a on a.division = b.division and a.id = b.allotment
  join divisions.published_division v on v.division = b.division`

const WORLDS: Record<string, (here: Installation) => Promise<void>> = {
  'the samples': async here => void (await loadSamples(here, join(ROOT, 'samples'), () => {})),
  [`a random ledger (FUNDWATCH_SEED=${SEED})`]: async here => {
    const world = new World(here)
    await world.found()
    const model = new ReferenceLedger()
    const drawer = new Drawer(SEED, model)
    for (let n = 0; n < 400; n++) {
      const order = drawer.order()
      if (model.apply(order) === null) expect(await world.submit(order)).toBeNull()
    }
    // What people type in numbers must not break the format of the journal.
    await here.ownerPool.query(
      `update ledger.document set number = E'样"财;〔2018〕 | 1号\\\\  \\n ; =1' where id % 3 = 0`,
    )
  },
}

describe.each(Object.entries(WORLDS))('outside eyes on %s', (_, found) => {
  let here: Installation
  let journal = ''
  let stands: Record<string, string> = {}
  beforeAll(async () => {
    here = await testInstallation()
    await found(here)
    journal = await text(here, exportBeancount)
    const { rows } = await here.ownerPool.query<{ account: string; stands: string }>(STANDING)
    stands = Object.fromEntries(rows.map(row => [row.account, row.stands]))
    expect(rows.length).toBeGreaterThan(100)
  }, 300_000)
  afterAll(() => here?.close())

  test.skipIf(!there.beancount)('beancount agrees with every balance, to the fen', () => {
    // The journal asserts each balance; that it asserts those of the ledger, all of them, is held to the ledger itself.
    const said = Object.fromEntries(
      [...journal.matchAll(/^\d{4}-\d\d-\d\d balance \w+:D(\d+):Y(\d+):C(\d+)-[^:]+:L(\d+) (\S+) CNY$/gm)].map(
        ([, division, year, account, allotment, amount]) => [[division, year, account, allotment].join(':'), amount],
      ),
    )
    expect(said).toEqual(stands)
    expect(beanCheck(journal)).toBe('right')
  })
  test.skipIf(!there.beancount)('an entry that is left out, and a fen too many, are noticed by it', () => {
    const [entry] = journal.match(/\n\d{4}-\d\d-\d\d \* (?:.|\n)+?\n(?=\n|$)/) ?? ['']
    expect(beanCheck(journal.replace(entry!, '\n'))).toMatch(/Balance failed/)
    expect(beanCheck(journal.replace(/(\d) CNY\n {2}/, (_all, last) => `${(Number(last) + 1) % 10} CNY\n  `))).toMatch(
      /does not balance/,
    )
  })
  test('every entry is there once, with its number, and red letters name their originals', async () => {
    const { rows } = await here.ownerPool.query(
      'select count(*)::int as entries, count(*) filter (where amount_fen < 0)::int as red from ledger.entry',
    )
    expect(new Set(journal.match(/^ {2}entry: ".*"$/gm)).size).toBe(rows[0].entries)
    expect(journal.match(/^ {2}corrects: /gm)?.length ?? 0).toBe(rows[0].red)
  })
  test.skipIf(!there.hledger)('hledger agrees with every balance, to the fen', async () => {
    const path = join(folder, 'journal.hledger')
    writeFileSync(path, await text(here, exportHledger))
    expect(ask('hledger', ['-f', path, 'check', '--strict']).status).toBe(0)
    const [, ...rows] = parse(
      ask('hledger', ['-f', path, 'balance', '--flat', '--no-total', '-O', 'csv']).stdout,
    ) as string[][]
    const said = Object.fromEntries(
      rows.map(([account = '', amount = '']) => [account.replace(/ [^:]*/, ''), amount.replace(/ CNY$/, '')]),
    )
    expect(said).toEqual(Object.fromEntries(Object.entries(stands).filter(([, amount]) => Number(amount) !== 0)))
  })
})
