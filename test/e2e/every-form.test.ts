import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_NAMES } from '../../src/ledger/chart.ts'
import { FORM_SPECS } from '../../web/allotments/form/form-spec.ts'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, visit } from './browser.ts'

/** A city of the demo: it receives from above, passes down, and pays. */
const CITY = '990100000'

/** Every page on which the money of a year is arranged, below division and year, each with its title. */
const pages = (words: typeof zhCN): [path: string, title: string][] => [
  ...FORM_SPECS.map((spec): [string, string] => [
    `allotments/new/${spec.form}`,
    words.form[spec.form as keyof typeof words.form],
  ]),
  ...(['recall', 'settle', 'recalled', 'settled'] as const).map((form): [string, string] => [
    `recalls/new/${form}`,
    words.recall.title[form],
  ]),
  ['across/new/send-across', words.across.sendTitle],
  ['across/new/receive-across', words.across.receiveTitle],
  ['allotments', words.menu.allotments],
  ['allotments/tree', words.menu.allotments],
  ['transfers', words.menu.transfers],
  ['recognition', words.menu.recognition],
  ['joining', words.menu.joining],
  ['recoverables', words.menu.recoverables],
  ['integration', words.menu.integration],
  ['year', words.menu.year],
  ['year/close', words.menu.closing],
  ['funds', words.menu.funds],
  ['fund-mapping', words.mapping.title],
  ['base-data', words.base.title],
  ['division', words.places.title],
  ['division/change', words.places.change],
  ['division/hand-over', words.handOver.title],
  ['imports', words.menu.imports],
  ['mappings', words.menu.mappings],
]

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each<[Language, typeof zhCN]>([
  ['zh-CN', zhCN],
  ['en', en],
])('every form in %s', (language, words) => {
  it('opens under its title, in words alone, within the screen, open to everyone and without a complaint', async () => {
    const { page, complaints, close } = await visit(browser, language)
    await signIn(page)
    for (const [path, title] of pages(words)) {
      await page.goto(`${server().address}/${CITY}/2018/${path}`)
      await settled(page)
      expect([path, await page.locator('h1').first().innerText()]).toEqual([path, expect.stringContaining(title)])
      // A key or a place that nobody filled in is no word; and nobody scrolls sideways for a page.
      const text = await page.locator('body').innerText()
      expect([path, text.match(/\{\{\w+\}\}|\b(?:[a-z]+[A-Z]?[a-z]*\.)+[a-z]+[A-Z]\w*\b/g)]).toEqual([path, null])
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([
        path,
        true,
      ])
      expect([path, await obstacles(page)]).toEqual([path, []])
      expect([path, complaints()]).toEqual([path, []])
    }
    await close()
  }, 400_000)

  it('shows in the menu where a form belongs', async () => {
    const { page, close } = await visit(browser, language)
    await signIn(page)
    for (const [path, name] of [
      ['recalls/new/recall', words.menu.recoverables],
      ['across/new/send-across', words.menu.transfers],
      ['joining', words.menu.joining],
    ] as const) {
      await page.goto(`${server().address}/${CITY}/2018/${path}`)
      await settled(page)
      await expect.poll(() => page.locator('.side-link.active').allInnerTexts()).toEqual([name])
    }
    await close()
  })

  it('names every account by its word, not by its number alone', async () => {
    const { page, close } = await visit(browser, language)
    await signIn(page)
    await page.goto(`${server().address}/${CITY}/2018/allotments`)
    await settled(page)
    await page.locator('.data-table tbody a').first().click()
    await page.waitForURL(/\/allotments\/\d+$/)
    await settled(page)
    await page
      .getByText(`5001 ${ACCOUNT_NAMES[5001]![language === 'en' ? 'en' : 'zh']}`)
      .first()
      .waitFor({ timeout: 20_000 })
    await close()
  })
})
