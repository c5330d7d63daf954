import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keyedDigest } from '../kernel/digest.ts'

export const CIPHERS = ['sm4', 'aes'] as const
/** SM4-CBC, then HMAC-SM3 over version, vector and text (encrypt-then-MAC; Node has no SM4-GCM); or AES-256-GCM. */
export type CipherName = (typeof CIPHERS)[number]

/** The key file: a secret by version, `fingerprint` beside them. A bare secret is one for SM4. */
export type KeyFile = Record<string, string | { secret: string; cipher: CipherName }>

interface Key {
  cipherName: CipherName
  cipher: Buffer
  mac: Buffer
  match: Buffer
}

/** How often the key file is looked at for a newer version, in milliseconds: another process may be rotating the keys. */
const LOOK_EVERY_MS = 1000

/** Where an installation's key file lies: beside the data, or where `FUNDWATCH_KEY_FILE` says. */
export const keyFileOf = (dataDir: string): string =>
  process.env.FUNDWATCH_KEY_FILE || join(dataDir, 'keys', 'vault.json')

/** The cipher of new keys, as `FUNDWATCH_CIPHER` says; SM4 where it says nothing. */
export function configuredCipher(): CipherName {
  const said = process.env.FUNDWATCH_CIPHER || 'sm4'
  if (!CIPHERS.includes(said as CipherName)) throw new Error(`FUNDWATCH_CIPHER is “${said}”: it is sm4 or aes`)
  return said as CipherName
}

/**
 * Keeps personal data at rest. Keys lie in a file outside the database; each has a version, the highest is in use, older ones still
 * open what they closed until it is closed anew (`fundwatch keys rotate`).
 */
export class Vault {
  readonly path: string | null
  #keys = new Map<number, Key>()
  #fingerprint: Buffer = Buffer.alloc(0)
  #highest = 0
  #stamp = ''
  #looked = 0

  constructor(keys: KeyFile, path: string | null = null) {
    this.path = path
    this.#take(keys)
  }

