import { cellsOf, type DivisionBooks, emptyBooks, type Ports, type Walked } from './division-books.ts'
import { walkBatches } from './walk-batches.ts'
import type { ChainWalk } from './walk-chain.ts'

/** A transfer, to be held to its sender's books when all divisions were seen. */
interface Sent {
  place: string
  from: string
  fen: bigint
  path: string
}

/** What a line sent down, by the entries. */
interface Passed {
  place: string
  fen: bigint
  path: string
  to: number
  named: boolean
}

const REVENUE = '4001'
/** Passed down, and sent to a region that is not below. */
const SENDING = ['500202', '500203']

/** Recomputes the books of one division after another from the rows of its tables, and then what crosses divisions. */
export class DivisionWalk {
  readonly #ports: Ports
  readonly #chain: ChainWalk
  readonly #inside: ReadonlySet<number>
  readonly #sent: Sent[] = []
  readonly #passed = new Map<string, Passed>()

  constructor(ports: Ports, chain: ChainWalk, inside: ReadonlySet<number>) {
    this.#ports = ports
    this.#chain = chain
    this.#inside = inside
  }

  async division(division: number): Promise<void> {
    const books = emptyBooks(division)
    await this.#each('ledger.document', division, ['id'], ([id = '']) => void books.documents.add(id))
    await this.#lines(books)
    await walkBatches(this.#ports, books)
    await this.#balances(books)
    await this.#corrections(books)
    await this.#transfers(books)
    await this.#payments(books)
    await this.#chain.division(books)
  }

  async #each(
    name: Walked,
    division: number,
    columns: readonly string[],
    take: (cells: string[], at: number) => void,
  ): Promise<void> {
    for await (const piece of cellsOf(this.#ports, name, division, columns))
      for (const { cells, at } of piece) take(cells, at)
  }

  async #lines({ division, documents, lines }: DivisionBooks): Promise<void> {
    const { checks, differ } = this.#ports
    const columns = ['id', 'source', 'transfer', 'carried_from', 'path', 'to_division', 'document']
    await this.#each('allotments.allotment', division, columns, cells => {
      const [id = '', source = '', transfer = '', carried = '', path = '', to = '', document = ''] = cells
      lines.set(id, { source, transfer, carried, path, to })
      if (document !== '' && !documents.has(document))
        differ('references', `allotment ${division}/${id}`, `document ${document}`, 'there is none')
    })
    for (const [id, line] of lines) {
      checks.lineage!.checked++
      const place = `allotment ${division}/${id}`
      const missing = [line.carried, line.source].find(above => above && !lines.has(above))
      const path = behind(lines.get(line.carried)?.path ?? '{}', lines.get(line.source)?.path ?? '{}')
      if (missing) differ('lineage', place, `line ${missing}`, 'there is none')
      // What came by a transfer is held to it when the transfers are read.
      else if (!line.transfer && line.path !== follow(path, id)) differ('lineage', place, follow(path, id), line.path)
    }
  }

  async #balances({ division, lines, turnover }: DivisionBooks): Promise<void> {
    const { checks, differ } = this.#ports
    const seen = new Set<string>()
    const columns = ['allotment', 'account', 'side', 'debit_fen', 'credit_fen']
    await this.#each('ledger.balance', division, columns, (cells, at) => {
      const [allotment = '', account, side, debit = '', credit = ''] = cells
      const key = `${allotment}/${account}`
      const moved = turnover.get(key) ?? { debit: 0n, credit: 0n }
      const place = `balance ${division}/${key}, tables/ledger.balance.csv:${at}`
      checks.balances!.checked++
      seen.add(key)
      if (!lines.has(allotment)) differ('references', place, `allotment ${allotment}`, 'there is none')
      if (String(moved.debit) !== debit || String(moved.credit) !== credit)
        differ('balances', place, `${moved.debit} - ${moved.credit}`, `${debit} - ${credit}`)
      const stands = side === 'D' ? moved.debit - moved.credit : moved.credit - moved.debit
      if (stands < 0n) differ('balances', place, 'nothing below zero', String(stands))
    })
    for (const [key, { debit, credit }] of turnover)
      if (!seen.has(key)) differ('balances', `balance ${division}/${key}`, `${debit} - ${credit}`, 'there is none')
  }

  async #corrections({ division, corrected }: DivisionBooks): Promise<void> {
    const { checks, differ } = this.#ports
    await this.#each('ledger.corrected', division, ['batch', 'line', 'corrected_fen'], ([batch, line, fen = '']) => {
      const key = `${batch}/${line}`
      const made = corrected.get(key) ?? 0n
      checks.corrections!.checked++
      corrected.delete(key)
      if (String(made) !== fen) differ('corrections', `entry ${division}/${key}`, String(made), fen)
    })
    for (const [key, fen] of corrected) differ('corrections', `entry ${division}/${key}`, String(fen), 'no tally')
  }

  async #transfers({ division, lines, turnover }: DivisionBooks): Promise<void> {
    const { checks, differ } = this.#ports
    const stands = (id: string, account: string): bigint => {
      const { debit, credit } = turnover.get(`${id}/${account}`) ?? { debit: 0n, credit: 0n }
      return debit - credit
    }
    const taken = new Map<string, { fen: bigint; ids: string[] }>()
    for (const [id, line] of lines) {
      if (line.transfer) {
        const into = taken.get(line.transfer) ?? { fen: 0n, ids: [] }
        into.fen -= stands(id, REVENUE)
        into.ids.push(id)
        taken.set(line.transfer, into)
      }
      const fen = SENDING.reduce((sum, account) => sum + stands(id, account), 0n)
      if (fen !== 0n || line.to) {
        const place = `allotment ${division}/${id}`
        this.#passed.set(`${division}/${id}`, { place, fen, path: line.path, to: Number(line.to), named: false })
      }
    }
    const columns = ['id', 'sender', 'sender_allotment', 'sent_fen', 'taken_fen', 'path']
    await this.#each('ledger.transfer', division, columns, cells => {
      const [id = '', sender = '', line = '', sentFen = '', takenFen = '', path = ''] = cells
      const place = `transfer ${division}/${id}`
      const into = taken.get(id) ?? { fen: 0n, ids: [] }
      taken.delete(id)
      checks.interlock!.checked++
      if (String(into.fen) !== takenFen) differ('interlock', place, `taken ${into.fen}`, `taken ${takenFen}`)
      if (BigInt(takenFen) > BigInt(sentFen)) differ('interlock', place, `taken within ${sentFen}`, `taken ${takenFen}`)
      for (const one of into.ids)
        if (lines.get(one)!.path !== follow(path, one))
          differ('lineage', `allotment ${division}/${one}`, follow(path, one), lines.get(one)!.path)
      if (this.#inside.has(Number(sender)))
        this.#sent.push({ place, from: `${sender}/${line}`, fen: BigInt(sentFen), path })
    })
    for (const [id] of taken) differ('interlock', `transfer ${division}/${id}`, 'a transfer', 'lines that name it')
  }

  /** A payment waits with nothing posted, or is under way with its whole amount, or is posted as the bank has paid it. */
  async #payments({ division, posted }: DivisionBooks): Promise<void> {
    const { checks, differ } = this.#ports
    const waits = new Set<string>()
    const underWay = new Set<string>()
    const paid = new Map<string, string>()
    await this.#each('payments.unposted', division, ['payment'], ([payment = '']) => void waits.add(payment))
    await this.#each('payments.in_transit', division, ['payment'], ([payment = '']) => void underWay.add(payment))
    await this.#each('payments.confirmation', division, ['payment', 'paid_fen'], ([payment = '', fen = '']) => {
      paid.set(payment, fen)
    })
    await this.#each('payments.payment', division, ['id', 'amount_fen'], ([id = '', amount = ''], at) => {
      checks.payments!.checked++
      const made = posted.get(id)
      posted.delete(id)
      const found = made ? `${made.fen} fen posted, ${made.transit} of them in transit` : 'nothing posted'
      const expected = underWay.has(id)
        ? `${amount} fen posted, ${amount} of them in transit`
        : waits.has(id)
          ? 'nothing posted'
          : `${paid.get(id) ?? amount} fen posted, 0 of them in transit`
      if (found !== expected)
        differ('payments', `payment ${division}/${id}, tables/payments.payment.csv:${at}`, expected, found)
    })
    for (const [id] of posted) differ('payments', `payment ${division}/${id}`, 'a payment', 'entries of it')
  }

  /** What crosses divisions, when all of them were walked. */
  between(): void {
    const { differ } = this.#ports
    for (const { place, from, fen, path } of this.#sent) {
      const line = this.#passed.get(from)
      if (line) line.named = true
      if (line?.fen !== fen) differ('interlock', place, `sent ${line?.fen ?? 0}`, `sent ${fen}`)
      if (line && line.path !== path) differ('lineage', place, line.path, path)
    }
    for (const { place, fen, to, named } of this.#passed.values())
      if (fen !== 0n && !named && this.#inside.has(to)) differ('interlock', place, `sent ${fen}`, 'no transfer')
  }
}

const steps = (path: string): string[] => (path === '{}' ? [] : path.slice(1, -1).split(','))

/** A carried line has its old one behind it, then what of its new source's path is not there yet. */
function behind(carried: string, source: string): string {
  if (carried === '{}') return source
  const old = steps(carried)
  return `{${[...old, ...steps(source).filter(one => !old.includes(one))].join(',')}}`
}

/** A path one step further. */
const follow = (path: string, id: string): string => (path === '{}' ? `{${id}}` : `${path.slice(0, -1)},${id}}`)
