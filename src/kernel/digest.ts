import { createHash, createHmac } from 'node:crypto'

/** SM3 (GB/T 32905) of text or bytes: batches, seals, files. */
export const sm3 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sm3')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** HMAC-SM3 under a secret key: how personal data is matched without being read. */
export const keyedDigest = (key: Uint8Array, text: string | Uint8Array): Buffer =>
  createHmac('sm3', key).update(text).digest()
