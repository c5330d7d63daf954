import { existsSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Page } from 'playwright-core'

export type Language = 'zh-CN' | 'en'

const required = (name: string): string => {
  const value = process.env[name]
  if (!value)
    throw new Error(`set ${name === 'E2E_ADDRESS' ? 'BASE_URL' : name}: the browser tests walk a running server`)
  return value
}

export const server = () => ({
  address: required('E2E_ADDRESS').replace(/\/$/, ''),
  name: required('E2E_NAME'),
  password: required('E2E_PASSWORD'),
})

const CHROMIUM = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A browser that asks nothing of the world outside. */
export function openBrowser(): Promise<Browser> {
  const executablePath = CHROMIUM.find(path => path && existsSync(path))
  if (!executablePath) throw new Error('no Chromium found: install it, or name it in CHROMIUM')
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface Visit {
  page: Page
  /** What the page complained of since it was last asked. */
  complaints(): string[]
  close(): Promise<void>
}

/** A fresh visitor on an office screen, in one language. */
export async function visit(browser: Browser, language: Language): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: language })
  await context.addInitScript(chosen => localStorage.setItem('fundwatch.language', chosen), language)
  const page = await context.newPage()
  const heard: string[] = []
  page.on('pageerror', error => heard.push(error.message))
  page.on('console', message => {
    // The first question of every visit, who is signed in, may be answered by 401; and a server need not say anything to strangers.
    const expected = /status of 40[14]/.test(message.text()) && /\/session(-info)?$/.test(message.location().url)
    if (message.type() === 'error' && !expected) heard.push(message.text())
  })
  // A page that fetches from elsewhere would be blank in a closed network.
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== new URL(server().address).origin)
      heard.push(`asked outside: ${origin}`)
  })
  return { page, complaints: () => heard.splice(0), close: () => context.close() }
}

export async function signIn(page: Page): Promise<void> {
  const { address, name, password } = server()
  await page.goto(`${address}/`)
  await page.locator('input[autocomplete=username]').fill(name)
  await page.locator('input[autocomplete=current-password]').fill(password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL(/\/\d{9}\/\d{4}$/)
}

/**
 * Waits until nothing is under way any more: no address that is not yet shown, no question without its answer (the mark that
 * `web/shell/under-way.tsx` keeps on the document), no part that says it is being read, for several pictures of the screen in a row.
 */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(async () => {
    for (let still = 0; still < 3; still++) {
      if (document.querySelector('html[data-under-way], [aria-busy=true]')) still = -1
      await new Promise(requestAnimationFrame)
    }
    return true
  })
}

/** What an accessibility check finds, one line each. What still moves into its place is pale half-way, and no obstacle: it is waited for. */
export async function obstacles(page: Page): Promise<string[]> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(one => one.playState !== 'running' || one.effect?.getTiming().iterations === Number.POSITIVE_INFINITY),
  )
  // Only what is wrong is told in full, and within the page itself, which holds no other's frame: a third of the time, with all rules.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  const { violations } = await axe.analyze()
  return violations.flatMap(violation => violation.nodes.map(node => `${violation.id}: ${node.html.slice(0, 200)}`))
}
