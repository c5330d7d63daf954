import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { codeDigest, newCode, passwordMatches } from './password.ts'
import { qrSvg } from './qr-code.ts'
import { type AccountRow, accountById } from './store.ts'
import { base32, newSecret, otpauthOf, stepOfCode } from './totp.ts'

const RECOVERY_CODES = 8

async function signedIn(context: Context): Promise<AccountRow> {
  const account = await accountById(context.tx, context.actor.id)
  if (!account) refuse('unauthenticated', 'sign-in-needed', '请先登录。', 'Please sign in first.')
  return account
}

/** Whether a code is right: of the authenticator, each once, or a recovery code, each once. */
export async function factorTaken(context: Context, account: AccountRow, code: string): Promise<boolean> {
  const { tx, clock, vault } = context
  if (!account.totp_secret) return false
  const step = stepOfCode(vault.decrypt(account.totp_secret), code, clock.now(), account.totp_step)
  if (step !== null) {
    await tx.query('update identity.account set totp_step = $2 where id = $1', [account.id, step])
    return true
  }
  const used = await tx.maybe(
    'update identity.recovery_code set used_at = $3 where account = $1 and digest = $2 and used_at is null returning account',
    [account.id, codeDigest(account.id, code), clock.now()],
  )
  if (used) await context.audit({ division: 0, action: 'recovery-code-used', subject: account.sign_in_name })
  return used !== undefined
}

/**
 * A new secret for one's own authenticator, as text and as a QR code; in force once a code confirms it. Refuses
 * `second-factor-there` where one is in force: it is dropped first.
 */
export async function beginSecondFactor(context: Context): Promise<{ secret: string; svg: string }> {
  const account = await signedIn(context)
  if (account.totp_since)
    refuse(
      'conflict',
      'second-factor-there',
      '动态口令已启用：更换前请先停用。',
      'A second factor is in force: turn it off before setting up another.',
    )
  const secret = newSecret()
  await context.tx.query('update identity.account set totp_secret = $2, totp_step = null where id = $1', [
    account.id,
    context.vault.encrypt(secret),
  ])
  return { secret: base32(secret), svg: qrSvg(otpauthOf(secret, account.sign_in_name)) }
}

/** Puts the secret in force and answers the recovery codes, told once. Refuses `second-factor-wrong`. */
export async function confirmSecondFactor(context: Context, code: string): Promise<string[]> {
  const { tx, clock, vault } = context
  const account = await signedIn(context)
  const step =
    account.totp_secret && !account.totp_since
      ? stepOfCode(vault.decrypt(account.totp_secret), code, clock.now(), null)
      : null
  if (step === null)
    refuse(
      'input',
      'second-factor-wrong',
      '动态口令不对：请核对手机时间，输入当前显示的六位数字。',
      'The code is wrong: check the clock of the telephone and enter the six digits that it shows now.',
      { field: 'code' },
    )
  await tx.query('update identity.account set totp_since = $2, totp_step = $3 where id = $1', [
    account.id,
    clock.now(),
    step,
  ])
  const codes = Array.from({ length: RECOVERY_CODES }, newCode)
  await dropCodes(tx, account.id)
  await tx.query('insert into identity.recovery_code (account, digest) select $1, unnest($2::bytea[])', [
    account.id,
    codes.map(one => codeDigest(account.id, one)),
  ])
  await context.audit({ division: 0, action: 'second-factor-set', subject: account.sign_in_name })
  return codes
}

const dropCodes = (tx: Tx, account: bigint) =>
  tx.query('delete from identity.recovery_code where account = $1', [account])

export async function dropSecondFactorOf(tx: Tx, account: bigint): Promise<void> {
  await tx.query('update identity.account set totp_secret = null, totp_since = null, totp_step = null where id = $1', [
    account,
  ])
  await dropCodes(tx, account)
}

/** Turns one's own second factor off, with the password; refuses `sign-in-wrong`. Where a post asks for one, another must follow at once. */
export async function dropSecondFactor(context: Context, password: string): Promise<void> {
  const account = await signedIn(context)
  if (!account.password_hash || !(await passwordMatches(account.password_hash, password)))
    refuse('input', 'sign-in-wrong', '密码不对：请重新输入。', 'The password is wrong: try again.', {
      field: 'password',
    })
  await dropSecondFactorOf(context.tx, account.id)
  await context.audit({ division: 0, action: 'second-factor-dropped', subject: account.sign_in_name })
}
