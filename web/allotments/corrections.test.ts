import { expect, test } from 'vitest'
import { correctionHindrance } from './corrections.ts'

const anyone = () => true

const SIDES = { debit: { account: 5001, allotment: '2' }, credit: { account: 1001, allotment: '1' } }

test('an entry of which something is left can be corrected', () => {
  expect(correctionHindrance({ ...SIDES, amountFen: '9007199254740993', leftFen: '1' }, anyone)).toBeNull()
})
test('a red letter is not corrected again', () => {
  expect(correctionHindrance({ ...SIDES, amountFen: '-5', leftFen: '0' }, anyone)).toBe('correction.ofRed')
})
test('an entry that is wholly corrected has nothing left to correct', () => {
  expect(correctionHindrance({ ...SIDES, amountFen: '5', leftFen: '0' }, anyone)).toBe('correction.nothingLeft')
})
test('a post that may not correct is told so, and which permission it lacks', () => {
  const asked: string[] = []
  const nobody = (permission: string) => {
    asked.push(permission)
    return false
  }
  expect(correctionHindrance({ ...SIDES, amountFen: '5', leftFen: '5' }, nobody)).toBe('correction.noPermission')
  expect(asked).toEqual(['allotments.correct'])
})

test('a payment is corrected by the treasury’s voucher, not here', () => {
  const paid = { debit: { account: 5201, allotment: '3' }, credit: { account: 5101, allotment: '3' } }
  expect(correctionHindrance({ ...paid, amountFen: '5', leftFen: '5' }, anyone)).toBe('correction.ofPayment')
})
