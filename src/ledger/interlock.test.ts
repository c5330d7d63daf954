import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { type Fen, fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { type Form, type Posting, post } from './post.ts'

// What the verbs above the ledger promise about transfers, the ledger promises by itself: here it is asked without them.

let here: Installation
const SENDER = 1
const RECEIVER = 2
beforeAll(async () => {
  here = await testInstallation()
  // A line of 300 fen to send from; two lines below that came by two transfers of 100 and 200.
  await here.ownerPool.query(`
    insert into divisions.division (id) values (1), (2);
    insert into divisions.version (division, valid, code, name, level) values
      (1, '[2018-01-01,)', '990100000', '样例市', 'city'), (2, '[2018-01-01,)', '990101000', '样例县', 'county');
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '清单');
    insert into funds.fund (catalogue, division, code, name, level) values (1, 1, 'F', '样例资金', 'city');
    insert into ledger.document (division, id, number, number_form, title, dated) values (1, 1, '样财〔2018〕1号', 'valid', '通知', '2018-01-01'), (2, 1, '样财〔2018〕1号', 'valid', '通知', '2018-01-01');
    insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, source, path, source_level, poverty, monitored_fen) values
      (1, 10, 2018, 'register', 1, 1, 300, null, '{10}', 'city', 'none', 0), (1, 11, 2018, 'assign', 1, 1, 300, 10, '{10,11}', 'city', 'none', 0),
      (1, 12, 2018, 'pass-down', 1, 1, 100, 11, '{10,11,12}', 'city', 'none', 0), (1, 13, 2018, 'pass-down', 1, 1, 200, 11, '{10,11,13}', 'city', 'none', 0);
    insert into ledger.transfer (division, id, sender, sender_allotment, fiscal_year, document_number, document_title, document_dated, fund, source_level, path) values
      (2, 12, 1, 12, 2018, '样财〔2018〕1号', '通知', '2018-01-01', 1, 'city', '{10,11,12}'), (2, 13, 1, 13, 2018, '样财〔2018〕1号', '通知', '2018-01-01', 1, 'city', '{10,11,13}');
    insert into allotments.allotment (division, id, fiscal_year, form, document, fund, amount_fen, transfer, path, source_level, poverty, monitored_fen) values
      (2, 22, 2018, 'receive', 1, 1, 100, 12, '{10,11,12,22}', 'city', 'none', 0), (2, 23, 2018, 'receive', 1, 1, 200, 13, '{10,11,13,23}', 'city', 'none', 0)`)
  await ask({ form: 'register', lines: [line(10, 1001, 10, 4001, 300)] })
  await ask({ form: 'assign', lines: [line(11, 5001, 10, 1001, 300)] })
})
afterAll(() => here?.close())

const line = (da: number, debit: number, ca: number, credit: number, amount: number): Posting => ({
  debitAllotment: BigInt(da),
  debit,
  creditAllotment: BigInt(ca),
  credit,
  amount: fen(amount),
})
const move = (transfer: number, amount: number) => ({
  division: RECEIVER,
  transfer: BigInt(transfer),
  amount: fen(amount),
})
const ask = (input: Pick<Form, 'form' | 'lines'> & Partial<Form>): Promise<string> =>
  here
    .run(SYSTEM, context =>
      post(context, { division: SENDER, fiscalYear: 2018, effectiveOn: '2018-01-02', document: null, ...input }),
    )
    .then(
      batch => `batch ${batch}`,
      error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
    )
const SENT = [line(12, 500202, 11, 5001, 100), line(13, 500202, 11, 5001, 200)]
const TAKEN = [line(22, 1001, 22, 4001, 100), line(23, 1001, 23, 4001, 200)]

test('a form that passes down moves each transfer by its own line, not only all of them by the sum', async () => {
  expect(await ask({ form: 'pass-down', lines: SENT })).toBe('interlock-broken')
  expect(await ask({ form: 'pass-down', lines: SENT, transfers: [move(12, 200), move(13, 100)] })).toBe(
    'interlock-broken',
  )
  expect(await ask({ form: 'pass-down', lines: SENT, transfers: [move(12, 300)] })).toBe('interlock-broken')
  expect(await ask({ form: 'pass-down', lines: SENT, transfers: [move(12, 100), move(13, 200)] })).toMatch(/^batch/)
})

test('a receipt takes from the transfer that its line came by, and so does its correction', async () => {
  const received = (transfers: Form['transfers'], lines = TAKEN) =>
    ask({ division: RECEIVER, form: 'receive', lines, transfers })
  expect(await received([])).toBe('interlock-broken')
  const halves = [line(22, 1001, 22, 4001, 50), line(23, 1001, 23, 4001, 100)]
  expect(await received([move(12, 100), move(13, 50)], halves)).toBe('interlock-broken')
  const batch = BigInt((await received([move(13, 200), move(12, 100)])).slice(6))
  const red = (transfers: Form['transfers']) =>
    ask({
      division: RECEIVER,
      form: 'correct',
      lines: [{ ...TAKEN[0]!, amount: -40n as Fen, corrects: { batch, line: 1 } }],
      transfers,
    })
  expect(await red([])).toBe('interlock-broken')
  expect(await red([move(13, -40)])).toBe('interlock-broken')
  expect(await red([move(12, -40)])).toMatch(/^batch/)
  const { rows } = await here.ownerPool.query('select id, sent_fen, taken_fen from ledger.transfer order by id')
  expect(rows).toEqual([
    { id: 12n, sent_fen: 100n, taken_fen: 60n },
    { id: 13n, sent_fen: 200n, taken_fen: 200n },
  ])
})
