import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Upload } from './define-route.ts'
import { fileNameShown } from './limits.ts'

/** The largest upload: a file of 300 MB is refused with a sentence, by whichever reader it goes to. */
export const MAX_UPLOAD_BYTES = 310 * 1024 * 1024

/** Media types that a pushed body may have, and the name that its file gets where none was sent. */
export const RAW_BODIES: Readonly<Record<string, string>> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'application/pdf': 'pdf',
  'application/octet-stream': 'bin',
}

export type Received = Upload & { path: string }

/** Bodies of these types are handed on as streams to routes that take them, and refused elsewhere. */
export function acceptRawBodies(server: FastifyInstance): void {
  server.addContentTypeParser(Object.keys(RAW_BODIES), (request, payload, done) => {
    if ((request.routeOptions.config as { raw?: boolean }).raw) done(null, payload)
    else done(Object.assign(new Error('unexpected media type'), { statusCode: 415 }))
  })
}

/** Stores a stream as a file of its own, with its digest; refuses (413) what is over the limit. The file goes where anything fails. */
async function keep(stream: Readable, folder: string, fileName: string): Promise<Received> {
  const path = join(folder, randomUUID())
  const hash = createHash('sm3')
  let bytes = 0
  const watch = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(bytes > MAX_UPLOAD_BYTES ? Object.assign(new Error('too large'), { statusCode: 413 }) : null, chunk)
    },
  })
  try {
    await pipeline(stream, watch, createWriteStream(path, { mode: 0o600 }))
    return { path, fileName, size: (await stat(path)).size, sm3: hash.digest(), open: () => createReadStream(path) }
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** The name that came with a pushed body: percent-encoded in `X-File-Name`, never a path. */
function nameOf(request: FastifyRequest, extension: string): string {
  const sent = request.headers['x-file-name']
  try {
    const name = decodeURIComponent(typeof sent === 'string' ? sent : '')
      .split(/[\\/]/)
      .at(-1)!
      .replace(/[\0-\x1f\x7f]/g, '')
      .slice(0, 200)
    if (name) return name
  } catch {
    // A name that cannot be read is no reason to refuse the file.
  }
  return `push.${extension}`
}

/** The file of a request, from a form or as its whole body; undefined where there is none. */
export async function receive(request: FastifyRequest, folder: string, raw: boolean): Promise<Received | undefined> {
  if (request.isMultipart()) {
    const part = await request.file()
    if (!part) return undefined
    const kept = await keep(part.file, folder, fileNameShown(part.filename))
    if (part.file.truncated) {
      await rm(kept.path, { force: true })
      throw Object.assign(new Error('too large'), { statusCode: 413 })
    }
    // The other fields of the form arrive beside the file.
    request.body = Object.fromEntries(
      Object.entries(part.fields).flatMap(([name, field]) => (field && 'value' in field ? [[name, field.value]] : [])),
    )
    return kept
  }
  const body = request.body as Readable | undefined
  if (!raw || typeof body?.pipe !== 'function') return undefined
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  return keep(body, folder, nameOf(request, RAW_BODIES[type] ?? 'bin'))
}
