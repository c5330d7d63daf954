import { deflateRawSync } from 'node:zlib'
import iconv from 'iconv-lite'

/** Which reader an input is meant for; what is made of it may be anything. */
export type Kind = 'xml' | 'csv' | 'xlsx'

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

type Draw = () => number
const below = (draw: Draw, n: number): number => Math.floor(draw() * n)
const pick = <T>(draw: Draw, from: readonly T[]): T => from[below(draw, from.length)]!

const NASTY = [
  '',
  '0',
  '-0',
  '1e309',
  '1,000.00',
  '１２．５０',
  '99999999999999999999',
  '0.001',
  '-1.00',
  '20180230',
  '2026-13-01',
  '99999999',
  '２０２６0301',
  '\u0000',
  '\ud800',
  '\ufeff',
  '&#0;',
  '&#x1F600;',
  '&bomb;',
  '<![CDATA[<Voucher>]]>',
  '<!-- -->',
  ']]>',
  '"',
  '""',
  '"a"b',
  "'=1+1",
  '=HYPERLINK("x")',
  ',',
  '\r',
  '\n',
  '\t',
  'é',
  '样例',
  '😀',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(300),
  '样'.repeat(2000),
]
const FIELDS = [
  'Id',
  'AdmDivCode',
  'StYear',
  'VtCode',
  'VouDate',
  'VoucherNo',
  'PayAmt',
  'XPayDate',
  'XPayAmt',
  'AgencyCode',
  'ExpFuncCode',
  'PayeeAcctNo',
  'PayeeAcctName',
  'PaySummaryName',
  'FileNoName',
  'OriBillNo',
  'OriginalVtCode',
  'OriginalVoucherNo',
  'SumAmt',
  'SetMonth',
  'Hold1',
  'Remark',
  '__proto__',
]
const TYPES = [
  '5201',
  '8202',
  '5207',
  '2203',
  '2252',
  '3208',
  '8207',
  '5106',
  '5108',
  '2301',
  '5253',
  '3503',
  '3513',
  '9999',
  '',
]
const GOOD: Record<string, string> = {
  AdmDivCode: '990101000',
  StYear: '2026',
  VouDate: '20260301',
  XPayDate: '20260302',
  PayAmt: '30.00',
  SumAmt: '30.00',
  AgencyCode: '101001',
  ExpFuncCode: '2130504',
  SetMonth: '3',
  OriBillNo: 'V1',
  OriginalVtCode: '5201',
  OriginalVoucherNo: 'V1',
  PayeeAcctNo: '6200000000000099999',
  PayeeAcctName: '样例公司',
}
const COLUMNS = [
  'MOF_DIV_CODE',
  'FISCAL_YEAR',
  'PAY_CERT_NO',
  'VOU_DATE',
  'XPAY_DATE',
  'PAY_AMT',
  'XPAY_AMT',
  'BGT_ID',
  'AGENCY_CODE',
  'PAYEE_ACCT_NO',
  'PAYEE_ACCT_NAME',
  'USE_DES',
  'IS_DELETED',
]
const CELLS: Record<string, string> = {
  MOF_DIV_CODE: '990101000',
  FISCAL_YEAR: '2026',
  VOU_DATE: '2026-03-01',
  XPAY_DATE: '2026-03-02',
  PAY_AMT: '12.50',
  AGENCY_CODE: '101001',
  PAYEE_ACCT_NO: '6200000000000099999',
  PAYEE_ACCT_NAME: '样例公司',
  USE_DES: '工程款',
  IS_DELETED: '2',
}

/** How dirty the input at hand is; clean ones are there so that spoiling them leads deep into the readers. */
let dirt = 0

