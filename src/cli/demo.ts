import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAccount } from '../identity/sign-in.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Sentence } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { ROOT } from '../platform/root.ts'
import { loadSamples, readManifest } from './samples.ts'

interface DemoAccount {
  signInName: string
  name: string
  post: string
  /** Null: over the whole installation. */
  division: string | null
  /** An office's code, where the post is held over that office alone. */
  office?: string
}

/** Fictional people of the fictional province; they exist only with `--demo`. */
export const DEMO_ACCOUNTS = [
  { signInName: 'province', name: '安牵头（演示）', post: 'lead', division: '990000000' },
  { signInName: 'county', name: '云经办（演示）', post: 'allotment', division: '990102000' },
  { signInName: 'treasury', name: '库支付（演示）', post: 'treasury', division: '990102000' },
  { signInName: 'viewer', name: '观查询（演示）', post: 'viewer', division: '990000000' },
  { signInName: 'handler', name: '农经办（演示）', post: 'handler', division: '990102000', office: '02' },
  { signInName: 'reviewer', name: '审核（演示）', post: 'reviewer', division: '990102000' },
  { signInName: 'leader', name: '云领导（演示）', post: 'leader', division: '990102000' },
  { signInName: 'information', name: '云信息（演示）', post: 'information', division: '990102000' },
  { signInName: 'security', name: '安全（演示）', post: 'security-admin', division: null },
  { signInName: 'system', name: '系统（演示）', post: 'system-admin', division: null },
  { signInName: 'auditor', name: '审计（演示）', post: 'auditor', division: null },
] as const satisfies readonly DemoAccount[]

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
  for (const { signInName, name, post, division, office } of DEMO_ACCOUNTS as readonly DemoAccount[]) {
    await here.run(SYSTEM, async context => {
      if (await context.tx.maybe('select from identity.account where sign_in_name = $1', [signInName])) return
      const place = division
        ? await context.tx.one<{ id: number; office: number | null }>(
            `select d.division as id, o.id as office from divisions.published_division d
             left join divisions.published_office o on o.division = d.division and o.code = $2 where d.code = $1`,
            [division, office ?? null],
          )
        : { id: 0, office: null }
      await createAccount(context, {
        signInName,
        name,
        password,
        mustChange: false,
        demo: true,
        holdings: [{ division: place.id, post, office: office ? place.office : null }],
      })
    })
  }
  return { password }
}
