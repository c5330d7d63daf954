import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeCreditCode, plainCreditCode } from './credit-code.ts'

/** Invented: the division lies in 99xxxx. */
const BODY = '91990102MA0000000'
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
const whole = [...ALPHABET].map(last => BODY + last).filter(code => judgeCreditCode(code) === 'ok')

describe('a unified social credit code', () => {
  test('has one right check character among thirty-one', () => expect(whole).toHaveLength(1))
  test('is blank, of a wrong form, or does not check', () => {
    expect(judgeCreditCode(null)).toBe('missing')
    expect(judgeCreditCode(' 　')).toBe('missing')
    expect(judgeCreditCode('91990102MA000')).toBe('form')
    expect(judgeCreditCode(`${BODY}O`)).toBe('form')
    expect(judgeCreditCode(`${BODY}${whole[0]!.endsWith('0') ? '1' : '0'}`)).toBe('check-digit')
  })
  test('is read without spaces and in small letters too', () => {
    expect(judgeCreditCode(` ${whole[0]!.toLowerCase()} `)).toBe('ok')
    expect(plainCreditCode(' 91 99\u3000ma')).toBe('9199MA')
  })
  test('with one character changed never checks', () => {
    fc.assert(
      fc.property(fc.nat(16), fc.constantFrom(...ALPHABET), (at, one) => {
        const changed = whole[0]!.slice(0, at) + one + whole[0]!.slice(at + 1)
        return changed === whole[0] || judgeCreditCode(changed) === 'check-digit'
      }),
    )
  })
})
