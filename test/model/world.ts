import { receiveAcross, sendAcross } from '../../src/allotments/across.ts'
import type { AllotmentForm } from '../../src/allotments/allotment.ts'
import { correct } from '../../src/allotments/correct.ts'
import { handOver } from '../../src/allotments/hand-over.ts'
import { issue, openTransfers } from '../../src/allotments/issue.ts'
import { recall } from '../../src/allotments/recall.ts'
import { reduce } from '../../src/allotments/reduce.ts'
import { vire } from '../../src/allotments/virement.ts'
import { integrate } from '../../src/integration/integrate.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import type { Fen } from '../../src/kernel/money.ts'
import { Refusal } from '../../src/kernel/refusal.ts'
import { post } from '../../src/ledger/post.ts'
import type { Context } from '../../src/platform/context.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { closeYear } from '../../src/year-end/close.ts'
import type { Order } from './orders.ts'
import type { ReferenceLedger } from './reference-ledger.ts'

/** Four levels: a province, two cities and a county under the province itself, three more counties, three townships. */
export const BELOW: Readonly<Record<number, readonly number[]>> = {
  1: [2, 3, 4],
  2: [5, 6],
  3: [7],
  4: [8],
  5: [9],
  6: [],
  7: [10],
  8: [],
  9: [],
  10: [],
}
export const DIVISIONS = Object.keys(BELOW).map(Number)
/** Regions that are neither above nor below a division, at whatever distance. */
export const ACROSS = (division: number): number[] =>
  DIVISIONS.filter(one => one !== division && !isBelow(one, division) && !isBelow(division, one))
const isBelow = (one: number, above: number): boolean => BELOW[above]!.some(next => next === one || isBelow(one, next))
const LEVEL: Record<number, string> = {
  1: 'province',
  2: 'city',
  3: 'city',
  8: 'township',
  9: 'township',
  10: 'township',
}
const UNKNOWN = 999_999_999_999n

/** The real ledger, asked in the same words as the reference one. Ids of the model are kept beside those of the database. */
export class World {
  readonly here: Installation
  readonly lines = new Map<string, bigint>()
  readonly transfers = new Map<string, bigint>()
  readonly batches = new Map<string, bigint>()
  year = 2018
  #agencies = new Map<number, number>()

  constructor(here: Installation) {
    this.here = here
  }

  async found(): Promise<void> {
    const parent = (d: number) => DIVISIONS.find(one => BELOW[one]!.includes(d)) ?? 'null'
    await this.here.ownerPool.query(`
      insert into divisions.division (id) values ${DIVISIONS.map(d => `(${d})`)};
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values ${DIVISIONS.map(
        d =>
          `(${d}, '[2018-01-01,)', '9901${String(d).padStart(2, '0')}000', '样例${d}', '${LEVEL[d] ?? 'county'}', ${parent(d)}, ${parent(d)})`,
      )};
      select divisions.rebuild_scopes();
      insert into funds.catalogue (division, name) values (1, '样例清单');
      insert into funds.fund (catalogue, division, code, name, level) select id, 1, 'F01', '样例专项资金', 'province' from funds.catalogue;
      insert into divisions.declaration (division, kind, day, document_number) select id, 'integrating', '2018-01-01', '样财〔2018〕1号' from divisions.division;
      insert into divisions.agency (division, code, name) select id, '101001', '样例局' from divisions.division`)
    const { rows } = await this.here.ownerPool.query<{ division: number; id: number }>(
      'select division, id from divisions.agency',
    )
    this.#agencies = new Map(rows.map(row => [row.division, row.id]))
  }

