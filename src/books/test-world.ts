import type { AllotmentForm, NewLine } from '../allotments/allotment.ts'
import { correct } from '../allotments/correct.ts'
import { issue, openTransfers } from '../allotments/issue.ts'
import { reduce } from '../allotments/reduce.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { type Fen, fen } from '../kernel/money.ts'
import { Refusal, refuse } from '../kernel/refusal.ts'
import { sealAll } from '../ledger/seal.ts'
import type { Installation } from '../platform/installation.ts'

export const YEAR = 2018
export const PROVINCE = 1
export const COUNTIES = [2, 3] as const
export const CODES: Record<number, string> = { 1: '990000000', 2: '990101000', 3: '990102000' }

/** A province with two counties, two funds and an agency each, whose forms are done on the days that a test says. */
export class BookWorld {
  readonly here: Installation
  #number = 0

  constructor(here: Installation) {
    this.here = here
  }

  async found(): Promise<void> {
    await this.here.ownerPool.query(`insert into divisions.division (id) values (1), (2), (3);
      insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
        (1, '[2018-01-01,)', '${CODES[1]}', '样例省', 'province', null, null), (2, '[2018-01-01,)', '${CODES[2]}', '青石县', 'county', 1, 1),
        (3, '[2018-01-01,)', '${CODES[3]}', '白水县', 'county', 1, 1);
      select divisions.rebuild_scopes();
      insert into funds.catalogue (division, name) values (1, '省级清单');
      insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'F01', '财政专项扶贫资金', 'central'), (1, 1, 'F02', '水利发展资金', 'province');
      insert into divisions.agency (division, code, name) values (1, '1', '省水利厅'), (2, '1', '青石县水利局'), (3, '1', '白水县水利局');
      insert into projects.project (division, code, name, name_verdict, first_year, last_year) values (2, 'P1', '青石县甲村饮水工程', 'ok', 2018, 2018);
      insert into ledger.book (division, fiscal_year, uses_plans) values (1, 2018, false), (2, 2018, false), (3, 2018, false)`)
  }

  agency(division: number): Promise<number> {
    return this.here.ownerPool
      .query<{ id: number }>('select id from divisions.agency where division = $1', [division])
      .then(({ rows }) => rows[0]!.id)
  }

  paper(day: string, number = `样财〔2018〕${++this.#number}号`) {
    return { number, title: '关于下达资金的通知', dated: day }
  }

  /** The lines that a form made, the batch, and (of a pass-down) nothing else: transfers are found by their sender. */
  form(division: number, form: AllotmentForm, day: string, lines: NewLine[], number?: string) {
    return this.here.run(SYSTEM, context =>
      issue(context, { division, fiscalYear: YEAR, form, document: this.paper(day, number), effectiveOn: day, lines }),
    )
  }

  async fromOutside(division: number, fund: number, amount: Fen, number: string): Promise<bigint> {
    const [transfer] = await this.here.run(SYSTEM, context =>
      openTransfers(context, {
        sender: null,
        fiscalYear: YEAR,
        document: { number, title: '中央下达资金', dated: '2018-01-05' },
        lines: [
          {
            receiver: division,
            senderAllotment: null,
            fund,
            sourceLevel: 'central',
            direct: false,
            functionSubject: '2130505',
            fundNature: null,
            note: null,
            externalId: null,
            path: '{}',
            sent: amount,
          },
        ],
      }),
    )
    return transfer!
  }

  async transferOf(line: bigint): Promise<bigint> {
    const { rows } = await this.here.ownerPool.query<{ id: bigint }>(
      'select id from ledger.transfer where sender_allotment = $1',
      [line],
    )
    return rows[0]!.id
  }

  /** A payment of the treasury, posted to one line, to a payee with an account. */
  async pay(division: number, line: bigint, amount: Fen, day: string, payee: string): Promise<bigint> {
    const id = await this.here.run(SYSTEM, async ({ tx }) => {
      const { payment } = await tx.one<{ payment: bigint }>(`select nextval('payments.payment_id') as payment`)
      await tx
        .query(
          `select ledger.post_days($1, 'pay', 2018, array[$2::date], null, array[null::text], array[1], array[$3::bigint], array[5201], array[$3::bigint],
             array[500201], array[$4::bigint], p_payment => array[$5::bigint])`,
          [division, day, line, amount, payment],
        )
        .catch(error =>
          error.code === '23514'
            ? refuse('conflict', 'over-allotted', '余额不足', 'too little is left')
            : Promise.reject(error),
        )
      return payment
    })
    await this.here.ownerPool.query(
      `with a as (insert into payments.bank_account (division, key_version, digest, ciphertext, masked) values ($1, 1, convert_to($2, 'UTF8'), 'x', '6222****' || right($2, 2))
           on conflict on constraint account_once do update set masked = excluded.masked returning id),
         h as (insert into payments.holder (division, account, name) select $1, id, $2 from a on conflict on constraint holder_once do update set name = excluded.name returning id)
       insert into payments.payment (division, id, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, paid_on, amount_fen, payee, allotment, fund, match)
         select $1, $6::bigint, 2018, 1, 'V' || $6::bigint, 1, 'x', 1, $3, $3, $4, h.id, $5, 1, 'by-id' from h`,
      [division, payee, day, amount, line, id],
    )
    return id
  }

