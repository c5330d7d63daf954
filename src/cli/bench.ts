import { type CommandLine, UsageError } from '../cli.ts'
export async function bench(line: CommandLine): Promise<number> {
  throw new UsageError(`no benchmark ${line.words[0]}`)
}
