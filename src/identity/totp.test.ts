import { describe, expect, test } from 'vitest'
import { maskNumber, maskPhone, readIdentityNumber, readPhone } from './identity-number.ts'
import { correctionOf, qrSquares, qrSvg } from './qr-code.ts'
import { inventedNumber } from './test-world.ts'
import { base32, codeAt, otpauthOf, stepOf, stepOfCode } from './totp.ts'

describe('codes that change by the clock', () => {
  const secret = Buffer.from('12345678901234567890')
  test.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('are those of RFC 6238 at second %i', (second, code) => {
    expect(codeAt(secret, stepOf(new Date(second * 1000)), 8)).toBe(code)
  })
  test('are right half a minute early and late, no more, and never twice', () => {
    const now = new Date(1_600_000_000_000)
    const step = stepOf(now)
    for (const near of [step - 1, step, step + 1])
      expect(stepOfCode(secret, codeAt(secret, near), now, null)).toBe(near)
    for (const far of [step - 2, step + 2]) expect(stepOfCode(secret, codeAt(secret, far), now, null)).toBeNull()
    expect(stepOfCode(secret, codeAt(secret, step), now, BigInt(step))).toBeNull()
    expect(stepOfCode(secret, '', now, null)).toBeNull()
  })
  test('the secret is written in base 32', () => {
    expect(base32(Buffer.from('foobar'))).toBe('MZXW6YTBOI')
    expect(otpauthOf(secret, 'li.na')).toBe(
      'otpauth://totp/fundwatch:li.na?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=fundwatch',
    )
  })
})

describe('the QR code', () => {
  /** Reads a code back by the standard's own way: format, mask, path, bytes; the block must leave no remainder. */
  function read(squares: boolean[][]): string {
    const size = squares.length
    const version = (size - 17) / 4
    const format = [0, 1, 2, 3, 4, 5, 7, 8].map(r => squares[r]![8]!)
    let bits = 0
    for (const [i, one] of format.entries()) bits |= Number(one) << i
    for (let i = 8; i < 15; i++) bits |= Number(squares[size - 15 + i]![8]) << i
    bits ^= 0x5412
    const mask = (bits >> 10) & 7
    expect(bits >> 13).toBe(0)
    const masked = [
      (r: number, c: number) => (r + c) % 2,
      (r: number) => r % 2,
      (_: number, c: number) => c % 3,
      (r: number, c: number) => (r + c) % 3,
      (r: number, c: number) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2,
      (r: number, c: number) => ((r * c) % 2) + ((r * c) % 3),
      (r: number, c: number) => (((r * c) % 2) + ((r * c) % 3)) % 2,
      (r: number, c: number) => (((r + c) % 2) + ((r * c) % 3)) % 2,
    ][mask]!
    const fixed = (r: number, c: number): boolean =>
      (r < 9 && c < 9) ||
      (r < 9 && c >= size - 8) ||
      (r >= size - 8 && c < 9) ||
      r === 6 ||
      c === 6 ||
      (version > 1 && Math.abs(r - (size - 7)) <= 2 && Math.abs(c - (size - 7)) <= 2)
    let text = ''
    let up = true
    for (let right = size - 1; right > 0; right -= 2, up = !up) {
      if (right === 6) right--
      for (let i = 0; i < size; i++) {
        const r = up ? size - 1 - i : i
        for (const c of [right, right - 1]) if (!fixed(r, c)) text += Number(squares[r]![c] !== (masked(r, c) === 0))
      }
    }
    const bytes = Uint8Array.from((text.match(/.{8}/g) ?? []).map(eight => Number.parseInt(eight, 2)))
    const [data, correction] = { 1: [16, 10], 2: [28, 16], 3: [44, 26] }[version]!
    expect([...correctionOf(bytes.subarray(0, data), correction!)]).toEqual([
      ...bytes.subarray(data, data! + correction!),
    ])
    const stream = [...bytes.subarray(0, data)].map(byte => byte.toString(2).padStart(8, '0')).join('')
    expect(stream.slice(0, 4)).toBe('0100')
    const length = Number.parseInt(stream.slice(4, 12), 2)
    return Buffer.from(
      (stream.slice(12, 12 + length * 8).match(/.{8}/g) ?? []).map(eight => Number.parseInt(eight, 2)),
    ).toString()
  }
  test.each(['a', 'otpauth://x', 'otpauth://totp/fundwatch', 'otpauth://totp/fundwatch:li.na?sec=AB'])(
    'of %s reads back as it was written',
    text => expect(read(qrSquares(text))).toBe(text),
  )
  test('is a picture with a border, and too long a text is refused', () => {
    expect(qrSvg('a')).toContain('viewBox="0 0 29 29"')
    expect(() => qrSquares('x'.repeat(214))).toThrow(RangeError)
  })
})

describe('identity numbers', () => {
  test('need eighteen places, a day that exists and their check digit', () => {
    expect(readIdentityNumber(` ${inventedNumber(7)} `)).toBe(inventedNumber(7))
    const good = inventedNumber(8)
    const wrong = good.slice(0, 17) + (good[17] === '1' ? '2' : '1')
    for (const bad of [wrong, good.slice(0, 17), good.replace('19800101', '19801301'), '', 'x'.repeat(18)])
      expect(readIdentityNumber(bad)).toBeNull()
  })
  test('are masked, whatever was typed', () => {
    expect(maskNumber('990101198001010070')).toBe('990101********0070')
    expect(maskNumber('123')).toBe('****23')
    expect(maskPhone('13900000001')).toBe('139****0001')
    expect(readPhone('0564-6023456')).toBe('0564-6023456')
    expect(readPhone('139 0000 0001')).toBe('13900000001')
    expect(readPhone('12345')).toBeNull()
  })
})
