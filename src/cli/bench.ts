import type { Benchmark } from '../../bench/frame.ts'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'

/** Each by its name; loaded only when asked for. */
const BENCHMARKS: Record<string, () => Promise<{ benchmark: Benchmark }>> = {
  'payments-import': () => import('../../bench/payments-import.ts'),
  'payments-list': () => import('../../bench/payments-list.ts'),
  'payments-export': () => import('../../bench/payments-export.ts'),
  document: () => import('../../bench/document.ts'),
  'single-forms': () => import('../../bench/single-forms.ts'),
  trace: () => import('../../bench/trace.ts'),
  narrowed: () => import('../../bench/narrowed.ts'),
  verify: () => import('../../bench/verify.ts'),
}

function whole(line: CommandLine, option: string): number | undefined {
  const text = line.options[option]
  if (text === undefined) return undefined
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number <= 0)
    throw new UsageError(`--${option} 应为正整数 · --${option} takes a positive whole number`)
  return number
}

/** Runs a benchmark on an installation made for it, and prints its ratio to a baseline measured in the same run. */
export async function bench(line: CommandLine): Promise<number> {
  const [name = ''] = line.words
  const load = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined
  if (!load) throw new UsageError(`没有性能测试“${name}” · benchmarks: ${Object.keys(BENCHMARKS).join(', ')}`)
  const rows = whole(line, 'rows')
  const seed = whole(line, 'seed')
  const [{ benchmark }, { runBenchmark }] = await Promise.all([load(), import('../../bench/frame.ts')])
  const { kind } = line.options
  if (kind !== undefined && !benchmark.kinds?.includes(String(kind)))
    throw new UsageError(`--kind: ${benchmark.kinds?.join(', ') ?? '—'}`)
  const result = await runBenchmark(benchmark, {
    rows,
    seed,
    kind: kind === undefined ? undefined : String(kind),
    databaseUrl: line.databaseUrl,
    keep: line.options.keep === undefined ? undefined : String(line.options.keep),
    say: text => void (line.json || process.stderr.write(`${text}\n`)),
  })
  if (line.json) process.stdout.write(`${JSON.stringify(result)}\n`)
  else
    process.stdout.write(
      [
        `${result.name}: ${benchmark.title}`,
        `  rows ${result.rows}, seed ${result.seed}, ${result.server}, Node ${process.version}`,
        `  ${result.seconds.toFixed(1)} s against ${result.baselineSeconds.toFixed(1)} s for ${benchmark.baseline}`,
        `  ratio ${result.ratio.toFixed(2)} (aim ${benchmark.better === 'more' ? '≥' : '≤'} ${result.aim})`,
        `  peak memory of this process ${result.peakMegabytes} MB${benchmark.memoryAim ? ` (aim < ${benchmark.memoryAim})` : ''}`,
        ...Object.entries(result.figures ?? {}).map(([key, value]) => `  ${key}: ${value}`),
        '',
      ].join('\n'),
    )
  return EXIT.fine
}
