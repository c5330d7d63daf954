import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testInstallation } from '../../../test/database.ts'
import { SYSTEM } from '../../kernel/actor.ts'
import { clockAt } from '../../kernel/clock.ts'
import { Refusal } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import type { Installation } from '../../platform/installation.ts'
import { memorySource } from '../../platform/tables/memory-source.ts'
import { part as projectsPart } from '../../projects/part.ts'
import { accountUseCheck } from '../account-use.ts'
import { paymentsImporter } from '../import-payments.ts'
import { arrange, county, DIVISION, type TestRow, table } from '../test-fixture.ts'
import { accountPage, listAccounts } from './account-store.ts'
import { enterprisePage, listEnterprises } from './enterprise-store.ts'
import { companiesImporter } from './import-companies.ts'
import { endListing, listAccount, settleKind } from './settle-account.ts'

let here: Installation
const run = <T>(work: (context: Context) => Promise<T>): Promise<T> =>
  here.run(SYSTEM, work, { clock: clockAt('2026-06-01') })
const bring = (rows: readonly TestRow[], sliceLines = 50_000) =>
  paymentsImporter({ sliceLines }).run(here.run, SYSTEM, { source: table(rows), division: null })
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults.map(fault => fault.code).join(' ') : String(error)),
  )
const accounts = () => run(({ tx }) => listAccounts(tx, 2, 2026, { side: 'payee' }))
const A = '6200000000000011111'
const B = '6200000000000022222'

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-01') })
  await county(here)
  await arrange(here, { externalId: 'L1', fen: 100_000_00n })
  await bring(
    [
      { PAY_CERT_NO: 'V1', PAY_AMT: '100.00', PAYEE_ACCT_NO: A, PAYEE_ACCT_NAME: '样例甲公司', VOU_DATE: '2026-03-01' },
      {
        PAY_CERT_NO: 'V2',
        PAY_AMT: '50.00',
        PAYEE_ACCT_NO: A,
        PAYEE_ACCT_NAME: '样例甲公司',
        VOU_DATE: '2026-04-01',
        XPAY_DATE: '2026-04-02',
      },
      {
        PAY_CERT_NO: 'V3',
        PAY_AMT: '7.00',
        PAYEE_ACCT_NO: A,
        PAYEE_ACCT_NAME: '样例乙公司',
        VOU_DATE: '2026-05-01',
        XPAY_DATE: '2026-05-01',
      },
      {
        PAY_CERT_NO: 'V4',
        PAY_AMT: '3.00',
        PAYEE_ACCT_NO: B,
        PAYEE_ACCT_NAME: '样例甲 公司',
        VOU_DATE: '2026-05-02',
        XPAY_DATE: '2026-05-03',
      },
    ],
    1,
  )
})
afterAll(() => here.close())

describe('the use of accounts', () => {
  test('is kept slice by slice, each account with its names, days and sums', async () => {
    expect((await accounts()).rows).toMatchObject([
      {
        masked: '6200****1111',
        name: '样例乙公司',
        names: 2,
        payments: '3',
        amountFen: '15700',
        firstOn: '2026-03-01',
        lastOn: '2026-05-01',
        kind: 'enterprise',
        settled: false,
      },
      { masked: '6200****2222', names: 1, payments: '1', amountFen: '300' },
    ])
    const payer = await run(({ tx }) => listAccounts(tx, 2, 2026, { side: 'payer' }))
    expect(payer.rows).toMatchObject([{ kind: 'zero-balance', payments: '4', amountFen: '16000' }])
  })
  test('is not counted again when the same vouchers come again', async () => {
    await bring([
      { PAY_CERT_NO: 'V1', PAY_AMT: '100.00', PAYEE_ACCT_NO: A, PAYEE_ACCT_NAME: '样例甲公司', VOU_DATE: '2026-03-01' },
      {
        PAY_CERT_NO: 'V5',
        PAY_AMT: '-1.00',
        PAYEE_ACCT_NO: B,
        PAYEE_ACCT_NAME: '样例甲 公司',
        VOU_DATE: '2026-05-04',
        XPAY_DATE: '2026-05-04',
      },
    ])
    expect((await accounts()).rows.map(row => [row.payments, row.amountFen])).toEqual([
      ['3', '15700'],
      ['2', '200'],
    ])
  })
  test('agrees with the payments, and verify finds a use that does not', async () => {
    expect(await run(({ tx }) => accountUseCheck.run(tx))).toMatchObject({ count: 0 })
    await here.ownerPool.query(`update payments.account_use set payments = payments + 1 where side = 'payer'`)
    const found = await run(({ tx }) => accountUseCheck.run(tx))
    expect(found.differences).toMatchObject([
      { expected: expect.stringMatching(/^5 payments/), found: expect.stringMatching(/^6 payments/) },
    ])
    await here.ownerPool.query(`update payments.account_use set payments = payments - 1 where side = 'payer'`)
  })
  test('finds accounts by name, by digits, by several names, and names with several accounts', async () => {
    const found = async (filter: Parameters<typeof listAccounts>[3]) =>
      (await run(({ tx }) => listAccounts(tx, 2, 2026, filter))).rows.map(row => row.masked.slice(-4))
    expect(await found({ q: '乙公司' })).toEqual(['1111'])
    expect(await found({ q: '2222' })).toEqual(['2222'])
    expect(await found({ sign: 'several' })).toEqual(['1111'])
    expect(await found({ sign: 'changed' })).toEqual(['1111', '2222'])
    expect(await found({ side: 'payee', after: '15700~999999' })).toEqual(['1111', '2222'])
    expect(await found({ kind: 'zero-balance' })).toHaveLength(1)
  })
})

