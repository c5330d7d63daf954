import { parts } from '../app.ts'
import { type CommandLine, EXIT } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { CheckOutcome } from '../platform/verify.ts'
import { within } from './open.ts'

/** Recomputes everything that can be recomputed, in one snapshot, and reports every difference with its place. */
export async function verify(line: CommandLine): Promise<number> {
  const checks = parts.flatMap(part => part.verify ?? [])
  const outcomes = await within(line, here =>
    here.run(
      SYSTEM,
      async ({ tx }) => {
        const found: Record<string, CheckOutcome> = {}
        for (const check of checks) {
          const outcome = await check.run(tx)
          found[check.code] = outcome
          if (line.json) continue
          process.stdout.write(
            `${outcome.count === 0 ? '✓' : '✗'} ${check.title.zh} ${check.title.en}: ${outcome.checked} 项已核 checked, ${outcome.count} 处不符 differences\n`,
          )
          for (const { place, expected, found: stands } of outcome.differences)
            process.stdout.write(`    ${place}: 应为 expected ${expected}, 实为 found ${stands}\n`)
          if (outcome.note) process.stdout.write(`    ${outcome.note.zh} ${outcome.note.en}\n`)
        }
        return found
      },
      { readOnly: true },
    ),
  )
  const differences = Object.values(outcomes).reduce((sum, outcome) => sum + outcome.count, 0)
  if (line.json) process.stdout.write(`${JSON.stringify({ differences, checks: outcomes })}\n`)
  return differences === 0 ? EXIT.fine : EXIT.refused
}
