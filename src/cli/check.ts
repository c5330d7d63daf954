import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { parseDate } from '../kernel/clock.ts'
import { checkAll } from '../warnings/check.ts'
import { within } from './open.ts'

/** Runs every active rule now, as of a day; counts by rule and lamp. */
export async function check(line: CommandLine): Promise<number> {
  const asked = line.options['as-of']
  const asOf = typeof asked === 'string' ? parseDate(asked) : undefined
  if (asOf === null) throw new UsageError(`日期“${asked}”不存在 · no such day “${asked}”`)
  const outcome = await within(line, here => checkAll(here, asOf ? { asOf } : {}))
  if (line.json) process.stdout.write(`${JSON.stringify(outcome)}\n`)
  else {
    for (const [rule, levels] of Object.entries(outcome.counts))
      process.stdout.write(
        `${rule}  ${Object.entries(levels)
          .map(
            ([level, count]) =>
              `${{ bell: '黄铃 bell', yellow: '黄灯 yellow', red: '红灯 red' }[level] ?? level} ${count}`,
          )
          .join('  ')}\n`,
      )
    process.stdout.write(`新增 raised ${outcome.raised}, 熄灭 out ${outcome.out}\n`)
    for (const suspended of outcome.suspended)
      process.stderr.write(`规则停用 suspended: ${JSON.stringify(suspended)}\n`)
  }
  for (const ignored of outcome.ignored) process.stderr.write(`参数无效 setting ignored: ${JSON.stringify(ignored)}\n`)
  return outcome.suspended.length > 0 ? EXIT.broken : EXIT.fine
}