  /** Random lawful work in all three divisions; what the ledger refuses is left out. Sealed in four rounds. */
  async work(random: () => number, steps: number): Promise<void> {
    const pick = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)]!
    const amount = (): Fen => fen(BigInt(1 + Math.floor(random() * 50_000)))
    const day = () =>
      `2018-${String(1 + Math.floor(random() * 12)).padStart(2, '0')}-${String(1 + Math.floor(random() * 28)).padStart(2, '0')}`
    const roots: [number, bigint][] = []
    const assigned: [number, bigint][] = []
    const refined: [number, bigint][] = []
    const sent: { division: number; transfer: bigint }[] = []
    const outside = await this.fromOutside(PROVINCE, 1, fen(5_000_000n), '财农〔2018〕1号')
    sent.push({ division: PROVINCE, transfer: outside })
    // Whatever the seed, every division has money at every step of its way.
    for (const division of [PROVINCE, ...COUNTIES])
      for (const fund of [1, 2]) {
        const [root] = (await this.form(division, 'register', day(), [{ fund, amount: fen(200_000n) }])).lines
        const [line] = (await this.form(division, 'assign', day(), [{ source: root!, amount: fen(90_000n) }])).lines
        const use = {
          source: line!,
          amount: fen(40_000n),
          agency: await this.agency(division),
          functionSubject: '2130505',
        }
        refined.push([division, (await this.form(division, 'refine', day(), [use])).lines[0]!])
        roots.push([division, root!])
        assigned.push([division, line!])
      }
    for (let n = 0; n < steps; n++) {
      const what = Math.floor(random() * 9)
      const division = pick([PROVINCE, ...COUNTIES])
      try {
        if (what === 0 || roots.length === 0)
          roots.push([
            division,
            (await this.form(division, 'register', day(), [{ fund: pick([1, 2]), amount: fen(200_000n) }])).lines[0]!,
          ])
        else if (what === 1) {
          const one = pick(sent)
          roots.push([
            one.division,
            (await this.form(one.division, 'receive', day(), [{ transfer: one.transfer, amount: amount() }])).lines[0]!,
          ])
        } else if (what === 2) {
          const [of, source] = pick(roots)
          assigned.push([
            of,
            (await this.form(of, 'assign', day(), [{ source, fund: pick([1, 2]), amount: amount() }])).lines[0]!,
          ])
        } else if (what === 3 && assigned.length > 0) {
          const [of, source] = pick(assigned)
          const line = {
            source,
            amount: amount(),
            agency: await this.agency(of),
            functionSubject: pick(['2130504', '2130505', '2130126']),
          }
          refined.push([of, (await this.form(of, 'refine', day(), [line])).lines[0]!])
        } else if (what === 4 && assigned.some(([of]) => of === PROVINCE)) {
          const [, source] = pick(assigned.filter(([of]) => of === PROVINCE))
          const toDivision = pick(COUNTIES)
          const { lines } = await this.form(PROVINCE, 'pass-down', day(), [{ source, amount: amount(), toDivision }])
          sent.push({ division: toDivision, transfer: await this.transferOf(lines[0]!) })
        } else if (what === 5 && refined.length > 0) {
          const [of, line] = pick(refined)
          await this.pay(
            of,
            line,
            fen(BigInt(1 + Math.floor(random() * 9000))),
            day(),
            pick(['甲公司', '乙合作社', '丙户']),
          )
        } else if (what === 6 && refined.length > 0) {
          const [of, line] = pick(refined)
          const paper = { division: of, fiscalYear: YEAR, document: this.paper('2018-06-01'), effectiveOn: day() }
          await this.here.run(SYSTEM, context =>
            reduce(context, { ...paper, form: 'withdraw', lines: [{ line, amount: fen(77n) }] }),
          )
        } else if (what === 7) {
          const { rows } = await this.here.ownerPool.query(
            `select e.division, e.batch, e.line from ledger.entry e join ledger.batch b on b.division = e.division and b.id = e.batch
             where e.amount_fen > 0 and b.form in ('register', 'assign', 'refine', 'receive', 'pass-down') order by md5(e.batch::text || $1) limit 1`,
            [String(n)],
          )
          const { division: of, batch, line } = rows[0]
          await this.here.run(SYSTEM, context =>
            correct(context, {
              division: of,
              fiscalYear: YEAR,
              effectiveOn: day(),
              document: this.paper('2018-06-01'),
              batch,
              line,
              amount: fen(13n),
            }),
          )
        } else if (n % Math.ceil(steps / 8) === 0) await sealAll(this.here.run)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
      if (n % Math.ceil(steps / 6) === 1 && n < (steps * 5) / 6) await sealAll(this.here.run)
    }
  }

  /** Lets the seals lie months apart, and takes them up again as the migration does: the tests have no year to wait. */
  async spreadSeals(): Promise<void> {
    await this.here.ownerPool.query(`truncate books.turnover, books.known_batch;
      update ledger.seal s set sealed_at = timestamptz '2018-02-03 10:00+08' + (no * interval '39 days') + (division * interval '1 hour');
      select books.take_up(s.division, array_agg(b.batch), s.sealed_at)
      from ledger.seal s join ledger.seal_batch b on b.division = s.division and b.no = s.no group by s.division, s.no, s.sealed_at`)
  }
}
