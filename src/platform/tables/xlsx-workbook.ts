import { refuse } from '../../kernel/refusal.ts'
import { HEADER_SEARCH_ROWS, type HeaderMatcher } from './header.ts'
import { PartScanner } from './part-scanner.ts'
import { bufferOf } from './source.ts'
import type { RawRow, RawTable, TableLimits, TableSource } from './table.ts'
import { type NumberKind, numberKind } from './xlsx-number.ts'
import { MAX_CELL_CHARS, proveSheet, refuseXml, sheetRows, unescapeOoxml } from './xlsx-sheet.ts'
import type { XmlHandlers } from './xml-feed.ts'
import { corrupt, unpacksTooLarge, ZipArchive } from './zip-reader.ts'

/** What the cells of all sheets share. */
export interface WorkbookParts {
  strings: string[]
  /** By cell style. */
  kinds: NumberKind[]
  epoch1904: boolean
}

const MAX_SMALL_PART_BYTES = 16 * 1024 * 1024
/** Shared texts are held in memory. */
const MAX_STRINGS_BYTES = 400 * 1024 * 1024
const MAX_STRING_CHARS = 150_000_000
const MAX_SHEETS = 255

/**
 * Opens a workbook: the first visible sheet that has all required columns, else the one that has most of them (and then
 * its missing columns are refused). Hidden sheets are not read.
 */
export async function openWorkbook(
  source: TableSource,
  matcher: HeaderMatcher,
  limits: TableLimits,
): Promise<RawTable> {
  const zip = new ZipArchive(await bufferOf(source, limits.maxWorkbookBytes), limits)
  if (!zip.has('[Content_Types].xml')) notAWorkbook(zip)
  const bookPart = await target(zip, '_rels/.rels', '', 'officeDocument')
  if (!bookPart || !zip.has(bookPart) || bookPart.endsWith('.bin')) notAWorkbook(zip)
  const { sheets, epoch1904 } = await readBook(zip, bookPart)
  if (sheets.length === 0) notAWorkbook(zip)
  const book: WorkbookParts = { strings: [], kinds: [], epoch1904 }
  const styles = await related(zip, bookPart, 'styles')
  if (styles) book.kinds = await readStyles(zip, styles)
  const strings = await related(zip, bookPart, 'sharedStrings')
  if (strings) book.strings = await readStrings(zip, strings)

  let best: Opened | null = null
  for (const sheet of sheets) {
    const opened = await openSheet(zip, sheet, book, limits)
    if (matcher.complete(opened.first)) {
      await best?.rest.return(undefined)
      best = opened
      break
    }
    if (!best || matcher.score(opened.first) > matcher.score(best.first)) {
      await best?.rest.return(undefined)
      best = opened
    } else await opened.rest.return(undefined)
  }
  const { first, all, rest, name } = best!
  if (first.length === 0)
    refuse(
      'input',
      'file-empty',
      `工作表“${name}”是空的；请重新导出后再导入。`,
      `The sheet "${name}" is empty; export it again and import that.`,
    )
  try {
    const header = matcher.find(first)
    const below = all.filter(row => row.row > header.row)
    if (below[0] && matcher.repeats(header, below[0].cells)) below.shift()
    return { format: 'xlsx', sheet: name, header, rows: follow(below, rest) }
  } catch (error) {
    await rest.return(undefined)
    throw error
  }
}

interface Opened {
  name: string
  /** The first rows as they are searched for the header, merged cells filled. */
  first: RawRow[]
  /** Those rows as they stand, and whatever came with them. */
  all: RawRow[]
  rest: AsyncGenerator<RawRow[]>
}

async function openSheet(zip: ZipArchive, sheet: Sheet, book: WorkbookParts, limits: TableLimits): Promise<Opened> {
  const merges = await proveSheet(zip, sheet.part)
  const rest = sheetRows(zip, sheet.part, book, merges, limits)
  const all: RawRow[] = []
  while (all.length < HEADER_SEARCH_ROWS) {
    const next = await rest.next()
    if (next.done) break
    for (const row of next.value) all.push(row)
  }
  const first = all.slice(0, HEADER_SEARCH_ROWS).map(row => ({ ...row, cells: [...row.cells] }))
  merges.fill(first)
  return { name: sheet.name, first, all, rest }
}

async function* follow(below: RawRow[], rest: AsyncGenerator<RawRow[]>): AsyncGenerator<RawRow[]> {
  yield below
  yield* rest
}

function notAWorkbook(zip: ZipArchive): never {
  const names = zip.names
  const what: [string, string] = names.some(name => name.startsWith('word/'))
    ? ['是 Word 文档', 'is a Word document']
    : names.includes('xl/workbook.bin')
      ? ['是二进制工作簿（XLSB）', 'is a binary workbook (XLSB)']
      : names.includes('mimetype')
        ? ['是 OpenDocument 文件', 'is an OpenDocument file']
        : ['是普通压缩包', 'is a plain archive']
  return refuse(
    'input',
    'xlsx-not-a-workbook',
    `文件${what[0]}，不是 XLSX 工作簿；请导入其中的表格文件，或在办公软件中另存为 XLSX。`,
    `The file ${what[1]}, not an XLSX workbook; import the table file in it, or save it as XLSX in the office program.`,
  )
}

