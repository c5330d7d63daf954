import { testInstallation } from '../../test/database.ts'
import { type Issue, issue, openTransfers } from '../allotments/issue.ts'
import { allotmentChecks } from '../allotments/verify.ts'
import { SYSTEM } from '../kernel/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import { type Fen, fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import { ledgerChecks } from '../ledger/verify.ts'
import { paymentChecks } from '../payments/verify.ts'
import type { Installation } from '../platform/installation.ts'
import { yearEndChecks } from './verify.ts'

export const COUNTY = 1
export const TOWN = 2

/** A county with a township, two funds and two agencies, and a clock that the test sets. */
export class World {
  readonly here: Installation
  readonly agencies: number[]
  readonly clock: { today: string }
  #number = 0

  private constructor(here: Installation, agencies: number[], clock: { today: string }) {
    this.here = here
    this.agencies = agencies
    this.clock = clock
  }

  static async open(today = '2018-12-31'): Promise<World> {
    const held = { today }
    const clock: Clock = { now: () => new Date(), today: () => held.today }
    const here = await testInstallation({ clock })
    await here.ownerPool.query(`insert into divisions.division values (1, null), (2, null);
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
        (1, '[2010-01-01,)', '990101000', '样例县', 'county', null, null), (2, '[2010-01-01,)', '990101100', '样例镇', 'township', 1, 1);
      select divisions.rebuild_scopes();
      insert into funds.catalogue (division, name) values (1, '县级清单');
      insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'X01', '扶贫专项资金', 'county'), (1, 1, 'X02', '水利专项资金', 'county');
      insert into projects.project (division, code, name, name_verdict, first_year, last_year) values (1, 'P1', '甲村饮水工程', 'ok', 2017, 2020);
      insert into divisions.agency (division, code, name) values (1, '101001', '样例县水利局'), (1, '101002', '样例县教育局')`)
    const { rows } = await here.ownerPool.query<{ id: number }>('select id from divisions.agency order by code')
    return new World(
      here,
      rows.map(row => row.id),
      held,
    )
  }

  on(today: string): void {
    this.clock.today = today
  }

  document(year = 2018, dated = `${year}-03-01`) {
    return { number: `样财农〔${year}〕${++this.#number}号`, title: '关于资金的通知', dated }
  }

  form(input: Pick<Issue, 'form' | 'lines'> & Partial<Issue>) {
    const year = input.fiscalYear ?? 2018
    return this.here.run(SYSTEM, context =>
      issue(context, {
        division: COUNTY,
        fiscalYear: year,
        document: this.document(year, input.effectiveOn),
        effectiveOn: `${year}-03-01`,
        ...input,
      }),
    )
  }

  /** A transfer that a superior outside this installation sent. */
  async sent(fund: number, amount: number, year = 2018, dated = `${year}-02-01`): Promise<bigint> {
    const [id] = await this.here.run(SYSTEM, context =>
      openTransfers(context, {
        sender: null,
        fiscalYear: year,
        document: { number: `省财农〔${year}〕7号`, title: '关于下达的通知', dated },
        lines: [
          {
            receiver: COUNTY,
            senderAllotment: null,
            fund,
            sourceLevel: 'province',
            direct: true,
            functionSubject: '2130504',
            fundNature: '111',
            note: null,
            externalId: null,
            path: '{}',
            sent: fen(amount),
          },
        ],
      }),
    )
    return id!
  }

  /** Money as the ledger's own accounts move it: paid from a refined line without a voucher. */
  async entry(form: string, line: bigint, debit: number, credit: number, amount: number, on = '2018-06-01') {
    await this.here.run(SYSTEM, ({ tx }) =>
      tx.query(
        `select ledger.post(1, $1, extract(year from $2::date)::int, $2, null, null, array[$3::bigint], array[$4::int], array[$3::bigint], array[$5::int], array[$6::bigint])`,
        [form, on, line, debit, credit, amount],
      ),
    )
  }

  async standing(line: bigint): Promise<Record<number, bigint>> {
    const { rows } = await this.here.ownerPool.query<{ account: number; balance_fen: bigint }>(
      'select account, balance_fen from ledger.published_balance where allotment = $1 and balance_fen <> 0 order by account',
      [line],
    )
    return Object.fromEntries(rows.map(row => [row.account, row.balance_fen]))
  }

  /** The line of the next year that carries what was left of a line. */
  async carriedFrom(line: bigint, form?: string) {
    const { rows } = await this.here.ownerPool.query(
      'select * from allotments.allotment where carried_from = $1 and ($2::text is null or form = $2) order by id desc',
      [line, form ?? null],
    )
    return rows[0]
  }

  async differences(): Promise<unknown[]> {
    const checks = [...ledgerChecks, ...allotmentChecks, ...paymentChecks, ...yearEndChecks]
    return this.here.run(
      SYSTEM,
      async ({ tx }) => {
        const found: unknown[] = []
        for (const check of checks)
          for (const difference of (await check.run(tx)).differences) found.push({ code: check.code, ...difference })
        return found
      },
      { readOnly: true },
    )
  }
}

export const refused = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code) : String(error)),
  )

export const yuan = (amount: number): Fen => fen(amount * 100)
