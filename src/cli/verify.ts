import { parts } from '../app.ts'
import { type CommandLine, EXIT } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { type CheckOutcome, runChecks } from '../platform/verify.ts'
import { verifyPackage } from './audit-package.ts'
import { within } from './open.ts'
import { show } from './outcome.ts'

/** Recomputes everything that can be recomputed, in one snapshot, and reports every difference with its place. */
export async function verify(line: CommandLine): Promise<number> {
  if (line.options.package !== undefined) return verifyPackage(line)
  const checks = parts.flatMap(part => part.verify ?? [])
  const outcomes = await within(line, async here => {
    const found: Record<string, CheckOutcome> = {}
    for await (const { check, outcome } of runChecks(here.run, SYSTEM, checks)) {
      found[check.code] = outcome
      if (!line.json) show(check.title, outcome)
    }
    return found
  })
  const differences = Object.values(outcomes).reduce((sum, outcome) => sum + outcome.count, 0)
  if (line.json) process.stdout.write(`${JSON.stringify({ differences, checks: outcomes })}\n`)
  return differences === 0 ? EXIT.fine : EXIT.refused
}
