import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { keyedDigest } from '../kernel/digest.ts'

/**
 * Keeps personal data at rest: SM4-CBC, then HMAC-SM3 over version, vector and text (encrypt-then-MAC; Node has no SM4-GCM).
 * Keys lie in a file outside the database; each has a version, the highest is in use, older ones still open what they closed.
 */
export class Vault {
  readonly version: number
  readonly #keys: Map<number, { cipher: Buffer; mac: Buffer; match: Buffer }>

  constructor(keys: Record<string, string>) {
    this.#keys = new Map(
      Object.entries(keys).map(([version, secret]) => {
        const part = (purpose: string) => keyedDigest(Buffer.from(secret, 'hex'), purpose)
        return [Number(version), { cipher: part('cipher').subarray(0, 16), mac: part('mac'), match: part('match') }]
      }),
    )
    this.version = Math.max(...this.#keys.keys())
  }

  /** Opens the key file, or makes it (readable by its owner alone). */
  static open(path: string): Vault {
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, `${JSON.stringify({ 1: randomBytes(32).toString('hex') })}\n`, { mode: 0o600, flag: 'wx' })
    }
    return new Vault(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>)
  }

  #key(version: number) {
    const key = this.#keys.get(version)
    if (!key) throw new Error(`the key file has no version ${version}`)
    return key
  }

  /** The keyed digest by which two equal numbers are known to be equal without being read. */
  digest(text: string, version = this.version): Buffer {
    return keyedDigest(this.#key(version).match, text)
  }

  encrypt(plain: string | Uint8Array): Buffer {
    const key = this.#key(this.version)
    const iv = randomBytes(16)
    const cipher = createCipheriv('sm4-cbc', key.cipher, iv)
    const body = Buffer.concat([Buffer.from([this.version]), iv, cipher.update(plain), cipher.final()])
    return Buffer.concat([body, keyedDigest(key.mac, body)])
  }

  decrypt(sealed: Uint8Array): Buffer {
    const bytes = Buffer.from(sealed)
    const key = this.#key(bytes[0] ?? 0)
    const body = bytes.subarray(0, -32)
    if (!timingSafeEqual(keyedDigest(key.mac, body), bytes.subarray(-32))) throw new Error('the ciphertext was changed')
    const decipher = createDecipheriv('sm4-cbc', key.cipher, body.subarray(1, 17))
    return Buffer.concat([decipher.update(body.subarray(17)), decipher.final()])
  }
}

/** `6222020200098765432` as `6222****5432`: what lists, logs and exports may show. Short numbers show only their end. */
export const maskAccount = (account: string): string =>
  account.length > 8 ? `${account.slice(0, 4)}****${account.slice(-4)}` : `****${account.slice(-2)}`
