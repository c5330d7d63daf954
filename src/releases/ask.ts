import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Value } from 'typebox/value'
import { may } from '../kernel/actor.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context, Run } from '../platform/context.ts'
import type { Extract, ExtractLine } from '../platform/extract.ts'
import { MEDIA } from '../platform/tables/sheet.ts'
import { type OutputCell, writeCsv, writeXlsx } from '../platform/tables/writers.ts'
import type { AskBody } from './contract.ts'
import { fileCells, frozenText, readFrozen, type Tally } from './frozen-lines.ts'
import { insertRelease, insertSnapshot, previousOf, releaseAsked } from './store.ts'

const ARCHIVE = 'application/zip'
/** A purpose for which personal data leaves is a sentence, not a word. */
const PERSONAL_PURPOSE = 10

/**
 * Asks for a release: what it consists of is frozen now, from one view of the database, so that what is signed is what leaves. Asked
 * again with the same request key, the first is answered. Refuses `release-kind-unknown`, `release-parameters`, `permission-missing`,
 * `recipient-missing`, `purpose-missing`, `personal-not-held`, `release-format`.
 * @param at where archives are read: in a transaction of their own, of the division alone
 */
export async function askRelease(
  context: Context,
  extracts: readonly Extract[],
  division: number,
  body: AskBody,
  at?: { run: Run; code: string },
): Promise<string> {
  const { tx, actor } = context
  const before = await releaseAsked(tx, division, body.requestKey)
  if (before) return before.id
  const extract = extractOf(extracts, body.kind)
  judge(context, extract, body)
  const parameters = Object.fromEntries(Object.entries(body.parameters).sort(([a], [b]) => (a < b ? -1 : 1)))
  const series = `${extract.kind} ${JSON.stringify(parameters)}`
  const previous = await previousOf(tx, division, series)
  const id = await insertRelease(tx, {
    ...body,
    division,
    parameters,
    series,
    recipient: body.recipient.trim(),
    purpose: body.purpose.trim(),
    asker: actor,
  })
  const frozen = await freeze(context, extract, division, id, { ...body, parameters }, at)
  await insertSnapshot(tx, { division, release: id, previous, ...frozen })
  await context.audit({
    division,
    action: 'release.ask',
    subject: `${extract.kind} ${id}`,
    detail: {
      parameters,
      personal: body.personal,
      recipient: body.recipient,
      purpose: body.purpose,
      rows: frozen.rows,
      sm3: frozen.sm3.toString('hex'),
    },
  })
  return id
}

function extractOf(extracts: readonly Extract[], kind: string): Extract {
  const extract = extracts.find(one => one.kind === kind)
  if (!extract)
    refuse('input', 'release-kind-unknown', `没有“${kind}”这种报表。`, `There is no report “${kind}”.`, {
      field: 'kind',
      value: kind,
    })
  return extract
}

function judge({ actor }: Context, extract: Extract, body: AskBody): void {
  if ((body.format === 'zip') !== (extract.archive !== undefined))
    refuse(
      'input',
      'release-format',
      extract.archive
        ? `“${extract.title.zh}”只能以压缩包（zip）报出：请改选格式。`
        : `“${extract.title.zh}”是表格，不能以压缩包报出：请选 Excel 或 CSV。`,
      extract.archive
        ? `“${extract.title.en}” leaves as an archive (zip): choose that format.`
        : `“${extract.title.en}” is a table and leaves as Excel or CSV: choose one of these.`,
      { field: 'format', value: body.format },
    )
  if (!may(actor, extract.permission) || (body.personal && !may(actor, 'personal.unmask')))
    refuse(
      'forbidden',
      'permission-missing',
      body.personal
        ? '您的岗位不能申请带个人信息明文的报表：请由有权限的岗位申请。'
        : `您的岗位不能申请“${extract.title.zh}”。`,
      body.personal
        ? 'Your post may not ask for personal data in the clear: have a post ask that may.'
        : `Your post may not ask for “${extract.title.en}”.`,
      { value: body.personal ? 'personal.unmask' : extract.permission },
    )
  if (!Value.Check(extract.parameters, body.parameters))
    refuse(
      'input',
      'release-parameters',
      `“${extract.title.zh}”的条件不完整或不合要求：请核对年度和日期。`,
      `The parameters of “${extract.title.en}” are incomplete or do not fit: check year and days.`,
      { field: 'parameters', value: JSON.stringify(body.parameters).slice(0, 80) },
    )
  if (body.recipient.trim() === '')
    refuse('input', 'recipient-missing', '请写明报送或提供给谁。', 'Say whom it is for.', { field: 'recipient' })
  const least = body.personal ? PERSONAL_PURPOSE : 4
  if (body.purpose.trim().length < least)
    refuse(
      'input',
      'purpose-missing',
      `请写明用途（至少 ${least} 个字）。`,
      `Say what it is for, in ${least} characters at least.`,
      { field: 'purpose', value: body.purpose },
    )
  if (body.personal && !extract.personal)
    refuse(
      'input',
      'personal-not-held',
      `“${extract.title.zh}”不含个人信息：请去掉“含明文”。`,
      `“${extract.title.en}” holds no personal data: do not ask for it.`,
      { field: 'personal' },
    )
}

