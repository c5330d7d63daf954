import { type FaultList, FaultList as Faults, Refusal, refuse } from '../../kernel/refusal.ts'
import { probe, SURE, type TextEncoding, textOf } from './source.ts'
import { TABLE_LIMITS, type TableSource } from './table.ts'
import { XmlFeed, type XmlHandlers, XmlProblem } from './xml-feed.ts'

/** One treasury voucher as it stands in a message (DOMAIN §10): names and texts, not yet judged. */
export interface VoucherElement {
  /** 1-based place among the vouchers of the file; `row` of its faults. */
  ordinal: number
  /** Line of its start tag. */
  line: number
  /** Header fields: attributes of a wrapping `VoucherBody`, then the elements of `Voucher`. */
  fields: Record<string, string>
  details: Record<string, string>[]
}

export interface VoucherLimits {
  /** A message file of this many bytes or more is refused. 300 MB. */
  maxBytes: number
  /** Characters of one field. 65,536. */
  maxFieldChars: number
  /** Fields of one voucher or one detail. 500. */
  maxFields: number
  /** Details of one voucher. 200,000. */
  maxDetails: number
  /** Elements inside one another. 16. */
  maxDepth: number
}

export const VOUCHER_LIMITS: VoucherLimits = {
  maxBytes: TABLE_LIMITS.maxBytes,
  maxFieldChars: 65_536,
  maxFields: 500,
  maxDetails: 200_000,
  maxDepth: 16,
}

export interface ReadVouchersOptions {
  limits?: Partial<VoucherLimits>
  /** As in `readTable`: with it, faults are added here and the caller asks `throwIfAny()` after the last voucher. */
  faults?: FaultList
}

const CHUNK_VOUCHERS = 500
const CHUNK_DETAILS = 5000

/**
 * Streams the vouchers of a message `<MOF>…<Voucher>…</Voucher></MOF>`, in UTF-8 or GBK/GB18030.
 * Elements that are neither fields nor `DetailList/Detail` are passed over.
 *
 * Refuses: `file-empty`, `file-too-large`, `file-truncated`, `nul-byte`, `encoding-utf16`, `encoding-unreadable`,
 * `xml-not-xml`, `xml-doctype`, `xml-malformed`, `xml-truncated`, `xml-too-deep`, `xml-field-too-long`,
 * `xml-too-many-fields`, `xml-not-vouchers`, `voucher-missing`.
 * Per voucher: `voucher-base64`, `voucher-escaped`, `voucher-empty`, `field-duplicated`, `envelope-differs`.
 */
export async function* readVouchers(
  source: TableSource,
  options: ReadVouchersOptions = {},
): AsyncGenerator<VoucherElement[]> {
  const limits = { ...VOUCHER_LIMITS, ...options.limits }
  const faults = options.faults ?? new Faults()
  try {
    yield* vouchersOf(source, limits, faults)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    for (const fault of error.faults) faults.add(fault)
    if (error.kind !== 'input' && !options.faults) throw error
  }
  if (!options.faults) faults.throwIfAny()
}

async function* vouchersOf(
  source: TableSource,
  limits: VoucherLimits,
  faults: FaultList,
): AsyncGenerator<VoucherElement[]> {
  const encoding = await encodingOf(source, limits.maxBytes)
  const collector = new VoucherCollector(limits, faults)
  const feed = new XmlFeed(collector, { maxDepth: limits.maxDepth, maxChars: limits.maxFieldChars })
  try {
    for await (const text of textOf(source, encoding, limits.maxBytes)) {
      feed.write(text)
      if (collector.vouchers.length >= CHUNK_VOUCHERS || collector.detailCount >= CHUNK_DETAILS) yield collector.take()
    }
    feed.end()
  } catch (error) {
    if (error instanceof XmlProblem) refuseProblem(error, collector, limits)
    throw error
  }
  if (collector.vouchers.length > 0) yield collector.take()
  if (collector.count === 0)
    refuse(
      'input',
      'voucher-missing',
      '报文里一张凭证（Voucher）也没有；请确认导出的是凭证报文。',
      'There is no Voucher in the message; check that a voucher message was exported.',
    )
}

