import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'
import type { Tx } from '../platform/database/transaction.ts'
import type { Finding } from '../rules/rule.ts'
import type { FindingSink } from '../rules/scan.ts'

const COLUMNS =
  'run, division, rule, cause, fiscal_year, level, subject_kind, subject, label, fund, amount_fen, evidence'

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A value in COPY's text format. */
const field = (value: string | number | bigint | null): string =>
  value === null ? '\\N' : String(value).replace(/[\\\n\r\t]/g, mark => ESCAPES[mark]!)

/**
 * Takes findings into `warnings.finding` by COPY as they come. Nothing else can be asked of the transaction while a COPY is
 * open: call `finish` before.
 */
export class FindingCopy implements FindingSink {
  readonly #tx: Tx
  readonly #run: bigint
  readonly #subjectKinds: ReadonlyMap<string, string>
  #stream: CopyStreamQuery | null = null

  constructor(tx: Tx, run: bigint, subjectKinds: ReadonlyMap<string, string>) {
    this.#tx = tx
    this.#run = run
    this.#subjectKinds = subjectKinds
  }

  async write(findings: readonly Finding[]): Promise<void> {
    this.#stream ??= this.#tx.client.query(copyFrom(`copy warnings.finding (${COLUMNS}) from stdin`))
    const text = findings.map(one =>
      [
        this.#run,
        one.division,
        one.rule,
        one.cause,
        one.fiscalYear,
        one.level,
        this.#subjectKinds.get(one.rule)!,
        one.subject,
        one.label,
        one.fund,
        one.amountFen,
        one.evidence,
      ]
        .map(field)
        .join('\t'),
    )
    if (!this.#stream.write(`${text.join('\n')}\n`)) await once(this.#stream, 'drain')
  }

  async discard(rules: readonly string[]): Promise<void> {
    await this.finish()
    await this.#tx.query('delete from warnings.finding where run = $1 and rule = any($2)', [this.#run, rules])
  }

  async finish(): Promise<void> {
    const stream = this.#stream
    this.#stream = null
    if (!stream) return
    stream.end()
    await finished(stream)
  }
}
