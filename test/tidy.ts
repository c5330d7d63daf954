import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import ts from 'typescript'

/** A file of the repository: its path from the root, with forward slashes, and its text. */
export interface TextFile {
  path: string
  text: string
}

/** Who may import whom, as ARCHITECTURE.md says it. */
export interface ImportRow {
  parts: readonly string[]
  /** Every part's `contract.ts`. */
  anyContract: boolean
  all: boolean
}
export type ImportTable = ReadonlyMap<string, ImportRow>

/** Files of a part that the browser may read too: contracts, and tables that are pure. */
export const PURE = [
  'contract.ts',
  'answers.ts',
  'recall-contract.ts',
  'status.ts',
  'posts.ts',
  'chart.ts',
  'allotment.ts',
] as const

/** A file near 400 lines is split by noun or verb; here is the wall. */
export const MAX_LINES = 450

/** Floats that are no money, each with its reason. */
export const FLOATS: Readonly<Record<string, string>> = {
  'src/platform/tables/source.ts': 'the size limit of a file, in megabytes',
  'src/cli/doctor.ts': 'free space of the data disk, in gigabytes',
  'src/cli/bench.ts': 'seconds and ratios of a benchmark',
}

const ROOTS = ['.ci', 'bench', 'bin', 'docs', 'migrations', 'samples', 'src', 'test', 'web']
const TEXT = /\.(?:ts|tsx|mjs|js|json|sql|md|ya?ml|html|css)$|^run$/

/** The text files of the repository: what lies at its top, and its folders; no products, packages or data. */
export function repository(root: string): TextFile[] {
  const found: string[] = readdirSync(root, { withFileTypes: true }).flatMap(entry =>
    entry.isFile() ? [entry.name] : [],
  )
  const walk = (folder: string): void => {
    if (!existsSync(join(root, folder))) return
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) walk(path)
      else if (entry.isFile()) found.push(path)
    }
  }
  for (const folder of ROOTS) walk(folder)
  return found
    .filter(path => TEXT.test(basename(path)))
    .sort()
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

export const isCode = (path: string): boolean => /\.(?:ts|tsx|mjs)$/.test(path)
/** Tests, and what only tests use: `test/`, `*.test.ts`, `test-*.ts`. */
export const isTest = (path: string): boolean =>
  path.startsWith('test/') || /\.test\.tsx?$/.test(path) || basename(path).startsWith('test-')

/** Reads the table of parts: its rows are `| part | may import | 中文 |`. */
export function importTable(architecture: string): ImportTable {
  const lines = architecture.split('\n')
  const head = lines.findIndex(line => /^\|\s*Part\s*\|\s*May import\s*\|/.test(line))
  if (head < 0) throw new Error('ARCHITECTURE.md holds no table headed | Part | May import |')
  const table = new Map<string, ImportRow>()
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break
    const [, names = '', may = ''] = line.split('|').map(cell => cell.trim())
    const words = may
      .replace(/\(.*?\)/g, '')
      .split(',')
      .map(word => word.trim())
      .filter(word => word !== '' && word !== '—')
    const row: ImportRow = {
      parts: words.filter(word => /^[a-z]+$/.test(word) && word !== 'all'),
      anyContract: words.includes('any `contract.ts`'),
      all: words.includes('all'),
    }
    for (const word of words)
      if (!/^[a-z]+$/.test(word) && !['any `contract.ts`', 'published views', 'pure tables'].includes(word))
        throw new Error(`the table of parts says “${word}”, which no rule reads`)
    for (const name of names.split(',')) table.set(name.trim(), row)
  }
  return table
}

/** A part that reaches itself over others: nobody is then below anybody. */
export function tableFaults(table: ImportTable): string[] {
  const faults: string[] = []
  for (const [part, row] of table)
    for (const name of row.parts)
      if (name !== 'kernel' && !table.has(name)) faults.push(`${part} may import ${name}, which has no row`)
  for (const part of table.keys()) {
    const seen = new Set<string>()
    const reach = (name: string): void => {
      for (const next of table.get(name)?.parts ?? []) {
        if (seen.has(next)) continue
        seen.add(next)
        reach(next)
      }
    }
    reach(part)
    if (seen.has(part)) faults.push(`${part} may import itself over others`)
  }
  return faults
}

