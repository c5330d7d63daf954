import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { refuse } from '../../kernel/refusal.ts'
import type { TableSource } from './table.ts'

export type TextEncoding = 'utf-8' | 'utf-8-bom' | 'gb18030'

export type Probe =
  | { kind: 'zip' }
  | {
      kind: 'text'
      encoding: TextEncoding
      bytes: number
      /** Multi-byte UTF-8 characters seen, counted up to `SURE`: how certain `utf-8` is. */
      multibyte: number
      /** Set when the text begins like markup. */
      markup?: 'xml' | 'html'
      /** The first bytes, for what else there is to see in them. */
      head: Buffer
    }

/** So many valid multi-byte UTF-8 characters in a row do not happen in GBK text by accident. */
export const SURE = 8
const HEAD_BYTES = 4096

/** Refuses `file-too-large`, naming the limit in MB. */
export function tooLarge(maxBytes: number): never {
  const megabytes = Number((maxBytes / 1024 / 1024).toFixed(1))
  return refuse(
    'too-large',
    'file-too-large',
    `文件达到或超过了 ${megabytes} MB 的上限；请按月份或单位拆成几个文件再导入。`,
    `The file reaches or exceeds the limit of ${megabytes} MB; split it by month or by unit and import the parts.`,
  )
}

/**
 * Reads a whole file once, keeping none of it, to learn its size, its kind and its encoding before anything is parsed.
 * A byte-order mark decides; else strict UTF-8 over the whole file; else GB18030 (of which GBK and GB2312 are parts).
 *
 * Refuses `file-empty`, `file-too-large`, `file-truncated`, `encoding-utf16`, `encoding-unreadable`, `nul-byte`,
 * `xls-old-format`, `file-not-a-table`.
 */
export async function probe(source: TableSource, maxBytes: number): Promise<Probe> {
  if (source.size !== undefined && source.size >= maxBytes) tooLarge(maxBytes)
  let bytes = 0
  let head: Buffer | null = null
  const utf8 = new Utf8Watch()
  for await (const chunk of bytesOf(source.open(), HEAD_BYTES)) {
    bytes += chunk.length
    if (bytes >= maxBytes) tooLarge(maxBytes)
    if (head === null) {
      head = Buffer.from(chunk.subarray(0, HEAD_BYTES))
      if (isZip(head)) return { kind: 'zip' }
      refuseBinary(head)
    }
    const nul = chunk.indexOf(0)
    if (nul >= 0) refuseNul(utf8.line + newlines(chunk.subarray(0, nul)))
    utf8.push(chunk)
  }
  if (head === null || (bytes <= 4096 && /^[\s\uFEFF]*$/.test(head.toString('utf8'))))
    refuse(
      'input',
      'file-empty',
      '文件是空的；请重新导出后再导入。',
      'The file is empty; export it again and import that.',
    )
  utf8.end(hasBom(head))
  const encoding: TextEncoding = !utf8.valid ? 'gb18030' : hasBom(head) ? 'utf-8-bom' : 'utf-8'
  return { kind: 'text', encoding, bytes, multibyte: utf8.multibyte, markup: markupOf(head), head }
}

/** The file's text, decoded piece by piece; refuses `encoding-unreadable` with the line where GB18030 breaks off. */
export async function* textOf(source: TableSource, encoding: TextEncoding, maxBytes: number): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding === 'gb18030' ? 'gb18030' : 'utf-8')
  let line = 1
  let bytes = 0
  const check = (text: string): string => {
    if (encoding !== 'gb18030') return text
    const bad = text.indexOf('\uFFFD')
    if (bad >= 0) refuseEncoding(line + count(text.slice(0, bad), '\n'), text.slice(Math.max(0, bad - 20), bad))
    line += count(text, '\n')
    return text
  }
  // Node's decoder throws over some torn four-byte characters even where it was not told to be strict.
  const decode = (piece?: Buffer): string => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode()
    } catch {
      return refuseEncoding(line, '')
    }
  }
  for await (const chunk of bytesOf(source.open(), 1)) {
    bytes += chunk.length
    // The file may have grown since it was probed.
    if (bytes >= maxBytes) tooLarge(maxBytes)
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield check(decode(chunk.subarray(at, at + PIECE_BYTES)))
  }
  yield check(decode())
}
const PIECE_BYTES = 65_536