describe('a person', () => {
  const idOf = async (end: string) => (await accounts()).rows.find(row => row.masked.endsWith(end))!.id
  test('settles the kind of an account from a day on, once for each request', async () => {
    const account = await idOf('2222')
    const body = { kind: 'unit', from: '2026-05-01', reason: '电话核实', requestKey: 'key-00000001' } as const
    const first = await run(context => settleKind(context, 2, account, body))
    expect(await run(context => settleKind(context, 2, account, body))).toEqual(first)
    const page = await run(({ tx }) => accountPage(tx, 2, account))
    expect(page).toMatchObject({
      kind: 'unit',
      settled: true,
      kinds: [{ kind: 'unit', from: '2026-05-01', reason: '电话核实' }],
    })
    expect(page!.others.map(one => one.masked)).toEqual(['6200****1111'])
    expect(page!.payments.map(one => one.voucherNo)).toEqual(['V5', 'V4'])
    expect(JSON.stringify(page)).not.toContain(B)
  })
  test('puts an account on the watch list, and takes it off for a reason; all of it stays written', async () => {
    const account = await idOf('1111')
    const { id } = await run(context =>
      listAccount(context, 2, account, {
        list: 'watch',
        from: '2026-05-01',
        to: '2026-12-31',
        reason: '举报',
        requestKey: 'key-00000002',
      }),
    )
    expect((await accounts()).rows[0]).toMatchObject({ list: 'watch' })
    await run(context => endListing(context, 2, id, '核实无误'))
    expect((await accounts()).rows[0]).toMatchObject({ list: null })
    const page = await run(({ tx }) => accountPage(tx, 2, account))
    expect(page!.listings).toMatchObject([{ list: 'watch', state: 'over', to: '2026-06-01', endReason: '核实无误' }])
    expect(await codeOf(run(context => endListing(context, 2, id, '再次')))).toBe('listing-over')
  })
  test('is refused without a reason, with days that are reversed, or for an account that is not there', async () => {
    const account = await idOf('1111')
    const body = {
      list: 'white',
      from: '2026-05-01',
      to: '2026-04-30',
      reason: '经核实',
      requestKey: 'key-00000003',
    } as const
    expect(await codeOf(run(context => listAccount(context, 2, account, body)))).toBe('listing-days')
    expect(await codeOf(run(context => listAccount(context, 2, account, { ...body, reason: '  ' })))).toBe(
      'reason-missing',
    )
    expect(await codeOf(run(context => listAccount(context, 3, account, { ...body, to: '2026-05-02' })))).toBe(
      'account-missing',
    )
    expect(await codeOf(run(context => endListing(context, 2, '99', '没有')))).toBe('listing-missing')
  })
})

