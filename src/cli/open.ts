import { existsSync } from 'node:fs'
import { open } from '../app.ts'
import type { CommandLine } from '../cli.ts'
import type { Clock } from '../kernel/clock.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { Installation } from '../platform/installation.ts'
import { keyFileOf } from '../platform/vault.ts'

/** Whether an installation has ever been opened in this folder (or on this server, with these keys). */
export const installed = (line: CommandLine): boolean => existsSync(keyFileOf(line.dataDir))

/**
 * Opens the installation that a command line names, works in it, and leaves it as it was found running or not. A command that only
 * looks refuses a folder without an installation (`no-installation`): to verify a mistyped folder must not succeed.
 */
export async function within<T>(
  line: CommandLine,
  work: (here: Installation) => Promise<T>,
  options: { clock?: Clock; makes?: boolean } = {},
): Promise<T> {
  if (!options.makes && !installed(line))
    refuse(
      'missing',
      'no-installation',
      `“${line.dataDir}”里没有安装：请核对 --data，或先运行 fundwatch serve。`,
      `There is no installation in “${line.dataDir}”: check --data, or run fundwatch serve first.`,
      { field: '--data', value: line.dataDir },
    )
  const here = await open({
    dataDir: line.dataDir,
    databaseUrl: line.databaseUrl,
    progress: line.say,
    ...(options.clock ? { clock: options.clock } : {}),
  })
  try {
    return await work(here)
  } finally {
    await here.close()
  }
}

/** The surrogate of the division that `--division` names; refuses `division-unknown`. */
export async function divisionNamed(tx: Tx, code: string): Promise<number> {
  const row = await tx.maybe<{ division: number }>(
    'select division from divisions.published_division where code = $1',
    [code],
  )
  if (!row)
    refuse('input', 'division-unknown', `没有区划代码“${code}”。`, `There is no division with the code “${code}”.`, {
      field: '--division',
      value: code,
    })
  return row.division
}
