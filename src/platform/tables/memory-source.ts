import { Readable } from 'node:stream'
import type { TableSource } from './table.ts'

/** Bytes already in memory as a source, given out in pieces of any size: for small uploads and for tests. */
export function memorySource(bytes: Uint8Array | string, fileName = 'memory', pieceBytes = 65_536): TableSource {
  const buffer = Buffer.from(bytes as Uint8Array)
  return {
    fileName,
    size: buffer.length,
    open: () =>
      Readable.from(
        (function* () {
          for (let at = 0; at < buffer.length; at += pieceBytes) yield buffer.subarray(at, at + pieceBytes)
        })(),
        { objectMode: false },
      ),
  }
}
