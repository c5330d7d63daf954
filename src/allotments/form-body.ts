import { type Fen, fen } from '../kernel/money.ts'
import type { Repair } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { AllotmentForm } from './allotment.ts'
import type { FormAnswer } from './answers.ts'
import type { FormBody } from './contract.ts'
import type { Issued } from './issue.ts'
import { takenBy, tied } from './look.ts'
import type { ReceivedLine } from './receive.ts'

/** What every form says beside its lines; the day is its document's where none is given. */
export const common = (
  division: number,
  body: Pick<FormBody, 'fiscalYear' | 'document' | 'effectiveOn' | 'requestKey'>,
) => ({
  division,
  fiscalYear: body.fiscalYear,
  document: body.document,
  effectiveOn: body.effectiveOn ?? body.document.dated,
  requestKey: body.requestKey ?? null,
})

/** Runs a form, or only looks at it, and says what each source gave and has left. */
export async function performed(
  context: Context,
  division: number,
  form: AllotmentForm | 'virement',
  body: FormBody,
  perform: (input: Awaited<ReturnType<typeof formOf>>) => Promise<Issued & { repairs?: Repair[] }>,
): Promise<FormAnswer> {
  tied(
    body.printedTotalFen,
    body.lines.map(line => line.amountFen),
  )
  const input = await formOf(context.tx, division, body)
  const run = async (): Promise<FormAnswer> => {
    const issued = await perform(input)
    return {
      batch: String(issued.batch),
      document: String(issued.document),
      lines: issued.lines.map(String),
      taken: await takenBy(context.tx, division, form, input.lines),
      repairs: [...(issued.repair ? [issued.repair] : []), ...(issued.repairs ?? [])],
    }
  }
  if (!body.checkOnly) return run()
  await context.tx.query('savepoint look')
  // Looked at with the same key, a form that is stored already would be shown as it is now.
  input.requestKey = null
  const { taken, repairs } = await run()
  await context.tx.query('rollback to savepoint look')
  return { batch: null, document: null, lines: [], taken, repairs }
}

/** A form as a verb takes it, with its lines read from the body. */
async function formOf(tx: Tx, division: number, body: FormBody) {
  const receivers = await receiverIds(tx, body)
  const lines = body.lines.map(
    ({ amountFen, monitoredFen, source, transfer, project, toDivision, ...rest }): ReceivedLine => ({
      ...rest,
      amount: fen(amountFen),
      ...(monitoredFen === undefined ? {} : { monitored: fen(monitoredFen) as Fen }),
      ...(source === undefined ? {} : { source: BigInt(source) }),
      ...(transfer === undefined ? {} : { transfer: BigInt(transfer) }),
      ...(project === undefined ? {} : { project: BigInt(project) }),
      ...(toDivision === undefined ? {} : { toDivision: receivers.get(toDivision) ?? null }),
    }),
  )
  return { ...common(division, body), lines }
}

async function receiverIds(tx: Tx, body: FormBody): Promise<Map<string, number>> {
  const codes = [...new Set(body.lines.flatMap(line => line.toDivision ?? []))]
  if (codes.length === 0) return new Map()
  const rows = await tx.query<{ code: string; division: number }>(
    'select code, division from divisions.published_division where code = any ($1)',
    [codes],
  )
  return new Map(rows.map(row => [row.code, row.division]))
}
