import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import iconv from 'iconv-lite'
import { type OutputColumn, writeXlsx } from '../../src/platform/tables/writers.ts'

export type Encoding = 'utf-8' | 'utf-8-bom' | 'gb18030' | 'gbk'

/** Yuan with two decimals, as the ministry's tables have it. */
export function yuan(fen: bigint): string {
  const abs = fen < 0n ? -fen : fen
  return `${fen < 0n ? '-' : ''}${abs / 100n}.${String(abs % 100n).padStart(2, '0')}`
}

/** Writes files below the samples folder. */
export class Folder {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  write(file: string, content: string | Buffer, encoding: Encoding = 'utf-8'): void {
    const path = join(this.#root, file)
    mkdirSync(dirname(path), { recursive: true })
    const bytes =
      typeof content !== 'string'
        ? content
        : encoding === 'utf-8'
          ? Buffer.from(content)
          : encoding === 'utf-8-bom'
            ? Buffer.from(`\uFEFF${content}`)
            : iconv.encode(content, encoding)
    writeFileSync(path, bytes)
  }

  /** A table as an office program saves it: CR LF, quotes only where needed. */
  csv(
    file: string,
    header: readonly string[],
    rows: readonly (readonly string[])[],
    encoding: Encoding = 'utf-8-bom',
  ): void {
    const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
    this.write(file, [header, ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join(''), encoding)
  }

  /** A workbook; columns named in `money` hold numbers. */
  async xlsx(
    file: string,
    sheet: string,
    header: readonly string[],
    rows: readonly (readonly string[])[],
    money: readonly string[],
  ): Promise<void> {
    const columns = header.map((title): OutputColumn => ({ title, kind: money.includes(title) ? 'money' : 'text' }))
    const cells = rows.map(row =>
      row.map((text, index) =>
        columns[index]!.kind === 'money' ? (text === '' ? null : BigInt(text.replace('.', ''))) : text,
      ),
    )
    const chunks: Buffer[] = []
    for await (const chunk of writeXlsx(sheet, columns, [cells])) chunks.push(chunk as Buffer)
    this.write(file, Buffer.concat(chunks))
  }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Fields of an XML element, in order. */
export const elements = (fields: Readonly<Record<string, string>>, indent: string): string =>
  Object.entries(fields)
    .map(([name, value]) => `${indent}<${name}>${escaped(value)}</${name}>\n`)
    .join('')

/** One page that carries the document's place in the register; PDF text without an embedded font is Latin only. */
export function pdf(label: string): Buffer {
  const stream = `BT /F1 12 Tf 72 760 Td (${label.replace(/[()\\]/g, '\\$&')}) Tj ET`
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${stream.length}>>stream\n${stream}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ]
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const at = text.length
    text += `${index + 1} 0 obj${object}endobj\n`
    return at
  })
  const xref = text.length
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`
  for (const offset of offsets) text += `${String(offset).padStart(10, '0')} 00000 n \n`
  text += `trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}
