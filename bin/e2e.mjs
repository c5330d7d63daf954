// Starts the real server on a fresh data folder with the demo province, then walks it in a real Chromium.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const data = mkdtempSync(join(tmpdir(), 'fundwatch-e2e-'))
const server = spawn(
  process.execPath,
  [join(root, 'bin', 'fundwatch.mjs'), 'serve', '--demo', '--port', '0', '--data', data],
  { stdio: ['ignore', 'pipe', 'inherit'] },
)

let said = ''
const ready = new Promise((resolve, reject) => {
  server.stdout.on('data', chunk => {
    said += chunk
    const address = /http:\/\/[^\s/]+/.exec(said)
    const password = /password: (\S+)/.exec(said)
    if (address && password) resolve({ address: address[0], password: password[1] })
  })
  server.once('exit', code => reject(new Error(`the server ended with ${code}`)))
})

let status = 1
try {
  const { address, password } = await ready
  status =
    spawnSync(
      join(root, 'node_modules', '.bin', 'vitest'),
      ['run', '--config', join(root, 'test', 'e2e', 'vitest.config.ts'), ...process.argv.slice(2)],
      {
        cwd: root,
        stdio: 'inherit',
        env: { ...process.env, BASE_URL: address, E2E_NAME: 'province', E2E_PASSWORD: password, FUNDWATCH_DATA: data },
      },
    ).status ?? 1
} finally {
  server.removeAllListeners('exit')
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGINT')
  await ended
  rmSync(data, { recursive: true, force: true })
}
process.exit(status)
