import { cpSync, createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import iconv from 'iconv-lite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts } from '../src/app.ts'
import { loadSamples, type Manifest } from '../src/cli/samples.ts'
import { takeIn } from '../src/imports/take-in.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import type { Installation } from '../src/platform/installation.ts'
import { ROOT } from '../src/platform/root.ts'
import { readTable } from '../src/platform/tables/table.ts'
import { catalogue } from '../src/rules/load-catalogue.ts'
import { checkAll } from '../src/warnings/check.ts'
import { testInstallation } from './database.ts'

const FOLDER = join(ROOT, 'samples')
const read = <T>(file: string): T => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as T

interface Planted {
  what: { zh: string; en: string }
  where: { file: string; row?: number; voucher?: string }
  rule: string
  level: string
  division: string
  subject: { kind: string; key: string }
}

/** The word by which people know what a warning is about, in place of the number that this installation gave it. */
const RAISED = `select v.code as division, w.rule, w.level, w.subject_kind as kind, w.status, w.evidence, coalesce(
    case w.subject_kind
      when 'allotment' then (select a.external_id from allotments.allotment a where a.division = w.division and a.id = w.subject::bigint)
      when 'document' then (select d.number from ledger.document d where d.division = w.division and d.id = w.subject::bigint)
      when 'project' then (select p.code from projects.project p where p.division = w.division and p.id = w.subject::bigint)
      when 'fund' then (select concat(f.code, '/', w.fiscal_year) from funds.fund f where f.id = w.subject::int)
      when 'payment' then (select concat(p.voucher_type, '-', p.voucher_no, '/', p.line_no) from payments.payment p
        where p.division = w.division and p.id = w.subject::bigint)
    end, w.subject) as key
  from warnings.warning w join divisions.published_division v on v.division = w.division`

describe('the fictional province', () => {
  let here: Installation
  const ask = <Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    here.run(SYSTEM, ({ tx }) => tx.query<Row>(sql, values), { readOnly: true })

  beforeAll(async () => {
    here = await testInstallation()
    expect(await loadSamples(here, FOLDER, () => {})).toBe(true)
  }, 300_000)
  afterAll(() => here.close())

  test('every planted fault raises its warning, and nothing else raises one', async () => {
    const line = (division: string, rule: string, level: string, kind: string, key: string): string =>
      [rule, level, division, kind, key].join(' ')
    const raised = await ask<{
      division: string
      rule: string
      level: string
      kind: string
      key: string
      status: string
    }>(RAISED)
    const planted = read<Planted[]>('faults.json')
    expect(planted.length).toBeGreaterThan(30)
    expect(raised.map(one => line(one.division, one.rule, one.level, one.kind, one.key)).sort()).toEqual(
      planted.map(one => line(one.division, one.rule, one.level, one.subject.kind, one.subject.key)).sort(),
    )
    expect(new Set(raised.map(one => one.status))).toEqual(new Set(['open']))
  })

  test('every rule of the catalogue has a planted fault', () => {
    const planted = read<Planted[]>('faults.json').map(fault => fault.rule)
    expect([...new Set(planted)].sort()).toEqual(catalogue().map(rule => rule.code))
  })

  test('each fault is told in both languages and stands where the list says', () => {
    for (const { what, where } of read<Planted[]>('faults.json')) {
      expect(what.zh).toMatch(/[\u4e00-\u9fff]/)
      expect(what.en.length).toBeGreaterThan(5)
      expect(statSync(join(FOLDER, where.file)).size).toBeGreaterThan(0)
      expect(where.row ?? where.voucher).toBeDefined()
    }
  })

  test('document numbers that can only mean one thing are mended, said, and raise nothing', async () => {
    const mended = read<{ division: string; written: string; stored: string }[]>('repairs.json')
    expect(mended.length).toBeGreaterThan(0)
    for (const { division, written, stored } of mended)
      expect(
        await ask(
          `select d.number_form, d.number_read from ledger.document d join divisions.published_division v on v.division = d.division
           where v.code = $1 and d.number = $2`,
          [division, stored],
        ),
      ).toContainEqual({ number_form: 'repaired', number_read: written })
    const [said] = await ask<{ n: bigint }>(
      `select sum(repair_count)::bigint as n from platform.import where kind = 'allotments'`,
    )
    expect(said!.n).toBeGreaterThanOrEqual(BigInt(mended.length))
  })

  test('no import was refused, and verify finds no difference', async () => {
    expect(await ask(`select file_name, state from platform.import where state <> 'done'`)).toEqual([])
    for (const check of parts.flatMap(part => part.verify ?? []))
      expect(await here.run(SYSTEM, ({ tx }) => check.run(tx), { readOnly: true }), check.code).toMatchObject({
        count: 0,
      })
  })

  test('money in the books is the money in the files, added up without any importer', async () => {
    const files = read<Manifest>('manifest.json').files
    const text = (file: string): string => {
      const bytes = readFileSync(join(FOLDER, file))
      const utf8 = bytes.toString('utf8')
      return utf8.includes('\uFFFD') ? iconv.decode(bytes, 'gb18030') : utf8.replace(/^\uFEFF/, '')
    }
    const fen = (amount: string): bigint => BigInt(amount.replace('.', ''))
    const sum = (amounts: Iterable<string>): bigint => [...amounts].reduce((all, one) => all + fen(one), 0n)
    let paid = 0n
    for (const { file } of files.filter(one => one.kind === 'payments')) {
      const content = text(file)
      // Control totals pay nothing.
      const paying = content.split('<Voucher>').filter(voucher => !voucher.includes('<VtCode>3503<'))
      if (file.endsWith('.xml'))
        for (const voucher of paying.slice(1)) paid += fen(/<PayAmt>([^<]+)</.exec(voucher)![1]!)
      else {
        const [header = [], ...rows] = content
          .trimEnd()
          .split('\r\n')
          .map(line => line.split(','))
        paid += sum(rows.map(row => row[header.indexOf('PAY_AMT')]!))
      }
    }
    let arranged = 0n
    for (const { file } of files.filter(one => one.kind === 'allotments')) {
      const path = join(FOLDER, file)
      const columns = [{ name: 'AMOUNT', titles: [], required: true }]
      const table = await readTable({ fileName: file, open: () => createReadStream(path) }, columns)
      for await (const rows of table.rows)
        arranged += sum(rows.map(row => (row.cells[0]!.includes('.') ? row.cells[0]! : `${row.cells[0]}.00`)))
    }
    const [books] = await ask<{ paid: bigint; arranged: bigint }>(
      `select (select sum(amount_fen) from payments.payment)::bigint as paid, (select sum(amount_fen) from allotments.allotment where carried_from is null)::bigint as arranged`,
    )
    expect(books).toEqual({ paid, arranged })
  })

  test('lines, payments, documents and projects are as many as were written', async () => {
    const totals = read<Record<string, number | string>>('totals.json')
    const [found] = await ask<Record<string, unknown>>(
      `select (select count(*)::int from allotments.allotment where carried_from is null) as lines,
         (select count(*)::int from allotments.allotment where form = 'refine') as "refinedLines",
         (select to_char(sum(amount_fen) / 100.0, 'FM999999999990.00') from allotments.allotment where form = 'refine') as "refinedYuan",
         (select count(*)::int from payments.payment) as payments,
         (select to_char(sum(amount_fen) / 100.0, 'FM999999999990.00') from payments.payment) as "paymentsYuan",
         (select count(*)::int from ledger.document) as documents, (select count(*)::int from projects.project) as projects`,
    )
    expect(found).toEqual(totals)
    // What is paid by the book and what waits outside it is all that the treasury paid.
    const [sides] = await ask<{ all: bigint; posted: bigint; waiting: bigint }>(
      `select (select sum(amount_fen) from payments.payment)::bigint as all,
         (select sum(debit_fen - credit_fen) from ledger.balance where account in (5201, 5102))::bigint as posted,
         (select sum(p.amount_fen) from payments.unposted u join payments.payment p on p.division = u.division and p.id = u.payment)::bigint as waiting`,
    )
    expect(sides!.posted + sides!.waiting).toBe(sides!.all)
  })

  test('payments are made in every month of the year', async () => {
    const months = await ask<{ month: number }>(
      `select distinct extract(month from vouched_on)::int as month from payments.payment where fiscal_year = 2018 order by 1`,
    )
    expect(months.map(row => row.month)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('every fen of a payee leads back to the centre or to own revenue', async () => {
    expect(
      await ask(
        `select a.id from allotments.allotment a join allotments.allotment root on root.id = a.path[1]
         where a.form = 'refine' and not (root.form = 'register' or root.form = 'receive' and root.source_level = 'central')`,
      ),
    ).toEqual([])
  })

  test('the same files again change nothing, and a second check raises nothing', async () => {
    const counts = `select (select count(*) from allotments.allotment) as lines, (select count(*) from ledger.document) as documents,
      (select count(*) from ledger.entry) as entries, (select count(*) from payments.payment) as payments,
      (select count(*) from payments.unposted) as waiting, (select count(*) from platform.file) as files,
      (select count(*) from divisions.version) as versions, (select count(*) from funds.fund) as funds,
      (select count(*) from projects.project) as projects, (select count(*) from warnings.warning) as warnings,
      (select count(*) from warnings.event) as events`
    const before = await ask(counts)
    expect(await loadSamples(here, FOLDER, () => {})).toBe(false)
    expect(await ask(counts)).toEqual(before)
    const manifest = read<Manifest>('manifest.json')
    const importers = new Map(parts.flatMap(part => (part.importers ?? []).map(one => [one.kind, one] as const)))
    // Scans are many and alike: those of one division stand for all.
    for (const { kind, file, division: code } of manifest.files) {
      if (kind === 'scans' && code !== '990102000') continue
      const path = join(FOLDER, file)
      const [named] = code
        ? await ask<{ division: number }>('select division from divisions.published_division where code = $1', [code])
        : []
      const outcome = await takeIn(here.run, SYSTEM, importers.get(kind)!, {
        source: { fileName: basename(path), size: statSync(path).size, open: () => createReadStream(path) },
        division: named?.division ?? null,
      })
      expect([file, outcome.taken]).toEqual([file, 0])
    }
    await checkAll(here, { asOf: manifest.asOf })
    expect(await ask(counts)).toEqual(before)
  }, 300_000)

  test('the generator writes the committed files again, byte for byte', async () => {
    const { execFileSync } = await import('node:child_process')
    const copy = mkdtempSync(join(tmpdir(), 'fundwatch-samples-'))
    try {
      cpSync(FOLDER, join(copy, 'samples'), { recursive: true })
      execFileSync(process.execPath, ['--import', 'tsx', join(FOLDER, 'generate.ts'), join(copy, 'samples')], {
        cwd: ROOT,
      })
      const listed = read<Manifest>('manifest.json')
        .files.map(one => one.file)
        .filter(file => !file.startsWith('..'))
      for (const file of ['manifest.json', 'faults.json', 'repairs.json', 'totals.json', ...listed])
        expect(readFileSync(join(copy, 'samples', file)).equals(readFileSync(join(FOLDER, file))), file).toBe(true)
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  })
})