/** The room that a file stands in: `kernel`, `platform`, a part, `app`, `cli`, `web`; `other` outside src and web. */
export function roomOf(path: string): string {
  if (path.startsWith('web/')) return 'web'
  const [, first = ''] = path.split('/')
  return path.startsWith('src/') ? first.replace(/\.ts$/, '') : 'other'
}

/** Every module that a file names: static, dynamic, type-only. */
export const importsOf = (text: string): string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map(file => file.fileName)

/** Where the imports of one file break the table; `exists` says which files there are. */
export function importFaults(file: TextFile, table: ImportTable, exists: (path: string) => boolean): string[] {
  const from = roomOf(file.path)
  const pure = PURE.some(name => basename(file.path) === name) && from !== 'platform'
  const faults: string[] = []
  for (const name of importsOf(file.text)) {
    const say = (why: string) => faults.push(`${file.path} imports ${name}: ${why}`)
    if (!name.startsWith('.')) {
      if (isTest(file.path)) continue
      if (from === 'kernel' && name !== 'node:crypto' && name !== 'typebox')
        say('the kernel imports nothing but itself, node:crypto and typebox')
      if (from === 'web' && name.startsWith('node:')) say('there is no Node in a browser')
      if (pure && from !== 'web' && name !== 'typebox') say('the browser reads this file too: typebox and nothing else')
      continue
    }
    const to = normalize(join(dirname(file.path), name))
    // A stylesheet or a worker of the bundler may carry a query.
    if (!exists(to.replace(/\?.*$/, ''))) {
      say('there is no such file')
      continue
    }
    if (isTest(file.path)) continue
    if (isTest(to)) {
      say('what only tests use is not for the program')
      continue
    }
    const room = roomOf(to)
    if (from === 'web') {
      if (room !== 'web' && room !== 'kernel' && !(room !== 'other' && PURE.some(name => basename(to) === name)))
        say(`the browser reads the kernel, and of a part ${PURE.join(', ')}`)
      continue
    }
    if (pure && room !== 'kernel' && !PURE.some(name => basename(to) === name))
      say('the browser reads this file too: kernel and other such files only')
    if (room === from || room === 'kernel') {
      if (from === 'kernel' && room !== 'kernel') say('the kernel imports nothing but itself')
      continue
    }
    if (from === 'kernel') say('the kernel imports nothing but itself')
    else if (from === 'platform') say('the platform imports the kernel and itself')
    else {
      const row = table.get(from)
      if (!row) say(`ARCHITECTURE.md has no row for ${from}`)
      else if (room === 'web' || (room === 'other' && !row.all)) say('this lies outside src')
      else if (room !== 'platform' && !row.all && !row.parts.includes(room))
        if (!(row.anyContract && basename(to) === 'contract.ts')) say(`${from} may not import ${room}`)
    }
  }
  return faults
}

/** Names that say nothing of what is in a file, and files that only pass others on. */
export function nameFaults({ path, text }: TextFile): string[] {
  if (!isCode(path)) return []
  const faults: string[] = []
  const empty = path
    .split('/')
    .find(step => /^(?:utils?|helpers?|types|constants|common|misc|shared)(?:\.|$)/.test(step))
  if (empty) faults.push(`${path}: “${empty}” does not say what is in it`)
  if (/^index\.(?:ts|tsx|mjs)$/.test(basename(path)) || /^export \* from /m.test(text))
    faults.push(`${path} is a barrel: import from where a thing is`)
  return faults
}

/** Dictionaries (`web/i18n`) are lists of words, one list each; a migration that ran cannot be split. */
export function lengthFaults({ path, text }: TextFile): string[] {
  if (!isCode(path) || path.startsWith('web/i18n/')) return []
  const lines = text.split('\n').length - 1
  return lines > MAX_LINES ? [`${path} has ${lines} lines: split it by noun or verb`] : []
}

