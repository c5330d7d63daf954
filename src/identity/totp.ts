import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Codes that change by the clock (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, as every authenticator program knows them. */
const STEP_SECONDS = 30
const DIGITS = 6
/** Steps before and after the present one that are taken too: clocks of telephones are not exact. */
const WINDOW = 1

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Base32 (RFC 4648), without padding. */
export function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? []).map(five => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

export const newSecret = (): Buffer => randomBytes(20)

export const stepOf = (moment: Date): number => Math.floor(moment.getTime() / 1000 / STEP_SECONDS)

export function codeAt(secret: Uint8Array, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const at = mac[mac.length - 1]! & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 10 ** digits).padStart(digits, '0')
}

/** The time step that a code belongs to; null where it is wrong, too old, or not later than the last one used. */
export function stepOfCode(secret: Uint8Array, code: string, moment: Date, last: bigint | null): number | null {
  const typed = code.replace(/\s/g, '')
  if (!/^\d{6}$/.test(typed)) return null
  const now = stepOf(moment)
  for (let step = now - WINDOW; step <= now + WINDOW; step++)
    if ((last === null || step > last) && timingSafeEqual(Buffer.from(codeAt(secret, step)), Buffer.from(typed)))
      return step
  return null
}

/** What the QR code says to an authenticator program. */
export const otpauthOf = (secret: Uint8Array, signInName: string): string =>
  `otpauth://totp/fundwatch:${encodeURIComponent(signInName)}?secret=${base32(secret)}&issuer=fundwatch`
