// Builds the browser's pages and the server's one file, if anything they are made of is newer than they are.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

const newest = path => {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(0, ...readdirSync(path).map(name => newest(join(path, name))))
}

const stale = (product, ...sources) =>
  !existsSync(product) || sources.some(source => newest(join(root, source)) > statSync(product).mtimeMs)

export async function build({ say = console.error } = {}) {
  const server = join(root, 'dist', 'cli.js')
  if (stale(server, 'src', 'bench', 'package.json')) {
    const { build: bundle } = await import('esbuild')
    await bundle({
      entryPoints: { cli: join(root, 'src', 'cli.ts') },
      outdir: join(root, 'dist'),
      bundle: true,
      splitting: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      packages: 'external',
      sourcemap: true,
      logLevel: 'warning',
    })
  }
  const page = join(root, 'dist', 'web', 'index.html')
  if (stale(page, 'web', 'src', 'vite.config.ts', 'package.json')) {
    say(
      '正在构建网页（只在首次或更新后需要，约一分钟）… Building the web pages (only at first or after an update, about a minute)…',
    )
    // In a process of its own: what the bundler needs in memory is not kept by a server that runs for months.
    const made = spawnSync(process.execPath, [fileURLToPath(import.meta.url), 'pages'], { stdio: ['ignore', 2, 2] })
    if (made.status !== 0) throw new Error(`the pages could not be built (${made.error ?? made.signal ?? made.status})`)
  }
}

async function pages() {
  const { build } = await import('vite')
  await build({ root: join(root, 'web'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await (process.argv[2] === 'pages' ? pages() : build())
