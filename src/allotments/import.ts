import { LEVELS, type Level } from '../kernel/division-code.ts'
import { parseDocumentNumber } from '../kernel/document-number.ts'
import { groupBy } from '../kernel/group-by.ts'
import { displayMoney, type Fen } from '../kernel/money.ts'
import { type Fault, FaultList, Refusal } from '../kernel/refusal.ts'
import { registerDocument } from '../ledger/document.ts'
import type { Context } from '../platform/context.ts'
import type { Importer, ImportOutcome, ImportRequest } from '../platform/part.ts'
import { readRows } from '../platform/tables/read-rows.ts'
import type { AllotmentForm, NewLine } from './allotment.ts'
import { COLUMNS, readRow } from './import-file.ts'
import { joinRows, sayRecognised } from './import-join.ts'
import { type Resolved, resolve } from './import-resolve.ts'
import { issue, openTransfers } from './issue.ts'

/** A file of allotments is posted whole or not at all; beyond this it should be split by document. */
const MAX_ROWS = 200_000

export const importer: Importer = {
  kind: 'allotments',
  title: { zh: '预算指标', en: 'allotments' },
  permission: 'allotments.write',
  columns: COLUMNS,
  run: (run, actor, request) => run(actor, context => importAllotments(context, request)),
}

/**
 * Takes in a table of allotments of any number of divisions and documents (BA_BGT_INFO). Which form a row is follows from what
 * it names: nothing above = own budget; a superior's number = receipt; a source and a receiver = pass-down; a source and an
 * agency = refining; a source alone = assignment. Rows may stand in any order; known ones are repeats. One transaction: all of
 * it or nothing. Faults, all at once: those of the fields, `unknown-division`, `unknown-fund`, `unknown-agency`, `unknown-project`,
 * `unknown-office`, `unknown-subject`, `division-outside-scope`, `fund-secret`, `line-duplicated`, `line-changed`, `source-missing`,
 * `source-wrong-form`, `receiver-missing`, `over-allotted`, `transfer-exceeded`.
 */
export async function importAllotments(context: Context, request: ImportRequest): Promise<ImportOutcome> {
  const faults = new FaultList()
  // Rows with faults of their own are sources all the same: what is made of them is not called an orphan.
  const faulty = new Set<string>()
  const { read, rows } = await readRows(
    request,
    COLUMNS,
    faults,
    reader => {
      const row = readRow(reader)
      if (!row) faulty.add(reader.raw('BGT_ID'))
      return row
    },
    MAX_ROWS,
  )
  const lines = await resolve(context.tx, rows, faults, faulty)
  faults.throwIfAny()
  const fresh = lines.filter(line => !line.known)
  // A look posts too, and takes it all back: only the posting knows what a superior's line has left and which numbers are mended.
  if (request.checkOnly) await context.tx.query('savepoint look')
  await postAll(context, fresh, faults, request)
  if (request.checkOnly) await context.tx.query('rollback to savepoint look')
  const taken = fresh.filter(line => !line.known)
  const figures: Record<string, number> = Object.fromEntries(
    (['register', 'receive', 'assign', 'refine', 'pass-down'] as const).map(form => [
      form,
      taken.filter(line => line.form === form).length,
    ]),
  )
  // Rows whose line had been entered by hand before: they are known now.
  if (taken.length < fresh.length) figures.joined = fresh.length - taken.length
  return {
    rows: read,
    taken: taken.length,
    repeated: read - taken.length,
    repairs: faults.repairs,
    repairCount: faults.repairCount,
    figures,
  }
}

/** Sources before what is made of them, and what is passed down before it is received, whatever the order of the rows. */
async function postAll(
  context: Context,
  fresh: readonly Resolved[],
  faults: FaultList,
  request: ImportRequest,
): Promise<void> {
  const ids = new Map<string, bigint>()
  const documents = new Map<string, bigint>()
  const numbers = new Map<string, string>()
  const numbered = (typed: string): string => {
    const number = numbers.get(typed) ?? storedNumber(typed)
    numbers.set(typed, number)
    return number
  }
  const sending = (line: Resolved) => `${line.receiver}/${line.year}/${numbered(line.number)}`
  const receiving = (line: Resolved) => `${line.division}/${line.year}/${numbered(line.superiorNumber ?? '')}`
  let pending = [...fresh]
  let done = 0
  while (pending.length > 0) {
    const coming = new Set(pending.filter(line => line.form === 'pass-down').map(sending))
    const free = (line: Resolved) =>
      line.sourceKey !== null
        ? line.source !== null || ids.has(line.sourceKey)
        : line.form !== 'receive' || !coming.has(receiving(line))
    let ready = pending.filter(free)
    // What still waits, waits for a line that was refused here; or two divisions send to each other under one number, which only
    // the postings can judge.
    if (ready.length === 0 && faults.count > 0) break
    if (ready.length === 0) ready = pending.filter(line => line.form === 'receive')
    if (ready.length === 0) throw new Error('no line is ready to be posted')
    for (const group of grouped(ready)) {
      await postGroup(context, group, ids, documents, faults)
      done += group.length
      request.progress?.({ zh: '正在登记', en: 'Registering' }, done, fresh.length)
    }
    const posted = new Set(ready)
    pending = pending.filter(line => !posted.has(line))
  }
  faults.throwIfAny()
}

