import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { checkPackage, PACKAGE_CHECKS } from '../proof/check-package.ts'
import { packageExtract } from '../proof/extract.ts'
import { auditPackage } from '../proof/write-package.ts'
import { handOut } from '../releases/hand-out.ts'
import { divisionNamed, within } from './open.ts'
import { show } from './outcome.ts'

/**
 * Writes an audit package, of all books or of a division and all below it: a working copy, and says so. With `--release N --division CODE`
 * the frozen file of a release that was signed, byte for byte. Refuses `release-missing`, `release-unsigned`, `release-of-another-kind`.
 */
export async function exportPackage(line: CommandLine): Promise<number> {
  const { out, division, release } = line.options
  if (typeof out !== 'string') throw new UsageError('稽核包需要 --out FILE.zip · an audit package needs --out FILE.zip')
  await within(line, async here => {
    const code = typeof division === 'string' ? division : 'all'
    if (typeof release === 'string' && code === 'all')
      throw new UsageError('报出材料需要 --division · a release needs --division CODE')
    const scope = code === 'all' ? 0 : await here.run(SYSTEM, ({ tx }) => divisionNamed(tx, code), { readOnly: true })
    if (typeof release === 'string') {
      await here.run({ ...SYSTEM, scope }, async context => {
        const { stream } = await handOut(context, scope, release, packageExtract)
        await pipeline(stream, createWriteStream(out))
      })
      return
    }
    await here.run({ ...SYSTEM, scope }, context =>
      context.audit({ division: scope, action: 'working-copy.take', subject: `audit-package ${code}` }),
    )
    await here.run(
      { ...SYSTEM, scope },
      ({ tx }) => pipeline(Readable.from(auditPackage(tx, code)), createWriteStream(out)),
      { readOnly: true },
    )
  })
  return EXIT.fine
}

/** Checks an audit package from its own files: no installation is opened, no database is asked. */
export async function verifyPackage(line: CommandLine): Promise<number> {
  const { package: path, earlier } = line.options
  const { manifest, checks, differences } = await checkPackage(
    String(path),
    typeof earlier === 'string' ? earlier : undefined,
  )
  const { taken_at, division, heads, unsealed } = manifest
  if (line.json)
    process.stdout.write(`${JSON.stringify({ differences, taken_at, division, heads, unsealed, checks })}\n`)
  else {
    process.stdout.write(`稽核包 audit package: ${division}, ${taken_at}\n`)
    for (const [code, title] of Object.entries(PACKAGE_CHECKS)) show(title, checks[code]!)
    for (const head of heads) process.stdout.write(`  链端 head ${head.division}/${head.no} ${head.digest}\n`)
  }
  return differences === 0 ? EXIT.fine : EXIT.refused
}
