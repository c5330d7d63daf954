import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAccount } from '../identity/sign-in.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Sentence } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { ROOT } from '../platform/root.ts'
import { loadSamples, readManifest } from './samples.ts'

/** Fictional people of the fictional province; they exist only with `--demo`. */
export const DEMO_ACCOUNTS = [
  { signInName: 'province', name: '安牵头（演示）', post: 'lead', division: '990000000' },
  { signInName: 'county', name: '云经办（演示）', post: 'allotment', division: '990102000' },
  { signInName: 'treasury', name: '库支付（演示）', post: 'treasury', division: '990102000' },
  { signInName: 'viewer', name: '观查询（演示）', post: 'viewer', division: '990000000' },
] as const

/** The day on which the fictional year is looked at; the demo's clock stands on it. */
export const demoAsOf = (): string => readManifest(join(ROOT, 'samples')).asOf

/**
 * Loads the fictional province, once, and makes the demo accounts with one password drawn for this installation (kept beside
 * the keys, so that a second start can say it again).
 */
export async function loadDemo(here: Installation, say: (sentence: Sentence) => void): Promise<{ password: string }> {
  const path = join(here.dataDir, 'keys', 'demo-password')
  if (!existsSync(path)) writeFileSync(path, `Demo-${randomBytes(6).toString('base64url')}-9`, { mode: 0o600 })
  const password = readFileSync(path, 'utf8').trim()
  await loadSamples(here, join(ROOT, 'samples'), say)
  for (const { signInName, name, post, division } of DEMO_ACCOUNTS) {
    await here.run(SYSTEM, async context => {
      if (await context.tx.maybe('select from identity.account where sign_in_name = $1', [signInName])) return
      const { division: id } = await context.tx.one<{ division: number }>(
        'select division from divisions.published_division where code = $1',
        [division],
      )
      await createAccount(context, {
        signInName,
        name,
        password,
        mustChange: false,
        demo: true,
        holdings: [{ division: id, post }],
      })
    })
  }
  return { password }
}
