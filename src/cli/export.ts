import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { exportBeancount } from '../ledger/export-beancount.ts'
import { exportHledger } from '../ledger/export-hledger.ts'
import type { Tx } from '../platform/database/transaction.ts'
import { exportPackage } from './audit-package.ts'
import { BOOKS, exportBook } from './export-books.ts'
import { within } from './open.ts'

const KINDS: Record<string, (tx: Tx) => AsyncGenerator<string>> = {
  hledger: exportHledger,
  beancount: exportBeancount,
}

/** Streams the books out, of any size, in one snapshot. */
export async function exportBooks(line: CommandLine): Promise<number> {
  if (line.words[0] === 'audit-package') return exportPackage(line)
  const book = BOOKS[line.words[0] ?? '']
  if (book) return exportBook(line, book)
  const kind = KINDS[line.words[0] ?? '']
  if (!kind)
    throw new UsageError(
      `没有导出种类“${line.words[0] ?? ''}” · kinds: ${[...Object.keys(KINDS), ...Object.keys(BOOKS), 'audit-package'].join(', ')}`,
    )
  const out = line.options.out
  // Comments in both languages of plain-text accounting begin so.
  const mark = '; 工作底稿，不得外报 · working copy, not for sending out\n'
  async function* marked(lines: AsyncIterable<string>): AsyncGenerator<string> {
    yield mark
    yield* lines
  }
  await within(line, async here => {
    await here.run(SYSTEM, context =>
      context.audit({ division: 0, action: 'working-copy.take', subject: line.words[0] ?? '' }),
    )
    await here.run(
      SYSTEM,
      async ({ tx }) => {
        const lines = Readable.from(marked(kind(tx)))
        if (typeof out === 'string') await pipeline(lines, createWriteStream(out))
        else await pipeline(lines, process.stdout, { end: false })
      },
      { readOnly: true },
    )
  })
  return EXIT.fine
}
