import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
const PAGES = [
  ['balance-sheet', 'balanceSheet'],
  ['general-ledger', 'generalLedger'],
  ['sub-ledger?account=5001', 'subLedger'],
  ['sub-ledger', 'subLedger'],
  ['interlock-proof', 'proof'],
  ['trace', 'trace'],
  ['reconciliations', 'reconciliations'],
  ['view-difference?known=2015-01-01', 'difference'],
  ['document-numbers', 'documentNumbers'],
] as const

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each<Language>(['zh-CN', 'en'])('the books in %s', language => {
  const words = WORDS[language]
  let visitor: Visit
  let place: string
  beforeAll(async () => {
    visitor = await visit(browser, language)
    await visitor.page.goto(`${server().address}/`)
    await signIn(visitor.page)
    place = server().address + new URL(visitor.page.url()).pathname
  })
  afterAll(() => visitor?.close())

  it.each(PAGES)('opens %s with nothing in the way of anyone', async (path, title) => {
    const { page } = visitor
    await page.goto(`${place}/${path}`)
    await settled(page)
    expect(await page.locator('h1').first().textContent()).toContain(words.menu[title])
    expect(await page.locator('.fault-notice').allInnerTexts()).toEqual([])
    expect(await obstacles(page)).toEqual([])
    expect(visitor.complaints()).toEqual([])
  })

  it('leads from the balance sheet to the movements of an account, and from one of them to its trace', async () => {
    const { page } = visitor
    await page.goto(`${place}/balance-sheet`)
    await settled(page)
    expect(await page.locator('.figure-line').innerText()).toContain(words.books.ties)
    await page.locator('main a[href*="sub-ledger?account"]').first().click()
    await settled(page)
    const line = await page.locator('main tbody a[href*="/allotments/"]').first().getAttribute('href')
    await page.goto(`${place}/trace?ref=${line!.split('/').at(-1)}`)
    await settled(page)
    await expect.poll(() => page.locator('.chart svg').count()).toBe(1)
    await page.locator('.data-table .row-total').first().waitFor()
    expect(await obstacles(page)).toEqual([])
  })

  it('says that nothing is called by a wrong reference, and how to go on', async () => {
    const { page } = visitor
    await page.goto(`${place}/trace?ref=nowhere`)
    await page.locator('.fault-notice').waitFor()
    expect(await page.locator('.fault-notice').innerText()).toContain('trace-unknown')
    expect(await obstacles(page)).toEqual([])
    visitor.complaints()
  })

  it('compares pasted cells, keeps what differs, and hands it out as a file', async () => {
    const { page } = visitor
    await page.goto(`${place}/reconciliations`)
    await settled(page)
    await page.getByLabel(words.books.paste).fill('文号\t金额\n样财〔2018〕99999号\t12.34\n')
    await page.getByRole('button', { name: words.books.comparePasted, exact: true }).click()
    await page.waitForURL(/reconciliations\/\d+/)
    await settled(page)
    await page.getByText('样财〔2018〕99999号').waitFor()
    expect(await obstacles(page)).toEqual([])
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: words.books.csv, exact: true }).click(),
    ])
    expect(saved.suggestedFilename()).toMatch(/\.csv$/)
    expect(visitor.complaints()).toEqual([])
  })
})