/** Notes to oneself belong into an issue. */
export function unfinishedFaults({ path, text }: TextFile): string[] {
  if (!isCode(path) && !path.endsWith('.sql')) return []
  return text
    .split('\n')
    .flatMap((line, n) => (/\b(?:TO[D]O|FIX[M]E)\b/.test(line) ? [`${path}:${n + 1} is unfinished`] : []))
}

/** The program speaks through the log, a refusal, or the command line's own streams. */
export function consoleFaults({ path, text }: TextFile): string[] {
  if (!path.startsWith('src/') || isTest(path)) return []
  return text
    .split('\n')
    .flatMap((line, n) => (/\bconsole\.\w+\(/.test(line) ? [`${path}:${n + 1} writes to the console`] : []))
}

/** A crude look for money as floating point: whatever parses or prints decimals, or turns fen into a number. */
export function floatFaults({ path, text }: TextFile): string[] {
  if (!path.startsWith('src/') || isTest(path) || path in FLOATS) return []
  const float = /\bparseFloat\(|\.toFixed\(|\bNumber\([^()]*(?:fen|Fen)\b[^()]*\)/
  return text
    .split('\n')
    .flatMap((line, n) => (float.test(line) ? [`${path}:${n + 1} makes a float: ${line.trim()}`] : []))
}

/** Paths of somebody's machine, and addresses of package registries. */
export function machineFaults({ path, text }: TextFile, root: string): string[] {
  const home = /(?<![\w.@:/-])\/(?:home|Users|root)\/\w/
  const registry = /https?:\/\/[^\s"'`<>)\]]*(?:npmjs|npmmirror|registry|artifactory)/
  return text.split('\n').flatMap((line, n) => {
    const at = line.indexOf(`${root}/`)
    if (home.test(line) || (at >= 0 && !/[\w.@/-]/.test(line[at - 1] ?? ' ')))
      return [`${path}:${n + 1} names a path of a machine`]
    return registry.test(line) ? [`${path}:${n + 1} names a package registry`] : []
  })
}

/** What every part folder holds. */
export const partFaults = (part: string, files: readonly string[]): string[] =>
  ['README.md', 'part.ts']
    .filter(name => !files.includes(`src/${part}/${name}`))
    .map(name => `src/${part} has no ${name}`)

/** A migration says on its first line why it is there; a number is used once. */
export function migrationFaults(files: readonly TextFile[]): string[] {
  const faults: string[] = []
  const seen = new Map<string, string>()
  for (const { path, text } of files) {
    const [, number] = /^migrations\/(\d{4})_[a-z0-9_]+\.sql$/.exec(path) ?? []
    if (!number) {
      faults.push(`${path} is not named NNNN_words.sql`)
      continue
    }
    if (!/^-- \S.{20,}/.test(text)) faults.push(`${path} does not say on its first line why it is there`)
    if (seen.has(number)) faults.push(`${path} has the number of ${seen.get(number)}`)
    seen.set(number, path)
  }
  return faults
}

/** Records of decisions that the list of them does not link. */
export const unlistedFaults = (list: string, records: readonly string[]): string[] =>
  records.filter(name => !list.includes(`](${name})`)).map(name => `docs/decisions/README.md does not link ${name}`)

/** Links between documents, and to files, that lead nowhere. Pictures are looked at by people. */
export function linkFaults({ path, text }: TextFile, exists: (path: string) => boolean): string[] {
  if (!path.endsWith('.md')) return []
  return [...text.matchAll(/(?<!!)\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return []
    const to = normalize(join(dirname(path), target)).replace(/\/$/, '')
    return exists(to) ? [] : [`${path} links ${target}, which is not there`]
  })
}

/** Files that a document names in code style and that are not there. What was decided or released once may be gone since. */
export function namedFaults({ path, text }: TextFile, exists: (path: string) => boolean): string[] {
  if (!path.endsWith('.md') || path === 'CHANGELOG.md' || path.startsWith('docs/decisions/')) return []
  const named = /`((?:bin|docs|migrations|samples|src|test|web)\/[\w./-]+\.(?:ts|tsx|mjs|sql|md|json))`/g
  return [...text.matchAll(named)].flatMap(([, name = '']) =>
    exists(name) || name.includes('NNNN') ? [] : [`${path} names ${name}, which is not there`],
  )
}
