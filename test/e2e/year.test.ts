import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, visit } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

// A township with next to no documents, so that locking it is in nobody's way.
const PLACE = '/990102103/2018'

describe.each<[Language, typeof zhCN, string]>([
  ['zh-CN', zhCN, '2018-01-31'],
  ['en', en, '2018-02-28'],
])('the year in %s', (language, words, day) => {
  it('locks a month after what stands open was seen, unlocks it with a reason, and keeps both', async () => {
    const { page, complaints, close } = await visit(browser, language)
    await signIn(page)
    await page.goto(`${server().address}${PLACE}/year`)
    await settled(page)
    expect(await page.locator('h1').first().textContent()).toContain(words.menu.year)
    expect(await obstacles(page)).toEqual([])
    const named = words.book.lockTitle.replace('{{day}}', day)
    await page.getByRole('button', { name: named }).click()
    const dialog = page.getByRole('dialog', { name: named })
    await dialog.waitFor()
    await settled(page)
    const seen = dialog.getByRole('checkbox')
    if (await seen.count()) {
      expect(await dialog.getByRole('button', { name: words.book.doLock, exact: true }).isDisabled()).toBe(true)
      await seen.check()
    }
    await dialog.locator('.ant-btn-primary').click()
    await dialog.waitFor({ state: 'hidden' })
    await settled(page)
    await page.locator('.figure-line').getByText(day).first().waitFor()
    await page.getByRole('button', { name: words.book.unlock, exact: true }).click()
    const unlock = page.getByRole('dialog', { name: words.book.unlockTitle })
    await unlock.locator('textarea').fill('补记文件，测试')
    await unlock.locator('.ant-btn-primary').click()
    await unlock.waitFor({ state: 'hidden' })
    await settled(page)
    await page.getByText('补记文件，测试').first().waitFor()
    expect(await page.locator('.fault-notice').allInnerTexts()).toEqual([])
    expect(complaints()).toEqual([])
    await close()
  })

  it('shows what keeps the year from being closed, and what would be carried', async () => {
    const { page, complaints, close } = await visit(browser, language)
    await signIn(page)
    for (const [path, title] of [
      ['/year/close', words.menu.closing],
      ['/integration', words.menu.integration],
    ] as const) {
      await page.goto(`${server().address}${PLACE}${path}`)
      await settled(page)
      expect(await page.locator('h1').first().textContent()).toContain(title)
      expect(await obstacles(page)).toEqual([])
    }
    expect(complaints()).toEqual([])
    await close()
  })
})
