import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
const COUNTY = '990102000'
const SAMPLES = join(import.meta.dirname, '..', '..', 'samples', 'messages')
const PAGES = [
  ['matching', 'matching'],
  ['ties', 'ties'],
  ['treasury', 'treasury'],
  ['cut-off', 'cutOff'],
  ['clearings', 'clearings'],
  ['quotas', 'quotas'],
  ['disbursements', 'disbursements'],
] as const
/** Payments before what refers to them. */
const MESSAGES = ['5207', '2203', '2252', '3208', '8207', '5106', '2301', '2302', '5253', '5351', '3503', '3504']

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

const open = async (visitor: Visit, path: string) => {
  const { page } = visitor
  await page.goto(`${server().address}/${COUNTY}/2018/${path}`)
  await settled(page)
  expect(await page.locator('.fault-notice').allInnerTexts()).toEqual([])
  expect(await obstacles(page)).toEqual([])
}

describe.each<Language>(['zh-CN', 'en'])('the treasury’s messages in %s', language => {
  const words = WORDS[language]
  let visitor: Visit
  beforeAll(async () => {
    visitor = await visit(browser, language)
    await signIn(visitor.page)
  })
  afterAll(() => visitor?.close())

  /** Checks a file on the page for imports, and stores it where it has no fault. */
  async function bring(kind: string, name: string, content: Buffer): Promise<void> {
    const { page } = visitor
    await open(visitor, `imports?kind=${kind}`)
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: content })
    const store = page.getByRole('button', { name: words.imports.store, exact: true })
    await store.or(page.locator('.outcome .ant-alert-error')).first().waitFor()
    await settled(page)
    if ((await store.count()) === 0) return
    await store.click()
    await store.waitFor({ state: 'detached' })
    await page.locator('.outcome').waitFor()
    await settled(page)
  }

  it('brings the samples in by the page; once more changes nothing', async () => {
    for (const type of MESSAGES) await bring('payments', `${type}.xml`, readFileSync(join(SAMPLES, `${type}.xml`)))
    await bring('treasury-totals', '国库对账表.csv', readFileSync(join(SAMPLES, '国库对账表.csv')))
    expect(await visitor.page.locator('.outcome .ant-alert-success').count()).toBe(1)
    expect(visitor.complaints()).toEqual([])
  }, 240_000)

  it.each(PAGES)('opens %s with nothing in the way of anyone', async (path, title) => {
    await open(visitor, path)
    const { page } = visitor
    expect(await page.locator('h1').first().textContent()).toContain(
      path === 'matching' ? words.matching.title : words.menu[title],
    )
    expect(visitor.complaints()).toEqual([])
  })

  it('leads from a total that differs to its vouchers, and from one of them to the payment', async () => {
    const { page } = visitor
    await open(visitor, 'treasury?state=amount-differs&from=2018-03-16&to=2018-03-16')
    await page.locator('main tbody a').first().click()
    await page.waitForURL(/treasury\/vouchers/)
    await settled(page)
    await page.locator('main tbody').getByText(words.treasury.reasons['amount-differs']).first().waitFor()
    expect(await obstacles(page)).toEqual([])
    await page.getByRole('link', { name: '20185201000013' }).click()
    await page.waitForURL(/payments\/\d+$/)
    await settled(page)
    expect(visitor.complaints()).toEqual([])
  })

  it('tells on a payment’s page what became of it', async () => {
    const { page } = visitor
    await open(visitor, 'ties?kind=adjustment')
    await page.getByRole('link', { name: '20185201000007' }).first().click()
    await page.waitForURL(/payments\/\d+$/)
    await settled(page)
    await page.getByRole('heading', { name: words.around.down }).waitFor()
    expect(await page.locator('main').innerText()).toContain('20182301000001')
    expect(await obstacles(page)).toEqual([])
    await page.getByRole('link', { name: '20182301000001' }).click()
    await page.waitForURL(/clearings\/\d+$/)
    await settled(page)
    await expect.poll(() => page.locator('main tbody tr').count()).toBe(3)
    expect(visitor.complaints()).toEqual([])
  })

  it('settles a proposed re-issue, with a reason', async () => {
    const { page } = visitor
    await open(visitor, 'ties?kind=reissue')
    const settle = page.getByRole('button', { name: words.ties.settle, exact: true })
    // Settled in Chinese before: it stands, and is not asked again.
    if (language === 'en') expect(await settle.count()).toBe(0)
    else {
      await settle.first().click()
      await page.getByRole('button', { name: words.ties.agree }).click()
      await page.getByText(words.formPage.needed).waitFor()
      await page.getByLabel(words.ties.reason).fill('账号有误退回后重付')
      await page.getByRole('button', { name: words.ties.agree }).click()
      await page.getByText(words.ties.agreed, { exact: true }).waitFor()
      await settle.waitFor({ state: 'detached' })
    }
    await page.locator('main tbody').first().getByText(words.ties.states.stands).first().waitFor()
    expect(visitor.complaints()).toEqual([])
  })

  it('settles which vouchers a kind of totals covers, with a reason, and keeps what was settled', async () => {
    const { page } = visitor
    await open(visitor, 'treasury')
    await page.getByRole('link', { name: words.controlScope.title, exact: true }).click()
    await page.waitForURL(/treasury\/scope$/)
    await settled(page)
    expect(await obstacles(page)).toEqual([])
    const kind = words.controlScope.message.replace('{{type}}', '3511')
    const row = page.locator('main tbody tr').filter({ hasText: kind }).first()
    await row.getByRole('button', { name: words.controlScope.settle }).click()
    await page.getByRole('radio', { name: words.controlScope.some }).check()
    // One language after the other settles the same kind: each to another voucher.
    const voucher = language === 'en' ? '8202' : '5201'
    const other = language === 'en' ? '5201' : '8202'
    await page.getByRole('checkbox', { name: voucher }).check()
    await page.getByRole('checkbox', { name: other }).uncheck()
    const form = page.locator('form')
    await form.getByRole('button', { name: words.controlScope.settle }).click()
    await page.getByText(words.formPage.needed).first().waitFor()
    await page.getByLabel(words.controlScope.reason).fill('按代理银行报送口径')
    expect(await obstacles(page)).toEqual([])
    await form.getByRole('button', { name: words.controlScope.settle }).click()
    await page.getByText(words.controlScope.done).waitFor()
    await row.getByText(words.controlScope.byUs).waitFor()
    // What the other language settled stands there until the list has come again.
    await row.getByText(voucher).waitFor()
    await expect.poll(() => row.innerText(), { timeout: 15_000 }).not.toContain(other)
    await page.getByText('按代理银行报送口径').first().waitFor()
    expect(visitor.complaints()).toEqual([])
  })

  it('hands out the refused rows of a file with what is wrong beside them', async () => {
    const { page } = visitor
    const bad = readFileSync(join(SAMPLES, '国库对账表.csv'), 'utf8').replace('12000.00', '一万二')
    await bring('treasury-totals', '错表.csv', Buffer.from(bad))
    expect(await obstacles(page)).toEqual([])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: words.refusedRows.take.replace('{{file}}', 'CSV') }).click(),
    ])
    const text = readFileSync((await download.path())!, 'utf8')
    expect(text).toContain('一万二')
    expect(text).toContain('What is wrong')
    visitor.complaints()
  })

  it('takes the cut-off list away as a workbook', async () => {
    const { page } = visitor
    await open(visitor, 'cut-off')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: words.books.xlsx, exact: true }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/\.xlsx$/)
  })
})
