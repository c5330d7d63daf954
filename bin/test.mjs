// What belongs to every-day work: types, style, and every quick test. Slower suites: `npm run test:all`.
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const bin = name => join(root, 'node_modules', '.bin', name)

// What the compiler found last time is kept, so that only what changed is looked at again.
const kept = join(root, 'node_modules', '.cache', 'types.tsbuildinfo')
const checks = [
  ['types', bin('tsc'), ['--noEmit', '--incremental', '--tsBuildInfoFile', kept, '-p', '.']],
  ['style', bin('biome'), ['check', '.']],
]
const tests = ['tests', bin('vitest'), ['run', ...process.argv.slice(2)]]

/** Runs one step; what a check says is held back and said whole, so that it does not fall between the lines of the tests. */
const run = ([name, command, args], stdio) =>
  new Promise(resolve => {
    const child = spawn(command, args, { cwd: root, stdio })
    const said = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', chunk => said.push(chunk))
    child.once('error', error => resolve({ name, status: 1, said: String(error) }))
    child.once('close', status => resolve({ name, status, said: Buffer.concat(said).toString() }))
  })

// The checks run while the test database is made and the first tests wait for it.
const beside = checks.map(check => run(check, ['ignore', 'pipe', 'pipe']))
const ended = [await run(tests, 'inherit'), ...(await Promise.all(beside))]
for (const { name, status, said } of ended) if (status !== 0 && said) console.error(`\n${name}:\n${said}`)
const failed = ended.filter(step => step.status !== 0).map(step => step.name)
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
