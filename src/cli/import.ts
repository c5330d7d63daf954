import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { parts } from '../app.ts'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { mappingNamed } from '../imports/mapping.ts'
import { takeIn } from '../imports/take-in.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { refuse } from '../kernel/refusal.ts'
import { sealAll } from '../ledger/seal.ts'
import { postAllWaiting } from '../payments/post-waiting.ts'
import type { Source } from '../platform/part.ts'
import { divisionNamed, within } from './open.ts'

async function sourceOf(file: string, folder: string): Promise<Source> {
  if (file === '-') {
    // Read aside first: importers read twice, standard input only once.
    const path = join(folder, 'stdin')
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }))
    return { fileName: 'stdin', size: (await stat(path)).size, open: () => createReadStream(path) }
  }
  const found = await stat(file).catch(() => null)
  if (!found?.isFile())
    refuse(
      'missing',
      'file-missing',
      `找不到文件“${file}”：请核对路径。`,
      `There is no file “${file}”: check the path.`,
      { value: file },
    )
  return { fileName: basename(file), size: found.size, open: () => createReadStream(file) }
}

/** Takes files in, one after the other; the first that is refused ends the command, those before it stay. */
export async function importFiles(line: CommandLine): Promise<number> {
  const [kind = '', ...files] = line.words
  const importers = new Map(parts.flatMap(part => (part.importers ?? []).map(one => [one.kind, one] as const)))
  const importer = importers.get(kind)
  if (!importer) throw new UsageError(`没有导入种类“${kind}” · kinds: ${[...importers.keys()].join(', ')}`)
  if (files.length === 0) throw new UsageError('没有文件 · no files')
  const folder = await mkdtemp(join(tmpdir(), 'fundwatch-'))
  try {
    const outcomes = await within(
      line,
      async here => {
        const code = line.options.division
        const division =
          typeof code === 'string'
            ? await here.run(SYSTEM, ({ tx }) => divisionNamed(tx, code), { readOnly: true })
            : null
        const named = line.options.mapping
        const mapping =
          typeof named === 'string'
            ? await here.run(SYSTEM, ({ tx }) => mappingNamed(tx, division, kind, named), { readOnly: true })
            : null
        const done = []
        for (const file of files) {
          const source = await sourceOf(file, folder)
          const outcome = await takeIn(here.run, SYSTEM, importer, {
            source,
            division,
            checkOnly: line.options.check === true,
            ...(mapping ? { mapping } : {}),
            progress: sentence => line.json || line.say(sentence),
          })
          done.push({ file: source.fileName, ...outcome })
          if (!line.json) {
            process.stdout.write(
              `✓ ${source.fileName}: ${outcome.rows} 行 rows, ${outcome.taken} 存入 taken, ${outcome.repeated} 重复 repeated, ${outcome.repairCount} 处已修正 repaired\n`,
            )
            for (const [name, value] of Object.entries(outcome.figures)) process.stdout.write(`    ${name}: ${value}\n`)
            for (const repair of outcome.repairs)
              process.stdout.write(
                `  ~ ${repair.row ? `第 ${repair.row} 行 row ${repair.row}: ` : ''}${repair.zh} ${repair.en}\n`,
              )
          }
        }
        await postAllWaiting(here.run)
        await sealAll(here.run)
        return done
      },
      { makes: true },
    )
    if (line.json)
      process.stdout.write(
        `${JSON.stringify({ files: outcomes }, (_, value) => (typeof value === 'bigint' ? value.toString() : value))}\n`,
      )
    return EXIT.fine
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