describe('enterprises', () => {
  const companies = (text: string) =>
    companiesImporter.run(here.run, SYSTEM, { source: memorySource(text, 'companies.csv'), division: null })
  const HEAD = 'CORP_NAME,UNIFSOC_CRED_CODE,STATE,SINCE\r\n'
  test('take their states from the register; a code that does not check is kept and counted', async () => {
    const outcome = await companies(
      `${HEAD}样例甲公司,91990102MA00000000,存续,2020-01-01\r\n样例甲公司,91990102MA00000000,注销（已公示）,2026-05-01\r\n`,
    )
    expect(outcome).toMatchObject({ taken: 2, figures: { codesDoubtful: expect.any(Number) } })
    expect(await companies(`${HEAD}样例甲公司,91990102MA00000000,存续,2020-01-01\r\n`)).toMatchObject({
      taken: 0,
      repeated: 1,
    })
  })
  test('are refused with a state that is none, twice in one file, or another state of the same day', async () => {
    expect(
      await codeOf(
        companies(
          `${HEAD}样例丙公司,,倒闭,2020-01-01\r\n样例丁公司,,存续,2020-01-01\r\n样例丁公司,,注销,2020-01-01\r\n`,
        ),
      ),
    ).toBe('state-unknown company-repeated')
    expect(await codeOf(companies(`${HEAD}样例甲公司,91990102MA00000000,吊销,2020-01-01\r\n`))).toBe(
      'company-state-changed',
    )
  })
  test('are listed with what all funds paid them, under one name however it is spaced', async () => {
    const list = await run(({ tx }) => listEnterprises(tx, 2, 2026, {}))
    expect(list.rows).toMatchObject([
      { accounts: 2, payments: '4', directFen: '15200', listedFen: '0', totalFen: '15200', state: 'deregistered' },
      { name: '样例乙公司', totalFen: '700', state: null, code: null },
    ])
    expect((await run(({ tx }) => listEnterprises(tx, 2, 2026, { sign: 'abnormal' }))).rows).toHaveLength(1)
    const page = await run(({ tx }) => enterprisePage(tx, 2, 2026, '样例甲公司'))
    expect(page).toMatchObject({
      enterprise: { totalFen: '15200' },
      states: [{ state: 'deregistered' }, { state: 'normal' }],
    })
    expect(page!.funds.reduce((sum, one) => sum + BigInt(one.totalFen), 0n)).toBe(15_200n)
    expect(page!.accounts).toHaveLength(2)
    expect(await run(({ tx }) => enterprisePage(tx, 2, 2026, '没有的公司'))).toBeUndefined()
  })
})

describe('contracts and settlements', () => {
  const kind = (name: string) => projectsPart.importers!.find(one => one.kind === name)!
  const take = (name: string, text: string) =>
    kind(name).run(here.run, SYSTEM, { source: memorySource(text, `${name}.csv`), division: null })
  const CONTRACTS = 'MOF_DIV_CODE,CONTRACT_NO,SUPPLEMENT_NO,PRO_CODE,CONTRACTOR,CONTRACT_AMT,SIGN_DATE\r\n'
  const contract = (no: string, supplement: string, amount: string, more = {}) =>
    Object.values({
      division: DIVISION,
      no,
      supplement,
      project: 'P1',
      contractor: '样例甲公司',
      amount,
      day: '2026-01-10',
      ...more,
    }).join(',')
  test('a contract and its supplement are taken in once; a change that is no supplement is refused', async () => {
    const text = `${CONTRACTS}${contract('HT-1', '', '100.00')}\r\n${contract('HT-1', '1', '-10.00')}\r\n`
    expect(await take('contracts', text)).toMatchObject({ taken: 2 })
    expect(await take('contracts', text)).toMatchObject({ taken: 0, repeated: 2 })
    expect(
      await run(({ tx }) => tx.query('select contract_no, parts, amount_fen from projects.published_contract')),
    ).toEqual([{ contract_no: 'HT-1', parts: 2, amount_fen: 9000n }])
    expect(await codeOf(take('contracts', `${CONTRACTS}${contract('HT-1', '', '120.00')}\r\n`))).toBe(
      'contract-changed',
    )
  })
  test('all faults of a file of contracts are told at once', async () => {
    const text = `${CONTRACTS}${contract('HT-2', '', '-5.00')}\r\n${contract('HT-3', '2', '5.00')}\r\n${contract('HT-4', '', '5.00', { project: 'P9' })}\r\n${contract('HT-5', '', '5.00')}\r\n${contract('HT-5', '', '6.00')}\r\n`
    expect((await codeOf(take('contracts', text))).split(' ').sort()).toEqual(
      ['amount-not-positive', 'contract-duplicated', 'supplement-without-contract', 'unknown-project'].sort(),
    )
  })
  const SETTLEMENTS = 'MOF_DIV_CODE,PRO_CODE,SETTLE_DATE,SUBMIT_AMT,SETTLE_AMT\r\n'
  test('a settlement is taken in once; one beyond what was submitted is refused', async () => {
    const text = `${SETTLEMENTS}${DIVISION},P1,2026-05-01,120.00,90.00\r\n`
    expect(await take('settlements', text)).toMatchObject({ taken: 1 })
    expect(await take('settlements', text)).toMatchObject({ taken: 0, repeated: 1 })
    expect(await codeOf(take('settlements', `${SETTLEMENTS}${DIVISION},P1,2026-05-01,120.00,91.00\r\n`))).toBe(
      'settlement-changed',
    )
    expect(await codeOf(take('settlements', `${SETTLEMENTS}${DIVISION},P2,2026-05-01,120.00,121.00\r\n`))).toBe(
      'settled-beyond-submitted',
    )
    expect(await codeOf(take('settlements', `${SETTLEMENTS}${DIVISION},P9,2026-05-01,,1.00\r\n`))).toBe(
      'unknown-project',
    )
  })
})
