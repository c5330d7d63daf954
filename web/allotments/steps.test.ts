import { describe, expect, it } from 'vitest'
import type { ShownLine } from './api.ts'
import { stepHindrance } from './steps.ts'

const line = (amounts: Partial<ShownLine>): ShownLine =>
  ({
    totalFen: '0',
    toRefineFen: '0',
    ownFen: '0',
    passedFen: '0',
    planFen: '0',
    transitFen: '0',
    paidFen: '0',
    ...amounts,
  }) as ShownLine
const anyone = () => true

describe('the next steps of a line', () => {
  it('what is still unassigned can be assigned, and only that', () => {
    const received = line({ totalFen: '100' })
    expect(stepHindrance('assign', received, anyone)).toBeNull()
    expect(stepHindrance('refine', received, anyone)).toBe('step.nothingTo.refine')
    expect(stepHindrance('pass-down', received, anyone)).toBe('step.nothingTo.pass-down')
  })
  it('what waits to be refined can be refined or passed down', () => {
    const assigned = line({ toRefineFen: '9007199254740993' })
    expect(stepHindrance('refine', assigned, anyone)).toBeNull()
    expect(stepHindrance('pass-down', assigned, anyone)).toBeNull()
    expect(stepHindrance('plan', assigned, anyone)).toBe('step.nothingTo.plan')
  })
  it('a post that may only read is told so', () => {
    expect(stepHindrance('assign', line({ totalFen: '100' }), () => false)).toBe('step.noPermission')
  })
})