/** The encoding of a message: what the bytes prove, else what the declaration says. */
async function encodingOf(source: TableSource, maxBytes: number): Promise<TextEncoding> {
  const found = await probe(source, maxBytes)
  if (found.kind === 'zip' || found.markup !== 'xml')
    refuse(
      'input',
      'xml-not-xml',
      `“${source.fileName}”不是 XML 凭证报文${found.kind === 'zip' ? '，而是压缩包或 XLSX' : ''}；表格请用“表格导入”，压缩包请先解压。`,
      `"${source.fileName}" is not an XML voucher message${found.kind === 'zip' ? ' but an archive or XLSX' : ''}; use the table import for tables, unpack archives first.`,
    )
  const declaration = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"'>]*)["']/.exec(
    found.head.toString('latin1', 0, 300),
  )
  const declared = declaration?.[1]?.toLowerCase().replace(/[-_]/g, '')
  if (declared === undefined || (found.encoding !== 'gb18030' && found.multibyte >= SURE)) return found.encoding
  if (declared === 'utf8' || declared === 'usascii') {
    if (found.encoding === 'gb18030')
      refuse(
        'input',
        'encoding-unreadable',
        '报文声明为 UTF-8，内容却不是 UTF-8；请按声明的编码重新导出，或把声明改为 GBK。',
        'The message declares UTF-8 but is not UTF-8; export it again in the declared encoding, or declare GBK.',
        { row: 1, value: declaration?.[1] },
      )
    return found.encoding
  }
  if (declared === 'gbk' || declared === 'gb2312' || declared === 'gb18030' || declared === 'cp936')
    return found.encoding === 'utf-8-bom' ? 'utf-8-bom' : 'gb18030'
  return refuse(
    'input',
    'encoding-unreadable',
    `报文声明的编码“${declaration?.[1]}”不受支持；请用 UTF-8、GBK 或 GB18030 重新导出。`,
    `The message declares the encoding "${declaration?.[1]}"; export it again in UTF-8, GBK or GB18030.`,
    { row: 1, value: declaration?.[1] },
  )
}

function refuseProblem(problem: XmlProblem, collector: VoucherCollector, limits: VoucherLimits): never {
  const { line, column, message } = problem
  const after = collector.count
  switch (problem.reason) {
    case 'doctype':
      return refuse(
        'input',
        'xml-doctype',
        `第 ${line} 行有 DOCTYPE 或实体声明，出于安全一律不接受；请删除后重新导出。`,
        `Line ${line} holds a DOCTYPE or entity declaration, which is never accepted, for safety; remove it and export again.`,
        { row: line },
      )
    case 'truncated':
      return refuse(
        'input',
        'xml-truncated',
        `报文在第 ${line} 行中断，之前有 ${after} 张完整凭证；文件没有传完整，请重新导出或重新上传。`,
        `The message breaks off in line ${line}, after ${after} whole vouchers; export or upload it again.`,
        { row: line },
      )
    case 'too-deep':
      return refuse(
        'input',
        'xml-too-deep',
        `第 ${line} 行的元素嵌套超过 ${limits.maxDepth} 层；请按凭证报文规范导出。`,
        `Line ${line}: elements are nested more than ${limits.maxDepth} deep; export in the form of the voucher standard.`,
        { row: line },
      )
    case 'too-long':
      if (collector.insideBareVoucher) return refuseBase64(after + 1, line)
      return refuse(
        'input',
        'xml-field-too-long',
        `第 ${line} 行有字段超过 ${limits.maxFieldChars} 个字符；请检查该凭证。`,
        `Line ${line}: a field is longer than ${limits.maxFieldChars} characters; check that voucher.`,
        { row: line },
      )
    case 'malformed':
      return refuse(
        'input',
        'xml-malformed',
        `第 ${line} 行第 ${column} 列不符合 XML 格式；请用原系统重新导出，不要手工修改报文。`,
        `Line ${line}, column ${column} is not well-formed XML (${message}); export it again from the original system, do not edit messages by hand.`,
        { row: line },
      )
  }
}