const own = (words: Record<string, string>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined
const value = (draw: Draw, good: string | undefined): string =>
  draw() < dirt ? pick(draw, NASTY) : (good ?? String(below(draw, 1000)))
const escaped = (draw: Draw, text: string): string =>
  draw() < dirt / 2 ? text : text.replace(/[&<]/g, one => (one === '&' ? '&amp;' : '&lt;'))

function fields(draw: Draw, type: string): string {
  return FIELDS.filter(name => draw() < 1 - 2 * dirt && (name !== '__proto__' || dirt > 0))
    .map(name => `<${name}>${escaped(draw, name === 'VtCode' ? type : value(draw, own(GOOD, name)))}</${name}>`)
    .join(draw() < 0.2 ? '\n  ' : '')
}

function xml(draw: Draw): Buffer {
  const vouchers = Array.from({ length: below(draw, 4) }, () => {
    const type = dirt === 0 && draw() < 0.7 ? '5201' : pick(draw, TYPES)
    const details = Array.from(
      { length: below(draw, 4) },
      () => `<Detail>${dirt === 0 && draw() < 0.6 ? '<Remark>备注</Remark>' : fields(draw, type)}</Detail>`,
    ).join('')
    return `<Voucher>${fields(draw, type)}<DetailList>${details}</DetailList></Voucher>`
  }).join('\n')
  const encoding = pick(draw, dirt > 0 ? ['UTF-8', 'GBK', 'gb18030', 'utf-16', 'Latin-9', ''] : ['UTF-8', ''])
  const head = encoding ? `<?xml version="1.0" encoding="${encoding}"?>` : ''
  const doctype = draw() < dirt / 4 ? '<!DOCTYPE MOF [<!ENTITY bomb "&bomb;&bomb;">]>' : ''
  const root = draw() < 1 - dirt ? 'MOF' : pick(draw, ['mof', 'VoucherBody AdmDivCode="1"', 'html', 'a'])
  const text = `${head}${doctype}<${root}>${vouchers}</${root.split(' ')[0]}>`
  return draw() < 0.5 && /gb/i.test(encoding) ? iconv.encode(text, 'gb18030') : Buffer.from(text)
}

function csv(draw: Draw): Buffer {
  const separator = pick(draw, [',', ',', ',', '\t', ';', '|'])
  const columns = COLUMNS.filter(() => draw() < 1 - dirt / 2)
  const cell = (text: string): string =>
    draw() < 1 - dirt && /[",;|\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  const rows = Array.from({ length: below(draw, 8) }, () =>
    columns
      .map(name => cell(value(draw, own(CELLS, name))))
      .slice(0, draw() < dirt / 2 ? below(draw, columns.length) : undefined),
  )
  const end = pick(draw, ['\r\n', '\n', '\r'])
  const text = [columns, ...rows].map(row => row.join(separator)).join(end) + (draw() < 0.7 ? end : '')
  const bom = draw() < 0.2 ? '\ufeff' : ''
  return draw() < 0.3 ? iconv.encode(text, 'gb18030') : Buffer.from(bom + text)
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  return c >>> 0
})
const crc = (bytes: Buffer): number => {
  let c = 0xffffffff
  for (const byte of bytes) c = (c >>> 8) ^ CRC[(c ^ byte) & 255]!
  return (c ^ 0xffffffff) >>> 0
}