const grouped = (lines: readonly Resolved[]): Iterable<Resolved[]> =>
  groupBy(lines, line =>
    [line.division, line.year, line.form, line.number, line.title, line.dated].join('\u0000'),
  ).values()

/** The number as the ledger keeps it, and as the receivers of a transfer look for it. */
const storedNumber = (typed: string): string => parseDocumentNumber(typed).normalised ?? typed.trim()

async function documentOf(
  context: Context,
  line: Resolved,
  documents: Map<string, bigint>,
  faults: FaultList,
): Promise<bigint> {
  const key = [line.division, line.number, line.title, line.dated].join('\u0000')
  const seen = documents.get(key)
  if (seen !== undefined) return seen
  const number = storedNumber(line.number)
  const known = await context.tx.maybe<{ id: bigint }>(
    'select id from ledger.document where division = $1 and number = $2 and title = $3 and dated = $4 order by id limit 1',
    [line.division, number, line.title, line.dated],
  )
  if (known) {
    documents.set(key, known.id)
    return known.id
  }
  const registered = await registerDocument(context, line.division, {
    number: line.number,
    title: line.title,
    dated: line.dated,
  })
  if (registered.repair) faults.repair({ ...registered.repair, row: line.row, field: 'COR_BGT_DOC_NO' })
  documents.set(key, registered.id)
  return registered.id
}

async function postGroup(
  context: Context,
  together: readonly Resolved[],
  ids: Map<string, bigint>,
  documents: Map<string, bigint>,
  faults: FaultList,
): Promise<void> {
  const joined =
    together[0]?.form === 'receive'
      ? await joinRows(context, together, line => storedNumber(line.superiorNumber ?? ''))
      : new Map<Resolved, bigint>()
  for (const [line, id] of joined) {
    line.known = true
    ids.set(line.key, id)
  }
  const group = together.filter(line => !joined.has(line))
  const [first] = group
  if (!first) return
  const documentId = await documentOf(context, first, documents, faults)
  const lines: NewLine[] = []
  const taken: Resolved[] = []
  const received = first.form === 'receive' ? await transfersFor(context, group, faults) : null
  if (received) await sayRecognised(context, first.division, received, faults)
  for (const line of group) {
    const transfer = received?.get(line)
    if (received && transfer === undefined) continue
    taken.push(line)
    lines.push({
      amount: line.amount,
      fund: line.fund,
      ...(line.sourceKey === null ? {} : { source: line.source ?? ids.get(line.sourceKey)! }),
      ...(transfer === undefined ? {} : { transfer }),
      ...(line.sourceLevel ? { sourceLevel: line.sourceLevel } : {}),
      ...(line.sourceType ? { sourceType: line.sourceType } : {}),
      ...(line.direct ? { direct: true } : {}),
      ...(line.poverty ? { poverty: line.poverty } : {}),
      ...(line.monitored === null ? {} : { monitored: line.monitored }),
      superiorNumber: line.superiorNumber,
      fundNature: line.fundNature,
      functionSubject: line.functionSubject,
      economicSubject: line.economicSubject,
      departmentSubject: line.departmentSubject,
      transferSubject: line.transferSubject,
      office: line.office,
      agency: line.agency,
      project: line.project,
      belowProjectCode: line.form === 'pass-down' ? line.projectCode : null,
      toDivision: line.receiver,
      note: line.note,
      externalId: line.externalId,
    })
  }
  if (lines.length === 0) return
  try {
    const issued = await issue(context, {
      division: first.division,
      fiscalYear: first.year,
      form: first.form as AllotmentForm,
      document: { number: storedNumber(first.number), title: first.title, dated: first.dated },
      documentId,
      effectiveOn: first.dated,
      lines,
      rows: taken.map(line => line.row),
    })
    for (const [index, line] of taken.entries()) ids.set(line.key, issued.lines[index]!)
  } catch (error) {
    // After a database error the transaction is lost; after a refusal of ours it is about to be: say all that is known by now.
    if (error instanceof Refusal)
      throw new Refusal(error.kind, [
        ...faults.faults,
        ...error.faults.map((fault): Fault => ({ row: first.row, ...fault })),
      ])
    throw error
  }
}

