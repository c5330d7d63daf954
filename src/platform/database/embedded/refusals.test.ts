import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { unfitFileSystem } from './folder.ts'

import { base, can, isRoot, newFolder, OtherProcess, open, program, quick, refusalOf } from './test-installation.ts'

describe('refusals say what is wrong in both languages', () => {
  afterEach(() => {
    delete process.env.PGBIN
  })

  test('a data folder of another major version', async () => {
    const folder = newFolder()
    mkdirSync(path.join(folder, 'postgres'), { recursive: true })
    writeFileSync(path.join(folder, 'postgres', 'PG_VERSION'), '14\n')
    writeFileSync(
      path.join(folder, 'database-keys.json'),
      JSON.stringify({ fundwatch_superuser: '', fundwatch_owner: '', fundwatch_app: '', fundwatch_rules: '' }),
    )
    if (isRoot) chownSync(path.join(folder, 'postgres'), 65534, 65534)
    const fault = await refusalOf(open(folder))
    expect(fault).toMatchObject({ code: 'embedded-version', value: '14' })
    expect(fault?.zh).toContain('由 PostgreSQL 14 建立')
    expect(fault?.en).toContain('was made by PostgreSQL 14')
  })

  test('no programs for this platform, or none where PGBIN points', async () => {
    const lonely = mkdtempSync(path.join(os.tmpdir(), 'fundwatch-lonely-'))
    chmodSync(lonely, 0o755)
    try {
      cpSync(program, path.join(lonely, 'open.mjs'))
      const other = new OtherProcess(path.join(lonely, 'data'), { program: path.join(lonely, 'open.mjs') })
      const [fault] = (await other.said()).faults ?? []
      expect(fault?.code).toBe('embedded-no-binaries')
      expect(fault?.zh).toContain('npm ci')
      process.env.PGBIN = lonely
      expect((await refusalOf(open(newFolder())))?.code).toBe('embedded-pgbin')
    } finally {
      rmSync(lonely, { recursive: true })
    }
  })

  test('an initdb that fails, with its last lines, and nothing half-made', async () => {
    const folder = newFolder()
    process.env.PGBIN = mkdtempSync(path.join(base, 'broken-'))
    chmodSync(process.env.PGBIN, 0o755)
    const script = (name: string, text: string) =>
      writeFileSync(path.join(process.env.PGBIN!, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    script('postgres', "echo 'postgres (PostgreSQL) 18.4'")
    script('initdb', 'echo "the moon is in the wrong house" >&2; exit 1')
    const fault = await refusalOf(open(folder))
    expect(fault?.code).toBe('embedded-initdb')
    expect(fault?.zh).toContain('the moon is in the wrong house')
    expect(readdirSync(folder)).toEqual(['database-keys.json'])
    script('initdb', 'echo "could not write: No space left on device" >&2; exit 1')
    expect((await refusalOf(open(folder)))?.code).toBe('embedded-disk-full')
  })

  test('a server that does not start, with its last lines', async () => {
    const fault = await refusalOf(open(newFolder(), { settings: { ...quick.settings, shared_buffers: 'plenty' } }))
    expect(fault?.code).toBe('embedded-start')
    expect(fault?.en).toContain('shared_buffers')
    const broken = await refusalOf(open(newFolder(), { settings: { ...quick.settings, work_mem: "1'\nfsync = off" } }))
    expect(broken?.code).toBe('embedded-setting')
  })

  test('a lost key file, a damaged cluster, and a place that is no folder', async () => {
    const folder = newFolder()
    await (await open(folder)).close()
    rmSync(path.join(folder, 'database-keys.json'))
    expect((await refusalOf(open(folder)))?.code).toBe('embedded-keys-missing')
    rmSync(path.join(folder, 'postgres', 'PG_VERSION'))
    expect((await refusalOf(open(folder)))?.code).toBe('embedded-damaged')
    expect((await refusalOf(open(path.join(program, 'data'))))?.code).toBe('embedded-not-writable')
  })

  test.skipIf(process.platform !== 'linux')('file systems of other machines and memory sticks', () => {
    expect(unfitFileSystem(0x6969)).toBe('NFS')
    expect(unfitFileSystem(0xff534d42 | 0)).toBe('CIFS')
    expect(unfitFileSystem(0xef53)).toBeUndefined()
  })

  test.skipIf(!can(['unshare', '--mount'], 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'))(
    'a disk too small for a database',
    async () => {
      const disk = newFolder()
      mkdirSync(disk)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=755', 'tmpfs', disk])
      try {
        const fault = await refusalOf(open(path.join(disk, 'data')))
        expect(fault?.code).toBe('embedded-disk-full')
        expect(fault?.zh).toContain('磁盘空间不足')
      } finally {
        execFileSync('umount', [disk])
      }
    },
  )
})
