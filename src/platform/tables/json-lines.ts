import type { FaultList } from '../../kernel/refusal.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { HeaderMatcher } from './header.ts'
import { type Probe, textOf } from './source.ts'
import type { RawRow, RawTable, TableLimits, TableSource } from './table.ts'

/** Rows handed on at once. */
const CHUNK_ROWS = 1000

/** The cell of a value: text as it stands, numbers as written, nothing for null. Undefined for what no cell can hold. */
function cellOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return value ? '1' : '2'
  // Beyond fifteen digits a number has already lost its last ones in most writers: it must come as text.
  if (typeof value === 'number') {
    const text = String(value)
    return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').length <= 15 ? text : undefined
  }
  return undefined
}

/**
 * Opens JSON lines: one object a line, the keys of the first are the header. Refuses `json-array`, `json-line-malformed` (in the first
 * line), `line-too-long`; below it, as faults: `json-line-malformed`, `json-value`, `json-key-late`.
 */
export async function readJsonLines(
  source: TableSource,
  found: Extract<Probe, { kind: 'text' }>,
  matcher: HeaderMatcher,
  limits: TableLimits,
  faults: FaultList,
): Promise<RawTable> {
  const lines = linesOf(textOf(source, found.encoding, limits.maxBytes), limits.maxRecordChars)
  const first = await lines.next()
  const object = first.done ? null : objectOf(first.value.text)
  if (first.done || !object) {
    await lines.return(undefined)
    return refuse(
      'input',
      'json-line-malformed',
      `第 1 行不是 JSON 对象：每行应是一个完整的对象，例如 {"BGT_ID":"A1","AMOUNT":"100.00"}。`,
      `Line 1 is no JSON object: each line must be one whole object, such as {"BGT_ID":"A1","AMOUNT":"100.00"}.`,
      { row: 1 },
    )
  }
  const keys = Object.keys(object)
  const header = matcher.find([{ row: first.value.row, cells: keys }])
  const known = new Set(keys)
  const row = (place: number, entry: Record<string, unknown>): RawRow => {
    for (const [key, value] of Object.entries(entry))
      if (!known.has(key) && value !== null && value !== '')
        faults.add({
          code: 'json-key-late',
          row: place,
          field: key.slice(0, 60),
          zh: `第 ${place} 行多出第 1 行没有的字段“${key.slice(0, 60)}”：每行的字段应当相同，空的填 null。`,
          en: `Line ${place} has the key “${key.slice(0, 60)}”, which line 1 lacks: every line needs the same keys, null where blank.`,
        })
    const cells = keys.map(key => {
      const cell = cellOf(entry[key])
      if (cell === undefined)
        faults.add({
          code: 'json-value',
          row: place,
          field: key,
          value: String(JSON.stringify(entry[key])).slice(0, 60),
          zh: `第 ${place} 行“${key}”的值放不进一个单元格：请用文本；超过 15 位的数字、金额都请加引号。`,
          en: `Line ${place}, “${key}”: this value fits no cell; send text, and quote amounts and numbers of more than 15 digits.`,
        })
      return cell ?? ''
    })
    return { row: place, cells }
  }
  async function* rows(): AsyncGenerator<RawRow[]> {
    let chunk = [row(first.value!.row, object as Record<string, unknown>)]
    for await (const { row: place, text } of lines) {
      const entry = objectOf(text)
      if (entry) chunk.push(row(place, entry))
      else
        faults.add({
          code: 'json-line-malformed',
          row: place,
          value: text.slice(0, 60),
          zh: `第 ${place} 行不是完整的 JSON 对象：请检查引号、括号，一行一个对象。`,
          en: `Line ${place} is no whole JSON object: check its quotes and brackets, one object a line.`,
        })
      if (chunk.length >= CHUNK_ROWS) {
        yield chunk
        chunk = []
      }
    }
    yield chunk
  }
  return { format: 'jsonl', encoding: found.encoding, header, rows: rows() }
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

async function* linesOf(
  pieces: AsyncGenerator<string>,
  maxChars: number,
): AsyncGenerator<{ row: number; text: string }, undefined> {
  let rest = ''
  let row = 0
  const tooLong = () =>
    refuse(
      'too-large',
      'line-too-long',
      `第 ${row + 1} 行超过 ${maxChars} 个字：请检查换行，一行一个对象。`,
      `Line ${row + 1} is longer than ${maxChars} characters: check the line ends, one object a line.`,
      { row: row + 1 },
    )
  for await (const piece of pieces) {
    rest += piece
    const parts = rest.split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      if (part.length > maxChars) tooLong()
      row++
      const text = part.replace(/^\uFEFF/, '').trim()
      if (text !== '') yield { row, text }
    }
    if (rest.length > maxChars) tooLong()
  }
  row++
  const text = rest.replace(/^\uFEFF/, '').trim()
  if (text !== '') yield { row, text }
  return undefined
}
