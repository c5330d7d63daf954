import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sm3 } from '../../kernel/digest.ts'
import { refuse } from '../../kernel/refusal.ts'
import type { Tx } from '../database/transaction.ts'
import type { Vault } from '../vault.ts'

/** The largest attachment: a scan of a document of some hundred pages. */
export const MAX_ATTACHMENT_BYTES = 50 * 1024 * 1024

export interface StoredFile {
  id: string
  name: string
  mediaType: string
  bytes: number
}

// What a scan may be, by its first bytes: the name that it was sent under proves nothing.
const KINDS: { media: string; starts: number[] }[] = [
  { media: 'application/pdf', starts: [0x25, 0x50, 0x44, 0x46] },
  { media: 'image/jpeg', starts: [0xff, 0xd8, 0xff] },
  { media: 'image/png', starts: [0x89, 0x50, 0x4e, 0x47] },
  { media: 'image/tiff', starts: [0x49, 0x49, 0x2a, 0x00] },
  { media: 'image/tiff', starts: [0x4d, 0x4d, 0x00, 0x2a] },
]

/** Pieces in which a made file is sealed. */
const FRAME_BYTES = 1024 * 1024

function frame(sealed: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(sealed.length)
  return Buffer.concat([length, sealed])
}

/** Attachments: their facts in the database, their encrypted bytes below the data folder. */
export class FileStore {
  readonly #folder: string
  readonly #vault: Vault

