import type { Pool } from '../platform/database/pool.ts'
import type { Figures, Level } from './rule.ts'

/**
 * The facts of a rule's examples (`examples.yaml`), written by the owner straight into a test database: each example gets a
 * division of its own, so that examples do not see each other. Amounts are in yuan here, for the reader.
 */

export interface Example {
  name: { zh: string; en: string }
  in?: 'province' | 'city' | 'county'
  go_live?: string
  as_of: string
  facts: readonly Record<string, FactFields>[]
  /** The lamp that it lights; null when it must not ring. */
  rings: Level | null
  figures?: Figures
}

type FactFields = Record<string, string | number | boolean | readonly number[] | null>

const fenOf = (yuan: unknown): bigint => BigInt(Math.round(Number(yuan) * 100))
const ACCOUNTS: Record<string, [debit: number, credit: number]> = {
  register: [1001, 4001],
  receive: [1001, 4001],
  assign: [5001, 1001],
  refine: [500201, 5001],
  pass_down: [500202, 5001],
  carry: [1001, 4001],
}

/** Facts that one statement writes: $1 is the division, $2 the fields, with accounts, projects and payments by their keys. */
const BESIDES = {
  account_kind: `insert into payments.account_kind (division, account, kind, valid_from, reason, request_key)
    select $1, f.account, f.kind, f."from", '样例', f.key from jsonb_to_record($2) as f(account bigint, kind text, "from" date, key text)`,
  listing: `insert into payments.account_listing (division, account, list, valid_from, ends_on, reason, request_key)
    select $1, f.account, f.list, f."from", f."to", '样例', f.key from jsonb_to_record($2) as f(account bigint, list text, "from" date, "to" date, key text)`,
  contract: `insert into projects.contract (division, contract_no, supplement, contractor, amount_fen, signed_on)
    select $1, f.number, coalesce(f.supplement, 0), f.contractor, f.fen, f."on"
    from jsonb_to_record($2) as f(number text, supplement int, contractor text, fen bigint, "on" date)`,
  settlement: `insert into projects.settlement (division, project, settled_on, settled_fen)
    select $1, f.project, f."on", f.fen from jsonb_to_record($2) as f(project bigint, "on" date, fen bigint)`,
  company: `insert into payments.company_state (name, state, since, code_verdict, import)
    select f.name, f.state, f.since, 'missing', $1 from jsonb_to_record($2) as f(name text, state text, since date)`,
  tie: `insert into payments.tie (division, kind, payment, original, found, proposed)
    select $1, f.kind, f.payment, f.original, 'alike', coalesce(f.proposed, false)
    from jsonb_to_record($2) as f(kind text, payment bigint, original bigint, proposed boolean)`,
  control: `with f as (select * from jsonb_to_record($2) as f("on" date, fen bigint, agency text, subject text, key text)),
    made as (insert into payments.message (division, fiscal_year, voucher_type, voucher_no, vouched_on, row_digest, import)
      select $1, extract(year from f."on"), 3503, f.key, f."on", '', nextval('payments.message_id') from f returning id)
    insert into payments.control_total (division, message, line_no, fiscal_year, voucher_type, day, function_subject, agency_code, amount_fen)
    select $1, made.id, 1, extract(year from f."on"), 3503, f."on", f.subject, f.agency, f.fen from f, made`,
  scope: `insert into payments.control_scope (division, voucher_type, covers, reason)
    select $1, f.type, f.covers, '样例' from jsonb_to_record($2) as f(type smallint, covers smallint[])`,
} as const

/** Writes facts into one division and remembers the lines that they name. */
export class ExampleFacts {
  readonly division: number
  readonly fund: number
  readonly #pool: Pool
  readonly #below: number
  readonly lines = new Map<
    string,
    { id: bigint; batch: bigint; debit: number; credit: number; source: bigint; fen: bigint }
  >()
  readonly projects = new Map<string, bigint>()
  readonly #payments = new Map<string, bigint>()
  #serial = 0

  private constructor(pool: Pool, division: number, below: number, fund: number) {
    this.#pool = pool
    this.division = division
    this.#below = below
    this.fund = fund
  }

  /** A new division with one below it and one fund of its own. */
  static async open(pool: Pool, level: string, goLive: string | null = null): Promise<ExampleFacts> {
    const { rows } = await pool.query<{ id: number }>(
      'select coalesce(max(id), 0)::int + 1 as id from divisions.division',
    )
    const division = rows[0]!.id
    const below = division + 1
    await pool.query('insert into divisions.division values ($1, $2), ($3, null)', [division, goLive, below])
    await pool.query(
      `insert into divisions.version (division, valid, code, name, level, administrative_parent, fiscal_parent) values
        ($1::int, '[2015-01-01,)', lpad((990000000 + $1)::text, 9, '0'), '样例' || $1, $3, null, null),
        ($2::int, '[2015-01-01,)', lpad((990000000 + $2)::text, 9, '0'), '样例' || $2, 'township', $1, $1)`,
      [division, below, level],
    )
    await pool.query('select divisions.rebuild_scopes()')
    const fund = await pool.query<{ id: number }>(
      `with list as (insert into funds.catalogue (division, name) values ($1, '样例清单') returning id)
       insert into funds.fund (catalogue, division, code, name, level) select id, $1, 'F1', '样例专项资金', 'county' from list returning id`,
      [division],
    )
    return new ExampleFacts(pool, division, below, fund.rows[0]!.id)
  }

