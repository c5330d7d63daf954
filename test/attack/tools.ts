import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { addressOf, type Found, type Session, type Target } from './fuzz.ts'
import { fitting, leaves, replaced } from './hostile.ts'

// sqlmap and wfuzz, as Debian packs them, against one route of a signed-in session.

export interface Outcome {
  requests: number
  found: Found[]
}

/** Runs a program to its end, at most `seconds`; answers what it said. */
function told(program: string, args: string[], seconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    const late = setTimeout(() => {
      text += '\n[out of time]'
      child.kill('SIGTERM')
    }, seconds * 1000)
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
    child.once('error', reject)
    child.once('close', () => {
      clearTimeout(late)
      resolve(text)
    })
  })
}

/** The lists of wfuzz that are sent: all of them, those of SQL included. */
export function wordlists(): string[] {
  const folder = '/usr/share/wfuzz/wordlist/Injections'
  const lists = ['All_attack.txt', 'SQL.txt', 'XSS.txt', 'Traversal.txt', 'XML.txt', 'bad_chars.txt']
  return lists.map(name => join(folder, name)).filter(existsSync)
}

const bodyOf = (target: Target): unknown => (target.body ? fitting(target.body) : null)

/** Every place of address and body is tried by sqlmap for injection (errors, booleans, unions, time). */
export async function foundBySqlmap(base: string, target: Target, session: Session, folder: string): Promise<Outcome> {
  const route = `${target.method} ${target.path}`
  // A star marks each place: those of the path are no parameters by themselves.
  let address = target.path
  for (const one of target.parameters.filter(one => one.in === 'path'))
    address = address.replace(`{${one.name}}`, `${encodeURIComponent(String(fitting(one.schema, one.name)))}*`)
  const query = target.parameters
    .filter(one => one.in === 'query')
    .map(one => `${one.name}=${encodeURIComponent(String(fitting(one.schema, one.name)))}*`)
  if (query.length > 0) address += `?${query.join('&')}`
  let body = bodyOf(target)
  if (body !== null)
    for (const place of leaves(body)) {
      const value = place.reduce<unknown>((inner, step) => (inner as Record<string, unknown>)[step], body)
      if (typeof value === 'string') body = replaced(body, place, `${value}*`)
    }
  const file = join(folder, 'request.txt')
  const text = body === null ? '' : JSON.stringify(body)
  writeFileSync(
    file,
    [
      `${target.method} ${address} HTTP/1.1`,
      `Host: ${new URL(base).host}`,
      // A request that is read from a file goes out under the name that stands there: the server counts by it.
      'User-Agent: sqlmap',
      `Cookie: ${session.cookie}`,
      `x-csrf-token: ${session.csrf}`,
      ...(body === null ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
      '',
      text,
    ].join('\r\n'),
  )
  const traffic = join(folder, 'sqlmap-traffic.txt')
  writeFileSync(traffic, '')
  const said = await told(
    'sqlmap',
    [
      ...['-r', file, '--batch', '--dbms=PostgreSQL', '--level=1', '--risk=1', '--technique=BEUST', '--time-sec=5'],
      ...[
        '--flush-session',
        '--ignore-stdin',
        '--disable-coloring',
        '--threads=2',
        '--keep-alive',
        '--ignore-code=*',
        '--retries=0',
      ],
      ...[`--output-dir=${join(folder, 'sqlmap')}`, '-t', traffic],
    ],
    900,
  )
  const requests = readFileSync(traffic, 'utf8').split(/^HTTP request \[#\d+\]/m).length - 1
  const found: Found[] = []
  if (/is vulnerable|sqlmap identified the following injection|appears to be '.*' injectable$/m.test(said))
    found.push({ route, what: 'injection claimed by sqlmap', sent: address, said: said.slice(-600) })
  if (requests === 0 || said.includes('[out of time]'))
    found.push({ route, what: 'sqlmap did not finish', sent: address, said: said.slice(-600) })
  const broken = /^HTTP\/1\.1 5\d\d|^HTTP response \[#\d+\] \(5\d\d/m.exec(readFileSync(traffic, 'utf8'))
  if (broken) found.push({ route, what: 'status 5xx under sqlmap', sent: address, said: broken[0] })
  return { requests, found }
}

/** wfuzz puts the lines of its lists into every place of the address; with --bodies into every text of the body too. */
export async function foundByWfuzz(
  base: string,
  target: Target,
  session: Session,
  lists: readonly string[],
  folder: string,
): Promise<Outcome> {
  const route = `${target.method} ${target.path}`
  const outcome: Outcome = { requests: 0, found: [] }
  const body = bodyOf(target)
  // Headers are no places of an address.
  const places: { address: string; text: string | null }[] = target.parameters.flatMap((one, at) =>
    one.in === 'header'
      ? []
      : [{ address: addressOf(target, 'FUZZ', at), text: body === null ? null : JSON.stringify(body) }],
  )
  // Bodies are for sqlmap and our own fuzzer; --bodies sends the lists into them too, which takes hours.
  if (body !== null && process.argv.includes('--bodies'))
    for (const place of leaves(body))
      places.push({ address: addressOf(target, null, 0), text: JSON.stringify(replaced(body, place, 'FUZZ')) })
  for (const { address, text } of places) {
    const out = join(folder, 'wfuzz.json')
    writeFileSync(out, '')
    const words = lists.slice(0, process.argv.includes('--smart') ? 1 : lists.length)
    // Inside JSON a quote would only end the text: each word is written as JSON writes it.
    const list = join(folder, 'words.txt')
    const lines = [...new Set(words.flatMap(one => readFileSync(one, 'latin1').split('\n')))].filter(Boolean)
    writeFileSync(
      list,
      lines
        .map(line => (text?.includes('FUZZ') ? JSON.stringify(line).slice(1, -1) : encodeURIComponent(line)))
        .join('\n'),
    )
    const said = await told(
      'wfuzz',
      [
        ...['-z', `file,${list}`, '-X', target.method, '-t', '8', '--req-delay', '60', '-f', `${out},json`],
        ...['-H', `Cookie: ${session.cookie}`, '-H', `x-csrf-token: ${session.csrf}`],
        ...(text === null ? [] : ['-H', 'Content-Type: application/json', '-d', text]),
        // 503 with a sentence is the limit of downloads at once, reached by eight clients; any other 5xx is a breakdown.
        ...[
          '--filter',
          "(c>=500 and c!=503) or (c=503 and content!~'faults') or content~'syntax error at' or content~'SQLSTATE' or content~'root:x:0'",
        ],
        base + address,
      ],
      900,
    )
    const processed = Number(/Processed Requests: (\d+)/.exec(said)?.[1] ?? 0)
    outcome.requests += processed
    if (processed === 0)
      outcome.found.push({ route, what: 'wfuzz did not run', sent: `${address} ${text ?? ''}`, said: said.slice(-400) })
    const hits = JSON.parse(readFileSync(out, 'utf8').trim() || '[]') as { code: number; payload: string }[]
    for (const hit of hits.slice(0, 3))
      outcome.found.push({ route, what: `wfuzz: status ${hit.code}`, sent: `${address} ${hit.payload}`, said: '' })
  }
  return outcome
}