  constructor(folder: string, vault: Vault) {
    this.#folder = folder
    this.#vault = vault
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  #path(id: string): string {
    return join(this.#folder, id.slice(0, 2), id)
  }

  /**
   * Keeps a scan (PDF, JPEG, PNG, TIFF). The bytes are on disk before the row is, so that a crash leaves at worst an unnamed file.
   * Refuses `file-empty`, `attachment-too-large`, `attachment-kind`.
   */
  async keep(tx: Tx, division: number, name: string, content: Buffer): Promise<StoredFile> {
    const at = { value: name }
    if (content.length === 0)
      refuse(
        'input',
        'file-empty',
        `文件“${name}”是空的：请重新扫描后上传。`,
        `The file “${name}” is empty: scan it again and upload it.`,
        at,
      )
    if (content.length > MAX_ATTACHMENT_BYTES)
      refuse(
        'too-large',
        'attachment-too-large',
        `文件“${name}”超过 50 MB：请降低扫描分辨率或分成几个文件。`,
        `The file “${name}” is over 50 MB: scan it at a lower resolution or in parts.`,
        at,
      )
    const kind = KINDS.find(({ starts }) => starts.every((byte, index) => content[index] === byte))
    if (!kind)
      refuse(
        'input',
        'attachment-kind',
        `文件“${name}”不是 PDF、JPEG、PNG 或 TIFF：请上传文件扫描件。`,
        `The file “${name}” is not a PDF, JPEG, PNG or TIFF: upload a scan of the document.`,
        at,
      )
    return this.#store(tx, division, name, content, kind.media)
  }

  /** Keeps a file of any kind that waits to be worked on, e.g. an import under approval. Refuses `attachment-too-large`. */
  async keepAny(tx: Tx, division: number, name: string, content: Buffer): Promise<StoredFile> {
    if (content.length > MAX_ATTACHMENT_BYTES)
      refuse(
        'too-large',
        'attachment-too-large',
        `文件“${name}”超过 50 MB，不能送审：请拆分后再传。`,
        `The file “${name}” is over 50 MB and cannot wait for approval: split it and try again.`,
        { value: name },
      )
    return this.#store(tx, division, name, content, 'application/octet-stream')
  }

  async #store(tx: Tx, division: number, name: string, content: Buffer, mediaType: string): Promise<StoredFile> {
    const { id } = await tx.one<{ id: string }>('select gen_random_uuid() as id')
    const path = this.#path(id)
    mkdirSync(join(this.#folder, id.slice(0, 2)), { recursive: true, mode: 0o700 })
    await writeFile(`${path}.part`, this.#vault.encrypt(content), { mode: 0o600 })
    await rename(`${path}.part`, path)
    await tx.query(
      `insert into platform.file (division, id, name, media_type, bytes, sm3, key_version, actor)
       values ($1, $2, $3, $4, $5, $6, $7, platform.actor())`,
      [division, id, name, mediaType, content.length, sm3(content), this.#vault.version],
    )
    return { id, name, mediaType, bytes: content.length }
  }

  /**
   * Keeps a file that the program itself made, of any length, sealed piece by piece: neither writing nor reading holds it in memory.
   * It is on disk before its row is.
   */
  async keepMade(
    tx: Tx,
    division: number,
    file: { name: string; mediaType: string; content: AsyncIterable<Uint8Array> },
  ): Promise<StoredFile & { sm3: Buffer }> {
    const { id } = await tx.one<{ id: string }>('select gen_random_uuid() as id')
    const path = this.#path(id)
    mkdirSync(join(this.#folder, id.slice(0, 2)), { recursive: true, mode: 0o700 })
    const hash = createHash('sm3')
    const handle = await open(`${path}.part`, 'w', 0o600)
    let bytes = 0
    try {
      let held: Uint8Array[] = []
      let size = 0
      const put = async () => {
        await handle.write(frame(this.#vault.encrypt(Buffer.concat(held))))
        held = []
        size = 0
      }
      for await (const piece of file.content) {
        hash.update(piece)
        bytes += piece.length
        held.push(piece)
        size += piece.length
        if (size >= FRAME_BYTES) await put()
      }
      if (size > 0) await put()
    } finally {
      await handle.close()
    }
    await rename(`${path}.part`, path)
    const digest = hash.digest()
    await tx.query(
      `insert into platform.file (division, id, name, media_type, bytes, sm3, key_version, actor, framed)
       values ($1, $2, $3, $4, $5, $6, $7, platform.actor(), true)`,
      [division, id, file.name, file.mediaType, bytes, digest, this.#vault.version],
    )
    return { id, name: file.name, mediaType: file.mediaType, bytes, sm3: digest }
  }

  /**
   * A file that `keepMade` kept, piece by piece; refuses `file-missing`. Throws at its end where its bytes are not the ones that were
   * kept.
   */
  async readMade(tx: Tx, division: number, id: string): Promise<StoredFile & { content: AsyncGenerator<Buffer> }> {
    const row = await tx.maybe<{ name: string; media_type: string; bytes: bigint; sm3: Buffer }>(
      'select name, media_type, bytes, sm3 from platform.file where division = $1 and id = $2 and framed',
      [division, id],
    )
    if (!row) refuse('missing', 'file-missing', '没有这个附件。', 'There is no such attachment.')
    return {
      id,
      name: row.name,
      mediaType: row.media_type,
      bytes: Number(row.bytes),
      content: this.#pieces(id, row.sm3),
    }
  }

  async *#pieces(id: string, sm3OfAll: Buffer | null): AsyncGenerator<Buffer> {
    const hash = createHash('sm3')
    const handle = await open(this.#path(id), 'r')
    try {
      const length = Buffer.alloc(4)
      while ((await handle.read(length, 0, 4)).bytesRead === 4) {
        const sealed = Buffer.alloc(length.readUInt32BE())
        await handle.read(sealed, 0, sealed.length)
        const plain = this.#vault.decrypt(sealed)
        hash.update(plain)
        yield plain
      }
    } finally {
      await handle.close()
    }
    if (sm3OfAll && !hash.digest().equals(sm3OfAll)) throw new Error(`the stored file ${id} was changed`)
  }

  /** Closes a stored file anew under the newest key; a file that is closed under it already is left alone. */
  async reseal(id: string, framed: boolean): Promise<void> {
    const path = this.#path(id)
    if (!framed) {
      const sealed = await readFile(path)
      if (sealed[0] === this.#vault.version) return
      await writeFile(`${path}.part`, this.#vault.encrypt(this.#vault.decrypt(sealed)), { mode: 0o600, flush: true })
    } else {
      const handle = await open(`${path}.part`, 'w', 0o600)
      try {
        for await (const plain of this.#pieces(id, null)) await handle.write(frame(this.#vault.encrypt(plain)))
        await handle.sync()
      } finally {
        await handle.close()
      }
    }
    await rename(`${path}.part`, path)
  }

  /** The bytes of a file that the transaction's scope may see; refuses `file-missing`. */
  async read(tx: Tx, division: number, id: string): Promise<StoredFile & { content: Buffer }> {
    const row = await tx.maybe<{ name: string; media_type: string; bytes: bigint }>(
      'select name, media_type, bytes from platform.file where division = $1 and id = $2',
      [division, id],
    )
    if (!row) refuse('missing', 'file-missing', '没有这个附件。', 'There is no such attachment.')
    const content = this.#vault.decrypt(await readFile(this.#path(id)))
    return { id, name: row.name, mediaType: row.media_type, bytes: Number(row.bytes), content }
  }
}
