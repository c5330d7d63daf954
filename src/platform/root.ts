import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function find(from: string): string {
  return existsSync(join(from, 'migrations')) && existsSync(join(from, 'package.json')) ? from : find(dirname(from))
}

/** The folder of the installed package: migrations, samples and rule pages are read from below it, bundled or not. */
export const ROOT = find(dirname(fileURLToPath(import.meta.url)))
