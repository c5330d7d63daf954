import { crc32, createDeflateRaw } from 'node:zlib'

export interface ZipPart {
  name: string
  data: AsyncIterable<string> | Iterable<string>
}

const FULL = 0xffffffff
/** 1 January 2000, in the archive's own form: the same rows give the same bytes on every day. */
const DOS_DATE = ((2000 - 1980) << 9) | (1 << 5) | 1
const GATHER_CHARS = 24_576

/**
 * Packs text parts one after another as they are written, so that nothing is held but the list of names. Sizes follow
 * each part in a data descriptor. Throws a RangeError past 4 GB, which a workbook of a million rows a sheet does not reach.
 */
export async function* zipOf(parts: AsyncIterable<ZipPart> | Iterable<ZipPart>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = []
  let offset = 0
  for await (const part of parts) {
    const name = Buffer.from(part.name)
    const at = offset
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    common(local, 4, name.length)
    yield Buffer.concat([local, name])
    offset += 30 + name.length

    let sum = 0
    let size = 0
    let packed = 0
    const deflate = createDeflateRaw({ level: 6, chunkSize: 65_536 })
    const fed = feed(deflate, part.data, bytes => {
      sum = crc32(bytes, sum)
      size += bytes.length
    })
    // A failing source is heard through the stream that it destroys; this keeps its own promise from going unhandled.
    fed.catch(() => {})
    for await (const chunk of deflate) {
      packed += chunk.length
      yield chunk
    }
    await fed
    offset += packed
    if (offset > FULL || size > FULL) throw new RangeError('archive exceeds 4 GB')

    const descriptor = Buffer.alloc(16)
    descriptor.writeUInt32LE(0x08074b50, 0)
    descriptor.writeUInt32LE(sum, 4)
    descriptor.writeUInt32LE(packed, 8)
    descriptor.writeUInt32LE(size, 12)
    yield descriptor
    offset += 16

    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(20, 4)
    common(central, 6, name.length)
    central.writeUInt32LE(sum, 16)
    central.writeUInt32LE(packed, 20)
    central.writeUInt32LE(size, 24)
    central.writeUInt32LE(at, 42)
    directory.push(central, name)
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(directory.length / 2, 8)
  end.writeUInt16LE(directory.length / 2, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(offset, 16)
  yield Buffer.concat([entries, end])
}

/** Version, flags (names in UTF-8, sizes in a descriptor), method, time, date; and the length of the name. */
function common(header: Buffer, at: number, nameLength: number): void {
  header.writeUInt16LE(20, at)
  header.writeUInt16LE(0x0808, at + 2)
  header.writeUInt16LE(8, at + 4)
  header.writeUInt16LE(DOS_DATE, at + 8)
  header.writeUInt16LE(nameLength, at + 22)
}

async function feed(
  deflate: ReturnType<typeof createDeflateRaw>,
  data: AsyncIterable<string> | Iterable<string>,
  count: (bytes: Buffer) => void,
): Promise<void> {
  let gathered = ''
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(gathered)
    gathered = ''
    count(bytes)
    if (deflate.write(bytes) || deflate.destroyed) return
    await new Promise<void>(resolve => {
      const go = () => {
        deflate.off('drain', go).off('close', go)
        resolve()
      }
      deflate.on('drain', go).on('close', go)
    })
  }
  try {
    for await (const text of data) {
      gathered += text
      if (gathered.length >= GATHER_CHARS) await flush()
      if (deflate.destroyed) return
    }
    if (gathered !== '') await flush()
    deflate.end()
  } catch (error) {
    deflate.destroy(error as Error)
    throw error
  }
}
