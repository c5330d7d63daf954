import { fork } from 'node:child_process'
import { join } from 'node:path'

/** How long one input may take, and how much memory a reading process. */
const SECONDS = 20
const HEAP_MB = 256
/** Inputs of one process; a leak would show as memory that grows with them. */
const ROUND = 5000

export interface Found {
  /** Number of the input; `seed` and it make the same bytes again. */
  number: number
  what: string
}
export interface Outcome {
  inputs: number
  /** How inputs ended, by reader. */
  ends: Record<string, number>
  found: Found[]
  /** Most memory of a reading process, in megabytes. */
  memory: number
}

/** Lets child processes read inputs of a seed; one that crashes, hangs or eats too much ends its process, and the next go on behind it. */
export async function fuzz(seed: number, inputs: number, say: (done: number) => void = () => {}): Promise<Outcome> {
  const outcome: Outcome = { inputs, ends: {}, found: [], memory: 0 }
  for (let from = 0; from < inputs && outcome.found.length < 20; ) {
    from = await round(seed, from, Math.min(inputs, from + ROUND), outcome)
    say(from)
  }
  return outcome
}

const round = (seed: number, from: number, to: number, outcome: Outcome): Promise<number> =>
  new Promise(resolve => {
    let at = from
    let ended = false
    let errors = ''
    const child = fork(join(import.meta.dirname, 'reader-child.ts'), [seed, from, to].map(String), {
      execArgv: ['--import', 'tsx', `--max-old-space-size=${HEAP_MB}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let clock: NodeJS.Timeout
    const wind = () => {
      clearTimeout(clock)
      clock = setTimeout(() => {
        errors = `hung for ${SECONDS} s`
        child.kill('SIGKILL')
      }, SECONDS * 1000)
    }
    wind()
    child.stderr!.on('data', piece => {
      errors = (errors + String(piece)).slice(-2000)
    })
    child.on('message', message => {
      const said = message as { at?: number; ends?: Record<string, number>; rss?: number }
      if (said.at !== undefined) at = said.at
      if (said.ends) {
        ended = true
        for (const [end, n] of Object.entries(said.ends)) outcome.ends[end] = (outcome.ends[end] ?? 0) + n
        outcome.memory = Math.max(outcome.memory, Math.round((said.rss ?? 0) / 1024))
      }
      wind()
    })
    child.once('close', (code, signal) => {
      clearTimeout(clock)
      if (!ended) outcome.found.push({ number: at, what: `${signal ?? `exit ${code}`}: ${errors.trim()}` })
      resolve(ended ? to : at + 1)
    })
  })

if (process.argv[1]?.endsWith('run.ts')) {
  const inputs = Number(process.argv[2] ?? 100_000)
  const seed = Number(process.env.FUNDWATCH_SEED ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`FUNDWATCH_SEED=${seed}, ${inputs} inputs\n`)
  const outcome = await fuzz(seed, inputs, done => process.stdout.write(`  ${done}\n`))
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`)
  process.exitCode = outcome.found.length > 0 ? 1 : 0
}
