import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inventedNumber } from '../../src/identity/test-world.ts'
import { codeAt, stepOf } from '../../src/identity/totp.ts'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
const COUNTY = '/990102000/2018'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

/** Signs a person of the demonstration in, on a fresh visit. */
async function come(name: string, language: Language, password = server().password): Promise<Visit> {
  const visitor = await visit(browser, language)
  await visitor.page.goto(`${server().address}/`)
  await enter(visitor.page, name, password)
  await visitor.page.waitForURL(/\/\d{9}\/\d{4}$/)
  return visitor
}
async function enter(page: Page, name: string, password: string): Promise<void> {
  await page.locator('input[autocomplete=username]').fill(name)
  await page.locator('input[autocomplete=current-password]').fill(password)
  await page.locator('button[type=submit]').click()
}
async function sound(visitor: Visit): Promise<void> {
  await settled(visitor.page)
  expect(await visitor.page.locator('.fault-notice').allInnerTexts()).toEqual([])
  expect(await obstacles(visitor.page)).toEqual([])
  expect(visitor.complaints()).toEqual([])
}
const go = (visitor: Visit, path: string) => visitor.page.goto(server().address + path)

/** Base 32, as an authenticator reads the secret. */
function secretOf(text: string): Buffer {
  const bits = [...text.replace(/\s/g, '')]
    .map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map(eight => Number.parseInt(eight, 2)))
}

