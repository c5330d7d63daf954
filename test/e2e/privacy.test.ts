import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
const PLACE = '/990102000/2018'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

async function as(name: string, language: Language): Promise<Visit> {
  const visitor = await visit(browser, language)
  const { page } = visitor
  await page.goto(`${server().address}/`)
  await page.locator('input[autocomplete=username]').fill(name)
  await page.locator('input[autocomplete=current-password]').fill(server().password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL(/\/\d{9}\/\d{4}/)
  await settled(page)
  return visitor
}
// Two Chinese characters on a button are set apart by the component library.
const button = (page: Page, name: string) =>
  page.getByRole('button', { name: new RegExp(`^${[...name].join('\\s?')}$`) })

describe.each<Language>(['zh-CN', 'en'])('what leaves and what is looked at, in %s', language => {
  const words = WORDS[language]
  it('a release is frozen, refused to its maker, signed by the lead office, and then taken out', async () => {
    const maker = await as('treasury', language)
    const { page } = maker
    await page.goto(`${server().address}${PLACE}/releases`)
    await settled(page)
    await button(page, words.releases.ask).click()
    await button(page, words.releases.submit).click()
    await page.getByRole('alert').getByText('recipient-missing').waitFor()
    await page.getByLabel(words.releases.recipient, { exact: true }).fill('省财政厅')
    await page.getByLabel(words.releases.purpose, { exact: true }).fill(`四季度报送 ${language}`)
    await button(page, words.releases.submit).click()
    await page.waitForURL(/releases\/\d+/)
    await settled(page)
    await page.getByText(words.releases.ownHint).waitFor()
    await page.getByText(words.releases.unsigned).waitFor()
    expect(await obstacles(page)).toEqual([])
    const address = page.url()
    await maker.close()

    const lead = await as('province', language)
    await lead.page.goto(address)
    await settled(lead.page)
    await button(lead.page, words.releases.sign).click()
    // On the page itself: for a moment the notice of what was done says the same word.
    await lead.page.locator('main').getByText(words.releaseState.released, { exact: true }).waitFor()
    const coming = lead.page.waitForEvent('download')
    await button(lead.page, words.releases.download).click()
    const file = await (await coming).path()
    expect(readFileSync(file).subarray(0, 2).toString()).toBe('PK')
    expect(await obstacles(lead.page)).toEqual([])
    await lead.close()
  })

  it('an account is looked at for a purpose, and the audit administrator reads who looked', async () => {
    const treasury = await as('treasury', language)
    const { page } = treasury
    await page.goto(`${server().address}${PLACE}/payments`)
    await settled(page)
    await page.locator('table a').first().click()
    await page.waitForURL(/payments\/\d+/)
    await settled(page)
    await button(page, words.unmask.look).click()
    await button(page, words.unmask.go).click()
    await page.getByText('purpose-missing').waitFor()
    await page.getByLabel(words.unmask.purpose, { exact: true }).fill(`核对退款账号 ${language}`)
    await button(page, words.unmask.go).click()
    await page.getByText(words.unmask.shown).first().waitFor()
    await button(page, words.unmask.close).last().click()
    await treasury.close()

    const auditor = await as('auditor', language)
    await auditor.page.goto(`${server().address}/990000000/2018/audit?action=personal.look`)
    await settled(auditor.page)
    expect(await obstacles(auditor.page)).toEqual([])
    await auditor.page.locator('table a').first().click()
    await auditor.page.waitForURL(/audit\/\d+/)
    await auditor.page.getByText(`核对退款账号 ${language}`).waitFor()
    expect(await obstacles(auditor.page)).toEqual([])
    expect(auditor.complaints()).toEqual([])
    await auditor.close()
  })

  it('who is not the audit administrator is shown no audit', async () => {
    const visitor = await as('county', language)
    expect(await visitor.page.getByRole('link', { name: words.menu.audit }).count()).toBe(0)
    await visitor.page.goto(`${server().address}${PLACE}/audit`)
    await visitor.page.getByText('permission-missing').first().waitFor()
    await visitor.close()
  })
})
