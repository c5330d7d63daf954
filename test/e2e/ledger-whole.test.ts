import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each<Language>(['zh-CN', 'en'])('who looks behind a line, in %s', language => {
  const words = WORDS[language]

  it('goes from a line to its trace and its sub-ledger, and corrects a whole document or is told what comes first', async () => {
    const { page, complaints, close } = await visit(browser, language)
    await signIn(page)
    const place = new URL(page.url()).pathname
    const open = async (path: string) => {
      await page.goto(`${server().address}${place}${path}`)
      await settled(page)
    }
    const root = await page.evaluate(async division => {
      const answer = await fetch(`/api/v1/divisions/${division}/allotments?year=2018&form=receive`)
      return ((await answer.json()) as { rows: { id: string }[] }).rows[0]!.id
    }, place.split('/')[1]!)
    for (const way of [words.whole.trace, words.whole.subLedger]) {
      await open(`/allotments/${root}`)
      await page.locator('.page-actions').getByRole('link', { name: way, exact: true }).click()
      await settled(page)
      await page.locator('.data-table tbody tr').first().waitFor()
      expect(await obstacles(page), way).toEqual([])
    }
    // What was received has flowed on long ago: the whole document is refused, with the list.
    await open(`/allotments/${root}`)
    await page.getByRole('link', { name: words.whole.correct, exact: true }).click()
    await settled(page)
    await page.locator('.data-table tbody tr').first().waitFor()
    await page.locator('#number').fill(language === 'en' ? '样财更〔2018〕81号' : '样财更〔2018〕82号')
    await page.locator('#title').fill('更正')
    expect(await obstacles(page)).toEqual([])
    await page.getByRole('button', { name: words.whole.post, exact: true }).click()
    await page.locator('[role=alert]').first().waitFor()
    expect(await obstacles(page)).toEqual([])
    await open('/year/close')
    await page.getByRole('heading', { name: words.whole.limits }).waitFor()
    expect(await obstacles(page)).toEqual([])
    // The browser itself notes the refused request; nothing else may be heard.
    expect(complaints().filter(one => !one.includes('409'))).toEqual([])
    await close()
  })
})