  /** Opens the key file, or makes it (readable by its owner alone). */
  static open(path: string, cipher: CipherName = configuredCipher()): Vault {
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const first: KeyFile = { 1: { secret: randomBytes(32).toString('hex'), cipher } }
      writeFileSync(path, `${JSON.stringify(first)}\n`, { mode: 0o600, flag: 'wx' })
    }
    return new Vault(readKeyFile(path), path)
  }

  #take(keys: KeyFile): void {
    const { fingerprint, ...versions } = keys
    for (const [version, key] of Object.entries(versions)) {
      const { secret, cipher } = typeof key === 'string' ? { secret: key, cipher: 'sm4' as const } : key
      const part = (purpose: string) => keyedDigest(Buffer.from(secret, 'hex'), purpose)
      this.#keys.set(Number(version), {
        cipherName: cipher,
        cipher: cipher === 'sm4' ? part('cipher').subarray(0, 16) : part('cipher-aes-256'),
        mac: part('mac'),
        match: part('match'),
      })
    }
    for (const version of this.#keys.keys()) if (!(version in versions)) this.#keys.delete(version)
    this.#highest = Math.max(...this.#keys.keys())
    // Until the first rotation the fingerprint is what digests were made with all along.
    this.#fingerprint =
      typeof fingerprint === 'string'
        ? Buffer.from(fingerprint, 'hex')
        : (this.#keys.get(Math.min(...this.#keys.keys()))?.match ?? Buffer.alloc(0))
  }

  /** Takes over what another process did to the key file: a new version, an old one that went. */
  #look(atOnce = false): void {
    if (this.path === null) return
    const now = performance.now()
    if (!atOnce && now - this.#looked < LOOK_EVERY_MS) return
    this.#looked = now
    const { mtimeMs, ino } = statSync(this.path)
    if (`${mtimeMs} ${ino}` === this.#stamp) return
    this.#take(readKeyFile(this.path))
    this.#stamp = `${mtimeMs} ${ino}`
  }

  get version(): number {
    this.#look()
    return this.#highest
  }

  /** All versions that the key file holds, the newest first, with their ciphers. */
  get versions(): { version: number; cipher: CipherName }[] {
    this.#look()
    return [...this.#keys]
      .map(([version, key]) => ({ version, cipher: key.cipherName }))
      .sort((a, b) => b.version - a.version)
  }

  #key(version: number): Key {
    if (!this.#keys.has(version)) this.#look(true)
    const key = this.#keys.get(version)
    if (!key) throw new Error(`the key file has no version ${version}`)
    return key
  }

  /** The keyed digest by which two equal numbers are known to be equal without being read. */
  digest(text: string, version = this.version): Buffer {
    return keyedDigest(this.#key(version).match, text)
  }

  /** The digest under every version, the newest first: while keys are rotated a value may stand under any of them. */
  digests(text: string): Buffer[] {
    return this.versions.map(({ version }) => this.digest(text, version))
  }

  /** A value closed, and its digests: the first under the version that closed it, for storing; the others for looking it up. */
  seal(text: string): { ciphertext: Buffer; matches: Buffer[] } {
    const ciphertext = this.encrypt(text)
    const version = ciphertext[0]!
    const others = this.versions.filter(one => one.version !== version)
    return { ciphertext, matches: [version, ...others.map(one => one.version)].map(one => this.digest(text, one)) }
  }

  /**
   * A keyed digest that stays when keys are rotated: what goes into the digest of a whole voucher, by which it is known again years
   * later. It is not stored by itself.
   */
  fingerprint(text: string): Buffer {
    return keyedDigest(this.#fingerprint, text)
  }

  encrypt(plain: string | Uint8Array): Buffer {
    const version = this.version
    const key = this.#key(version)
    const head = Buffer.from([version])
    if (key.cipherName === 'aes') {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key.cipher, iv).setAAD(head)
      const body = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([head, iv, body, cipher.getAuthTag()])
    }
    const iv = randomBytes(16)
    const cipher = createCipheriv('sm4-cbc', key.cipher, iv)
    const body = Buffer.concat([head, iv, cipher.update(plain), cipher.final()])
    return Buffer.concat([body, keyedDigest(key.mac, body)])
  }

  /** Throws where the text was changed, or closed under a version that the key file no longer holds. */
  decrypt(sealed: Uint8Array): Buffer {
    const bytes = Buffer.from(sealed)
    const key = this.#key(bytes[0] ?? 0)
    if (key.cipherName === 'aes') {
      const decipher = createDecipheriv('aes-256-gcm', key.cipher, bytes.subarray(1, 13))
        .setAAD(bytes.subarray(0, 1))
        .setAuthTag(bytes.subarray(-16))
      try {
        return Buffer.concat([decipher.update(bytes.subarray(13, -16)), decipher.final()])
      } catch {
        throw new Error('the ciphertext was changed')
      }
    }
    const body = bytes.subarray(0, -32)
    const mac = bytes.subarray(-32)
    if (mac.length !== 32 || !timingSafeEqual(keyedDigest(key.mac, body), mac))
      throw new Error('the ciphertext was changed')
    const decipher = createDecipheriv('sm4-cbc', key.cipher, body.subarray(1, 17))
    return Buffer.concat([decipher.update(body.subarray(17)), decipher.final()])
  }

  /**
   * Adds a version to the key file and takes it into use; running servers see it within a second.
   * @returns the new version
   */
  addVersion(cipher: CipherName): number {
    const path = this.#ownPath()
    const keys = readKeyFile(path)
    const version = this.version + 1
    if (version > 255) throw new Error('the key file has used up its 255 versions')
    writeKeyFile(path, {
      ...keys,
      fingerprint: this.#fingerprint.toString('hex'),
      [version]: { secret: randomBytes(32).toString('hex'), cipher },
    })
    this.#look(true)
    return version
  }

  /**
   * Takes every version but the newest out of use: they go to a file beside the key file, for old backups. Nothing may be closed under
   * them any more.
   * @returns the versions that went, and where they lie
   */
  retireOld(): { retired: number[]; path: string } {
    const path = this.#ownPath()
    const keys = readKeyFile(path)
    const old = this.versions.slice(1).map(({ version }) => version)
    const aside = path.replace(/(\.json)?$/, '-retired.json')
    if (old.length > 0) {
      const before = existsSync(aside) ? readKeyFile(aside) : {}
      writeKeyFile(aside, { ...before, ...Object.fromEntries(old.map(version => [version, keys[version]!])) })
      writeKeyFile(path, Object.fromEntries(Object.entries(keys).filter(([name]) => !old.includes(Number(name)))))
      this.#look(true)
    }
    return { retired: old, path: aside }
  }

  #ownPath(): string {
    if (this.path === null) throw new Error('these keys came from no file')
    return this.path
  }
}

const readKeyFile = (path: string): KeyFile => JSON.parse(readFileSync(path, 'utf8')) as KeyFile

/** Whole or not at all: a key file that was half written would lose everything. */
function writeKeyFile(path: string, keys: KeyFile): void {
  writeFileSync(`${path}.part`, `${JSON.stringify(keys)}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.part`, path)
}

/**
 * `6222020200098765432` as `6222****5432`: what lists, logs and exports may show. Short numbers show only their end; of what is no number
 * (`见附件清单`) the words show and the figures do not: rule E13 rings for it.
 */
export const maskAccount = (account: string): string =>
  /\p{Script=Han}/u.test(account)
    ? account.replace(/[0-9０-９A-Za-z]/g, '*')
    : account.length > 8
      ? `${account.slice(0, 4)}****${account.slice(-4)}`
      : `****${account.slice(-2)}`
