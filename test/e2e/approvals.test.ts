import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { en } from '../../web/i18n/en.ts'
import { zhCN } from '../../web/i18n/zh-CN.ts'
import { type Language, obstacles, openBrowser, server, settled, type Visit, visit } from './browser.ts'

const WORDS: Record<Language, typeof zhCN> = { 'zh-CN': zhCN, en }
const CODE = '990102000'
const COUNTY = `/${CODE}/2018`

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

async function come(name: string, language: Language): Promise<Visit> {
  const visitor = await visit(browser, language)
  const { page } = visitor
  await page.goto(`${server().address}/`)
  await page.locator('input[autocomplete=username]').fill(name)
  await page.locator('input[autocomplete=current-password]').fill(server().password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL(/\/\d{9}\/\d{4}$/)
  return visitor
}
async function sound(visitor: Visit): Promise<void> {
  await settled(visitor.page)
  expect(await visitor.page.locator('.fault-notice').allInnerTexts()).toEqual([])
  expect(await obstacles(visitor.page)).toEqual([])
  expect(visitor.complaints()).toEqual([])
}
/** What the page itself would send, as whoever is signed in there. */
const send = (visitor: Visit, path: string, body: object) =>
  visitor.page.evaluate(
    async ([address, text]) => {
      const { csrf } = await (await fetch('/api/v1/session')).json()
      const answer = await fetch(`/api/v1${address}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
        body: text as string,
      })
      return { status: answer.status, body: await answer.json() }
    },
    [path, JSON.stringify(body)],
  )

describe.each<Language>(['zh-CN', 'en'])('approvals in %s', language => {
  const words = WORDS[language]
  let submission: string

  it('the security administrator sets a chain on its page', async () => {
    const visitor = await come('security', language)
    const { page } = visitor
    await page.goto(`${server().address}${COUNTY}/approval-chains`)
    await sound(visitor)
    await page.getByLabel(words.chain.form, { exact: true }).click()
    await page.keyboard.type(language === 'en' ? 'register own' : '登记本级预算')
    await page.keyboard.press('Enter')
    await page.getByLabel(words.chain.reason, { exact: true }).fill('内控制度')
    await page.getByLabel(`1. ${words.chain.stepTitle}`, { exact: true }).fill('股长')
    await page.getByLabel(words.chain.posts, { exact: true }).click()
    await page.keyboard.type(language === 'en' ? 'reviewer' : '审核岗')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: words.chain.save, exact: true }).click()
    // The second language finds the chain of the first in use since the same day.
    if (language === 'zh-CN') await page.getByText(words.chain.saved).waitFor()
    else await page.locator('.fault-notice').waitFor()
    visitor.complaints()
    await settled(page)
    expect(await obstacles(page)).toEqual([])
    await visitor.close()
  })

  it('the maker submits; the page says what it does, and that somebody else must sign', async () => {
    const visitor = await come('county', language)
    const { page } = visitor
    const funds = await page.evaluate(
      async code => (await (await fetch(`/api/v1/divisions/${code}/funds?year=2018`)).json()).rows,
      CODE,
    )
    const fund = Number((funds as { id: string; level: string }[]).find(one => one.level === 'county')!.id)
    const made = await send(visitor, `/divisions/${CODE}/allotments/register`, {
      fiscalYear: 2018,
      requestKey: `approval-walk-${language}`,
      document: { number: '样财农〔2018〕901号', title: '关于安排资金的通知', dated: '2018-12-01' },
      lines: [{ fund, amountFen: '123400' }],
    })
    expect([made.status, made.body.faults]).toEqual([202, undefined])
    submission = `${COUNTY}/submissions/${made.body.submission.id}`
    await page.goto(server().address + submission)
    await sound(visitor)
    expect(await page.locator('.reasoned').first().innerText()).toContain(words.approvals.sign)
    // Past the page too: whoever made a form does not check it, and is told why.
    const own = await send(visitor, `/divisions/${CODE}/submissions/${made.body.submission.id}/sign`, {
      round: 1,
      step: 1,
      agree: true,
      opinion: '同意',
    })
    expect([own.status, own.body.faults[0].code]).toEqual([403, 'maker-is-checker'])
    expect(own.body.faults[0].zh).toMatch(/\p{Script=Han}/u)
    expect(visitor.complaints().filter(said => !said.includes('403'))).toEqual([])
    // Who signs reads names: neither a field's name of the interface nor a bare number.
    expect(await page.locator('.facts').first().innerText()).toContain(words.approvals.field.fund)
    expect(await page.getByText('fiscalYear').count()).toBe(0)
    await page.goto(`${server().address}${COUNTY}/submissions`)
    await sound(visitor)
    await visitor.close()
  })

  it('the reviewer finds it on the desk, sends it back; the maker mends it; it is signed and posted', async () => {
    const reviewer = await come('reviewer', language)
    await settled(reviewer.page)
    await reviewer.page.getByText(words.work['submissions-to-sign']).click()
    await sound(reviewer)
    await reviewer.page.goto(server().address + submission)
    await settled(reviewer.page)
    await reviewer.page.getByLabel(words.approvals.opinion, { exact: true }).fill('金额有误')
    await reviewer.page.getByRole('button', { name: words.approvals.sendBack, exact: true }).click()
    await reviewer.page.getByText(words.approvals.states.returned, { exact: true }).first().waitFor()
    await sound(reviewer)

    const maker = await come('county', language)
    await maker.page.goto(server().address + submission)
    await sound(maker)
    await maker.page.locator('[id="lines.0.amountFen"]').fill('1200.00')
    await maker.page.getByRole('button', { name: words.approvals.mendAgain, exact: true }).click()
    await maker.page.getByText(words.approvals.states.waiting, { exact: true }).first().waitFor()
    await sound(maker)
    await maker.close()

    await reviewer.page.reload()
    await settled(reviewer.page)
    await reviewer.page.getByLabel(words.approvals.opinion, { exact: true }).fill('同意')
    await reviewer.page.getByRole('button', { name: words.approvals.sign, exact: true }).click()
    await reviewer.page.getByText(words.approvals.states['carried-out'], { exact: true }).first().waitFor()
    await sound(reviewer)
    await reviewer.close()
  })

  it('standing in and handovers are looked at by who may arrange them', async () => {
    const visitor = await come('county', language)
    const { page } = visitor
    for (const path of ['delegations', 'handovers']) {
      await page.goto(`${server().address}${COUNTY}/${path}`)
      await sound(visitor)
    }
    const people = await page.evaluate(
      async code => (await (await fetch(`/api/v1/divisions/${code}/colleagues`)).json()).rows,
      CODE,
    )
    const of = (part: string) =>
      (people as { name: string; account: string; holdings: { id: string }[] }[]).find(one => one.name.includes(part))!
    const begun = await send(visitor, `/divisions/${CODE}/handovers`, {
      giver: of('云经办').account,
      taker: of('农经办').account,
      witness: of('审核').account,
      holdings: [of('云经办').holdings[0]!.id],
      reason: '调离',
      requestKey: `handover-walk-${language}`,
    })
    expect(begun.body.faults).toBeUndefined()
    await page.goto(`${server().address}${COUNTY}/handovers/${begun.body.id}`)
    await sound(visitor)
    await page.getByRole('button', { name: words.handover.drop, exact: true }).click()
    await page.getByText(words.handover.states.dropped).waitFor()
    await visitor.close()
  })
})
