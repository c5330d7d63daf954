import { execFileSync } from 'node:child_process'
import { attackRoute, type Found, picker } from './fuzz.ts'
import { type Ground, layGround } from './ground.ts'
import { foundBySqlmap, foundByWfuzz, type Outcome, wordlists } from './tools.ts'

// The server on a fresh demo, signed in as each post, against hostile requests to every route. Exit 0: the attack took place and found
// nothing.
//   npm run test:attack                     our own fuzzer, in minutes
//   npm run test:attack -- --full           then sqlmap and wfuzz of Debian
// --requests N per route · --seed N · --routes TEXT,… only routes with one of these · --minutes N the most for the tools of --full
// --tools-only skips our own fuzzer; --sqlmap-only or --wfuzz-only one of the tools

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}
const has = (name: string) => process.argv.includes(`--${name}`)
const full = has('full')
const requests = Number(option('requests') ?? (full ? 300 : 100))
const seed = Number(option('seed') ?? Date.now() % 1_000_000)
const minutes = Number(option('minutes') ?? 240)
const say = (text: string) => process.stdout.write(`${text}\n`)

const isThere = (name: string): boolean => {
  try {
    execFileSync('which', [name])
    return true
  } catch {
    return false
  }
}
if (full && (!isThere('sqlmap') || !isThere('wfuzz'))) {
  say('--full needs sqlmap and wfuzz: apt-get install sqlmap wfuzz')
  process.exit(2)
}

const found: Found[] = []
const ground = await layGround(say)
let status = 1
// Stopped by hand: the database must not stay behind.
process.once('SIGINT', async () => {
  await ground.close().catch(() => {})
  process.exit(130)
})
try {
  const asked = (option('routes') ?? '').split(',')
  const targets = ground.targets.filter(one => asked.some(part => one.path.includes(part)))
  say(`${targets.length} routes, ${requests} requests each, seed ${seed}`)
  if (targets.length === 0)
    found.push({ route: option('routes') ?? '', what: 'no route is called so', sent: '', said: '' })
  if (!has('tools-only')) await byOwnFuzzer(ground, targets)
  if (full) await byTools(ground, targets)
  for (const _ of ground.leaks()) found.push({ route: 'log', what: 'a secret in the log', sent: '', said: '' })
  // Each kind of finding once a route, with an example.
  const examples = new Map(found.map(one => [`${one.route}: ${one.what}`, one]))
  for (const [kind, one] of examples) say(`✗ ${kind}\n    sent ${one.sent.slice(0, 700)}\n    said ${one.said}`)
  const broken = ground.breakdowns()
  if (broken.length > 0) say(`the log names ${broken.length} breakdowns, for instance:`)
  for (const line of broken.slice(0, 12)) say(`    ${line.slice(0, 1200)}`)
  for (const [program, { requests: met, statuses }] of ground.seen)
    say(`the server met ${met} requests of ${program}: ${counts(statuses)}`)
  say(found.length === 0 ? 'nothing found' : `${found.length} findings (seed ${seed})`)
  status = found.length === 0 ? 0 : 1
} finally {
  await ground.close()
}
process.exit(status)

function counts(statuses: Record<string, number>): string {
  return Object.entries(statuses)
    .map(([code, n]) => `${code}×${n}`)
    .join(' ')
}

async function byOwnFuzzer(at: Ground, targets: Ground['targets']): Promise<void> {
  const hole = await attackRoute(at.base, at.hole, again => at.signIn('county', again), 60, picker(seed))
  if (hole.found.length === 0)
    found.push({ route: at.hole.path, what: 'our own fuzzer finds nothing where a hole was dug', sent: '', said: '' })
  let sent = 0
  for (const target of targets) {
    const { name, at: aim } = at.aimed(target)
    await at.unlock()
    const again = async (anew: boolean) => {
      if (anew) await at.unlock()
      return at.signIn(name, anew)
    }
    const summary = await attackRoute(at.base, aim, again, requests, picker(seed))
    sent += summary.requests
    found.push(...summary.found)
    say(
      `${summary.found.length === 0 ? '✓' : '✗'} ${target.method} ${target.path} [${name}] ${counts(summary.statuses)}`,
    )
  }
  say(`own fuzzer: ${targets.length} routes, ${sent} requests, ${found.length} findings`)
}