/** Keeps the lines, then makes the file from what was kept: the two cannot disagree. */
async function freeze(
  context: Context,
  extract: Extract,
  division: number,
  id: string,
  asked: { format: 'csv' | 'xlsx' | 'zip'; personal: boolean; parameters: Record<string, unknown> },
  at?: { run: Run; code: string },
): Promise<{ file: string; lines: string; sm3: Buffer; rows: number; totals: Record<string, string> }> {
  const { tx, files, clock } = context
  const tally: Tally = { rows: 0, sums: new Map() }
  const name = `${extract.title.zh}-${clock.today()}-${id}`
  // Of an archive the bytes come first: only who has read it to its end can say what is in it.
  let told: readonly ExtractLine[] = []
  const packed =
    extract.archive && at
      ? await files.keepMade(tx, division, {
          name: `${name}.zip`,
          mediaType: ARCHIVE,
          content: archived(context, extract, division, asked.parameters, at, lines => {
            told = lines
          }),
        })
      : null
  const source = packed ? once(told) : extract.lines(context, division, asked.parameters, asked.personal)
  const lines = await files.keepMade(tx, division, {
    name: `${name}.lines`,
    mediaType: 'application/x-ndjson',
    content: frozenText(extract.columns, source, tally),
  })
  const file = packed ?? (await tableOf(context, extract, division, name, lines.id, asked.format))
  const totals = Object.fromEntries([...tally.sums].map(([title, sum]) => [title, String(sum)]))
  return { file: file.id, lines: lines.id, sm3: file.sm3, rows: tally.rows, totals }
}

/** The file as a table, made from the lines that were kept. */
async function tableOf(
  { tx, files }: Context,
  extract: Extract,
  division: number,
  name: string,
  lines: string,
  format: 'csv' | 'xlsx' | 'zip',
): Promise<{ id: string; sm3: Buffer }> {
  const kept = await readFrozen((await files.readMade(tx, division, lines)).content)
  async function* rows(): AsyncGenerator<OutputCell[][]> {
    for await (const chunk of kept.lines) yield chunk.map(line => fileCells(kept.columns, line))
  }
  const stream: Readable =
    format === 'csv' ? writeCsv(extract.columns, rows()) : writeXlsx(extract.title.zh, extract.columns, rows())
  return files.keepMade(tx, division, {
    name: `${name}.${format}`,
    mediaType: format === 'zip' ? ARCHIVE : MEDIA[format],
    content: stream,
  })
}

async function* once(lines: readonly ExtractLine[]): AsyncGenerator<readonly ExtractLine[]> {
  yield lines
}

/** An archive as it is read: one snapshot, of the division alone, whatever more the asker may see. */
function archived(
  { actor }: Context,
  extract: Extract,
  division: number,
  parameters: Record<string, unknown>,
  { run, code }: { run: Run; code: string },
  listed: (lines: readonly ExtractLine[]) => void,
): PassThrough {
  const out = new PassThrough({ highWaterMark: 262_144 })
  run(
    { ...actor, scope: division },
    context => pipeline(Readable.from(extract.archive?.(context, parameters, code, listed) ?? []), out),
    { readOnly: true },
  ).catch(error => out.destroy(error))
  return out
}