/** The whole file in memory; refuses `file-too-large` as soon as it is. */
export async function bufferOf(source: TableSource, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of bytesOf(source.open(), 1)) {
    bytes += chunk.length
    if (bytes >= maxBytes) tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Chunks of a stream as buffers, the first one at least `atLeast` bytes long if the file is. */
async function* bytesOf(stream: Readable, atLeast: number): AsyncGenerator<Buffer> {
  let gathered: Buffer[] | null = []
  let size = 0
  for await (const piece of stream) {
    const chunk: Buffer = typeof piece === 'string' ? Buffer.from(piece) : piece
    if (chunk.length === 0) continue
    if (gathered === null) {
      yield chunk
      continue
    }
    gathered.push(chunk)
    size += chunk.length
    if (size < atLeast) continue
    yield gathered.length === 1 ? chunk : Buffer.concat(gathered)
    gathered = null
  }
  if (gathered !== null && size > 0) yield Buffer.concat(gathered)
}

/** Whether a stream of bytes is strict UTF-8, and where it stops being it. */
class Utf8Watch {
  valid = true
  multibyte = 0
  /** The line that the next chunk begins in. */
  line = 1
  #carry: Buffer = Buffer.alloc(0)
  #badLine = 0

  push(chunk: Buffer): void {
    if (this.valid) {
      const joined = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk
      const end = joined.length - openTail(joined)
      const body = joined.subarray(0, end)
      if (isUtf8(body)) {
        if (this.multibyte < SURE) this.multibyte += leads(body, SURE - this.multibyte)
        this.#carry = Buffer.from(joined.subarray(end))
      } else {
        this.valid = false
        const good = validLength(body)
        this.multibyte += leads(body.subarray(0, good), SURE)
        this.#badLine = this.line + newlines(body.subarray(0, good))
      }
    }
    this.line += newlines(chunk)
  }

  /** Tells a broken UTF-8 file from one that is in another encoding. */
  end(bom: boolean): void {
    const sure = bom || this.multibyte >= SURE
    if (this.valid && this.#carry.length > 0) {
      if (sure) refuseTruncatedCharacter(this.line)
      this.valid = false
    } else if (!this.valid && sure) refuseEncoding(this.#badLine, '')
  }
}

/** Bytes at the end that begin a character which the next chunk may complete. */
function openTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if (byte < 0x80) return 0
    if (byte > 0xf4) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}

/** How many bytes from the start are valid UTF-8, by halving: called once per file at most. */
function validLength(bytes: Buffer): number {
  let low = 0
  let high = bytes.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const part = bytes.subarray(0, middle)
    if (isUtf8(part.subarray(0, middle - openTail(part)))) low = middle
    else high = middle - 1
  }
  return low
}

function leads(bytes: Buffer, enough: number): number {
  let found = 0
  for (let i = 0; i < bytes.length && found < enough; i++) if (bytes[i]! >= 0xc0) found++
  return found
}

function newlines(bytes: Buffer): number {
  let found = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) found++
  return found
}

function count(text: string, character: string): number {
  let found = 0
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) found++
  return found
}

const hasBom = (head: Buffer): boolean => head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf
const isZip = (head: Buffer): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6))

function markupOf(head: Buffer): 'xml' | 'html' | undefined {
  const start = head.toString('latin1').replace(/^(?:\xef\xbb\xbf)?\s*/, '')
  if (/^<(?:!doctype\s+html|html|head|meta|style|table)\b/i.test(start)) return 'html'
  return /^<[?!A-Za-z_]/.test(start) ? 'xml' : undefined
}

const SIGNATURES: [bytes: string, zh: string, en: string][] = [
  ['25504446', 'PDF 文件', 'a PDF'],
  ['526172211a', 'RAR 压缩包', 'a RAR archive'],
  ['377abcaf271c', '7z 压缩包', 'a 7z archive'],
  ['1f8b08', 'gzip 压缩文件', 'a gzip file'],
  ['89504e47', '图片', 'a picture'],
  ['ffd8ff', '图片', 'a picture'],
]

function refuseBinary(head: Buffer): void {
  const hex = head.subarray(0, 8).toString('hex')
  if (hex.startsWith('d0cf11e0a1b11ae1'))
    refuse(
      'input',
      'xls-old-format',
      '这是旧版 XLS 文件或加了密码的工作簿；请在办公软件中打开，去掉密码，另存为 XLSX 再导入。',
      'This is an old XLS file or a workbook with a password; open it in the office program, remove the password, save it as XLSX and import that.',
    )
  for (const [bytes, zh, en] of SIGNATURES)
    if (hex.startsWith(bytes))
      refuse(
        'input',
        'file-not-a-table',
        `这是${zh}，不是表格；请导入 CSV 或 XLSX 文件。`,
        `This is ${en}, not a table; import a CSV or XLSX file.`,
      )
  const pair = head.subarray(0, 2).toString('hex')
  // Without a byte-order mark UTF-16 shows itself by every other byte of its ASCII being nil.
  const nils = [0, 1].map(odd => head.subarray(0, 512).filter((byte, i) => i % 2 === odd && byte === 0).length)
  const half = Math.min(512, head.length) / 2
  if (pair === 'fffe' || pair === 'feff' || (half >= 4 && nils[0] !== nils[1] && Math.max(...nils) > half * 0.4))
    refuse(
      'input',
      'encoding-utf16',
      '文件是 UTF-16（“Unicode 文本”）编码；请另存为 UTF-8 或 GB18030 编码的文件，或 XLSX。',
      'The file is in UTF-16 ("Unicode text"); save it as UTF-8 or GB18030, or as XLSX.',
    )
}

function refuseNul(line: number): never {
  return refuse(
    'input',
    'nul-byte',
    `第 ${line} 行含有空字节（0x00），文件已损坏或不是文本；请重新导出。`,
    `Line ${line} holds a nil byte (0x00): the file is damaged or is not text; export it again.`,
    { row: line, value: '0x00' },
  )
}

function refuseEncoding(line: number, before: string): never {
  return refuse(
    'input',
    'encoding-unreadable',
    `第 ${line} 行有无法辨认的字节${before ? `（在“${before.trim()}”之后）` : ''}，文件既不是完整的 UTF-8 也不是 GB18030；请用其中一种编码重新导出。`,
    `Line ${line} holds bytes that cannot be read${before ? ` (after "${before.trim()}")` : ''}: the file is neither whole UTF-8 nor GB18030; export it again in one of the two.`,
    { row: line, value: before.trim() || undefined },
  )
}

function refuseTruncatedCharacter(line: number): never {
  return refuse(
    'input',
    'file-truncated',
    `文件在第 ${line} 行的一个汉字中间断开，没有传完整；请重新导出或重新上传。`,
    `The file breaks off in the middle of a character in line ${line}; export or upload it again.`,
    { row: line },
  )
}
