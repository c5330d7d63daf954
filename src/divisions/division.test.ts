import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FaultList } from '../kernel/refusal.ts'
import { type DivisionPlan, type DivisionRow, parseLevel, planDivisions } from './division.ts'
import type { DivisionVersion } from './version.ts'

const NOTHING = { versions: [], goLives: new Map() }

const row = (code: string, parent: string | null, more: Partial<DivisionRow> = {}): DivisionRow => ({
  row: Number(code.slice(-2)) + 2,
  code,
  name: `区划${code}`,
  level: 'county',
  administrativeParent: parent,
  fiscalParent: undefined,
  from: '2015-01-01',
  goLive: null,
  formerCode: null,
  ...more,
})

const codes = (rows: DivisionRow[], known = NOTHING as Parameters<typeof planDivisions>[0]): string[] => {
  const faults = new FaultList()
  planDivisions(known, rows, faults)
  return faults.faults.map(fault => fault.code)
}

/** What the tables hold once a plan is written. */
function after(versions: readonly DivisionVersion[], plan: DivisionPlan) {
  const ended = new Map(plan.closed.map(one => [`${one.division} ${one.from}`, one.to]))
  return {
    versions: [
      ...versions.map(one => ({ ...one, to: ended.get(`${one.division} ${one.from}`) ?? one.to })),
      ...plan.opened.map(one => ({ ...one })),
    ],
    goLives: new Map(plan.goLives.map(one => [one.division, one.goLive])),
  }
}

test('levels are read in the words of the forms and in English, and nothing else is guessed', () => {
  expect(['中央', '省', '市', '县', '乡', 'Province', '区', '村', ''].map(parseLevel)).toEqual([
    'central',
    'province',
    'city',
    'county',
    'township',
    'province',
    'county',
    null,
    null,
  ])
})

test('a circle that only closes on a later day is found before it is stored', () => {
  expect(codes([row('990000001', '990000002'), row('990000002', '990000001')])).toEqual(['parent-cycle'])
  expect(
    codes([
      row('990000001', null),
      row('990000002', '990000001'),
      row('990000001', '990000002', { row: 9, from: '2020-01-01' }),
    ]),
  ).toEqual(['parent-cycle'])
  const faults = new FaultList()
  const stored = after(
    [],
    planDivisions(
      NOTHING,
      [row('990000001', null), row('990000002', null), row('990000002', '990000001', { from: '2019-01-01' })],
      faults,
    ),
  )
  expect(codes([row('990000001', '990000002', { from: '2018-01-01' })], stored)).toEqual(['parent-cycle'])
})

test('a fiscal parent below and an administrative parent above would be a circle too', () => {
  expect(
    codes([
      row('990000001', null),
      row('990000002', '990000001'),
      row('990000001', null, { row: 5, from: '2016-01-01', fiscalParent: '990000002' }),
    ]),
  ).toEqual(['parent-cycle'])
})

test('two go-live dates for one division in one file contradict each other', () => {
  expect(
    codes([
      row('990000001', null, { goLive: '2018-03-01' }),
      row('990000001', null, { row: 5, from: '2016-01-01', name: '新名', goLive: '2018-04-01' }),
    ]),
  ).toEqual(['go-live-differs'])
})

const file = fc
  .array(
    fc.record({
      who: fc.integer({ min: 0, max: 9 }),
      // Parents have lower numbers, so that no circle arises.
      parent: fc.nat(9),
      name: fc.constantFrom('甲', '乙', '丙'),
      year: fc.integer({ min: 2010, max: 2025 }),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map(items => {
    const once = new Map(items.map(item => [`${item.who} ${item.year}`, item]))
    const present = new Set(items.map(item => item.who))
    return [...once.values()].map(({ who, parent, name, year }, index) =>
      row(`99000000${who}`, parent < who && present.has(parent) ? `99000000${parent}` : null, {
        row: index + 2,
        name,
        from: `${year}-01-01`,
      }),
    )
  })

test('whatever lawful file comes, no division has two versions on one day, and the same file again changes nothing', () => {
  fc.assert(
    fc.property(file, rows => {
      const faults = new FaultList()
      const plan = planDivisions(NOTHING, rows, faults)
      expect(faults.faults).toEqual([])
      const stored = after([], plan)
      for (const one of stored.versions)
        for (const other of stored.versions)
          if (one !== other && one.division === other.division)
            expect(one.to !== null && one.to <= other.from ? true : other.to !== null && other.to <= one.from).toBe(
              true,
            )
      const again = planDivisions(stored, rows, faults)
      expect(faults.faults).toEqual([])
      expect(again).toEqual({ created: [], closed: [], opened: [], goLives: [], taken: 0 })
    }),
  )
})

test('rows in any order make the same history', () => {
  fc.assert(
    fc.property(file, fc.infiniteStream(fc.double({ noNaN: true })), (rows, noise) => {
      const shuffled = rows
        .map(one => ({ one, key: noise.next().value }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one)
      const shape = (input: DivisionRow[]) => {
        const plan = planDivisions(NOTHING, input, new FaultList())
        const codeOf = new Map(plan.opened.map(one => [one.division, one.code]))
        return plan.opened
          .map(one => [one.code, one.from, one.to, one.name, codeOf.get(one.administrativeParent ?? 0)].join())
          .sort()
      }
      expect(shape(shuffled)).toEqual(shape(rows))
    }),
  )
})
