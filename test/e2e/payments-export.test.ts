import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { obstacles, openBrowser, server, settled, signIn, visit } from './browser.ts'

/** 云山县 of the sample province. */
const COUNTY = '990102000/2018'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

test.each(['zh-CN', 'en'] as const)(
  'the payments that the page shows leave as a file with its filters (%s)',
  async language => {
    const { page, complaints, close } = await visit(browser, language)
    try {
      await signIn(page)
      await page.goto(`${server().address}/${COUNTY}/payments?reason=no-allotment`)
      await settled(page)
      const shown = Number((await page.locator('.figure').first().innerText()).replace(/\D/g, ''))
      expect(shown).toBeGreaterThan(0)
      expect(await obstacles(page)).toEqual([])
      if (process.env.E2E_SHOTS) await page.screenshot({ path: `${process.env.E2E_SHOTS}/payments-${language}.png` })
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'CSV' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('国库支付明细-2018-工作底稿.csv')
      const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')
      // The heading, the payments, and the line that says it is a working copy.
      expect(lines).toHaveLength(shown + 2)
      expect(lines.slice(1, -1).every(line => line.includes('无对应指标'))).toBe(true)
      expect(lines.at(-1)).toContain('工作底稿')
      expect(complaints()).toEqual([])
    } finally {
      await close()
    }
  },
)