const BASE64_ZH = '的内容是 Base64 编码，本系统不解码（解码后无法核对签章）；请由前置机解码后导出明文报文'
const BASE64_EN = 'is Base64-encoded, which is not decoded here; export the plain message from the front-end system'

const refuseBase64 = (ordinal: number, line: number): never =>
  refuse(
    'input',
    'voucher-base64',
    `第 ${ordinal} 张凭证（第 ${line} 行）${BASE64_ZH}。`,
    `Voucher ${ordinal} (line ${line}) ${BASE64_EN}.`,
    { row: ordinal },
  )

/** What has no field: looked at for each voucher, so that its keys are not listed. */
const isEmpty = (fields: Record<string, string>): boolean => {
  for (const _ in fields) return false
  return true
}

const record = (): Record<string, string> => Object.create(null) as Record<string, string>

/** Gathers vouchers from the parser's events. */
class VoucherCollector implements XmlHandlers {
  vouchers: VoucherElement[] = []
  /** Details held since the last `take`. */
  detailCount = 0
  /** Whole vouchers since the beginning. */
  count = 0
  #limits: VoucherLimits
  #faults: FaultList
  #path: string[] = []
  #envelope: Record<string, string> | null = null
  #voucher: VoucherElement | null = null
  /** Depth of `Voucher` in the path. */
  #at = 0
  #detail: Record<string, string> | null = null
  #fieldCount = 0
  #leaf = false
  #text = ''
  #bare = ''
  #chars = 0

  constructor(limits: VoucherLimits, faults: FaultList) {
    this.#limits = limits
    this.#faults = faults
  }

  take(): VoucherElement[] {
    const taken = this.vouchers
    this.vouchers = []
    this.detailCount = 0
    return taken
  }

