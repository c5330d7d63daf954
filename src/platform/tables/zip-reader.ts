import { crc32, createInflateRaw } from 'node:zlib'
import { refuse } from '../../kernel/refusal.ts'
import type { TableLimits } from './table.ts'

const EOCD = 0x06054b50
const EOCD64 = 0x06064b50
const EOCD64_LOCATOR = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const MAX_ENTRIES = 20_000
/** Ratios are only looked at past this size: small parts full of blanks pack extremely well. */
const RATIO_FROM_BYTES = 64 * 1024 * 1024

interface Entry {
  method: number
  encrypted: boolean
  crc: number
  packed: number
  offset: number
}

/** Refuses `xlsx-corrupt`. */
export function corrupt(zh: string, en: string): never {
  return refuse(
    'input',
    'xlsx-corrupt',
    `XLSX 文件已损坏：${zh}；请在办公软件中重新保存或重新上传。`,
    `The XLSX file is damaged: ${en}; save it again in the office program, or upload it again.`,
  )
}

/** Refuses `xlsx-too-large`. */
export function unpacksTooLarge(zh: string, en: string): never {
  return refuse(
    'too-large',
    'xlsx-too-large',
    `XLSX 文件解开后过大：${zh}；请删除空白格式区域或拆成几个文件，也可另存为 CSV。`,
    `The XLSX file is too large once unpacked: ${en}; remove formatted blank areas, split it, or save it as CSV.`,
  )
}

/**
 * A zip archive in memory. Sizes that the archive claims are never trusted: parts are unpacked piece by piece under a
 * limit of bytes and of ratio, and their checksum is held to.
 */
export class ZipArchive {
  #data: Buffer
  #entries = new Map<string, Entry>()
  #limits: TableLimits

  /** Refuses `xlsx-corrupt`. */
  constructor(data: Buffer, limits: TableLimits) {
    this.#data = data
    this.#limits = limits
    try {
      this.#readDirectory()
    } catch (error) {
      if (error instanceof RangeError) corrupt('压缩目录不完整', 'its archive directory is incomplete')
      throw error
    }
  }

  get names(): string[] {
    return [...this.#entries.keys()]
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** Unpacks one part. Refuses `xlsx-corrupt`, `xlsx-too-large`, `xlsx-encrypted`. */
  async *read(name: string, maxBytes = this.#limits.maxUnpackedBytes): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name)
    if (!entry) corrupt(`缺少部件 ${name}`, `its part ${name} is missing`)
    if (entry.encrypted)
      refuse(
        'input',
        'xlsx-encrypted',
        '工作簿加了密码；请去掉密码后再导入。',
        'The workbook is protected by a password; remove it and import again.',
      )
    const body = this.#body(name, entry)
    let bytes = 0
    let sum = 0
    for await (const chunk of unpack(name, entry.method, body)) {
      bytes += chunk.length
      if (bytes > maxBytes) {
        const megabytes = Math.round(maxBytes / 1024 / 1024)
        unpacksTooLarge(`部件 ${name} 超过 ${megabytes} MB`, `its part ${name} exceeds ${megabytes} MB`)
      }
      if (bytes > RATIO_FROM_BYTES && bytes > body.length * this.#limits.maxUnpackedRatio)
        unpacksTooLarge(
          `部件 ${name} 是压缩前的 ${this.#limits.maxUnpackedRatio} 倍以上，疑为压缩炸弹`,
          `its part ${name} grows more than ${this.#limits.maxUnpackedRatio} times, like a zip bomb`,
        )
      sum = crc32(chunk, sum)
      yield chunk
    }
    if (sum !== entry.crc) corrupt(`部件 ${name} 校验和不符`, `the checksum of its part ${name} does not agree`)
  }

  #body(name: string, entry: Entry): Buffer {
    const data = this.#data
    if (entry.offset + 30 > data.length || data.readUInt32LE(entry.offset) !== LOCAL)
      corrupt(`找不到部件 ${name}`, `its part ${name} cannot be found`)
    const start = entry.offset + 30 + data.readUInt16LE(entry.offset + 26) + data.readUInt16LE(entry.offset + 28)
    if (start + entry.packed > data.length) corrupt(`部件 ${name} 不完整`, `its part ${name} is incomplete`)
    return data.subarray(start, start + entry.packed)
  }

  #readDirectory(): void {
    const data = this.#data
    let end = -1
    for (let at = data.length - 22; at >= Math.max(0, data.length - 65_557); at--)
      if (data.readUInt32LE(at) === EOCD) {
        end = at
        break
      }
    if (end < 0) corrupt('文件不完整，缺少结尾的目录', 'it is cut off: the directory at its end is missing')
    let total = data.readUInt16LE(end + 10)
    let at = data.readUInt32LE(end + 16)
    if (end >= 20 && data.readUInt32LE(end - 20) === EOCD64_LOCATOR) {
      const record = Number(data.readBigUInt64LE(end - 12))
      if (data.readUInt32LE(record) !== EOCD64) corrupt('压缩目录不完整', 'its archive directory is incomplete')
      total = Number(data.readBigUInt64LE(record + 32))
      at = Number(data.readBigUInt64LE(record + 48))
    }
    if (total > MAX_ENTRIES) unpacksTooLarge(`有 ${total} 个部件`, `it has ${total} parts`)
    for (let i = 0; i < total; i++) {
      if (data.readUInt32LE(at) !== CENTRAL) corrupt('压缩目录有误', 'its archive directory is wrong')
      const [nameLength, extraLength] = [data.readUInt16LE(at + 28), data.readUInt16LE(at + 30)]
      const name = data.toString('utf8', at + 46, at + 46 + nameLength)
      const extra = data.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength)
      // Two parts of one name would let different readers see different figures.
      if (this.#entries.has(name)) corrupt(`部件 ${name} 重复`, `its part ${name} occurs twice`)
      this.#entries.set(name, {
        method: data.readUInt16LE(at + 10),
        encrypted: (data.readUInt16LE(at + 8) & 1) === 1,
        crc: data.readUInt32LE(at + 16),
        ...wide(extra, data.readUInt32LE(at + 24), data.readUInt32LE(at + 20), data.readUInt32LE(at + 42)),
      })
      at += 46 + nameLength + extraLength + data.readUInt16LE(at + 32)
    }
  }
}

/** Sizes past 32 bits stand in the ZIP64 field, in a fixed order, only those that overflow. */
function wide(extra: Buffer, unpacked: number, packed: number, offset: number): { packed: number; offset: number } {
  const FULL = 0xffffffff
  if (unpacked !== FULL && packed !== FULL && offset !== FULL) return { packed, offset }
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let next = at + 4 + (unpacked === FULL ? 8 : 0)
    const take = (value: number): number => {
      if (value !== FULL) return value
      next += 8
      return Number(extra.readBigUInt64LE(next - 8))
    }
    return { packed: take(packed), offset: take(offset) }
  }
  return { packed, offset }
}

async function* unpack(name: string, method: number, body: Buffer): AsyncGenerator<Buffer> {
  if (method === 0) {
    for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536)
    return
  }
  if (method !== 8)
    corrupt(`部件 ${name} 的压缩方法 ${method} 不受支持`, `its part ${name} uses compression method ${method}`)
  const inflate = createInflateRaw({ chunkSize: 65_536 })
  inflate.end(body)
  try {
    for await (const chunk of inflate) yield chunk
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      corrupt(`部件 ${name} 无法解压`, `its part ${name} cannot be unpacked`)
    throw error
  }
}