  /** Gives the order to the real ledger: null when it took it, else the codes of its refusal. Any other error is thrown. */
  async submit(order: Order): Promise<string[] | null> {
    try {
      await this.here.run(SYSTEM, context => this.#perform(context, order)).then(remember => remember())
      return null
    } catch (error) {
      if (error instanceof Refusal) return error.faults.map(fault => fault.code)
      throw error
    }
  }

  /** Closes the year of a division, and remembers the lines that mirror the old ones. */
  async close(division: number, mirrors: ReadonlyMap<string, string>): Promise<void> {
    const document = { number: `样财〔${this.year}〕999号`, title: '关于结转资金的通知', dated: `${this.year}-12-31` }
    const rows = await this.here.run(SYSTEM, async context => {
      await closeYear(context, {
        division,
        fiscalYear: this.year,
        document,
        requestKey: `close ${this.year} ${division}`,
      })
      return context.tx.query<{ id: bigint; from: bigint }>(
        'select id, carried_from as "from" from allotments.allotment where division = $1 and fiscal_year = $2 and carried_from is not null',
        [division, this.year + 1],
      )
    })
    const old = new Map([...this.lines].map(([name, id]) => [id, name]))
    for (const { id, from } of rows) this.lines.set(mirrors.get(old.get(from)!) ?? `${from} was not to be carried`, id)
  }

  async #perform(context: Context, order: Order): Promise<() => void> {
    const { division } = order
    const day = `${this.year}-03-01`
    const paper = {
      number: `样财〔${this.year}〕${1 + (Number(order.id.replace(/\D/g, '')) % 999)}号`,
      title: '关于下达资金的通知',
      dated: day,
    }
    const common = { division, fiscalYear: this.year, effectiveOn: day, requestKey: order.id }
    const idOf = (line?: string) => (line === undefined ? undefined : (this.lines.get(line) ?? UNKNOWN))
    if (order.kind === 'arrive') {
      const [id] = await openTransfers(context, {
        sender: null,
        fiscalYear: this.year,
        document: paper,
        lines: [
          {
            receiver: division,
            senderAllotment: null,
            fund: 1,
            sourceLevel: 'central',
            direct: false,
            functionSubject: null,
            fundNature: null,
            note: null,
            externalId: null,
            path: '{}',
            sent: order.amount as Fen,
          },
        ],
      })
      return () => this.transfers.set(`t${order.id}`, id!)
    }
    if (order.kind === 'issue') {
      const form = {
        ...common,
        document: paper,
        lines: order.lines.map(line => ({
          amount: line.amount as Fen,
          ...(order.form === 'register' || order.form === 'add' ? { fund: 1 } : {}),
          ...(line.source === undefined ? {} : { source: idOf(line.source)! }),
          ...(line.transfer === undefined ? {} : { transfer: this.transfers.get(line.transfer) ?? UNKNOWN }),
          ...(line.to === undefined ? {} : { toDivision: line.to }),
          ...(order.form === 'refine' ? { agency: this.#agencies.get(division)! } : {}),
        })),
      }
      const { batch, lines } =
        order.form === 'send-across'
          ? await sendAcross(context, form)
          : order.form === 'receive-across'
            ? await receiveAcross(context, form)
            : await issue(context, { ...form, form: order.form as AllotmentForm })
      const opened =
        order.form === 'pass-down' || order.form === 'send-across'
          ? await context.tx.query<{ id: bigint; sender_allotment: bigint }>(
              'select id, sender_allotment from ledger.transfer where sender = $1 and sender_allotment = any ($2)',
              [division, lines],
            )
          : []
      return () => {
        this.batches.set(order.id, batch)
        if (order.form === 'plan') return
        order.lines.forEach((line, n) => {
          this.lines.set(line.id, lines[n]!)
          const transfer = opened.find(one => one.sender_allotment === lines[n])
          if (transfer) this.transfers.set(`t${line.id}`, transfer.id)
        })
      }
    }
    if (order.kind === 'use') {
      const batch = await post(context, {
        ...common,
        form: order.form,
        document: null,
        lines: order.lines.map(line => ({
          debitAllotment: idOf(line.line)!,
          debit: line.debit,
          creditAllotment: idOf(line.line)!,
          credit: line.credit,
          amount: line.amount as Fen,
        })),
      })
      return () => void this.batches.set(order.id, batch)
    }
    if (order.kind === 'reduce' || order.kind === 'spread') {
      const { batch, parts } = await reduce(context, {
        ...common,
        form: order.form,
        document: paper,
        ...(order.kind === 'reduce'
          ? { lines: order.lines.map(({ line, amount }) => ({ line: idOf(line)!, amount: amount as Fen })) }
          : { spread: { amount: order.amount as Fen, fund: 1 } }),
      })
      const asked = order.kind === 'reduce' ? order.lines.reduce((sum, { amount }) => sum + amount, 0n) : order.amount
      if (parts.reduce((sum, part) => sum + part.amount, 0n) !== asked) throw new Error('the parts do not sum')
      return () => void this.batches.set(order.id, batch!)
    }
    if (order.kind === 'vire' || order.kind === 'integrate') {
      const form = { ...common, document: paper }
      const lines = order.lines.map(({ line, amount }) => ({
        source: idOf(line)!,
        amount: amount as Fen,
        note: order.id,
        functionSubject: order.id,
      }))
      const use = { useFund: 1, agency: this.#agencies.get(division)! }
      const { batch, lines: made } =
        order.kind === 'vire'
          ? await vire(context, { ...form, lines })
          : await integrate(context, { ...form, lines: lines.map(line => ({ ...line, ...use })) })
      return () => {
        this.batches.set(order.id, batch)
        order.lines.forEach(({ id }, n) => void this.lines.set(id, made[n]!))
      }
    }
    if (order.kind === 'hand-over') {
      const { parts } = order
      const done = await handOver(context, {
        ...common,
        to: order.to,
        document: paper,
        lines:
          parts === 'all' ? 'all' : parts.map(({ line, amount }) => ({ line: idOf(line)!, amount: amount as Fen })),
      })
      const made = await context.tx.query<{ out: bigint; transfer: bigint; taken: bigint }>(
        `select distinct e.debit_allotment as out, t.id as transfer, i.id as taken from ledger.entry e
         join ledger.transfer t on t.sender = e.division and t.sender_allotment = e.debit_allotment
         join allotments.allotment i on i.division = t.division and i.transfer = t.id and i.form = 'take-over'
         where e.division = $1 and e.batch = $2 and e.debit = 500202 order by 1`,
        [division, done.batch],
      )
      return () => {
        this.batches.set(order.id, done.batch!)
        this.batches.set(`${order.id}>`, done.toBatch!)
        made.forEach(({ out, transfer, taken }, n) => {
          this.lines.set(`${order.id}.${n + 1}`, out)
          this.transfers.set(`t${order.id}.${n + 1}`, transfer)
          this.lines.set(`${order.id}<${n + 1}`, taken)
        })
      }
    }
    if (order.kind === 'recall') {
      const { view } = await recall(context, {
        ...common,
        form: order.form,
        document: paper,
        lines: order.lines.map(({ transfer, amount }) => ({
          transfer: this.transfers.get(transfer) ?? UNKNOWN,
          amount: amount as Fen,
        })),
      })
      const asked = order.lines.reduce((sum, { amount }) => sum + amount, 0n)
      const parts = view.parts.map(part => BigInt(part.inTransitFen) + BigInt(part.takenFen) + BigInt(part.goneFen))
      if (parts.reduce((sum, part) => sum + part, 0n) !== asked) throw new Error('the parts do not sum')
      const batches = await context.tx.query<{ receiver: number; batch: bigint | null; below: bigint | null }>(
        'select distinct transfer_division as receiver, batch, below_batch as below from allotments.recall_part where division = $1 and recall = $2',
        [division, view.recall],
      )
      return () => {
        for (const { receiver, batch, below } of batches) {
          if (batch) this.batches.set(`${order.id}>${receiver}`, batch)
          if (below)
            this.batches.set(
              order.form === 'recalled' || order.form === 'settled' ? order.id : `${order.id}<${receiver}`,
              below,
            )
        }
      }
    }
    const [wrong = '', line = '1'] = order.entry.split('/')
    const batch = await correct(context, {
      ...common,
      document: paper,
      batch: this.batches.get(wrong) ?? UNKNOWN,
      line: Number(line),
      amount: order.amount as Fen,
    })
    return () => void this.batches.set(order.id, batch)
  }

  /** Whether every balance and every transfer of the database is the model's: two sums in which each has a weight of its own. */
  async agrees(model: ReferenceLedger): Promise<boolean> {
    const { rows } = await this.here.ownerPool.query<{ balances: string; transfers: string }>(
      `select (select coalesce(sum(balance_fen::numeric * (allotment * 1000003 + account)), 0) from ledger.published_balance)::text as balances,
         (select coalesce(sum(sent_fen::numeric * (id * 7919 + 1) + taken_fen::numeric * (id * 104729 + 3)), 0) from ledger.transfer)::text as transfers`,
    )
    let balances = 0n
    for (const [key, stands] of model.balances) {
      const [line, account] = key.split('/') as [string, string]
      balances += stands * (this.lines.get(line)! * 1000003n + BigInt(account))
    }
    let transfers = 0n
    for (const [id, { sent, taken }] of [...model.past.transfers, ...model.transfers]) {
      const real = this.transfers.get(id)!
      transfers += sent * (real * 7919n + 1n) + taken * (real * 104729n + 3n)
    }
    return rows[0]!.balances === String(balances) && rows[0]!.transfers === String(transfers)
  }

  /** Whether the entries that the model holds of some orders stand in their batches, line by line with their amounts, and no others do. */
  async booked(model: ReferenceLedger, orders: readonly Order[]): Promise<boolean> {
    const of = (batch: string) =>
      orders.some(({ id }) => batch === id || batch.startsWith(`${id}<`) || batch.startsWith(`${id}>`))
    const theirs = new Map<string, string[]>()
    for (const [name, { amount }] of model.entries) {
      const [batch] = name.split('/') as [string]
      if (of(batch)) theirs.set(batch, [...(theirs.get(batch) ?? []), String(amount)])
    }
    const ours = [...this.batches].filter(([batch]) => of(batch))
    if (ours.length !== theirs.size) return false
    const { rows } = await this.here.ownerPool.query<{ batch: bigint; amounts: string }>(
      `select batch, string_agg(amount_fen::text, ' ' order by line) as amounts from ledger.entry where batch = any ($1) group by batch`,
      [ours.map(([, id]) => id)],
    )
    const amounts = new Map(rows.map(row => [row.batch, row.amounts]))
    return ours.every(([batch, id]) => amounts.get(id) === theirs.get(batch)?.join(' '))
  }

  /** Every balance and transfer by name, of both sides, for a comparison that says where they differ. */
  async standing(model: ReferenceLedger): Promise<{ ours: Record<string, string>; theirs: Record<string, string> }> {
    const { rows: balances } = await this.here.ownerPool.query<{
      allotment: bigint
      account: number
      balance_fen: bigint
    }>('select allotment, account, balance_fen from ledger.published_balance where balance_fen <> 0')
    const { rows: transfers } = await this.here.ownerPool.query<{ id: bigint; sent_fen: bigint; taken_fen: bigint }>(
      'select id, sent_fen, taken_fen from ledger.transfer',
    )
    const ours = [
      ...balances.map(row => [`${row.allotment}/${row.account}`, `${row.balance_fen}`]),
      ...transfers.map(row => [`t${row.id}`, `${row.sent_fen} ${row.taken_fen}`]),
    ]
    const theirs = [
      ...[...model.balances]
        .filter(([, stands]) => stands !== 0n)
        .map(([key, stands]) => {
          const [line, account] = key.split('/') as [string, string]
          return [`${this.lines.get(line)}/${account}`, `${stands}`]
        }),
      ...[...model.past.transfers, ...model.transfers].map(([id, transfer]) => [
        `t${this.transfers.get(id)}`,
        `${transfer.sent} ${transfer.taken}`,
      ]),
    ]
    return { ours: Object.fromEntries(ours), theirs: Object.fromEntries(theirs) }
  }
}
