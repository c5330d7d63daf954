import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
/** Where screenshots go, if anywhere: they are looked at, not compared. */
const SHOTS = process.env.E2E_SHOTS

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

const PAGES = ['base-data', 'division', 'division/change', 'division/hand-over', 'fund-mapping'] as const

describe.each(['zh-CN', 'en'] as const)('base data, divisions and the mapping of funds in %s', language => {
  it('each page says what it is, hinders nobody, and complains of nothing', async () => {
    const words = WORDS[language]
    const titles: Record<(typeof PAGES)[number], string> = {
      'base-data': words.base.title,
      division: words.places.title,
      'division/change': words.places.change,
      'division/hand-over': words.handOver.title,
      'fund-mapping': words.mapping.title,
    }
    const here = await visit(browser, language)
    try {
      await signIn(here.page)
      const [, division, year] = new URL(here.page.url()).pathname.split('/')
      for (const page of PAGES) {
        await here.page.goto(`${server().address}/${division}/${year}/${page}`)
        await settled(here.page)
        expect(await here.page.getByRole('heading', { level: 1 }).innerText()).toContain(titles[page])
        expect([page, await obstacles(here.page)]).toEqual([page, []])
        expect([page, here.complaints()]).toEqual([page, []])
        if (SHOTS)
          await here.page.screenshot({ path: `${SHOTS}/${page.replace('/', '-')}-${language}.png`, fullPage: true })
      }
      // A fund's map, from its page.
      await here.page.goto(`${server().address}/${division}/${year}/funds`)
      await settled(here.page)
      await here.page.locator('.data-table tbody a').first().click()
      await settled(here.page)
      await here.page.getByRole('link', { name: words.mapping.map, exact: true }).click()
      await here.page.getByRole('heading', { level: 2, name: words.mapping.table }).waitFor()
      await settled(here.page)
      expect(await here.page.getByRole('heading', { level: 1 }).innerText()).toContain(words.mapping.map)
      await here.page.locator('.data-table tbody tr').first().waitFor()
      expect(await obstacles(here.page)).toEqual([])
      if (SHOTS) await here.page.screenshot({ path: `${SHOTS}/fund-map-${language}.png`, fullPage: true })
    } finally {
      await here.close()
    }
  })
})

it('an order is looked at before it is carried out, and one that cannot be is refused in a sentence', async () => {
  const words = zhCN.places
  const here = await visit(browser, 'zh-CN')
  try {
    await signIn(here.page)
    const { page } = here
    const [, division, year] = new URL(page.url()).pathname.split('/')
    await page.goto(`${server().address}/${division}/${year}/division/change`)
    await settled(page)
    const choose = async (index: number) => {
      await page.getByLabel(words.whom).click()
      await page.locator('.ant-select-dropdown:visible .ant-select-item-option').nth(index).click()
    }
    await choose(2)
    await page.getByLabel(words.number).fill('样政〔2018〕3号')
    await page.getByLabel(words.docTitle).fill('关于更名的决定')
    await page.getByLabel(words.newName).fill('更名后的县')
    await page.getByRole('button', { name: words.look }).click()
    await page.locator('.notice', { hasText: '更名后的县' }).waitFor()
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/change-looked.png`, fullPage: true })
    await page.getByText(words.kind.merge, { exact: true }).click()
    await choose(2)
    await page.keyboard.press('Escape')
    await page.getByLabel(words.into).fill('990999000')
    await page.getByLabel(words.newName).fill('')
    await page.getByRole('button', { name: words.look }).click()
    await page.locator('.fault-notice').waitFor()
    expect(await page.locator('.fault-notice').innerText()).toContain('990999000')
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/change-refused.png`, fullPage: true })
  } finally {
    await here.close()
  }
})
