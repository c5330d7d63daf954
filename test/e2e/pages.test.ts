import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }

/** The pages of the menu, each with the word that must stand in its heading. */
const PAGES: [page: string, title: (words: typeof zhCN) => string][] = [
  ['', words => words.menu.home],
  ['/overview', words => words.menu.overview],
  ['/warnings', words => words.menu.warnings],
  ['/rules', words => words.menu.rules],
  ['/transfers', words => words.menu.transfers],
  ['/allotments', words => words.menu.allotments],
  ['/allotments/tree', words => words.menu.allotments],
  ['/funds', words => words.menu.funds],
  ['/projects', words => words.menu.projects],
  ['/payments', words => words.menu.payments],
  ['/imports', words => words.menu.imports],
  ['/allotments/new/register', words => words.form.register],
  ['/allotments/new/receive', words => words.form.receive],
  ['/allotments/new/assign', words => words.form.assign],
  ['/allotments/new/refine', words => words.form.refine],
  ['/allotments/new/pass-down', words => words.form['pass-down']],
  ['/allotments/new/plan', words => words.form.plan],
]

/** Lists whose first row leads to a page of one thing. */
const THINGS: [list: string, link: RegExp][] = [
  ['/warnings', /\/warnings\/\w+$/],
  ['/allotments', /\/allotments\/\d+$/],
  ['/funds', /\/funds\/\w+$/],
  ['/projects', /\/projects\/\w+$/],
  ['/payments', /\/payments\/\w+$/],
  ['/imports', /\/imports\/\w+$/],
]

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each<Language>(['zh-CN', 'en'])('an official working in %s', language => {
  const words = WORDS[language]
  let visitor: Visit
  let place: string

  beforeAll(async () => {
    visitor = await visit(browser, language)
    await visitor.page.goto(`${server().address}/`)
    await visitor.page.getByRole('heading', { name: words.signIn.title }).waitFor()
    expect(await obstacles(visitor.page)).toEqual([])
    await signIn(visitor.page)
    place = new URL(visitor.page.url()).pathname
  })
  afterAll(() => visitor?.close())

  it.each(PAGES)('opens %s, in the right language, with nothing in the way of anyone', async (path, title) => {
    const { page } = visitor
    await page.goto(server().address + place + path)
    await settled(page)
    expect(await page.locator('h1').first().textContent()).toContain(title(words))
    expect(await page.locator('html').getAttribute('lang')).toBe(language)
    expect(await page.locator('.fault-notice').allInnerTexts()).toEqual([])
    expect(await page.locator('.broken').count()).toBe(0)
    expect(await obstacles(page)).toEqual([])
    expect(visitor.complaints()).toEqual([])
  })

  it.each(THINGS)('opens the first thing of %s', async (list, link) => {
    const { page } = visitor
    await page.goto(server().address + place + list)
    await settled(page)
    const addresses = await page.locator('main a').evaluateAll(all => all.map(one => one.getAttribute('href') ?? ''))
    const first = addresses.find(address => link.test(address))
    // An empty list has nothing to open; it must say so instead.
    if (!first) return expect(await page.locator('.nothing').count()).toBeGreaterThan(0)
    await page.goto(server().address + first)
    await settled(page)
    expect(await page.locator('.fault-notice').allInnerTexts()).toEqual([])
    expect(await obstacles(page)).toEqual([])
    expect(visitor.complaints()).toEqual([])
  })

  it('changes the unit of money and loses no fen', async () => {
    const { page } = visitor
    await page.goto(`${server().address}${place}/allotments`)
    await settled(page)
    const amounts = () => page.locator('tbody .money').allInnerTexts()
    const inFen = (text: string, places: number) => {
      const [whole = '0', fraction = ''] = text.replaceAll(',', '').split('.')
      return BigInt(whole + fraction.padEnd(places, '0'))
    }
    const yuan = (await amounts()).map(text => inFen(text, 2))
    await page.locator('.head-units').getByText(words.unit.wan, { exact: true }).click()
    const wan = (await amounts()).map(text => inFen(text, 6))
    await page.locator('.head-units').getByText(words.unit.yuan, { exact: true }).click()
    expect(wan).toEqual(yuan)
  })

  it('finds a division by its code, and an address that does not exist is said to be none', async () => {
    const { page } = visitor
    const code = place.split('/')[1]!
    await page.getByRole('combobox', { name: words.head.division }).click()
    await page.keyboard.type(code)
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/${code}/`))
    await page.goto(`${server().address}${place}/nowhere`)
    await page.getByText(words.missing.title).waitFor()
    expect(await obstacles(page)).toEqual([])
  })

  it('reaches the content by keyboard alone', async () => {
    const { page } = visitor
    await page.goto(`${server().address}${place}/payments`)
    await settled(page)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#main')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
  })

  it('is told about every fault of a bad file, and nothing is stored', async () => {
    const { page } = visitor
    await page.goto(`${server().address}${place}/imports?kind=payments`)
    await settled(page)
    await page.locator('input[type=file]').setInputFiles({
      name: 'bad.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('BAD,HEADER\n1,2\n'),
    })
    await page.locator('.outcome .data-table tbody tr, .fault-notice').first().waitFor({ timeout: 60_000 })
    expect(await page.getByRole('button', { name: words.imports.store, exact: true }).count()).toBe(0)
    expect(await obstacles(page)).toEqual([])
  })

  it('signs out, and the same address asks for a sign-in', async () => {
    const { page } = visitor
    await page.goto(`${server().address}${place}/overview`)
    await settled(page)
    await page.locator('.head-button[aria-haspopup=menu]').click()
    await page.getByRole('menuitem', { name: words.head.signOut }).click()
    await page.getByRole('heading', { name: words.signIn.title }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: words.signIn.title }).waitFor()
  })
})
