import { describe, expect, it } from 'vitest'
import { ACTIONS, actionHindrance } from './actions.ts'
import { LEVELS, STATUSES } from './api.ts'

const anyone = () => true

describe('what can be done with a warning', () => {
  it('a yellow lamp is verified first: normal or violation, then corrected', () => {
    const yellow = { level: 'yellow', status: 'open' } as const
    expect(actionHindrance('normal', yellow, anyone)).toBeNull()
    expect(actionHindrance('violation', yellow, anyone)).toBeNull()
    expect(actionHindrance('corrected', yellow, anyone)).toBe('act.verifyFirst')
    expect(actionHindrance('corrected', { level: 'yellow', status: 'violation' }, anyone)).toBeNull()
    expect(actionHindrance('normal', { level: 'yellow', status: 'violation' }, anyone)).toBe('act.alreadyFound')
  })
  it('a bell goes out by doing the work, never by a click', () => {
    for (const action of ['normal', 'violation', 'corrected'] as const)
      expect(actionHindrance(action, { level: 'bell', status: 'open' }, anyone)).toBe('act.bellGoesOut')
  })
  it('a red lamp is corrected', () => {
    expect(actionHindrance('corrected', { level: 'red', status: 'open' }, anyone)).toBeNull()
    expect(actionHindrance('normal', { level: 'red', status: 'open' }, anyone)).toBe('act.redIsCorrected')
  })
  it('whoever may only look can do nothing, and is told so; a note is always possible to the others', () => {
    for (const action of ACTIONS)
      for (const level of LEVELS)
        for (const status of STATUSES) {
          expect(actionHindrance(action, { level, status }, () => false)).toBe('act.noPermission')
          expect(actionHindrance('note', { level, status }, anyone)).toBeNull()
        }
  })
})
