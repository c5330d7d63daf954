import { zipOf } from './zip-writer.ts'

/** Packs texts as a zip archive: for tests that need workbooks which no writer would make. */
export async function pack(parts: Record<string, string>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of zipOf(Object.entries(parts).map(([name, data]) => ({ name, data: [data] }))))
    chunks.push(chunk)
  return Buffer.concat(chunks)
}

const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const DEFAULT_STYLES =
  '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/><numFmt numFmtId="171" formatCode="[$¥-804]#,##0.00;[Red]-#,##0.00"/><numFmt numFmtId="172" formatCode="000000000"/></numFmts>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/><xf numFmtId="31"/><xf numFmtId="22"/></cellXfs></styleSheet>'

export interface TestSheet {
  name: string
  /** What stands inside `sheetData`. */
  rows: string
  /** What stands behind it. */
  after?: string
  hidden?: boolean
}

/** The parts of a workbook with the given sheets; styles 1, 2, 5 are days, 6 a time, 3 money, 4 nine digits. */
export function workbookParts(
  sheets: TestSheet[],
  more: { strings?: string; styles?: string; date1904?: boolean } = {},
): Record<string, string> {
  const parts: Record<string, string> = {
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns:r="${OFFICE}"><workbookPr${more.date1904 ? ' date1904="1"' : ''}/><sheets>${sheets.map((sheet, i) => `<sheet name="${sheet.name}" sheetId="${i + 1}" r:id="rId${i + 1}"${sheet.hidden ? ' state="hidden"' : ''}/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${sheets.map((_, i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`).join('')}<Relationship Id="s" Type="${OFFICE}/styles" Target="/xl/styles.xml"/><Relationship Id="t" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    'xl/styles.xml': more.styles ?? DEFAULT_STYLES,
    'xl/sharedStrings.xml': `<sst>${more.strings ?? ''}</sst>`,
  }
  sheets.forEach((sheet, i) => {
    parts[`xl/worksheets/sheet${i + 1}.xml`] =
      `<worksheet><sheetData>${sheet.rows}</sheetData>${sheet.after ?? ''}</worksheet>`
  })
  return parts
}

export const workbook = (sheets: TestSheet[], more?: Parameters<typeof workbookParts>[1]): Promise<Buffer> =>
  pack(workbookParts(sheets, more))

/** A row of text cells, as XML. */
export const textRow = (row: number, ...cells: string[]): string =>
  `<row r="${row}">${cells.map((cell, i) => `<c r="${String.fromCharCode(65 + i)}${row}" t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`
