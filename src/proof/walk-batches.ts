import { sm3 } from '../kernel/digest.ts'
import { cellsOf, type DivisionBooks, type Ports } from './division-books.ts'

const PAID = '5201'
const TRANSIT = '5102'

interface Head {
  id: string
  text: string
  entries: string
  document: string
  digest: string
  at: number
}

interface Gathered {
  id: string
  /** The part of the digest's text that the entries make. */
  text: string
  rows: number
  /** Where its first entry stands. */
  at: number
}

const HEAD_COLUMNS = 'id form fiscal_year effective_on document request_key other_division other_batch entries actor'
const ENTRY_COLUMNS =
  'batch line debit_allotment debit credit_allotment credit amount_fen corrects_batch corrects_line payment'

const orDash = (cell: string): string => (cell === '' ? '-' : cell)

/** Microseconds since 1970 of a moment as PostgreSQL writes it in UTC. */
function microseconds(text: string): string {
  const [, day, time, fraction = ''] = /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text) ?? []
  const milliseconds = Date.parse(`${day}T${time}Z`)
  return Number.isNaN(milliseconds) ? text : String(BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, '0')))
}

/**
 * Walks along a division's batches and entries, both by batch: recomputes every digest, and gathers what the entries move, correct
 * and pay.
 */
export async function walkBatches(ports: Ports, books: DivisionBooks): Promise<void> {
  const { division } = books
  const heads = headsOf(ports, division)
  let head = await heads.next()
  const settle = async (made: Gathered): Promise<void> => {
    for (; !head.done && BigInt(head.value.id) < BigInt(made.id); head = await heads.next())
      digest(ports, books, head.value, null)
    if (!head.done && head.value.id === made.id) {
      digest(ports, books, head.value, made)
      head = await heads.next()
    } else
      ports.differ('digests', `batch ${division}/${made.id}, ${entryLine(made.at)}`, 'a batch', 'entries without one')
  }
  const trees = new Map<string, bigint>()
  let made = null as Gathered | null
  for await (const piece of cellsOf(ports, 'ledger.entry', division, ENTRY_COLUMNS.split(' ')))
    for (const { cells, at } of piece) {
      const [id = '', ...entry] = cells
      if (id !== made?.id) {
        if (made) await settle(made)
        made = { id, text: '', rows: 0, at }
      }
      made.text += `\n${entry.map(orDash).join('|')}`
      made.rows++
      gather(ports, books, trees, cells, `entry ${division}/${id}/${entry[0]}, ${entryLine(at)}`)
    }
  if (made) await settle(made)
  for (; !head.done; head = await heads.next()) digest(ports, books, head.value, null)
  for (const line of books.lines.values()) if (!line.source) ports.checks.trees!.checked++
  for (const [root, fen] of trees)
    if (fen !== 0n) ports.differ('trees', `tree ${division}/${root}`, 'debits = credits', `${fen} fen apart`)
}

const entryLine = (at: number): string => `tables/ledger.entry.csv:${at}`

async function* headsOf(ports: Ports, division: number): AsyncGenerator<Head> {
  const columns = [...HEAD_COLUMNS.split(' '), 'recorded_at', 'digest']
  for await (const piece of cellsOf(ports, 'ledger.batch', division, columns))
    for (const { cells, at } of piece) {
      const [id = '', form, year, effective, document = '', key = '', other = '', otherBatch = ''] = cells
      const [entries = '', actor, recorded = '', digest = ''] = cells.slice(8)
      const named = [document, key, other, otherBatch].map(orDash)
      const text = ['batch', division, id, form, year, effective, ...named, entries, actor, microseconds(recorded)]
      yield { id, text: text.join('|'), entries, document, digest: digest.slice(2), at }
    }
}

function digest({ checks, differ }: Ports, books: DivisionBooks, head: Head, made: Gathered | null): void {
  checks.digests!.checked++
  const place = `batch ${books.division}/${head.id}, tables/ledger.batch.csv:${head.at}`
  const where = made ? `${place}, ${entryLine(made.at)}` : place
  const rows = made?.rows ?? 0
  if (String(rows) !== head.entries) differ('digests', where, `${head.entries} entries`, `${rows} entries`)
  const digest = sm3(head.text, made?.text ?? '\n').toString('hex')
  if (digest !== head.digest) differ('digests', where, digest, head.digest)
  if (head.document !== '' && !books.documents.has(head.document))
    differ('references', place, `document ${head.document}`, 'there is none')
  books.digests.set(head.id, head.digest)
}

/** One entry: what it moves, in which trees, which entry it corrects, which payment it is of. */
function gather(
  { checks, differ }: Ports,
  books: DivisionBooks,
  trees: Map<string, bigint>,
  cells: readonly string[],
  place: string,
): void {
  const [, , debited = '', debit = '', credited = '', credit = '', amount = ''] = cells
  const [wrong = '', wrongLine = '', payment = ''] = cells.slice(7)
  checks.references!.checked++
  for (const one of [debited, credited])
    if (!books.lines.has(one)) differ('references', place, `allotment ${one}`, 'there is none')
  if (!/^-?\d+$/.test(amount)) {
    differ('balances', place, 'fen', amount)
    return
  }
  const fen = BigInt(amount)
  move(books, `${debited}/${debit}`, 'debit', fen)
  move(books, `${credited}/${credit}`, 'credit', fen)
  if (wrong !== '') add(books.corrected, `${wrong}/${wrongLine}`, -fen)
  const [up, down] = [rootOf(books, debited), rootOf(books, credited)]
  if (up !== down) {
    add(trees, up, fen)
    add(trees, down, -fen)
  }
  if (payment === '') return
  const posted = books.posted.get(payment) ?? { fen: 0n, transit: 0n }
  for (const account of [PAID, TRANSIT]) {
    const moved = (debit === account ? fen : 0n) - (credit === account ? fen : 0n)
    posted.fen += moved
    if (account === TRANSIT) posted.transit += moved
  }
  books.posted.set(payment, posted)
}

const add = (sums: Map<string, bigint>, key: string, fen: bigint): void =>
  void sums.set(key, (sums.get(key) ?? 0n) + fen)

function move(books: DivisionBooks, key: string, side: 'debit' | 'credit', fen: bigint): void {
  const found = books.turnover.get(key)
  if (found) found[side] += fen
  else books.turnover.set(key, { debit: 0n, credit: 0n, [side]: fen })
}

function rootOf(books: DivisionBooks, id: string): string {
  const line = books.lines.get(id)
  if (!line) return id
  // A line that names itself as its source would never end; lineage tells of it.
  line.root ??= line.source && line.source !== id ? rootOf(books, line.source) : id
  return line.root
}
