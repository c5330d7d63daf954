import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FORM_SPECS } from '../../web/allotments/form/form-spec.ts'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }

let numbers = 300
/** A document number that nobody has used. */
const nextNumber = (): string => `样财预〔2018〕${++numbers}号`

interface Named {
  id: string
  code: string
  name: string
}

/** What the page itself could ask: its choices, and forms sent past the screen. */
const asked = (page: Page, path: string, body?: object) =>
  page.evaluate(
    async ({ path, body }) => {
      const base = `/api/v1/divisions/${location.pathname.split('/')[1]}`
      if (!body) return (await fetch(base + path)).json()
      const { csrf } = await (await fetch('/api/v1/session')).json()
      const answer = await fetch(base + path, {
        method: 'POST',
        headers: { 'x-csrf-token': csrf, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(await answer.text())
      return answer.json()
    },
    { path, body },
  )

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each<Language>(['zh-CN', 'en'])('a clerk who fills in forms in %s', language => {
  const words = WORDS[language]
  let visitor: Visit
  let place: string
  const form = async (name: string, search = '') => {
    await visitor.page.goto(`${server().address}${place}/allotments/new/${name}${search}`)
    await settled(visitor.page)
  }
  const button = (name: string) => visitor.page.getByRole('button', { name, exact: true })
  const documentFields = async (number: string, title: string) => {
    await visitor.page.getByLabel(words.column.documentNumber, { exact: true }).fill(number)
    await visitor.page.getByLabel(words.allotment.documentTitle, { exact: true }).fill(title)
  }
  const toGrid = () => visitor.page.locator('.line-grid td[tabindex="0"]').focus()
  /** Types into the cell that the keyboard is on; a choice is taken when it is shown. */
  const choose = async (typed: string) => {
    await visitor.page.keyboard.press('Enter')
    await visitor.page.keyboard.type(typed)
    await visitor.page.locator('.ant-select-item-option-active', { hasText: typed }).waitFor()
    await visitor.page.keyboard.press('Enter')
  }
  const paste = (text: string) =>
    visitor.page.evaluate(pasted => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', pasted)
      document
        .querySelector('.line-grid td[tabindex="0"]')!
        .dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, text)
  const stored = async () => {
    await visitor.page.waitForURL(/\/allotments$/)
    await settled(visitor.page)
  }
  /** Windows and lists open in a movement; half-way they are pale, and no obstacle. */
  const still = () =>
    visitor.page.waitForFunction(() => document.getAnimations().every(one => one.playState !== 'running'))
  const complaints = (expected = /status of 4(09|22)/) =>
    visitor.complaints().filter(complaint => !expected.test(complaint))

  beforeAll(async () => {
    visitor = await visit(browser, language)
    visitor.page.on('dialog', dialog => void dialog.accept())
    await signIn(visitor.page)
    place = new URL(visitor.page.url()).pathname
  })
  afterAll(() => visitor?.close())

  it.each(FORM_SPECS.map(spec => [spec.form, spec] as const))(
    'finds %s open to everyone, empty and with everything missing, in each of its ways',
    async (name, spec) => {
      const { page } = visitor
      for (const mode of spec.modes) {
        await form(name)
        if (spec.modes.length > 1) await page.getByText(words.formMode[mode.name as 'lines'], { exact: true }).click()
        expect(await page.locator('h1').first().textContent()).toContain(words.form[name as 'register'])
        expect(await obstacles(page)).toEqual([])
        await button(words.look.do).click()
        await page.locator('.cell-faults, [role=alert]').first().waitFor()
        expect(await obstacles(page)).toEqual([])
        expect(complaints()).toEqual([])
      }
    },
  )

  it('registers own budget by keyboard alone, and a second press posts nothing', async () => {
    const { page } = visitor
    await form('register')
    const [fund] = ((await asked(page, '/choices/fund?year=2018')) as { rows: Named[] }).rows.filter(
      one => one.code && one.name,
    )
    const number = nextNumber()
    await documentFields(number, '关于登记预算的通知')
    await toGrid()
    await choose(fund!.code)
    await page.keyboard.press('End')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.type('1234.56')
    await page.keyboard.press('Tab')
    await expect.poll(() => page.locator('.total-check .money').innerText()).toBe('1,234.56')
    const before = ((await asked(page, '/allotments?year=2018&form=register')) as { totals: { count: number } }).totals
    await button(words.formPage.store).dblclick()
    await stored()
    const after = ((await asked(page, '/allotments?year=2018&form=register')) as { totals: { count: number } }).totals
    expect(Number(after.count) - Number(before.count)).toBe(1)
    expect(complaints()).toEqual([])
  })

  it('types in what a superior outside sent: its number is mended before the eyes, and received once', async () => {
    const { page } = visitor
    await form('receive')
    await page.getByText(words.formMode.outside, { exact: true }).click()
    const { rows } = (await asked(page, '/choices/fund?year=2018')) as { rows: Named[] }
    await documentFields(nextNumber(), '关于接收中央资金的通知')
    await toGrid()
    await page.keyboard.press('Enter')
    await page.keyboard.type(`财预[2018]0${++numbers}号`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await choose(rows[0]!.code)
    await page.keyboard.type('500')
    await page.keyboard.press('Tab')
    await button(words.look.do).click()
    await page.locator('.look .notice').waitFor()
    expect(await page.locator('.look .notice').innerText()).toContain(`财预〔2018〕${numbers}号`)
    expect(await obstacles(page)).toEqual([])
    await button(words.formPage.store).click()
    await stored()
    expect(complaints()).toEqual([])
  })

  it('pastes a sheet in 万元 into a pass-down: faults are marked at their cells, the printed total must tie, the look shows what is left', async () => {
    const { page } = visitor
    await form('pass-down')
    const { rows: funds } = (await asked(page, '/choices/fund?year=2018')) as { rows: Named[] }
    const { rows: below } = (await asked(page, '/choices/division?year=2018')) as { rows: Named[] }
    const body = (lines: object[]) => ({
      fiscalYear: 2018,
      document: { number: nextNumber(), title: '关于安排资金的通知', dated: '2018-12-01' },
      lines,
    })
    const fund = Number(funds[0]!.id)
    const { lines } = (await asked(page, '/allotments/register', body([{ fund, amountFen: '300000000' }]))) as {
      lines: string[]
    }
    const assigned = (await asked(
      page,
      '/allotments/assign',
      body([{ source: lines[0], fund, amountFen: '300000000' }]),
    )) as { lines: string[] }
    await form('pass-down', `?source=${assigned.lines[0]}`)
    const names = below.map(one => one.name)
    const rows = Array.from({ length: 60 }, (_, n) => [
      n + 1,
      n === 3 ? '没有的市' : names[n % names.length],
      '0.5',
      '',
    ])
    const sheet = [
      ['2018年资金分配表'],
      ['', '', '', '单位：万元'],
      ['序号', '市县', '金额', '备注'],
      ...rows,
      ['合计', '', '30.5', ''],
    ]
    await toGrid()
    await paste(sheet.map(row => row.join('\t')).join('\r\n'))
    await page.getByRole('dialog', { name: words.paste.title }).waitFor()
    await still()
    expect(await obstacles(page)).toEqual([])
    await settled(page)
    const pick = page.locator('.ant-modal .choice-picker')
    if (await pick.count()) {
      await pick.click()
      await page.locator('.ant-select-item-option').first().waitFor()
      await page.keyboard.press('Enter')
    }
    await button(words.paste.take).click()
    await page.locator('.cell-faults').waitFor()
    await expect.poll(() => page.locator('.line-grid tbody tr').count()).toBe(60)
    await expect.poll(() => page.locator('.cell-fault').count()).toBe(1)
    expect(await obstacles(page)).toEqual([])
    // From the list of faults to the cell, and mended there.
    await page.locator('.cell-faults button').first().click()
    await page.keyboard.press('Delete')
    await choose(below[0]!.code)
    await page.locator('.cell-fault').waitFor({ state: 'detached' })
    await documentFields(nextNumber(), '关于下达资金的通知')
    // The sheet's own total is off by 5,000 yuan.
    await page.getByText(words.total.under.replace('{{amount}}', '5,000.00')).waitFor()
    await page.locator('.form-actions').getByText(words.total.differs).waitFor()
    await page.locator('.total-input').fill('30')
    await page.getByText(words.total.ties).waitFor()
    await button(words.look.do).click()
    await page.locator('.look tbody tr').waitFor()
    await expect.poll(() => page.locator('.look tbody .money').allInnerTexts()).toEqual(['300,000.00', '2,700,000.00'])
    expect(await obstacles(page)).toEqual([])
    await page.locator('input[type=file]').setInputFiles({
      name: 'scan.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.4 the scan'),
    })
    await button(words.formPage.store).click()
    await stored()
    const made = (await asked(page, '/allotments?year=2018&form=pass-down&q=样财预')) as {
      rows: { document: { scan: boolean } }[]
    }
    expect(made.rows[0]?.document.scan).toBe(true)
    expect(complaints()).toEqual([])
  })

  it('spreads a cut over a fund only after it was looked at, to the fen', async () => {
    const { page } = visitor
    await form('cut')
    await page.getByText(words.formMode.spread, { exact: true }).click()
    const { rows: lines } = (await asked(page, '/choices/source?year=2018&form=cut')) as { rows: Named[] }
    expect(lines.length).toBeGreaterThan(0)
    await documentFields(nextNumber(), '关于追减预算的通知')
    await page.locator('.form-actions').getByText(words.look.first).waitFor()
    await page.getByLabel(words.ask.documentNumber, { exact: true }).fill(lines[0]!.code)
    await page.getByLabel(words.ask.amount, { exact: true }).fill('0.07')
    await button(words.look.do).click()
    await page.locator('.look tbody tr').first().waitFor()
    await settled(page)
    const parts = await page.locator('.look tbody td:nth-child(2)').allInnerTexts()
    expect(parts.reduce((sum, part) => sum + BigInt(part.replace(/[.,]/g, '')), 0n)).toBe(7n)
    expect(await obstacles(page)).toEqual([])
    await button(words.formPage.store).click()
    await stored()
    expect(complaints()).toEqual([])
  })

  it('is asked before an unsaved form is left, and finds it again as it was', async () => {
    const { page } = visitor
    await form('add')
    await documentFields('样财预〔2018〕77号', '没有写完的通知')
    await toGrid()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.type('88.80')
    await page.keyboard.press('Tab')
    await page.waitForFunction(() => Object.keys(localStorage).some(key => key.startsWith('fundwatch.draft.')))
    await page.getByRole('link', { name: words.menu.funds, exact: true }).click()
    await page.getByRole('dialog', { name: words.draft.leaveTitle }).waitFor()
    await still()
    expect(await obstacles(page)).toEqual([])
    await button(words.draft.leave).click()
    await page.waitForURL(/\/funds$/)
    await form('add')
    await page.locator('.draft-notice').waitFor()
    const title = page.getByLabel(words.allotment.documentTitle, { exact: true })
    await expect.poll(() => title.inputValue()).toBe('没有写完的通知')
    await expect.poll(() => page.locator('.total-check .money').innerText()).toBe('88.80')
    expect(await obstacles(page)).toEqual([])
    await button(words.draft.drop).click()
    await page.locator('.draft-notice').waitFor({ state: 'detached' })
    await expect.poll(() => title.inputValue()).toBe('')
    expect(complaints()).toEqual([])
  })
})
