import { finished } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import type { Tx } from './transaction.ts'

/** What is gathered before it is handed to the connection. */
const PIECE_CHARS = 65_536

/** One COPY into a table, in text form, under the connection's own back-pressure. */
export class CopyWriter {
  readonly #stream: ReturnType<typeof copyFrom>
  #text = ''
  #failed: Error | null = null

  constructor(tx: Tx, table: string, columns: readonly string[]) {
    this.#stream = tx.client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`))
    this.#stream.on('error', error => {
      this.#failed = error
    })
  }

  /** Takes lines made by `copyText`, each with its line end; the promise, if there is one, must be waited for. */
  write(lines: string): Promise<void> | undefined {
    this.#text += lines
    return this.#text.length < PIECE_CHARS ? undefined : this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#failed) throw this.#failed
    const text = this.#text
    this.#text = ''
    // The callback comes when the connection has taken the piece, or cannot any more.
    await new Promise<void>((resolve, reject) => this.#stream.write(text, error => (error ? reject(error) : resolve())))
    if (this.#failed) throw this.#failed
  }

  async end(): Promise<void> {
    await this.#flush()
    this.#stream.end()
    await finished(this.#stream)
  }

  /** Gives up: the server forgets what was sent, and the transaction can only be rolled back. */
  async abandon(): Promise<void> {
    this.#stream.destroy(new Error('the import was given up'))
    await finished(this.#stream).catch(() => {})
  }
}

const SPECIAL = /[\\\t\n\r]/
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** A text, or nothing, as COPY's text form has it. */
export const copyText = (text: string | null): string =>
  text === null ? '\\N' : SPECIAL.test(text) ? text.replace(/[\\\t\n\r]/g, c => ESCAPES[c]!) : text
