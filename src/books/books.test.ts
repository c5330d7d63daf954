import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Installation } from '../platform/installation.ts'
import { balanceSheet, EXECUTABLE } from './balance-sheet.ts'
import type { View } from './clocks.ts'
import { difference } from './difference.ts'
import { generalLedger } from './general-ledger.ts'
import { type SubFilter, subLedger, subLedgerRows } from './sub-ledger.ts'
import { BookWorld, YEAR } from './test-world.ts'
import { bookChecks } from './verify.ts'

const SEED = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** One side of one entry, as the raw tables have it: what every view is checked against. */
interface Side {
  division: number
  day: string
  sealed: Date | null
  batch: bigint
  line: number
  place: number
  account: number
  allotment: bigint
  fund: number
  subject: string | null
  agency: number | null
  debit: bigint
  credit: bigint
}

describe(`books of random work (FUNDWATCH_SEED=${SEED})`, () => {
  const random = randomFrom(SEED)
  let here: Installation
  let sides: Side[]
  const views: View[] = []
  const read = <T>(work: (tx: Parameters<typeof generalLedger>[0]) => Promise<T>): Promise<T> =>
    here.run(SYSTEM, ({ tx }) => work(tx), { readOnly: true })

  beforeAll(async () => {
    here = await testInstallation()
    const world = new BookWorld(here)
    await world.found()
    await world.work(random, 260)
    await world.spreadSeals()
    sides = (
      await here.ownerPool.query<Side>(
        `select e.division, b.effective_on as day, s.sealed_at as sealed, e.batch, e.line, x.place, x.account, x.allotment, a.fund, a.function_subject as subject, a.agency, x.debit, x.credit
         from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
         cross join lateral (values (0, e.debit_allotment, e.debit, e.amount_fen, 0::bigint), (1, e.credit_allotment, e.credit, 0::bigint, e.amount_fen)) x(place, allotment, account, debit, credit)
         join allotments.allotment a on a.division = e.division and a.id = x.allotment
         left join ledger.seal_batch sb on sb.division = b.division and sb.batch = b.id left join ledger.seal s on s.division = sb.division and s.no = sb.no
         order by b.effective_on, e.batch, e.line, x.place`,
      )
    ).rows
    const day = () =>
      `2018-${String(1 + Math.floor(random() * 12)).padStart(2, '0')}-${['01', '13', '28'][Math.floor(random() * 3)]}`
    const moments = [
      null,
      '2018-03-31 23:59:59+08:00',
      '2018-05-01 00:00+08:00',
      '2018-07-17 09:30+08:00',
      '2019-01-01 00:00+08:00',
    ]
    views.push({ from: null, to: null, known: null }, { from: '2018-03-01', to: '2018-05-31', known: null })
    for (let n = 0; n < 14; n++) {
      const [from, to] = [day(), day()].sort() as [string, string]
      views.push({ from: n % 4 === 0 ? null : from, to: n % 5 === 0 ? null : to, known: moments[n % moments.length]! })
    }
  })
  afterAll(() => here?.close())

  const known = (side: Side, view: View): boolean =>
    view.known === null || (side.sealed !== null && side.sealed <= new Date(view.known.replace(' ', 'T')))
  const upTo = (side: Side, view: View): boolean => known(side, view) && (view.to === null || side.day <= view.to)
  const earlier = (side: Side, view: View): boolean => view.from !== null && side.day < view.from
  const sum = (some: readonly Side[], account: number): bigint =>
    some.filter(one => one.account === account).reduce((total, one) => total + one.debit - one.credit, 0n)

  test('the random work holds sealed and unsealed batches, all forms, several months of knowledge', () => {
    expect(sides.length).toBeGreaterThan(200)
    expect(sides.some(side => side.sealed === null)).toBe(true)
    expect(new Set(sides.map(side => side.sealed?.toISOString().slice(0, 7))).size).toBeGreaterThan(3)
    expect(sides.some(side => side.debit < 0n)).toBe(true)
  })

  test('the general ledger says for every period and moment what adding up the entries says, and debits equal credits', async () => {
    for (const division of [1, 2, 3])
      for (const view of views) {
        const book = await read(tx => generalLedger(tx, division, YEAR, view))
        const mine = sides.filter(side => side.division === division && upTo(side, view))
        for (const account of book.accounts) {
          const sign = account.side === 'D' ? 1n : -1n
          const total = book.rows.find(row => row.account === account.code && row.month === null)
          const within = mine.filter(side => !earlier(side, view) && side.account === account.code)
          const of = JSON.stringify({ division, view, account: account.code })
          expect([of, total?.closingFen ?? '0']).toEqual([of, String(sign * sum(mine, account.code))])
          expect(total?.openingFen ?? '0').toBe(
            String(
              sign *
                sum(
                  mine.filter(side => earlier(side, view)),
                  account.code,
                ),
            ),
          )
          expect(total?.debitFen ?? '0').toBe(String(within.reduce((fen, side) => fen + side.debit, 0n)))
          const months = book.rows.filter(row => row.account === account.code && row.month !== null)
          for (const [n, row] of months.entries()) {
            expect(row.openingFen).toBe(n === 0 ? total?.openingFen : months[n - 1]!.closingFen)
            expect(row.creditFen).toBe(
              String(
                within.filter(side => side.day.startsWith(row.month!)).reduce((fen, side) => fen + side.credit, 0n),
              ),
            )
          }
        }
        expect(book.totals.debitFen).toBe(book.totals.creditFen)
      }
  })

  test('the balance sheet ties in every view, as a whole and with what moved between groups', async () => {
    for (const view of views)
      for (const by of ['fund', 'subject', 'level', 'division'] as const) {
        const sheet = await read(tx => balanceSheet(tx, 1, YEAR, view, by))
        expect(sheet.sourcesFen).toBe(sheet.usesFen)
        const added = (some: readonly { fen: string }[]) => String(some.reduce((fen, one) => fen + BigInt(one.fen), 0n))
        expect([added(sheet.sources), added(sheet.uses)]).toEqual([sheet.sourcesFen, sheet.usesFen])
        for (const group of sheet.groups)
          expect(BigInt(group.sourcesFen) + BigInt(group.movedFen)).toBe(
            Object.values(group.uses).reduce((fen, one) => fen + BigInt(one), 0n),
          )
        const own = by === 'division' ? sheet.groups.filter(group => group.key === '990000000') : sheet.groups
        expect(own.reduce((fen, group) => fen + BigInt(group.movedFen), 0n)).toBe(0n)
        const mine = sides.filter(side => side.division === 1 && upTo(side, view) && !earlier(side, view))
        expect(sheet.execution.executableFen).toBe(
          String(EXECUTABLE.reduce((fen, account) => fen + sum(mine, account), 0n)),
        )
      }
  })

  test('sources tell what came from above from what is a division’s own', async () => {
    const sheet = await read(tx => balanceSheet(tx, 2, YEAR, { from: null, to: null, known: null }, 'fund'))
    const { rows } = await here.ownerPool.query<{ own: bigint; above: bigint }>(
      `select coalesce(sum(credit_fen - debit_fen) filter (where a.transfer is null), 0)::bigint as own, coalesce(sum(credit_fen - debit_fen) filter (where a.transfer is not null), 0)::bigint as above
       from ledger.balance b join allotments.allotment a on a.division = b.division and a.id = b.allotment where b.division = 2 and b.account = 4001`,
    )
    const of = (origin: string) =>
      sheet.sources.filter(one => one.origin === origin).reduce((fen, one) => fen + BigInt(one.fen), 0n)
    expect([of('own'), of('superior')]).toEqual([rows[0]!.own, rows[0]!.above])
  })

  test('a sub-ledger lists every movement once, page after page, and its balance runs from opening to closing', async () => {
    const agency = sides.find(side => side.agency !== null && side.division === 1)!.agency!
    const line = sides.find(side => side.account === 500201 && side.division === 1)!.allotment
    const filters: SubFilter[] = [
      { account: 5001 },
      { account: 4001, fund: 1 },
      { fund: 2, account: 500201 },
      { agency, account: 500201 },
      { agency },
      { allotment: String(line) },
    ]
    for (const filter of filters)
      for (const view of views.slice(0, 8)) {
        const fits = (side: Side) =>
          side.division === 1 &&
          upTo(side, view) &&
          (filter.account === undefined || side.account === filter.account) &&
          (filter.fund === undefined || side.fund === filter.fund) &&
          (filter.agency === undefined || side.agency === filter.agency) &&
          (filter.allotment === undefined || String(side.allotment) === filter.allotment)
        const sign = filter.account === 4001 ? -1n : 1n
        const mine = sides.filter(fits)
        let stands = mine
          .filter(side => earlier(side, view))
          .reduce((fen, side) => fen + sign * (side.debit - side.credit), 0n)
        const expected = mine
          .filter(side => !earlier(side, view))
          .map(side => {
            stands += sign * (side.debit - side.credit)
            return [
              side.day,
              String(side.batch),
              side.line,
              side.account,
              String(side.debit),
              String(side.credit),
              String(stands),
            ]
          })
        const found: unknown[][] = []
        for (let after: string | undefined; ; ) {
          const page = await read(tx => subLedger(tx, 1, YEAR, view, filter, after))
          found.push(
            ...page.rows.map(row => [
              row.effectiveOn,
              row.batch,
              row.line,
              row.account,
              row.debitFen,
              row.creditFen,
              row.balanceFen,
            ]),
          )
          if (page.next === null) break
          after = page.next
        }
        expect({ filter, view, found }).toEqual({ filter, view, found: expected })
        const exported = await read(async tx => {
          const all: string[] = []
          for await (const chunk of subLedgerRows(tx, 1, YEAR, view, filter))
            all.push(...chunk.map(row => row.balanceFen))
          return all
        })
        expect(exported).toEqual(found.map(row => row[6]))
      }
  })

  test('who answers for one fund, or for one agency, sees the books of that alone, to the fen', async () => {
    const agency = sides.find(side => side.agency !== null && side.division === 1)!.agency!
    for (const part of [
      { fund: 1, agency: null },
      { fund: null, agency },
    ]) {
      const actor = { ...SYSTEM, scope: 1, narrowing: [{ scope: 1, office: null, ...part }] }
      // A view of early days may hold nothing of them; not all of them can.
      let looked = 0
      for (const view of views.slice(0, 6)) {
        const book = await here.run(actor, ({ tx }) => generalLedger(tx, 1, YEAR, view), { readOnly: true })
        const mine = sides.filter(
          side =>
            side.division === 1 &&
            upTo(side, view) &&
            (part.fund === null ? side.agency === part.agency : side.fund === part.fund),
        )
        looked += mine.length
        for (const account of book.accounts) {
          const total = book.rows.find(row => row.account === account.code && row.month === null)
          expect(total?.closingFen ?? '0').toBe(String((account.side === 'D' ? 1n : -1n) * sum(mine, account.code)))
        }
      }
      expect(looked).toBeGreaterThan(0)
      const page = await here.run(actor, ({ tx }) => subLedger(tx, 1, YEAR, views[0]!, { account: 500201 }), {
        readOnly: true,
      })
      expect(page.rows.length).toBeGreaterThan(0)
    }
  })

  test('the difference between two views is the sum of what its changes did', async () => {
    const [known, until] = ['2018-04-01 00:00+08:00', '2018-08-01 00:00+08:00']
    const period = { from: '2018-02-13', to: '2018-10-28' }
    const found = await read(tx => difference(tx, 1, YEAR, { ...period, known, until }))
    expect(found.changes.length).toBeGreaterThan(0)
    for (const figure of found.figures) {
      const effect = found.changes
        .flatMap(one => one.effects)
        .filter(one => one.account === figure.account)
        .reduce((fen, one) => fen + BigInt(one.fen), 0n)
      expect(effect).toBe(BigInt(figure.changeFen))
      const at = (moment: string) =>
        sum(
          sides.filter(
            side =>
              side.division === 1 &&
              upTo(side, { ...period, known: moment }) &&
              !earlier(side, { ...period, known: moment }),
          ),
          figure.account,
        )
      const sign = figure.account === 4001 ? -1n : 1n
      expect([figure.beforeFen, figure.afterFen]).toEqual([String(sign * at(known)), String(sign * at(until))])
    }
    await expect(
      read(tx => difference(tx, 1, YEAR, { from: null, to: null, known: until, until: known })),
    ).rejects.toThrow('moments-reversed')
  })

  test('verify finds a monthly sum or a clock that was touched', async () => {
    const counts = async () => {
      const found: number[] = []
      for (const check of bookChecks) found.push((await read(tx => check.run(tx))).count)
      return found
    }
    expect(await counts()).toEqual([0, 0])
    await here.ownerPool.query(
      `update books.turnover set debit_fen = debit_fen + 1 where ctid = (select min(ctid) from books.turnover);
       update books.known_batch set effective_on = '2017-01-01' where batch = (select min(batch) from books.known_batch)`,
    )
    expect(await counts()).toEqual([1, 1])
    await new BookWorld(here).spreadSeals()
    expect(await counts()).toEqual([0, 0])
  })
})
