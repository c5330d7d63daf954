import type { Fault, Repair } from '../../src/kernel/refusal.ts'
import { underWay } from './under-way.tsx'

const API = '/api/v1'

/** An answer that is a refusal: the sentences of the server, or our own where no server answered. */
export class Refused extends Error {
  readonly status: number
  readonly faults: readonly Fault[]
  readonly count: number
  readonly repairs: readonly Repair[]

  constructor(status: number, faults: readonly Fault[], count = faults.length, repairs: readonly Repair[] = []) {
    super(faults.map(fault => `${fault.code}: ${fault.en}`).join('\n'))
    this.name = 'Refused'
    this.status = status
    this.faults = faults
    this.count = count
    this.repairs = repairs
  }
}

/** Query values; empty ones are left out of the address. */
export type Query = Readonly<Record<string, string | number | null | undefined>>

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  const text = search.toString()
  return `${API}${path}${text ? `?${text}` : ''}`
}

let csrf = ''
/** The token that the server wants on everything that changes something; it comes with the session. */
export const rememberCsrf = (token: string): void => {
  csrf = token
}

let signedOut: () => void = () => {}
/** Who is told when the server no longer knows the session. */
export const whenSignedOut = (listener: () => void): void => {
  signedOut = listener
}

const UNREACHABLE: Fault = {
  code: 'server-unreachable',
  zh: '连接不上服务器，本次操作没有结果：请检查网络后重试；已保存的数据不受影响。',
  en: 'The server cannot be reached, so this had no result: check the network and try again. What was stored is safe.',
}

function refusedFrom(status: number, text: string): Refused {
  try {
    const body = JSON.parse(text) as { faults?: Fault[]; count?: number; repairs?: Repair[] }
    if (Array.isArray(body.faults) && body.faults.length > 0)
      return new Refused(status, body.faults, body.count, body.repairs)
  } catch {
    // Not our server's answer (a proxy's page, say): the sentence below stands for it.
  }
  return new Refused(status, [
    {
      code: 'answer-unreadable',
      value: String(status),
      zh: `服务器的答复看不懂（${status}）：请重试；仍不行请告诉管理员。`,
      en: `The server's answer cannot be read (${status}): try again; if it persists, tell the administrator.`,
    },
  ])
}

async function answerOf<T>(request: Promise<Response>, quiet = false): Promise<T> {
  let response: Response
  let text: string
  try {
    response = await request
    text = await response.text()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Refused(0, [UNREACHABLE])
  }
  if (response.ok) return (text === '' ? {} : JSON.parse(text)) as T
  if (response.status === 401 && !quiet) signedOut()
  throw refusedFrom(response.status, text)
}

/** Reads; throws `Refused`. */
export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> =>
  underWay(answerOf<T>(fetch(address(path, query), { signal, credentials: 'same-origin' }), path === '/session'))

/** Changes; throws `Refused`. */
export const send = <T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, query?: Query): Promise<T> =>
  underWay(
    answerOf<T>(
      fetch(address(path, query), {
        method,
        credentials: 'same-origin',
        headers: { 'x-csrf-token': csrf, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      path === '/session' && method === 'POST',
    ),
  )

/** Reads a file with the name that it was stored under; throws `Refused`. */
export const download = (path: string): Promise<{ blob: Blob; fileName: string | null }> => underWay(taken(path))

async function taken(path: string): Promise<{ blob: Blob; fileName: string | null }> {
  let response: Response
  try {
    response = await fetch(address(path), { credentials: 'same-origin' })
    if (response.ok) {
      const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1]
      return { blob: await response.blob(), fileName: name ? decodeURIComponent(name) : null }
    }
  } catch {
    throw new Refused(0, [UNREACHABLE])
  }
  return answerOf(Promise.resolve(response))
}

/** Sends one file, telling how many hundredths have gone; throws `Refused`. */
export function upload<T>(path: string, query: Query, file: File, progress: (percent: number) => void): Promise<T> {
  const answer = new Promise<T>((resolve, reject) => {
    // fetch cannot tell how much of an upload has gone.
    const request = new XMLHttpRequest()
    request.open('POST', address(path, query))
    request.setRequestHeader('x-csrf-token', csrf)
    request.upload.onprogress = event => {
      if (event.lengthComputable) progress(Math.floor((event.loaded / event.total) * 100))
    }
    request.onerror = () => reject(new Refused(0, [UNREACHABLE]))
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) return resolve(JSON.parse(request.responseText) as T)
      if (request.status === 401) signedOut()
      reject(refusedFrom(request.status, request.responseText))
    }
    const form = new FormData()
    form.append('file', file)
    request.send(form)
  })
  return underWay(answer)
}
