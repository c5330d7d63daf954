import { hash, verify } from '@node-rs/argon2'
import { refuse } from '../kernel/refusal.ts'

// Parameters of OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export const hashPassword = (password: string): Promise<string> => hash(password, COST)

export const passwordMatches = (stored: string, password: string): Promise<boolean> =>
  verify(stored, password).catch(() => false)

/** Ten characters at least, of three kinds at least; refuses `password-weak`. */
export function requireStrong(password: string, signInName: string): void {
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter(kind => kind.test(password)).length
  if (password.length < 10 || kinds < 3 || password.toLowerCase().includes(signInName.toLowerCase()))
    refuse(
      'input',
      'password-weak',
      '密码至少 10 位，含大写、小写、数字、符号中的三类，且不得包含登录名：请重新设置。',
      'A password needs at least 10 characters of three kinds (upper case, lower case, digits, symbols), without the sign-in name: choose another.',
      { field: 'password' },
    )
}
