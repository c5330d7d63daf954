import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
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

let numbers = 900
/** A document number that nobody has used. */
const nextNumber = (): string => `样财农〔2018〕${++numbers}号`

/** Registers 1,000 yuan of the division's own budget, of which some may be assigned at once; answers the line. */
async function registered(page: Page, place: string, title: string, more: { assigned?: string } = {}): Promise<string> {
  const [, division, year] = place.split('/')
  const asked = { division, fiscalYear: Number(year), title, number: nextNumber(), assigned: more.assigned }
  return page.evaluate(async ({ division, fiscalYear, title, number, assigned }) => {
    const base = `/api/v1/divisions/${division}`
    const { csrf } = await (await fetch('/api/v1/session')).json()
    const { rows } = await (await fetch(`${base}/funds?year=${fiscalYear}`)).json()
    const fund = Number(rows.find((one: { own: boolean; secret: boolean }) => one.own && !one.secret).id)
    const issue = async (form: string, line: Record<string, unknown>) => {
      const answer = await fetch(`${base}/allotments/${form}`, {
        method: 'POST',
        headers: { 'x-csrf-token': csrf, 'content-type': 'application/json' },
        body: JSON.stringify({ fiscalYear, document: { number, title, dated: `${fiscalYear}-12-01` }, lines: [line] }),
      })
      const body = await answer.json()
      if (!answer.ok) throw new Error(JSON.stringify(body))
      return body.lines[0] as string
    }
    const line = await issue('register', { fund, amountFen: '100000' })
    if (assigned) await issue('assign', { source: line, fund, amountFen: assigned })
    return line
  }, asked)
}

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
    await expect.poll(async () => (await amounts()).map(text => inFen(text, 6))).toEqual(yuan)
    await page.locator('.head-units').getByText(words.unit.yuan, { exact: true }).click()
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
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#main')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
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
    await settled(page)
    expect(await page.getByRole('button', { name: words.imports.store, exact: true }).count()).toBe(0)
    expect(await obstacles(page)).toEqual([])
  })

  it('finds earlier imports by kind and by what became of them', async () => {
    const { page } = visitor
    await page.goto(`${server().address}${place}/imports?listed=funds&state=done`)
    await settled(page)
    const kinds = await page
      .getByRole('table', { name: words.imports.before })
      .locator('tbody td:nth-child(3)')
      .allInnerTexts()
    expect(kinds.length).toBeGreaterThan(0)
    expect(new Set(kinds)).toEqual(new Set([words.importKind.funds]))
    await page.goto(`${server().address}${place}/imports?listed=scans&state=refused`)
    await page.getByText(words.filter.noneFit).waitFor()
    expect(await obstacles(page)).toEqual([])
  })

  it('uploads the scan of a document once, is told so, and gets it back', async () => {
    const { page } = visitor
    const line = await registered(page, place, language)
    const at = `${server().address}${place}/allotments/${line}`
    await page.goto(at)
    await page.getByText(words.allotment.scanMissing, { exact: true }).waitFor()
    expect(await obstacles(page)).toEqual([])
    const give = (name: string, content: string) =>
      page.locator('.scan input[type=file]').setInputFiles({ name, mimeType: '', buffer: Buffer.from(content) })
    await give('scan.pdf', 'this is no scan')
    await page.locator('.scan .fault-notice').waitFor()
    expect(await page.locator('.scan .fault-notice').innerText()).toContain('attachment-kind')
    expect(visitor.complaints().filter(complaint => !/status of 422/.test(complaint))).toEqual([])
    await give('scan.pdf', '%PDF-1.4 the scan')
    await page.getByText(words.allotment.scanThere, { exact: true }).waitFor()
    expect(await obstacles(page)).toEqual([])
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: words.allotment.scanDownload, exact: true }).click(),
    ])
    expect(saved.suggestedFilename()).toBe('scan.pdf')
    expect(readFileSync(await saved.path(), 'utf8')).toBe('%PDF-1.4 the scan')
    expect(visitor.complaints()).toEqual([])
  })

  it('corrects an entry in red letters by keyboard, and not beyond what is left', async () => {
    const { page } = visitor
    const line = await registered(page, place, language, { assigned: '60000' })
    await page.goto(`${server().address}${place}/allotments/${line}`)
    await settled(page)
    await page.getByRole('link', { name: words.form.correct, exact: true }).last().click()
    await page.getByRole('heading', { name: words.form.correct }).waitFor()
    await settled(page)
    expect(await obstacles(page)).toEqual([])
    await page.getByLabel(words.column.documentNumber, { exact: true }).fill(nextNumber())
    await page.keyboard.press('Tab')
    await page.keyboard.type(language)
    // What was assigned further must be corrected first: the server refuses, and says so.
    await page.keyboard.press('Enter')
    await page.locator('.fault-notice').waitFor()
    expect(await page.locator('.fault-notice').innerText()).toContain('over-allotted')
    expect(visitor.complaints().filter(complaint => !/status of 409/.test(complaint))).toEqual([])
    await page.getByRole('radio', { name: words.correction.difference }).focus()
    await page.keyboard.press('Space')
    await page.getByLabel(words.correction.amount, { exact: true }).fill('1000.01')
    await page.keyboard.press('Enter')
    await page.getByText(words.correction.beyond.replace('{{left}}', '1,000.00')).waitFor()
    await page.getByLabel(words.correction.amount, { exact: true }).fill('123.45')
    expect(await obstacles(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`/allotments/${line}$`))
    await settled(page)
    const red = page.locator('.data-table .money-red', { hasText: '-123.45' })
    await red.waitFor()
    expect(await red.evaluate(cell => getComputedStyle(cell).color)).toMatch(/rgb\(1[5-9]\d|rgb\(2\d\d/)
    await page.getByText(words.correction.ofRed, { exact: true }).waitFor()
    expect(await obstacles(page)).toEqual([])
    expect(visitor.complaints()).toEqual([])
  })

  it('drops a filter that came with a link', async () => {
    const { page } = visitor
    const line = await registered(page, place, language)
    await page.goto(`${server().address}${place}/payments?allotment=${line}`)
    await settled(page)
    const chip = page.locator('.filter-chip')
    await chip.getByText('样财农').waitFor()
    expect(await obstacles(page)).toEqual([])
    await chip.getByRole('button').focus()
    await page.keyboard.press('Enter')
    await chip.waitFor({ state: 'detached' })
    await expect.poll(() => page.url()).not.toContain('allotment=')
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