  async write(facts: Example['facts']): Promise<void> {
    for (const fact of facts)
      for (const [kind, fields] of Object.entries(fact)) {
        if (kind === 'project') await this.#project(fields)
        else if (kind === 'payment') await this.#payment(fields)
        else if (kind === 'pay') await this.#pay(fields)
        else if (kind === 'correct') await this.#correct(fields)
        else if (Object.hasOwn(BESIDES, kind)) await this.#beside(kind as keyof typeof BESIDES, fields)
        else if (ACCOUNTS[kind]) await this.#line(kind, fields)
        else throw new Error(`the examples know no fact “${kind}”`)
      }
    await this.#pool.query(
      `insert into payments.account_use (division, holder, side, fiscal_year, payments, amount_fen, first_on, last_on)
       select u.* from payments.reckoned_account_use u where u.division = $1`,
      [this.division],
    )
  }

  /** What is known beside the books: one statement for each fact. */
  async #beside(kind: keyof typeof BESIDES, fields: FactFields): Promise<void> {
    const known = {
      ...fields,
      fen: fields.yuan === undefined ? null : String(fenOf(fields.yuan)),
      account: fields.account ? String(await this.#account(fields.account)) : null,
      project: fields.project ? String(this.projects.get(String(fields.project))) : null,
      payment: fields.payment ? String(this.#payments.get(String(fields.payment))) : null,
      original: fields.original ? String(this.#payments.get(String(fields.original))) : null,
      key: `example ${++this.#serial}`,
    }
    await this.#pool.query(BESIDES[kind], [this.division, JSON.stringify(known)])
  }

  /** An account by the word that an example has for it. */
  async #account(word: unknown): Promise<bigint> {
    const { id } = await this.#one<{ id: bigint }>(
      `with made as (insert into payments.bank_account (division, key_version, digest, ciphertext, masked)
         values ($1, 1, convert_to($2, 'UTF8'), '', case when $2 ~ '[\\u4e00-\\u9fff]' then $2 else '9999****' || $2 end) on conflict do nothing returning id)
       select id from made union all select id from payments.bank_account where division = $1 and digest = convert_to($2, 'UTF8') limit 1`,
      [this.division, String(word)],
    )
    return id
  }

  async #one<Row extends object>(sql: string, values: unknown[]): Promise<Row> {
    return (await this.#pool.query(sql, values)).rows[0] as Row
  }

  async #post(
    form: string,
    on: unknown,
    document: bigint | null,
    entry: unknown[],
    more: unknown[] = [],
    year = Number(String(on).slice(0, 4)),
  ): Promise<bigint> {
    const client = await this.#pool.connect()
    try {
      await client.query('begin')
      await client.query(`select set_config('fundwatch.scope', '0', true)`)
      const { rows } = await client.query<{ batch: bigint }>(
        `select ledger.post($1, $2, $3, $4, $5, null, array[$6::bigint], array[$7::int], array[$8::bigint], array[$9::int], array[$10::bigint],
           $11::int[], $12::bigint[], $13::bigint[], $14::bigint[], $15::int[]) as batch`,
        [
          this.division,
          form,
          year,
          on,
          document,
          ...entry,
          more[0] ?? '{}',
          more[1] ?? '{}',
          more[2] ?? '{}',
          more[3] ?? null,
          more[4] ?? null,
        ],
      )
      await client.query('commit')
      return rows[0]!.batch
    } finally {
      client.release()
    }
  }

  async #line(kind: string, fields: FactFields): Promise<void> {
    const form = kind.replace('_', '-')
    const amount = fenOf(fields.yuan)
    const [debit, credit] = ACCOUNTS[kind]!
    const serial = ++this.#serial
    const year = Number(fields.year ?? String(fields.on).slice(0, 4))
    const number = fields.number ?? `例财农〔${year}〕${100 + serial}号`
    const from = fields.from ? this.lines.get(String(fields.from))! : null
    const document = await this.#one<{ id: bigint }>(
      `insert into ledger.document (division, number, number_form, title, dated, scan) values ($1, $2, $3, '样例文件', $4,
         case when $5 then gen_random_uuid() end) returning id`,
      [this.division, number, fields.form ?? 'valid', fields.dated ?? fields.on, fields.scan ?? true],
    )
    const { id } = await this.#one<{ id: bigint }>(`select nextval('allotments.allotment_id') as id`, [])
    // A carried line begins a tree of its own year; the old line stays its ancestor.
    const carried = kind === 'carry'
    const source = carried ? null : (from?.id ?? null)
    const moves: unknown[] = []
    let transfer: bigint | null = null
    if (kind === 'receive') {
      transfer = await this.#transfer(this.division, null, fields, amount)
      moves.push([this.division], [transfer], [amount])
    }
    if (kind === 'pass_down') {
      const below = await this.#transfer(this.#below, id, { ...fields, superior: number, source: 'county' }, 0n)
      moves.push([this.#below], [below], [amount])
    }
    await this.#pool.query(
      `insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, transfer, path, source_level,
         superior_number, poverty, monitored_fen, project, to_division, carried_from, source_type, advance)
       select $1, $2, $3, $4, $5, $6, $7::bigint, $15::bigint, $9::bigint, coalesce(above.path, '{}') || $2::bigint,
         coalesce($10, above.source_level, 'county'), coalesce($11, above.superior_number), 'whole', $7::bigint, $12::bigint, $13::int,
         case when $14 then $8::bigint end, case when $14 then 'carried-over' else coalesce(above.source_type, 'own') end, $16
       from (select) here left join allotments.allotment above on above.division = $1 and above.id = $8::bigint`,
      [
        this.division,
        id,
        year,
        form,
        document.id,
        this.fund,
        amount,
        from?.id ?? null,
        transfer,
        fields.source ?? null,
        kind === 'receive' ? (fields.superior ?? `样财农〔${year}〕${900 + serial}号`) : null,
        fields.project ? this.projects.get(String(fields.project)) : null,
        kind === 'pass_down' ? this.#below : null,
        carried,
        source,
        fields.advance ?? false,
      ],
    )
    const batch = await this.#post(form, fields.on, document.id, [id, debit, source ?? id, credit, amount], moves, year)
    this.lines.set(String(fields.as ?? `line ${serial}`), {
      id,
      batch,
      debit,
      credit,
      source: source ?? id,
      fen: amount,
    })
  }

  async #transfer(division: number, sender: bigint | null, fields: FactFields, amount: bigint): Promise<bigint> {
    const year = Number(fields.year ?? String(fields.on).slice(0, 4))
    const { id } = await this.#one<{ id: bigint }>(
      `insert into ledger.transfer (division, sender, sender_allotment, fiscal_year, document_number, document_title, document_dated, fund,
         source_level, path, sent_fen) values ($1, $2, $3, $4, $5, '样例文件', $6, $7, $8, '{}', $9) returning id`,
      [
        division,
        sender === null ? null : this.division,
        sender,
        year,
        fields.superior ?? `样财农〔${year}〕${900 + this.#serial}号`,
        fields.on,
        this.fund,
        fields.source ?? 'county',
        amount,
      ],
    )
    return id
  }

  async #pay(fields: FactFields): Promise<void> {
    const line = this.lines.get(String(fields.from))!
    await this.#post('pay', fields.on, null, [line.id, 5201, line.id, 500201, fenOf(fields.yuan)])
  }

  /** Corrects all of a line in red. */
  async #correct(fields: FactFields): Promise<void> {
    const line = this.lines.get(String(fields.of))!
    await this.#post(
      'correct',
      fields.on,
      null,
      [line.id, line.debit, line.source, line.credit, -line.fen],
      ['{}', '{}', '{}', [line.batch], [1]],
    )
  }

  async #project(fields: FactFields): Promise<void> {
    const { id } = await this.#one<{ id: bigint }>(
      `insert into projects.project (division, code, name, name_verdict, first_year, last_year) values ($1, $2, $3, $4, 2018, 2018) returning id`,
      [this.division, fields.code, fields.name, fields.verdict],
    )
    this.projects.set(String(fields.code), id)
  }

  async #payment(fields: FactFields): Promise<void> {
    const payee = await this.#one<{ id: bigint }>(
      `with made as (insert into payments.holder (division, name, account) values ($1, $2, $3) on conflict do nothing returning id)
       select id from made union all select id from payments.holder where division = $1 and name = $2 and account is not distinct from $3 limit 1`,
      [this.division, fields.payee ?? '样例收款人', fields.account ? await this.#account(fields.account) : null],
    )
    const line = fields.line ? this.lines.get(String(fields.line))!.id : null
    const { id } = await this.#one<{ id: bigint }>(
      `insert into payments.payment (division, fiscal_year, voucher_type, voucher_no, line_no, row_digest, import, vouched_on, paid_on, amount_fen,
         payee, allotment, fund, purpose, match, economic_subject, settlement, contract_no, agency_code, function_subject)
       values ($1, $2, $16, $3, 1, '', 0, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $17) returning id`,
      [
        this.division,
        fields.year ?? Number(String(fields.on).slice(0, 4)),
        fields.voucher,
        fields.on,
        fields.paid === undefined ? fields.on : fields.paid,
        fenOf(fields.yuan),
        payee.id,
        line,
        line ? this.fund : null,
        fields.purpose ?? '样例用途',
        fields.match ?? 'by-id',
        fields.economic ?? null,
        fields.settlement ?? null,
        fields.contract ?? null,
        fields.agency ?? null,
        fields.type ?? 5201,
        fields.subject ?? null,
      ],
    )
    if (fields.as) this.#payments.set(String(fields.as), id)
    if (fields.unposted)
      await this.#pool.query('insert into payments.unposted (division, payment, reason) values ($1, $2, $3)', [
        this.division,
        id,
        fields.unposted,
      ])
  }
}