/** A zip archive written by hand, so that every length, checksum and offset of it can lie. */
function zip(draw: Draw, parts: Record<string, string>): Buffer {
  const lie = (n: number): number => (draw() < dirt / 8 ? (n + below(draw, 70_000)) >>> 0 : n)
  const out: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(parts)) {
    const data = Buffer.from(text)
    const packed = draw() < 0.8
    const body = packed ? deflateRawSync(data) : data
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(20, 4)
    head.writeUInt16LE(packed ? 8 : 0, 8)
    head.writeUInt32LE(lie(crc(data)), 14)
    head.writeUInt32LE(lie(body.length), 18)
    head.writeUInt32LE(lie(data.length), 22)
    head.writeUInt16LE(Buffer.byteLength(name), 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    head.copy(entry, 6, 4, 30)
    entry.writeUInt32LE(lie(offset), 42)
    central.push(entry, Buffer.from(name))
    out.push(head, Buffer.from(name), body)
    offset += 30 + Buffer.byteLength(name) + body.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  const count = Object.keys(parts).length
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(lie(count) & 0xffff, 10)
  end.writeUInt32LE(lie(directory.length), 12)
  end.writeUInt32LE(lie(offset), 16)
  return Buffer.concat([...out, directory, end])
}

function xlsx(draw: Draw): Buffer {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const columns = COLUMNS.filter(() => draw() < 1 - dirt / 2)
  const strings: string[] = []
  const cell = (text: string, row: number, at: number): string => {
    const place =
      draw() < 1 - dirt / 3
        ? `${String.fromCharCode(65 + at)}${row}`
        : pick(draw, ['', 'A0', 'XFD1048576', 'AAAA9', `A${row}`])
    const safe = escaped(draw, text)
    const kind = dirt === 0 ? 3 * below(draw, 2) : below(draw, 6)
    if (kind === 0)
      return `<c r="${place}" t="s"><v>${draw() < 1 - dirt / 3 ? strings.push(safe) - 1 : below(draw, 99999)}</v></c>`
    if (kind === 1) return `<c r="${place}" s="${below(draw, 8)}"><v>${safe}</v></c>`
    if (kind === 2) return `<c r="${place}" t="${pick(draw, ['e', 'b', 'str', 'd', 'n'])}"><f>1+1</f><v>${safe}</v></c>`
    return `<c r="${place}" t="inlineStr"><is><t>${safe}</t></is></c>`
  }
  const rows = [
    columns,
    ...Array.from({ length: below(draw, 6) }, () => columns.map(name => value(draw, own(CELLS, name)))),
  ]
    .map(
      (row, n) =>
        `<row r="${draw() < 1 - dirt / 4 ? n + 1 : below(draw, 2_000_000)}">${row.map((text, at) => (n === 0 ? `<c r="${String.fromCharCode(65 + at)}1" t="inlineStr"><is><t>${text}</t></is></c>` : cell(text, n + 1, at))).join('')}</row>`,
    )
    .join('')
  const parts: Record<string, string> = {
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': `<Relationships><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns:r="${office}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="rId1" Type="${office}/worksheet" Target="${draw() < 1 - dirt / 3 ? 'worksheets/sheet1.xml' : pick(draw, ['../../etc', '', 'xl/workbook.xml'])}"/><Relationship Id="t" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    'xl/sharedStrings.xml': `<sst>${strings.map(text => `<si><t>${text}</t></si>`).join('')}</sst>`,
    'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${rows}</sheetData>${draw() < dirt ? '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>' : ''}</worksheet>`,
  }
  if (draw() < dirt / 2) delete parts[pick(draw, Object.keys(parts))]
  if (draw() < dirt / 5) parts['xl/worksheets/sheet1.xml'] += ' '.repeat(3_000_000)
  // Spoilt inside, under checksums that are true: what is spoilt outside ends at the archive.
  if (draw() < 0.4) {
    const part = pick(draw, Object.keys(parts).slice(2))
    parts[part] = mutate(draw, Buffer.from(parts[part]!)).toString('latin1')
  }
  return zip(draw, parts)
}

const INSERTS = [
  Buffer.from([0]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0x81]),
  Buffer.from('<Voucher>'),
  Buffer.from('</MOF>'),
  Buffer.from('"'),
  Buffer.from('<!DOCTYPE'),
  Buffer.from('&#'),
  Buffer.from('PK\u0001\u0002'),
  Buffer.from('\u0000'.repeat(64)),
]

/** Spoils bytes: cut, doubled, flipped, replaced, inserted. */
function mutate(draw: Draw, input: Buffer): Buffer {
  let bytes = Buffer.from(input)
  for (let n = 1 + below(draw, 4); n > 0; n--) {
    const at = below(draw, bytes.length + 1)
    const to = Math.min(bytes.length, at + below(draw, 40))
    switch (below(draw, 7)) {
      case 0:
        bytes = bytes.subarray(0, at)
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)])
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)])
        break
      case 3:
        if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << below(draw, 8))
        break
      case 4:
        if (at < bytes.length) bytes[at] = below(draw, 256)
        break
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), pick(draw, INSERTS), bytes.subarray(at)])
        break
      default: {
        const other = below(draw, bytes.length + 1)
        const piece = bytes.subarray(other, other + below(draw, 60))
        bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
      }
    }
  }
  return bytes
}

const MAKERS: Record<Kind, (draw: Draw) => Buffer> = { xml, csv, xlsx }
export const KINDS: readonly Kind[] = ['xml', 'csv', 'xlsx']

/** The input with a number, of a seed: made by the grammar of one of the readers, and mostly spoilt. */
export function inputOf(seed: number, number: number): { kind: Kind; bytes: Buffer } {
  const draw = random((seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0)
  const kind = KINDS[number % KINDS.length]!
  dirt = pick(draw, [0, 0, 0.02, 0.12])
  const bytes = MAKERS[kind](draw)
  return { kind, bytes: draw() < (kind === 'xlsx' ? 0.3 : 0.5) ? mutate(draw, bytes) : bytes }
}