  /** Inside a voucher that has no field yet: what is too long here is an encoded body. */
  get insideBareVoucher(): boolean {
    const voucher = this.#voucher
    if (voucher === null || this.#path.length !== this.#at || voucher.details.length > 0) return false
    return isEmpty(voucher.fields)
  }

  open(name: string, attributes: Record<string, string>, line: number): void {
    const path = this.#path
    path.push(name)
    if (path.length === 1 && name !== 'MOF' && name !== 'VoucherBody' && name !== 'Voucher') refuseRoot(name, line)
    this.#leaf = false
    if (this.#voucher === null) {
      if (name === 'VoucherBody') this.#envelope = attributes
      else if (name === 'Voucher') this.#open(line)
      return
    }
    const depth = path.length - this.#at
    const inList = path[this.#at] === 'DetailList'
    if (depth === 2 && inList && name === 'Detail') {
      this.#detail = record()
      this.#fieldCount = 0
    } else if ((depth === 1 && name !== 'DetailList') || (depth === 3 && inList && this.#detail)) {
      this.#leaf = true
      this.#text = ''
    }
  }

  text(text: string): void {
    if (this.#voucher === null) return
    if (this.#leaf) this.#text += text
    else if (this.#path.length === this.#at && this.#bare.length < 400) this.#bare += text.slice(0, 400).trim()
    this.#chars += text.length
    if (this.#text.length > this.#limits.maxFieldChars || this.#chars > 1000 * this.#limits.maxFieldChars)
      throw new XmlProblem('too-long', this.#voucher.line, 1, 'voucher too long')
  }

  close(name: string): void {
    const path = this.#path
    path.pop()
    if (this.#voucher === null) {
      if (name === 'VoucherBody') this.#envelope = null
      return
    }
    if (this.#leaf) {
      this.#leaf = false
      this.#field(name, this.#text.trim())
    } else if (path.length === this.#at + 1 && this.#detail && path[this.#at] === 'DetailList') {
      this.#voucher.details.push(this.#detail)
      this.#detail = null
      this.detailCount++
      if (this.#voucher.details.length > this.#limits.maxDetails)
        this.#tooMany('明细', 'details', this.#limits.maxDetails)
    } else if (path.length === this.#at - 1) this.#close()
  }

  #open(line: number): void {
    this.#voucher = { ordinal: this.count + 1, line, fields: record(), details: [] }
    this.#at = this.#path.length
    this.#fieldCount = 0
    this.#bare = ''
    this.#chars = 0
  }

  #field(name: string, value: string): void {
    const voucher = this.#voucher!
    const into = this.#detail ?? voucher.fields
    if (++this.#fieldCount > this.#limits.maxFields) this.#tooMany('字段', 'fields', this.#limits.maxFields)
    const before = into[name]
    if (before !== undefined && before !== value)
      this.#fault(
        'field-duplicated',
        `字段 ${name} 出现了两次（“${before.slice(0, 60)}”和“${value.slice(0, 60)}”）；请只留一个`,
        `the field ${name} stands twice ("${before.slice(0, 60)}" and "${value.slice(0, 60)}"); keep one`,
        name,
        value,
      )
    into[name] = value
  }

  #close(): void {
    const voucher = this.#voucher!
    this.#voucher = null
    const { fields } = voucher
    if (isEmpty(fields) && voucher.details.length === 0) {
      const bare = this.#bare
      this.#voucher = voucher
      if (/^[A-Za-z0-9+/=\s]{16,}$/.test(bare)) this.#fault('voucher-base64', BASE64_ZH, BASE64_EN)
      else if (bare.startsWith('<'))
        this.#fault(
          'voucher-escaped',
          '的内容是转义后的文本（CDATA），不是元素；请导出展开的明文报文',
          'holds its content as escaped text (CDATA), not as elements; export the plain message',
        )
      else this.#fault('voucher-empty', '没有任何字段；请补全或删除', 'has no field; complete or remove it')
      this.#voucher = null
    }
    for (const [name, value] of Object.entries(this.#envelope ?? {})) {
      const own = fields[name]
      if (own === undefined || own === '') fields[name] = value.trim()
      else if (own !== value.trim()) {
        this.#voucher = voucher
        this.#fault(
          'envelope-differs',
          `${name} 在 VoucherBody 上是“${value.slice(0, 60)}”，凭证里是“${own.slice(0, 60)}”；请核对后重新导出`,
          `${name} is "${value.slice(0, 60)}" on VoucherBody but "${own.slice(0, 60)}" in the voucher; check and export again`,
          name,
          value,
        )
        this.#voucher = null
      }
    }
    this.vouchers.push(voucher)
    this.count++
  }

  #fault(code: string, zh: string, en: string, field?: string, value?: string): void {
    const { ordinal, line } = this.#voucher!
    this.#faults.add({
      code,
      row: ordinal,
      field,
      value: value?.slice(0, 60),
      zh: `第 ${ordinal} 张凭证（第 ${line} 行）${zh}。`,
      en: `Voucher ${ordinal} (line ${line}): ${en}.`,
    })
  }

  #tooMany(zh: string, en: string, limit: number): never {
    const { ordinal, line } = this.#voucher!
    return refuse(
      'input',
      'xml-too-many-fields',
      `第 ${ordinal} 张凭证（第 ${line} 行）的${zh}超过 ${limit} 个；请拆分后导出。`,
      `Voucher ${ordinal} (line ${line}) has more than ${limit} ${en}; split it and export again.`,
      { row: ordinal },
    )
  }
}

function refuseRoot(name: string, line: number): never {
  return refuse(
    'input',
    'xml-not-vouchers',
    `报文的根元素是“${name.slice(0, 60)}”，凭证报文应为 MOF；请确认导出的是国库集中支付凭证。`,
    `The root element is "${name.slice(0, 60)}" where a voucher message has MOF; check that treasury vouchers were exported.`,
    { row: line, value: name.slice(0, 60) },
  )
}
