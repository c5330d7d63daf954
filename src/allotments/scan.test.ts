import { afterAll, beforeAll, expect, test } from 'vitest'
import { testInstallation } from '../../test/database.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { fen } from '../kernel/money.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { correct } from './correct.ts'
import { issue } from './issue.ts'
import { linePage } from './reads.ts'
import { attachScan, readScan } from './scan.ts'
import { province } from './test-import.ts'

let here: Installation
let batch: bigint
let document: bigint
let line: bigint
const DIVISION = 1
const PDF = Buffer.from('%PDF-1.4\nthe scan of a document\n')

beforeAll(async () => {
  here = await testInstallation()
  await province(here)
  const issued = await here.run(SYSTEM, context =>
    issue(context, {
      division: DIVISION,
      form: 'register',
      fiscalYear: 2018,
      document: { number: '样财农〔2018〕1号', title: '关于下达资金的通知', dated: '2018-03-01' },
      effectiveOn: '2018-03-01',
      lines: [{ fund: 2, amount: fen(1000) }],
    }),
  )
  batch = issued.batch
  document = issued.document
  line = issued.lines[0]!
})
afterAll(() => here.close())

const refusalOf = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    error => (error instanceof Refusal ? error.faults[0]!.code : String(error)),
  )
const download = (of = document, division = DIVISION) =>
  here.run(
    SYSTEM,
    async context => {
      const file = await readScan(context, division, of)
      const chunks: Buffer[] = []
      for await (const chunk of file.stream) chunks.push(chunk as Buffer)
      return { ...file, content: Buffer.concat(chunks) }
    },
    { readOnly: true },
  )
const page = () =>
  here.run(SYSTEM, ({ tx }) => linePage(tx, DIVISION, String(line)), { readOnly: true }).then(found => found!)

test('what was uploaded is downloaded again, byte by byte, under its name; before that there is nothing to download', async () => {
  expect((await page()).line.document.scan).toBe(false)
  expect(await refusalOf(download())).toBe('scan-missing')
  await here.run(SYSTEM, context => attachScan(context, DIVISION, document, '样财农〔2018〕1号.pdf', PDF))
  const file = await download()
  expect(file.content.equals(PDF)).toBe(true)
  expect([file.fileName, file.mediaType]).toEqual(['样财农〔2018〕1号.pdf', 'application/pdf'])
  expect((await page()).line.document.scan).toBe(true)
})

test('a document that does not exist here has no scan either', async () => {
  expect(await refusalOf(download(999_999n))).toBe('document-missing')
  expect(await refusalOf(download(document, 21))).toBe('document-missing')
})

test("a line's page says of each entry what a red letter may still take back", async () => {
  const left = async () => (await page()).entries.map(({ amountFen, leftFen }) => `${amountFen} ${leftFen}`)
  expect(await left()).toEqual(['1000 1000'])
  const red = (amount: number) =>
    here.run(SYSTEM, context =>
      correct(context, {
        division: DIVISION,
        fiscalYear: 2018,
        effectiveOn: '2018-04-01',
        document: { number: '样财农〔2018〕9号', title: '关于更正的通知', dated: '2018-04-01' },
        batch,
        line: 1,
        amount: fen(amount),
      }),
    )
  await red(300)
  expect(await left()).toEqual(['-300 0', '1000 700'])
  await red(700)
  expect(await left()).toEqual(['-700 0', '-300 0', '1000 0'])
})
