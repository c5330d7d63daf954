import { statSync } from 'node:fs'
import { parts } from '../app.ts'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { keyStatus, rotateKeys } from '../platform/rotate-keys.ts'
import { CIPHERS, type CipherName, configuredCipher } from '../platform/vault.ts'
import { within } from './open.ts'

const NAMES: Record<CipherName, string> = { sm4: 'SM4-CBC + HMAC-SM3', aes: 'AES-256-GCM' }

/** `keys status` says what stands under which key; `keys rotate` moves all of it to a new one, and may be run again after a kill. */
export async function keys(line: CommandLine): Promise<number> {
  const [act = ''] = line.words
  const cipher = (line.options.cipher ?? configuredCipher()) as CipherName
  if (!CIPHERS.includes(cipher)) throw new UsageError(`--cipher: ${CIPHERS.join(' | ')}`)
  const sealed = parts.flatMap(part => part.sealed ?? [])
  if (act === 'status')
    await within(line, async here => {
      const status = await keyStatus(here.ownerPool, here.vault, sealed)
      const path = here.vault.path ?? '-'
      const mode = (statSync(path).mode & 0o777).toString(8)
      if (line.json) return process.stdout.write(`${JSON.stringify({ path, mode, ...status })}\n`)
      process.stdout.write(`密钥文件 key file: ${path} (${mode})\n`)
      for (const { version, cipher: of } of status.versions)
        process.stdout.write(`  v${version} ${NAMES[of]}${version === status.inUse ? ' 在用 in use' : ' 旧 old'}\n`)
      for (const { place, version, count } of status.places)
        process.stdout.write(`  ${place}: v${version} × ${count}\n`)
      if (status.versions.length > 1)
        process.stdout.write('  换钥未完：请再运行 keys rotate。 A rotation is not finished: run keys rotate again.\n')
      return true
    })
  else if (act === 'rotate')
    await within(line, async here => {
      const done = await rotateKeys(
        { pool: here.ownerPool, vault: here.vault, files: here.files, sealed },
        cipher,
        line.say,
      )
      await here.run(SYSTEM, context =>
        context.audit({
          division: 0,
          action: 'keys.rotated',
          subject: `v${done.version}`,
          detail: { resealed: done.resealed, joined: done.joined, files: done.files, retired: done.retired },
        }),
      )
      if (line.json) process.stdout.write(`${JSON.stringify(done)}\n`)
      else
        process.stdout.write(
          `✓ 已换为第 ${done.version} 版密钥：重新加密 ${done.resealed} 项、${done.files} 个文件，合并 ${done.joined} 项；旧密钥移至 ${done.path}，请与旧备份一并离线保存。\n  Version ${done.version} is in use: ${done.resealed} values and ${done.files} files closed anew, ${done.joined} joined; old keys lie in ${done.path}: keep them offline with the old backups.\n`,
        )
    })
  else throw new UsageError('keys status | keys rotate [--cipher sm4|aes]')
  return EXIT.fine
}