/** What a program says that it sent is held against what the server met: a program that sent nothing has found nothing. */
async function metBy(
  at: Ground,
  program: string,
  run: () => Promise<Outcome>,
  route: string,
  isOpen: boolean,
): Promise<Outcome> {
  const before = at.seen.get(program)?.requests ?? 0
  const refusedBefore = at.seen.get(program)?.statuses['401'] ?? 0
  const outcome = await run()
  const met = (at.seen.get(program)?.requests ?? 0) - before
  const refused = (at.seen.get(program)?.statuses['401'] ?? 0) - refusedBefore
  const add = (what: string) => outcome.found.push({ route, what, sent: '', said: `${met} met, ${refused} anonymous` })
  if (met === 0) add(`${program} sent nothing`)
  // Signing out is a route too, and what is open to the public asks for no session; elsewhere an attack that is not signed in is none.
  else if (refused * 2 > met && !isOpen) add(`${program} was not signed in`)
  return { ...outcome, requests: met }
}

async function byTools(at: Ground, targets: Ground['targets']): Promise<void> {
  const until = Date.now() + minutes * 60_000
  const lists = wordlists()
  if (lists.length === 0 && !has('sqlmap-only'))
    found.push({ route: '', what: 'wfuzz has no lists', sent: '', said: '' })
  const before = found.length
  const tally = { sqlmap: 0, wfuzz: 0, sqlmapRequests: 0, wfuzzRequests: 0, left: 0 }
  const own = { cookie: '', csrf: '' }
  if (!has('wfuzz-only')) {
    for (const dug of [at.hole, at.bodyHole]) {
      const route = `${dug.method} ${dug.path}`
      const hole = await metBy(at, 'sqlmap', () => foundBySqlmap(at.base, dug, own, at.folder), route, true)
      if (!hole.found.some(one => one.what.startsWith('injection')))
        found.push({
          route,
          what: 'sqlmap finds nothing where a hole was dug',
          sent: `${hole.requests} requests`,
          said: hole.found[0]?.said ?? '',
        })
      else say(`sqlmap finds the hole that was dug for it (${route}), in ${hole.requests} requests`)
    }
  }
  for (const target of targets) {
    const { name, at: aim } = at.aimed(target)
    if (aim.upload || (!aim.parameters.some(one => one.in !== 'header') && !aim.body)) continue
    if (Date.now() > until) {
      tally.left++
      say(`- ${target.method} ${target.path}: no time left for the tools`)
      continue
    }
    const route = `${target.method} ${target.path}`
    const told: string[] = []
    let clean = true
    const one = async (program: 'sqlmap' | 'wfuzz', run: () => Promise<Outcome>) => {
      const isOpen = target.permission === 'public' || route.endsWith('/session')
      const outcome = await metBy(at, program, run, route, isOpen)
      tally[program]++
      tally[`${program}Requests`] += outcome.requests
      found.push(...outcome.found)
      clean &&= outcome.found.length === 0
      told.push(`${program} ${outcome.requests}`)
    }
    const session = async () => {
      await at.unlock()
      return at.signIn(name, true)
    }
    if (!has('wfuzz-only')) {
      const who = await session()
      await one('sqlmap', () => foundBySqlmap(at.base, aim, who, at.folder))
    }
    if (!has('sqlmap-only') && (aim.parameters.some(one => one.in !== 'header') || has('bodies'))) {
      const who = await session()
      await one('wfuzz', () => foundByWfuzz(at.base, aim, who, lists, at.folder))
    }
    say(`${clean ? '✓' : '✗'} ${route} ${told.join(' ')}`)
  }
  say(
    `sqlmap: ${tally.sqlmap} routes, ${tally.sqlmapRequests} requests; wfuzz: ${tally.wfuzz} routes, ${tally.wfuzzRequests} requests; ${tally.left} routes left; ${found.length - before} findings`,
  )
  // What was not attacked was not found to withstand.
  if (tally.left > 0)
    found.push({
      route: `${tally.left} routes`,
      what: 'not finished: give --minutes more, or --routes a part',
      sent: '',
      said: '',
    })
}
