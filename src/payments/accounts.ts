import type { Vault } from '../platform/vault.ts'
import { maskAccount } from '../platform/vault.ts'

/** An account number that has to be stored: encrypted, masked, and known by its keyed digest. */
export interface SealedAccount {
  /** The fingerprint, which stays when keys are rotated: by it staging names the account and a voucher is known again. */
  digest: string
  /** The keyed digest under each version of the key, the newest first: under one of them the account may be stored. */
  matches: Buffer[]
  ciphertext: Buffer
  masked: string
}

/** Numbers remembered at once; a payroll office pays a few thousand accounts, a province some hundred thousand. */
const REMEMBERED = 100_000

/**
 * Turns account numbers into digests. A number is digested and encrypted when it is first seen, not for each of its payments;
 * the memory of what was seen is bounded, so that one that was forgotten may be sealed again (staging keeps the first).
 */
export class AccountSealer {
  readonly #vault: Vault
  readonly #limit: number
  #recent = new Map<string, string>()
  #older = new Map<string, string>()
  #fresh: SealedAccount[] = []

  constructor(vault: Vault, limit = REMEMBERED) {
    this.#vault = vault
    this.#limit = limit
  }

  /** The fingerprint, in hexadecimal. */
  digest(account: string): string {
    const known = this.#recent.get(account)
    if (known !== undefined) return known
    let digest = this.#older.get(account)
    if (digest === undefined) {
      digest = this.#vault.fingerprint(account).toString('hex')
      this.#fresh.push({ digest, ...this.#vault.seal(account), masked: maskAccount(account) })
    }
    // A copy: the number as it was cut from the file would keep the whole piece of the file alive.
    this.#recent.set(Buffer.from(account).toString(), digest)
    if (this.#recent.size > this.#limit / 2) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    return digest
  }

  /** Accounts sealed since the last call. */
  take(): SealedAccount[] {
    const fresh = this.#fresh
    this.#fresh = []
    return fresh
  }
}
