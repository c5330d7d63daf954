import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createInflateRaw } from 'node:zlib'
import { refuse } from '../kernel/refusal.ts'

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const LONGEST_END_BYTES = 65_557

interface Part {
  offset: number
  packed: number
  method: number
}

function unreadable(path: string, why: string): never {
  return refuse(
    'input',
    'package-unreadable',
    `“${path}”不是完整的稽核包（${why}）：请核对文件，或重新下载。`,
    `“${path}” is no whole audit package (${why}): check the file, or download it again.`,
    { value: path },
  )
}

/** An archive on disk, of which several parts can be read at once, each as a stream: nothing is held but the list of names. */
export class PackageFile {
  readonly path: string
  readonly #parts: Map<string, Part>

  private constructor(path: string, parts: Map<string, Part>) {
    this.path = path
    this.#parts = parts
  }

  /** Refuses `package-unreadable`. */
  static async open(path: string): Promise<PackageFile> {
    const file = await open(path).catch(error =>
      unreadable(path, (error as NodeJS.ErrnoException).code ?? 'unreadable'),
    )
    try {
      return new PackageFile(path, await directory(path, file))
    } finally {
      await file.close()
    }
  }

  get names(): string[] {
    return [...this.#parts.keys()]
  }

  has(name: string): boolean {
    return this.#parts.has(name)
  }

  /** The bytes of a part, as far as they can be unpacked; throws where the archive is damaged. */
  async *bytes(name: string): AsyncGenerator<Buffer> {
    const part = this.#parts.get(name)
    if (!part) throw new Error('missing')
    if (part.packed === 0) return
    const raw = createReadStream(this.path, {
      start: part.offset,
      end: part.offset + part.packed - 1,
      highWaterMark: 262_144,
    })
    if (part.method === 0) yield* raw as AsyncIterable<Buffer>
    else {
      const inflate = createInflateRaw({ chunkSize: 262_144 })
      raw.on('error', error => inflate.destroy(error))
      yield* raw.pipe(inflate) as AsyncIterable<Buffer>
    }
  }

  async text(name: string): Promise<string> {
    const pieces: Buffer[] = []
    for await (const piece of this.bytes(name)) pieces.push(piece)
    return Buffer.concat(pieces).toString('utf8')
  }

  async digest(name: string): Promise<{ bytes: number; sm3: string }> {
    const hash = createHash('sm3')
    let bytes = 0
    for await (const piece of this.bytes(name)) {
      hash.update(piece)
      bytes += piece.length
    }
    return { bytes, sm3: hash.digest('hex') }
  }
}

async function directory(path: string, file: FileHandle): Promise<Map<string, Part>> {
  const { size } = await file.stat()
  const read = async (at: number, length: number): Promise<Buffer> => {
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - at)))
    await file.read(buffer, 0, buffer.length, at)
    return buffer
  }
  const from = Math.max(0, size - LONGEST_END_BYTES)
  const tail = await read(from, LONGEST_END_BYTES)
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--
  if (end < 0) unreadable(path, 'no directory at its end')
  const list = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  const parts = new Map<string, Part>()
  for (let at = 0; at + 46 <= list.length; ) {
    if (list.readUInt32LE(at) !== CENTRAL) unreadable(path, 'a broken directory')
    const length = list.readUInt16LE(at + 28)
    const name = list.toString('utf8', at + 46, at + 46 + length)
    if (parts.has(name)) unreadable(path, `${name} occurs twice`)
    const local = await read(list.readUInt32LE(at + 42), 30)
    if (local.length < 30 || local.readUInt32LE(0) !== LOCAL) unreadable(path, `${name} cannot be found`)
    parts.set(name, {
      offset: list.readUInt32LE(at + 42) + 30 + local.readUInt16LE(26) + local.readUInt16LE(28),
      packed: list.readUInt32LE(at + 20),
      method: list.readUInt16LE(at + 10),
    })
    at += 46 + length + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32)
  }
  return parts
}
