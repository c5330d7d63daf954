import type { AllotmentForm } from '../../src/allotments/allotment.ts'
import { correct } from '../../src/allotments/correct.ts'
import { issue, openTransfers } from '../../src/allotments/issue.ts'
import { reduce } from '../../src/allotments/reduce.ts'
import { vire } from '../../src/allotments/virement.ts'
import { SYSTEM } from '../../src/kernel/actor.ts'
import type { Fen } from '../../src/kernel/money.ts'
import { Refusal } from '../../src/kernel/refusal.ts'
import { post } from '../../src/ledger/post.ts'
import type { Context } from '../../src/platform/context.ts'
import type { Installation } from '../../src/platform/installation.ts'
import type { Order, ReferenceLedger } from './reference-ledger.ts'

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
const LEVEL: Record<number, string> = {
  1: 'province',
  2: 'city',
  3: 'city',
  8: 'township',
  9: 'township',
  10: 'township',
}
const DAY = '2018-03-01'
const UNKNOWN = 999_999_999_999n

/** The real ledger, asked in the same words as the reference one. Ids of the model are kept beside those of the database. */
export class World {
  readonly here: Installation
  readonly lines = new Map<string, bigint>()
  readonly transfers = new Map<string, bigint>()
  readonly batches = new Map<string, bigint>()
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

  async #perform(context: Context, order: Order): Promise<() => void> {
    const { division } = order
    const paper = {
      number: `样财〔2018〕${1 + (Number(order.id.replace(/\D/g, '')) % 999)}号`,
      title: '关于下达资金的通知',
      dated: DAY,
    }
    const common = { division, fiscalYear: 2018, effectiveOn: DAY, requestKey: order.id }
    const idOf = (line?: string) => (line === undefined ? undefined : (this.lines.get(line) ?? UNKNOWN))
    if (order.kind === 'arrive') {
      const [id] = await openTransfers(context, {
        sender: null,
        fiscalYear: 2018,
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
      const { batch, lines } = await issue(context, {
        ...common,
        form: order.form as AllotmentForm,
        document: paper,
        lines: order.lines.map(line => ({
          amount: line.amount as Fen,
          ...(order.form === 'register' || order.form === 'add' ? { fund: 1 } : {}),
          ...(line.source === undefined ? {} : { source: idOf(line.source)! }),
          ...(line.transfer === undefined ? {} : { transfer: this.transfers.get(line.transfer) ?? UNKNOWN }),
          ...(line.to === undefined ? {} : { toDivision: line.to }),
          ...(order.form === 'refine' ? { agency: this.#agencies.get(division)! } : {}),
        })),
      })
      const opened =
        order.form === 'pass-down'
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
    if (order.kind === 'vire') {
      const { batch, lines } = await vire(context, {
        ...common,
        document: paper,
        lines: order.lines.map(({ line, amount }) => ({
          source: idOf(line)!,
          amount: amount as Fen,
          note: order.id,
          functionSubject: order.id,
        })),
      })
      return () => {
        this.batches.set(order.id, batch)
        order.lines.forEach(({ id }, n) => void this.lines.set(id, lines[n]!))
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
    for (const [id, { sent, taken }] of model.transfers) {
      const real = this.transfers.get(id)!
      transfers += sent * (real * 7919n + 1n) + taken * (real * 104729n + 3n)
    }
    return rows[0]!.balances === String(balances) && rows[0]!.transfers === String(transfers)
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
      ...[...model.transfers].map(([id, transfer]) => [
        `t${this.transfers.get(id)}`,
        `${transfer.sent} ${transfer.taken}`,
      ]),
    ]
    return { ours: Object.fromEntries(ours), theirs: Object.fromEntries(theirs) }
  }
}
