import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { open } from '../src/app.ts'
import { doctor } from '../src/cli/doctor.ts'

test('of a fresh installation doctor says what is weak, and that nothing keeps it from being looked at', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fundwatch-doctor-'))
  let said = ''
  const out = vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    said += text
    return true
  })
  try {
    await (await open({ dataDir })).close()
    const line = {
      words: [],
      options: { strict: true as const },
      json: true,
      dataDir,
      databaseUrl: undefined,
      say() {},
    }
    expect(await doctor(line)).toBe(1)
  } finally {
    out.mockRestore()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const codes = (JSON.parse(said) as { findings: { code: string }[] }).findings.map(one => one.code)
  expect(codes).toEqual(
    expect.arrayContaining(['no-tls', 'second-factor-not-required', 'password-age', 'backup-unknown', 'no-chains']),
  )
  for (const code of ['cannot-open', 'app-role-rights', 'app-role-owns', 'key-file-open', 'clock-back'])
    expect(codes).not.toContain(code)
})
