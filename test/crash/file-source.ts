import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Source } from '../../src/platform/part.ts'

export const fileSource = (path: string): Source => ({
  fileName: basename(path),
  size: statSync(path).size,
  open: () => createReadStream(path),
})
