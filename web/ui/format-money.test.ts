import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fen, parseMoney } from '../../src/kernel/money.ts'
import { moneyNumeral, moneyText, percentText, shareOf, sumFen } from './format-money.ts'

describe('money as it is read', () => {
  it('switching the unit never changes the amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), amount => {
        for (const [unit, name] of [
          ['yuan', '元'],
          ['wan', '万元'],
          ['yi', '亿元'],
        ] as const) {
          const read = parseMoney(moneyNumeral(amount.toString(), unit), name)
          expect(read).toEqual({ fen: fen(amount), repaired: false })
        }
      }),
    )
  })
  it('a red letter keeps its minus', () => {
    expect(moneyText('-123456789', 'yuan')).toBe('-1,234,567.89')
    expect(moneyText('-123456789', 'wan')).toBe('-123.456789')
  })
  it('sums are exact beyond what a float can hold', () => {
    expect(sumFen(['9007199254740993', '1'])).toBe('9007199254740994')
  })
  it('a rate without a denominator is no rate', () => {
    expect(percentText('5', '0')).toBeNull()
    expect(percentText('1', '3')).toBe('33.33%')
    expect(percentText('2', '3')).toBe('66.67%')
    expect(percentText('99995', '100000')).toBe('100.00%')
    expect(percentText('-1', '4')).toBe('-25.00%')
    expect(shareOf('5', '0')).toBe(0)
    expect(shareOf('7', '5')).toBe(100)
  })
})
