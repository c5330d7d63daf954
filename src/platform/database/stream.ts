import copyStreams from 'pg-copy-streams'
import type { Tx } from './transaction.ts'

const UNESCAPED: Record<string, string> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', v: '\v', '\\': '\\' }

/**
 * The rows of a query as they come, in chunks, whatever their number: the memory used does not grow with it. Values are text as
 * PostgreSQL writes them, null for null. COPY takes no parameters, so `sql` must hold nothing that a person typed.
 */
export async function* streamRows(tx: Tx, sql: string): AsyncGenerator<(string | null)[][]> {
  const stream = tx.client.query(copyStreams.to(`copy (${sql}) to stdout`))
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0)
      yield lines.map(line =>
        line
          .split('\t')
          .map(cell =>
            cell === '\\N'
              ? null
              : cell.includes('\\')
                ? cell.replace(/\\(.)/g, (_, c: string) => UNESCAPED[c] ?? c)
                : cell,
          ),
      )
  }
}
