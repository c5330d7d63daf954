import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, signIn, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
const COUNTY = '990102000'
const SHEET = '云山县台账\n序号,资金,文件号,下达日期,金额（万元）\n1,P01,样财农〔2018〕1号,05/03/2018,1.5\n'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

describe.each<Language>(['zh-CN', 'en'])('what comes in, in %s', language => {
  const words = WORDS[language]
  let visitor: Visit
  let place: string
  beforeAll(async () => {
    visitor = await visit(browser, language)
    await signIn(visitor.page)
    place = visitor.page.url().replace(/\/\d{9}\//, `/${COUNTY}/`)
  })
  afterAll(() => visitor?.close())
  const open = async (page: string) => {
    await visitor.page.goto(`${place}/${page}`)
    await settled(visitor.page)
    expect(await obstacles(visitor.page)).toEqual([])
  }

  it('a transfer is recognised in part, with its amount and reason', async () => {
    const { page } = visitor
    await open('recognition')
    const before = await page.locator('tbody tr').count()
    await page.locator('tbody button').first().click()
    await page.locator('input[type=radio][value=part]').check()
    await page.getByLabel(words.recognition.monitored, { exact: true }).fill('100.00')
    await page.getByLabel(words.recognition.reason).fill('文件第三条')
    await page.getByRole('button', { name: words.recognition.register }).click()
    await page.getByText(words.recognition.stored).waitFor()
    // The list is read anew after the message: what was decided waits no longer.
    await expect.poll(() => page.locator('tbody tr').count()).toBe(before - 1)
    expect(visitor.complaints()).toEqual([])
  })

  it('a bureau’s own sheet is mapped, what is missing is said, and the mapping is remembered', async () => {
    const { page } = visitor
    await open('mappings')
    if (language === 'en') {
      // Made in Chinese before: it is changed now, not made again.
      await page.getByRole('button', { name: words.columnMapping.change }).first().click()
    } else {
      await page.getByRole('combobox', { name: words.columnMapping.kind }).click()
      await page.getByTitle(words.importKind.allotments).last().click()
      await page
        .locator('input[type=file]')
        .setInputFiles({ name: '台账.csv', mimeType: 'text/csv', buffer: Buffer.from(SHEET) })
      await settled(page)
      await page.getByRole('textbox', { name: words.columnMapping.name }).fill('农业局台账')
      await page.getByRole('button', { name: words.columnMapping.save }).click()
      await page.locator('.fault-notice').waitFor()
      expect(await page.locator('.fault-notice').innerText()).toContain('mapping-field-missing')
      visitor.complaints()
      for (const [field, value] of [
        ['指标主键', 'A1'],
        ['财政区划代码', COUNTY],
        ['预算年度', '2018'],
        ['本级指标文号', '样财农〔2018〕1号'],
        ['发文时间', '2018-03-05'],
        ['需要追踪项目代码', 'P01'],
      ] as const)
        await page.getByLabel(`${field} ${words.columnMapping.fixed}`, { exact: true }).fill(value)
    }
    expect(await obstacles(page)).toEqual([])
    await page.getByRole('button', { name: words.columnMapping.save }).click()
    await page.getByText(words.columnMapping.saved).waitFor()
    await settled(page)
    await page.getByText('农业局台账').first().waitFor()
    expect(visitor.complaints()).toEqual([])
  })

  it('joining and the drop folder can be read', async () => {
    const { page } = visitor
    await open('joining')
    await page.getByRole('heading', { name: words.joining.proposals }).waitFor()
    await open('imports')
    await page.getByRole('heading', { name: words.inbox.title }).waitFor()
    expect(visitor.complaints()).toEqual([])
  })

  it('the security administrator makes a key for a named person, and it is shown once', async () => {
    const security = await visit(browser, language)
    const { page } = security
    await page.goto(`${server().address}/`)
    await page.locator('input[autocomplete=username]').fill('security')
    await page.locator('input[autocomplete=current-password]').fill(server().password)
    await page.locator('button[type=submit]').click()
    await page.waitForURL(/\/\d{9}\/\d{4}/)
    await page.goto(`${place}/interface-keys`)
    await settled(page)
    await page.getByLabel(words.interfaceKey.name).fill('国库系统')
    await page.getByLabel(words.interfaceKey.account).fill('treasury')
    await page.getByLabel(words.interfaceKey.post, { exact: true }).click()
    await page
      .getByTitle(language === 'en' ? 'treasury desk' : '国库支付岗')
      .last()
      .click()
    await page.getByRole('button', { name: words.interfaceKey.make, exact: true }).click()
    const key = page.locator('code', { hasText: /^fwk_/ })
    await key.waitFor()
    const text = await key.innerText()
    await settled(page)
    expect(await obstacles(page)).toEqual([])
    await page.reload()
    await settled(page)
    expect(await page.content()).not.toContain(text)
    await security.close()
  })
})