/** Reads a part of moderate size through handlers. */
async function walk(
  zip: ZipArchive,
  part: string,
  handlers: XmlHandlers,
  maxBytes = MAX_SMALL_PART_BYTES,
): Promise<void> {
  const feed = new PartScanner(handlers, { maxDepth: 64, maxChars: MAX_CELL_CHARS })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const chunk of zip.read(part, maxBytes)) feed.write(decoder.decode(chunk, { stream: true }))
    feed.write(decoder.decode())
    feed.end()
  } catch (error) {
    refuseXml(error, part)
  }
}

async function relations(
  zip: ZipArchive,
  part: string,
  base: string,
): Promise<{ id: string; kind: string; part: string }[]> {
  const found: { id: string; kind: string; part: string }[] = []
  if (!zip.has(part)) return found
  await walk(zip, part, {
    open(name, { Id = '', Type = '', Target = '', TargetMode = '' }) {
      // What lies outside the file is never followed.
      if (name === 'Relationship' && TargetMode !== 'External' && found.length < 10_000)
        found.push({ id: Id, kind: Type.slice(Type.lastIndexOf('/') + 1), part: resolve(base, Target) })
    },
    close() {},
  })
  return found
}

function resolve(base: string, path: string): string {
  const parts = path.startsWith('/') ? [] : base.split('/').slice(0, -1)
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

const relationsPart = (part: string): string => {
  const slash = part.lastIndexOf('/')
  return `${part.slice(0, slash + 1)}_rels/${part.slice(slash + 1)}.rels`
}

const target = async (zip: ZipArchive, part: string, base: string, kind: string): Promise<string | undefined> =>
  (await relations(zip, part, base)).find(relation => relation.kind === kind)?.part

async function related(zip: ZipArchive, bookPart: string, kind: string): Promise<string | undefined> {
  const part = await target(zip, relationsPart(bookPart), bookPart, kind)
  return part && zip.has(part) ? part : undefined
}

interface Sheet {
  name: string
  part: string
}

async function readBook(zip: ZipArchive, part: string): Promise<{ sheets: Sheet[]; epoch1904: boolean }> {
  const named: { name: string; id: string; hidden: boolean }[] = []
  let epoch1904 = false
  await walk(zip, part, {
    open(name, attributes) {
      if (name === 'workbookPr') epoch1904 = attributes.date1904 === '1' || attributes.date1904 === 'true'
      if (name !== 'sheet' || named.length >= MAX_SHEETS) return
      const id = Object.keys(attributes).find(key => key.endsWith(':id'))
      named.push({
        name: attributes.name ?? '',
        id: id ? attributes[id]! : '',
        hidden: attributes.state === 'hidden' || attributes.state === 'veryHidden',
      })
    },
    close() {},
  })
  const parts = new Map(
    (await relations(zip, relationsPart(part), part)).filter(r => r.kind === 'worksheet').map(r => [r.id, r.part]),
  )
  const sheets: Sheet[] = []
  for (const { name, id, hidden } of named) {
    const sheetPart = parts.get(id)
    if (hidden || sheetPart === undefined) continue
    if (!zip.has(sheetPart)) corrupt(`缺少工作表“${name}”`, `its sheet "${name}" is missing`)
    sheets.push({ name, part: sheetPart })
  }
  return { sheets, epoch1904 }
}

async function readStyles(zip: ZipArchive, part: string): Promise<NumberKind[]> {
  const codes = new Map<number, string>()
  const kinds: NumberKind[] = []
  let inCellFormats = false
  await walk(zip, part, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), (attributes.formatCode ?? '').slice(0, 255))
      else if (name === 'cellXfs') inCellFormats = true
      else if (name === 'xf' && inCellFormats) {
        const id = Number(attributes.numFmtId ?? 0)
        kinds.push(numberKind(id, codes.get(id)))
      }
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false
    },
  })
  return kinds
}

async function readStrings(zip: ZipArchive, part: string): Promise<string[]> {
  const strings: string[] = []
  let characters = 0
  let text = ''
  let reading = false
  let phonetic = false
  await walk(
    zip,
    part,
    {
      open(name) {
        if (name === 'si') text = ''
        else if (name === 't') reading = !phonetic
        else if (name === 'rPh') phonetic = true
      },
      text(value) {
        if (!reading) return
        text += value
        if (text.length > MAX_CELL_CHARS) corrupt('有一段文字过长', 'one of its texts is too long')
      },
      close(name) {
        if (name === 't') reading = false
        else if (name === 'rPh') phonetic = false
        else if (name === 'si') {
          characters += text.length + 8
          if (characters > MAX_STRING_CHARS)
            unpacksTooLarge(`文字超过 ${MAX_STRING_CHARS} 个字符`, `more than ${MAX_STRING_CHARS} characters of text`)
          strings.push(unescapeOoxml(text))
        }
      },
    },
    MAX_STRINGS_BYTES,
  )
  return strings
}
