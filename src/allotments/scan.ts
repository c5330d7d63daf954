import { Readable } from 'node:stream'
import { parseDocumentNumber } from '../kernel/document-number.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { MAX_ATTACHMENT_BYTES } from '../platform/files/file-store.ts'
import type { Streamed } from '../platform/http/define-route.ts'
import type { Importer } from '../platform/part.ts'

/** Attaches the scan of a document; refuses `document-missing`, `scan-present`, and what the file store refuses. */
export async function attachScan(
  context: Context,
  division: number,
  document: bigint,
  fileName: string,
  content: Buffer,
): Promise<{ file: string }> {
  const row = await context.tx.maybe<{ scan: string | null; number: string }>(
    'select scan, number from ledger.document where division = $1 and id = $2',
    [division, document],
  )
  if (!row) refuse('missing', 'document-missing', '没有这份文件。', 'There is no such document.')
  if (row.scan)
    refuse(
      'conflict',
      'scan-present',
      `文件“${row.number}”已有扫描件，不能替换。`,
      `The document “${row.number}” has its scan already; it is not replaced.`,
      { value: row.number },
    )
  const file = await context.files.keep(context.tx, division, fileName, content)
  await context.tx.query('update ledger.document set scan = $3 where division = $1 and id = $2', [
    division,
    document,
    file.id,
  ])
  await context.audit({ division, action: 'document.scan', subject: row.number, detail: { file: file.id } })
  return { file: file.id }
}

/** The scan of a document, as it was sent; refuses `document-missing`, `scan-missing`, and what the file store refuses. */
export async function readScan({ tx, files }: Context, division: number, document: bigint): Promise<Streamed> {
  const row = await tx.maybe<{ scan: string | null; number: string }>(
    'select scan, number from ledger.document where division = $1 and id = $2',
    [division, document],
  )
  if (!row) refuse('missing', 'document-missing', '没有这份文件。', 'There is no such document.')
  if (!row.scan)
    refuse(
      'missing',
      'scan-missing',
      `文件“${row.number}”还没有扫描件：请先上传。`,
      `The document “${row.number}” has no scan yet: upload it first.`,
      { value: row.number },
    )
  const file = await files.read(tx, division, row.scan)
  return { stream: Readable.from([file.content]), mediaType: file.mediaType, fileName: file.name }
}

/**
 * Takes a scan in by its file name, which is the document's number (样财农〔2018〕1号.pdf), and attaches it to the documents of
 * that number in the division. Refuses `division-needed`, `scan-unnamed`, `document-missing`; a second time it is a repeat.
 */
export const scanImporter: Importer = {
  kind: 'scans',
  title: { zh: '指标文件扫描件', en: 'scans of documents' },
  permission: 'allotments.write',
  run: (run, actor, request) =>
    run(actor, async context => {
      const { division, source } = request
      const outcome = { rows: 1, taken: 0, repeated: 0, repairs: [], repairCount: 0, figures: {} }
      if (division === null)
        refuse(
          'input',
          'division-needed',
          '请说明扫描件属于哪个区划（--division）。',
          'Say which division the scan belongs to (--division).',
          { field: 'division' },
        )
      const name = source.fileName.replace(/\.[A-Za-z0-9]{1,5}$/, '')
      const number = parseDocumentNumber(name).normalised ?? name
      const documents = await context.tx.query<{ id: bigint; scan: string | null }>(
        'select id, scan from ledger.document where division = $1 and number = $2',
        [division, number],
      )
      if (documents.length === 0)
        refuse(
          'input',
          'document-missing',
          `没有文号为“${number}”的文件：请把扫描件按文号命名，并先登记文件。`,
          `There is no document numbered “${number}”: name the scan by its document's number, and register the document first.`,
          { field: 'fileName', value: source.fileName },
        )
      const chunks: Buffer[] = []
      let bytes = 0
      for await (const chunk of source.open()) {
        bytes += (chunk as Buffer).length
        // Read no further than the file store would take: it says the sentence.
        if (bytes > MAX_ATTACHMENT_BYTES + 1) break
        chunks.push(chunk as Buffer)
      }
      const waiting = documents.filter(document => document.scan === null)
      if (waiting.length === 0) return { ...outcome, repeated: 1 }
      if (!request.checkOnly)
        for (const { id } of waiting) await attachScan(context, division, id, source.fileName, Buffer.concat(chunks))
      return { ...outcome, taken: 1 }
    }),
}
