import { randomBytes, randomInt } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { sm3 } from '../kernel/digest.ts'
import { refuse } from '../kernel/refusal.ts'

// Parameters of OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password, COST)

export const passwordMatches = (stored: string, password: string): Promise<boolean> =>
  verify(stored, password).catch(() => false)

// Compared where there is no password to compare with, so that a wrong name takes as long as a wrong password.
let nobodysHash: Promise<string> | undefined
export const matchesNobody = async (password: string): Promise<void> => {
  nobodysHash ??= hashPassword(randomBytes(16).toString('hex'))
  await passwordMatches(await nobodysHash, password)
}

/** As long and of as many kinds as the policy says, and without the sign-in name; refuses `password-weak`. */
export function requireStrong(
  password: string,
  signInName: string,
  policy: { password_length: number; password_kinds: number } = { password_length: 10, password_kinds: 3 },
): void {
  const { password_length: length, password_kinds: wanted } = policy
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(kind => kind.test(password)).length
  if (password.length < length || kinds < wanted || password.toLowerCase().includes(signInName.toLowerCase()))
    refuse(
      'input',
      'password-weak',
      `密码至少 ${length} 位，含大写、小写、数字、符号中的 ${wanted} 类，且不得包含登录名：请重新设置。`,
      `A password needs at least ${length} characters of ${wanted} kinds (upper case, lower case, digits, symbols), without the sign-in name: choose another.`,
      { field: 'password' },
    )
}

// Without letters and digits that look alike on paper: a code is read from a slip.
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A one-time code of 60 bits, in groups: `K7QM-2XRB-9TWE`. */
export const newCode = (): string =>
  Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')).join(
    '-',
  )

/** What is kept of a one-time code: as random as a key, so a plain digest suffices. Spaces, hyphens and case do not matter. */
export const codeDigest = (account: bigint, code: string): Buffer =>
  sm3(`code ${account} ${code.toUpperCase().replace(/[^A-Z0-9]/g, '')}`)