describe.each<Language>(['zh-CN', 'en'])('people and permissions in %s', language => {
  const words = WORDS[language]
  const serial = language === 'en' ? 801 : 802
  const signInName = `new.clerk.${serial}`
  let application: string
  let code: string

  it('a clerk fills in the form; a fault says which line and what to mend; then it is handed in', async () => {
    const visitor = await come('county', language)
    const { page } = visitor
    await go(visitor, `${COUNTY}/applications`)
    await sound(visitor)
    await page.getByRole('link', { name: words.application.new }).first().click()
    await settled(page)
    expect(await obstacles(page)).toEqual([])
    const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value)
    await fill(words.application.unit, '云山县财政局农业股')
    await fill(words.application.officeName, '农业股')
    await fill(words.application.name, `新经办${serial}`)
    await fill(words.application.idNumber, '990101198001019999')
    await fill(words.application.duty, '科员')
    await fill(words.application.phone, '13900000801')
    await fill(words.application.signInName, signInName)
    await page.getByLabel(words.application.right, { exact: true }).click()
    await page.keyboard.type(language === 'en' ? 'office handler' : '股室经办')
    await page
      .locator('.ant-select-item-option')
      .getByText(language === 'en' ? 'office handler' : '股室经办岗', { exact: true })
      .click()
    await page.getByRole('button', { name: words.application.submit, exact: true }).click()
    await page.locator('.fault-notice').waitFor()
    expect(await page.locator('.fault-notice').innerText()).toContain('identity-number-invalid')
    expect(await page.locator('.fault-notice').innerText()).not.toContain('990101198001019999')
    await fill(words.application.idNumber, inventedNumber(serial))
    await page.getByRole('button', { name: words.application.submit, exact: true }).click()
    await page.waitForURL(/applications\/\d+$/)
    application = new URL(page.url()).pathname
    visitor.complaints()
    await sound(visitor)
    expect(await page.locator('main').innerText()).not.toContain(inventedNumber(serial))
    // Who filled it in may not agree: the button says why.
    expect(await page.locator('.reasoned').first().innerText()).toContain(words.application.steps['agree-unit'])
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: words.application.word }).click(),
    ])
    expect(saved.suggestedFilename()).toMatch(/\.docx$/)
    await visitor.close()
  })

  it('the unit and the department agree, the information office executes and is told a one-time code', async () => {
    for (const [who, step] of [
      ['leader', 'agree-unit'],
      ['reviewer', 'agree-department'],
      ['information', 'execute'],
    ] as const) {
      const visitor = await come(who, language)
      const { page } = visitor
      await go(visitor, application)
      await settled(page)
      await page.getByLabel(words.application.opinion, { exact: true }).fill('同意')
      await page.getByRole('button', { name: words.application.steps[step], exact: true }).click()
      if (step === 'execute') {
        await page.getByText(words.application.codes).waitFor()
        code = await page.locator('.one-time-codes code').innerText()
      } else
        await page
          .getByRole('button', { name: words.application.steps[step], exact: true, disabled: true })
          .waitFor({ state: 'detached' })
      await sound(visitor)
      await visitor.close()
    }
    expect(code).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}$/)
  })

  it('the new clerk sets a password by the code, signs in, and sets up a second factor that is then asked for', async () => {
    const visitor = await visit(browser, language)
    const { page } = visitor
    await page.goto(`${server().address}/`)
    await page.getByRole('button', { name: words.activation.link }).click()
    await page.getByLabel(words.signIn.name, { exact: true }).fill(signInName)
    await page.getByLabel(words.activation.code, { exact: true }).fill(code)
    await page.getByLabel(words.password.new, { exact: true }).fill('Fresh-Start-2018')
    await page.getByLabel(words.password.again, { exact: true }).fill('Fresh-Start-2018')
    expect(await obstacles(page)).toEqual([])
    await page.getByRole('button', { name: words.activation.go }).click()
    await page.getByText(words.activation.done).waitFor()
    await enter(page, signInName, 'Fresh-Start-2018')
    await page.waitForURL(/\/\d{9}\/\d{4}$/)
    visitor.complaints()
    await go(visitor, `${COUNTY}/account`)
    await sound(visitor)
    await page.getByRole('button', { name: words.secondFactor.begin }).click()
    await page.locator('.qr-code').waitFor()
    const secret = secretOf(await page.locator('code', { hasText: /^[A-Z2-7 ]{30,}$/ }).innerText())
    // One step back: the present code is then still unused for the sign-in below.
    await page.getByLabel(words.secondFactor.six).fill(codeAt(secret, stepOf(new Date()) - 1))
    await page.getByRole('button', { name: words.secondFactor.confirm, exact: true }).click()
    await page.getByText(words.secondFactor.codes).waitFor()
    await sound(visitor)
    await visitor.close()

    const again = await visit(browser, language)
    await again.page.goto(`${server().address}/`)
    await enter(again.page, signInName, 'Fresh-Start-2018')
    await again.page.getByLabel(words.secondFactor.code).fill(codeAt(secret, stepOf(new Date())))
    await again.page.locator('button[type=submit]').click()
    await again.page.waitForURL(/\/\d{9}\/\d{4}$/)
    await again.close()
  })

  it('the security administrator looks at people, sessions and the policy, and ends a session', async () => {
    const visitor = await come('security', language)
    const { page } = visitor
    for (const path of ['people', 'sessions', 'security-policy', 'account']) {
      await go(visitor, `${COUNTY}/${path}`)
      await sound(visitor)
      expect(await page.locator('html').getAttribute('lang')).toBe(language)
    }
    await go(visitor, `${COUNTY}/people?q=${signInName}`)
    await settled(page)
    await page.getByRole('link', { name: `新经办${serial}` }).click()
    await page.getByRole('heading', { name: words.person.secure }).waitFor()
    await sound(visitor)
    await go(visitor, `${COUNTY}/sessions`)
    await settled(page)
    await page
      .getByRole('row', { name: new RegExp(signInName) })
      .first()
      .getByRole('button')
      .click()
    await page.getByText(words.liveSession.ended).waitFor()
    // Money is no business of theirs: neither in the menu nor behind it.
    expect(await page.locator('nav.side').innerText()).not.toContain(words.menu.payments)
    await visitor.close()
  })

  it('an administrator of the system begins an installation with the first posts, and no more once they are there', async () => {
    const visitor = await come('system', language)
    await go(visitor, `${COUNTY}/applications/founding`)
    await sound(visitor)
    await visitor.close()
  })
})
