import { expect, test } from 'vitest'
import { RATES } from '../platform/http/limits.ts'
import { ratesFrom, type Settings, weakSettings } from './weak-settings.ts'

const GOOD: Settings = {
  node: 'v24.4.0',
  today: '2026-11-21',
  https: true,
  proxies: ['127.0.0.1'],
  rates: RATES,
  secondFactorPosts: ['system-admin', 'security-admin', 'auditor'],
  passwordLength: 10,
  passwordKinds: 3,
  passwordDays: 90,
  failuresAllowed: 5,
  lockMinutes: 30,
  idleMinutes: 30,
  sessionHours: 12,
  dataMode: 0o40700,
  keyFile: { mode: 0o100600, ageDays: 10, folderMode: 0o40700 },
  appRights: [],
  appOwns: 0,
  backup: { folder: '/backup', ageDays: 0 },
  clockOffSeconds: 0.2,
  auditAheadSeconds: -3,
  oldestUnsealedMinutes: 1,
  chains: 12,
  shortRetention: [],
}

test('of an installation that is set up as asked nothing is said', () => {
  expect(weakSettings(GOOD)).toEqual([])
})

test.each<[string, string, Partial<Settings>]>([
  ['node-old', 'weak', { node: 'v20.20.2' }],
  ['node-old', 'weak', { node: 'v18.1.0' }],
  ['no-tls', 'weak', { https: false }],
  ['proxy-unnamed', 'weak', { proxies: [] }],
  ['proxy-anyone', 'wrong', { proxies: ['0.0.0.0/0'] }],
  ['rate-open', 'weak', { rates: { ...RATES, signIn: 100_000 } }],
  ['second-factor-not-required', 'weak', { secondFactorPosts: ['auditor'] }],
  ['password-short', 'weak', { passwordLength: 8 }],
  ['password-kinds', 'weak', { passwordKinds: 2 }],
  ['password-age', 'weak', { passwordDays: null }],
  ['failures-many', 'weak', { failuresAllowed: 10 }],
  ['lock-short', 'weak', { lockMinutes: 5 }],
  ['idle-long', 'weak', { idleMinutes: 240 }],
  ['session-long', 'weak', { sessionHours: 24 }],
  ['data-folder-open', 'weak', { dataMode: 0o40755 }],
  ['key-file-open', 'wrong', { keyFile: { mode: 0o100640, ageDays: 1, folderMode: 0o40700 } }],
  ['key-folder-open', 'wrong', { keyFile: { mode: 0o100600, ageDays: 1, folderMode: 0o40777 } }],
  ['key-old', 'weak', { keyFile: { mode: 0o100600, ageDays: 400, folderMode: 0o40700 } }],
  ['app-role-rights', 'wrong', { appRights: ['superuser'] }],
  ['app-role-owns', 'wrong', { appOwns: 3 }],
  ['backup-unknown', 'weak', { backup: { folder: null, ageDays: null } }],
  ['backup-old', 'wrong', { backup: { folder: '/backup', ageDays: null } }],
  ['backup-old', 'wrong', { backup: { folder: '/backup', ageDays: 9 } }],
  ['clock-off', 'weak', { clockOffSeconds: -40 }],
  ['clock-back', 'wrong', { auditAheadSeconds: 3600 }],
  ['unsealed-old', 'weak', { oldestUnsealedMinutes: 90 }],
  ['no-chains', 'weak', { chains: 0 }],
  ['retention-short', 'wrong', { shortRetention: ['network'] }],
])('%s is said, and said to be %s', (code, severity, change) => {
  const found = weakSettings({ ...GOOD, ...change })
  expect(found.map(one => [one.code, one.severity])).toEqual([[code, severity]])
  // The mend comes after the colon, in both languages.
  expect(found[0]?.zh).toMatch(/：请.+。$/)
  expect(found[0]?.en).toMatch(/: .+\.$/)
})

test('limits are read from the environment, and other text is refused rather than taken for none', () => {
  expect(ratesFrom('')).toEqual(RATES)
  expect(ratesFrom('sign-in=10, person=300')).toEqual({ ...RATES, signIn: 10, person: 300 })
  for (const bad of ['signin=10', 'person=', 'person=0', 'person=-1', 'all=5'])
    expect(() => ratesFrom(bad)).toThrow('FUNDWATCH_LIMITS')
})
