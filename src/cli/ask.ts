import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Asks on the terminal; `hidden` answers are not shown as they are typed. From a pipe, the next line is the answer. */
export async function ask(question: string, options: { hidden?: boolean } = {}): Promise<string> {
  let muted = false
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) process.stderr.write(chunk)
      done()
    },
  })
  const reader = createInterface({ input: process.stdin, output, terminal: Boolean(process.stdin.isTTY) })
  try {
    const answer = reader.question(question)
    muted = options.hidden ?? false
    return (await answer).trim()
  } finally {
    reader.close()
    if (options.hidden) process.stderr.write('\n')
  }
}
