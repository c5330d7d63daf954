import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { exportHledger } from '../ledger/export-hledger.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { within } from './open.ts'

const KINDS: Record<string, (tx: Tx) => AsyncGenerator<string>> = { hledger: exportHledger }

/** Streams the books out, of any size, in one snapshot. */
export async function exportBooks(line: CommandLine): Promise<number> {
  const kind = KINDS[line.words[0] ?? '']
  if (!kind) throw new UsageError(`没有导出种类“${line.words[0] ?? ''}” · kinds: ${Object.keys(KINDS).join(', ')}`)
  const out = line.options.out
  await within(line, here =>
    here.run(
      SYSTEM,
      async ({ tx }) => {
        const lines = Readable.from(kind(tx))
        if (typeof out === 'string') await pipeline(lines, createWriteStream(out))
        else await pipeline(lines, process.stdout, { end: false })
      },
      { readOnly: true },
    ),
  )
  return EXIT.fine
}
