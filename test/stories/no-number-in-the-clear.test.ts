import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parts } from '../../src/app.ts'
import { type Actor, SYSTEM } from '../../src/kernel/actor.ts'
import { clockAt } from '../../src/kernel/clock.ts'
import { isIdentityNumber } from '../../src/kernel/personal-data.ts'
import { importer } from '../../src/payments/import-payments.ts'
import { sealed } from '../../src/payments/sealed.ts'
import { arrange, county, DIVISION, type TestRow, table } from '../../src/payments/test-fixture.ts'
import { buildServer, routesOf } from '../../src/platform/http/server.ts'
import type { Installation } from '../../src/platform/installation.ts'
import { rotateKeys } from '../../src/platform/rotate-keys.ts'
import { asActor } from '../as-actor.ts'
import { testInstallation } from '../database.ts'

// Invented for this test alone, so that what is found can come from nowhere else: accounts, a card, an identity number, a phone.
const ACCOUNT = '8831907264459120387'
const OTHER_ACCOUNT = '7742018365530918264'
const CARD = '6217003810098765434'
const IDENTITY = '990101198706142738'
const PHONE = '13957264418'
const NUMBERS = [ACCOUNT, OTHER_ACCOUNT, CARD, IDENTITY, PHONE]

let here: Installation
let server: FastifyInstance
const answers: string[] = []
const ACTOR: Actor = { id: 7, name: '王经办', scope: 2, permissions: new Set(['*']) }

beforeAll(async () => {
  here = await testInstallation({ clock: clockAt('2026-06-30') })
  await county(here)
  await arrange(here, { externalId: 'A1', fen: 100_000n })
  server = await buildServer({
    parts,
    run: here.run,
    authenticate: async (_token, _address, wanted) => asActor(ACTOR, wanted, { [DIVISION]: { id: 2, inScope: true } }),
    refused: async () => {},
    webFolder: '/nonexistent',
    temporaryFolder: join(here.dataDir, 'temporary'),
    secureCookies: false,
  })
})
afterAll(async () => {
  await server.close()
  await here.close()
})

/** Everything to disk: a database that is made file by file begins with a checkpoint. */
async function flush(): Promise<void> {
  const { rows } = await here.ownerPool.query('select current_database() as name')
  await here.ownerPool.query(`create database ${rows[0].name}_flush template template0 strategy file_copy`)
  await here.ownerPool.query(`drop database ${rows[0].name}_flush`)
}

const take = (rows: readonly TestRow[]) => importer.run(here.run, SYSTEM, { source: table(rows), division: null })
async function ask(method: 'GET' | 'POST', path: string, payload?: object) {
  const answer = await server.inject({
    method,
    url: `/api/v1${path}`,
    cookies: { fundwatch_session: 'x' },
    headers: { 'x-csrf-token': 'c' },
    ...(payload ? { payload } : {}),
  })
  return answer
}

/** Files below a folder in which one of the numbers stands, in any of the encodings that a program would write it in. */
function found(folder: string): string[] {
  const needles = NUMBERS.flatMap(number => [Buffer.from(number), Buffer.from(number, 'utf16le')])
  const hits: string[] = []
  // Beside this test others make and drop databases of theirs: what is gone holds nothing.
  const still = <T>(work: () => T): T | null => {
    try {
      return work()
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return null
      throw error
    }
  }
  const walk = (path: string): void => {
    for (const entry of still(() => readdirSync(path, { withFileTypes: true })) ?? []) {
      const file = join(path, entry.name)
      if (entry.isDirectory()) walk(file)
      else if (entry.isFile()) {
        const bytes = still(() => readFileSync(file))
        if (bytes && needles.some(needle => bytes.includes(needle))) hits.push(file)
      }
    }
  }
  if (existsSync(folder)) walk(folder)
  return hits
}

test('what is looked for looks like what people type', () => {
  expect(isIdentityNumber(IDENTITY)).toBe(true)
})