interface Waiting {
  id: bigint
  fund: number
  left: bigint
  outside: boolean
}

/**
 * Joins received lines with what the superior sent (挂接): the transfer of that document number in this division, of the same
 * fund or of the fund that it answers to, with enough left. Where the superior is outside this installation, its line is opened
 * here with the amount that was received.
 */
async function transfersFor(
  context: Context,
  group: readonly Resolved[],
  faults: FaultList,
): Promise<Map<Resolved, bigint>> {
  const first = group[0]!
  const found = new Map<Resolved, bigint>()
  const numberOf = (line: Resolved) => storedNumber(line.superiorNumber ?? '')
  const rows = await context.tx.query<Waiting & { document_number: string }>(
    `select id, document_number, fund, sent_fen - taken_fen as left, sender is null as outside from ledger.transfer
     where division = $1 and fiscal_year = $2 and document_number = any ($3) order by id`,
    [first.division, first.year, [...new Set(group.map(numberOf))]],
  )
  const waiting = groupBy(rows, row => row.document_number)
  const unsent: Resolved[] = []
  // Whatever the order of the rows: first those that take a whole transfer of their fund, then the others, largest first, each from
  // the smallest that has enough.
  const kin = (line: Resolved, one: Waiting) => one.fund === line.fund || one.fund === line.superiorFund
  const of = (line: Resolved) => waiting.get(numberOf(line)) ?? []
  const whole = new Map<Resolved, Waiting>()
  for (const line of group) {
    const exact = of(line).find(one => one.left === line.amount && kin(line, one))
    if (!exact) continue
    exact.left -= line.amount
    whole.set(line, exact)
  }
  const rest = group
    .filter(line => !whole.has(line))
    .sort((a, b) => (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1))
  for (const [line, one] of whole) found.set(line, one.id)
  for (const line of rest) {
    const candidates = of(line)
    const fits = candidates
      .filter(one => one.left >= line.amount)
      .sort((a, b) => (a.left === b.left ? 0 : a.left < b.left ? -1 : 1))
    const chosen = fits.find(one => kin(line, one)) ?? fits[0]
    if (chosen) {
      chosen.left -= line.amount
      found.set(line, chosen.id)
    } else if (candidates.length === 0 || candidates.every(one => one.outside)) unsent.push(line)
    else {
      const left = displayMoney(candidates.reduce((most, one) => (one.left > most ? one.left : most), 0n) as Fen)
      faults.add({
        code: 'transfer-exceeded',
        row: line.row,
        field: 'AMOUNT',
        value: displayMoney(line.amount),
        zh: `第 ${line.row} 行接收 ${displayMoney(line.amount)} 元，超过上级文件“${line.superiorNumber}”单笔可接收的 ${left} 元：请与上级核对，或按上级指标逐笔接收。`,
        en: `Row ${line.row}: receives ${displayMoney(line.amount)} yuan, more than the ${left} yuan that any line of the superior's document “${line.superiorNumber}” has left: check with the superior, or receive line by line.`,
      })
    }
  }
  if (unsent.length > 0) {
    for (const lines of groupBy(unsent, numberOf).values()) {
      const opened = await openTransfers(context, {
        sender: null,
        fiscalYear: first.year,
        document: { number: numberOf(lines[0]!), title: first.title, dated: first.dated },
        lines: lines.map(line => ({
          receiver: line.division,
          senderAllotment: null,
          fund: line.superiorFund ?? line.fund,
          sourceLevel: line.sourceLevel ?? above(line.level),
          direct: line.direct,
          functionSubject: line.functionSubject,
          fundNature: line.fundNature,
          note: line.note,
          externalId: null,
          path: '{}',
          sent: line.amount,
        })),
      })
      for (const [index, line] of lines.entries()) found.set(line, opened[index]!)
    }
  }
  return found
}

const above = (level: Level): Level => LEVELS[Math.max(0, LEVELS.indexOf(level) - 1)]!
