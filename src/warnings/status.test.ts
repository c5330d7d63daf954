import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTS, isLit, levelAfter, STATUSES, statusAfter, whyNot } from './status.ts'

const anyAct = fc.constantFrom(...ACTS)
const anyStatus = fc.constantFrom(...STATUSES)
const anyLevel = fc.constantFrom('bell' as const, 'yellow' as const, 'red' as const)

describe('how a warning may end', () => {
  test('a yellow lamp is verified first: normal or a violation, never corrected at once', () => {
    expect(statusAfter('normal', 'open', 'yellow')).toBe('normal')
    expect(statusAfter('violation', 'open', 'yellow')).toBe('violation')
    expect(statusAfter('corrected', 'open', 'yellow')).toBeNull()
  })
  test('what was found a violation turns red and ends only corrected', () => {
    expect(levelAfter('violation', 'yellow')).toBe('red')
    expect(ACTS.filter(act => statusAfter(act, 'violation', 'red') !== null)).toEqual(['corrected', 'note'])
  })
  test('a bell is nobody’s violation', () => {
    expect(ACTS.filter(act => statusAfter(act, 'open', 'bell') !== null)).toEqual(['corrected', 'note'])
  })
  test('what has ended takes notes only', () =>
    fc.assert(
      fc.property(anyAct, anyStatus, anyLevel, (act, status, level) => {
        if (!isLit(status)) expect(statusAfter(act, status, level)).toBe(act === 'note' ? status : null)
      }),
    ))
  test('whatever may not be done says why, in both languages, and nothing else does', () =>
    fc.assert(
      fc.property(anyAct, anyStatus, anyLevel, (act, status, level) => {
        const why = whyNot(act, status, level)
        expect(why === null).toBe(statusAfter(act, status, level) !== null)
        if (why) expect(why.zh.length * why.en.length).toBeGreaterThan(0)
      }),
    ))
})