test('no account, identity number or phone stands in database files, journal, logs, stored files, answers or errors', async () => {
  await take([{ PAY_CERT_NO: 'V1', BGT_ID: 'A1', PAYEE_ACCT_NO: ACCOUNT, PAY_ACCT_NO: OTHER_ACCOUNT }])
  // Typed into the wrong columns: every fault would hold it as its value, and is kept with the import.
  const refused = await take([
    { PAY_CERT_NO: 'V2', PAY_AMT: CARD },
    { PAY_CERT_NO: 'V3', VOU_DATE: IDENTITY },
    { PAY_CERT_NO: 'V4', FISCAL_YEAR: PHONE },
    { PAY_CERT_NO: 'V5', EXP_FUNC_CODE: IDENTITY },
  ]).then(
    () => '',
    error => String(error.message) + JSON.stringify(error.faults),
  )
  expect(refused).toContain('****')
  answers.push(refused)
  // A staged import that has not been posted yet.
  await here.run(SYSTEM, ({ tx }) =>
    tx.query(
      `insert into payments.staged_account (import, digest, ciphertext, masked, matches) values (9, $1, $2, '8831****0387', $3)`,
      [here.vault.fingerprint(ACCOUNT), here.vault.encrypt(ACCOUNT), here.vault.digests(ACCOUNT)],
    ),
  )
  const [payment] = (await here.ownerPool.query('select id from payments.payment')).rows
  const look = await ask('POST', `/divisions/${DIVISION}/payments/${payment.id}/unmask`, {
    whose: 'payee',
    purpose: '核对收款账号',
  })
  expect(look.json()).toEqual({ account: ACCOUNT })
  // Frozen with the number in the clear inside, to leave later.
  const asked = await ask('POST', `/divisions/${DIVISION}/releases`, {
    kind: 'payments',
    parameters: { year: 2026 },
    format: 'csv',
    personal: true,
    recipient: '样例审计局',
    purpose: '审计调阅收款账号，逐笔核查',
    requestKey: 'release-for-audit',
  })
  expect(asked.statusCode).toBe(200)
  // Notes that somebody typed a number into, and a statement that fails with one in its hands.
  await here.run(ACTOR, context => context.audit({ division: 2, action: 'note', subject: IDENTITY, detail: { PHONE } }))
  await here
    .run(ACTOR, ({ tx }) => tx.query('insert into payments.bank_account (division, masked) values (2, $1)', [ACCOUNT]))
    .catch(() => {})

  // Every answer that can be read, and every file that can be taken, but the ones that are for looking.
  for (const { route } of routesOf(parts)) {
    if (route.method !== 'GET' || route.path.endsWith('/file')) continue
    const path = route.path.replace(':division', DIVISION).replace(/:[a-zA-Z]+/g, String(payment.id))
    for (const query of ['', '?year=2026', '?file=csv'])
      answers.push(((await ask('GET', path + query)) as { body: string }).body)
  }
  expect(answers.join('')).toContain('8831****0387')
  for (const number of NUMBERS) expect(answers.join('').includes(number)).toBe(false)

  // Everything on disk: a database made file by file begins with a checkpoint.
  await rotateKeys({ pool: here.ownerPool, vault: here.vault, files: here.files, sealed }, 'aes').catch(() => {})
  const admin = await here.ownerPool.connect()
  try {
    const { rows } = await admin.query('select pg_backend_pid() as pid')
    await flush()
    const cluster = readlinkSync(`/proc/${rows[0].pid}/cwd`)
    expect(existsSync(join(cluster, 'pg_wal'))).toBe(true)
    expect(found(cluster)).toEqual([])
  } finally {
    admin.release()
  }
  expect(found(here.dataDir)).toEqual([])
  // So that the search can fail: a table that holds one is found.
  await here.ownerPool.query(`create table public.leak as select '${CARD}'::text as number`)
  await flush()
  const again = await here.ownerPool.query('select pg_backend_pid() as pid')
  expect(found(readlinkSync(`/proc/${again.rows[0].pid}/cwd`)).length).toBeGreaterThan(0)
})
