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

describe.each<Language>(['zh-CN', 'en'])('who calls money back, in %s', language => {
  const words = WORDS[language]

  it('tries a recall first, registers it, and finds what was gone among the claims', async () => {
    const { page, complaints, close } = await visit(browser, language)
    await signIn(page)
    const place = new URL(page.url()).pathname
    const open = async (path: string) => {
      await page.goto(`${server().address}${place}${path}`)
      await settled(page)
    }
    await open('/recalls/new/settle')
    await page.locator('#number').fill(language === 'en' ? '样财清〔2018〕71号' : '样财清〔2018〕72号')
    await page.locator('#title').fill('清算')
    // One fen more than is unspent, of the first transfer of which something is paid and nothing passed further.
    const chosen = await page.evaluate(async division => {
      const answer = await fetch(`/api/v1/divisions/${division}/recallable?year=2018&from=below`)
      const { rows } = (await answer.json()) as { rows: Record<string, string>[] }
      const index = rows.findIndex(
        row => BigInt(row.spentFen!) > BigInt(row.claimedFen!) && row.passedFen === '0' && BigInt(row.sentFen!) > 0n,
      )
      return { index, fen: String(BigInt(rows[index]!.unspentFen!) + 1n) }
    }, place.split('/')[1]!)
    expect(chosen.index).toBeGreaterThanOrEqual(0)
    const yuan = `${BigInt(chosen.fen) / 100n}.${(BigInt(chosen.fen) % 100n).toString().padStart(2, '0')}`
    await page.locator('.data-table tbody input').nth(chosen.index).fill(yuan)
    await page.getByRole('button', { name: words.recall.look, exact: true }).click()
    await page.getByRole('heading', { name: words.recall.looked }).waitFor()
    expect(await obstacles(page)).toEqual([])
    await page.getByRole('button', { name: words.recall.store, exact: true }).click()
    await page.getByRole('heading', { name: words.recall.storedTitle }).waitFor()
    await page.getByRole('link', { name: words.recall.toClaims }).click()
    await settled(page)
    await page.locator('.data-table tbody tr').first().getByText('0.01').first().waitFor()
    await page.getByRole('button', { name: words.claims.register }).first().click()
    await page.locator('#number').fill('样财缴〔2018〕1号')
    await page.locator('#title').fill('缴回')
    expect(await obstacles(page)).toEqual([])
    await page.locator('form').getByRole('button', { name: words.claims.register }).click()
    await page.locator('form').waitFor({ state: 'detached' })
    for (const path of [
      '/recalls/new/recalled',
      '/across/new/send-across',
      '/across/new/receive-across',
      '/recoverables?state=all',
    ]) {
      await open(path)
      expect(await obstacles(page), path).toEqual([])
    }
    expect(complaints()).toEqual([])
    await close()
  })
})
