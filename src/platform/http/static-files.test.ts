import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildServer } from './server.ts'

let server: FastifyInstance
const folder = mkdtempSync(join(tmpdir(), 'fundwatch-static-'))
const web = join(folder, 'web')

beforeAll(async () => {
  mkdirSync(join(web, 'assets'), { recursive: true })
  writeFileSync(join(web, 'index.html'), '<title>the page</title>')
  writeFileSync(join(web, 'assets', 'page-1.js'), 'one')
  const unasked = () => Promise.reject(new Error('files ask nobody'))
  server = await buildServer({
    parts: [],
    run: unasked,
    authenticate: unasked,
    refused: unasked,
    webFolder: web,
    temporaryFolder: join(folder, 'uploads'),
    secureCookies: false,
  })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

test.each(['/', '/990000000/2018/allotments?q=1', '/no/such/page'])('%s opens the page, asked for anew', async url => {
  const answer = await server.inject({ url })
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toContain('the page')
  expect(answer.headers['cache-control']).toBe('no-cache')
})

test('a part of the page is kept by the browser; its name changes with it', async () => {
  const answer = await server.inject({ url: '/assets/page-1.js' })
  expect(answer.body).toBe('one')
  expect(answer.headers['cache-control']).toContain('immutable')
})

test.each(['/assets/page-0.js', '/assets/', '/api/v1/nothing'])(
  '%s is not there, and the page does not stand in for it',
  async url => {
    const answer = await server.inject({ url })
    expect(answer.statusCode).toBe(404)
    expect(answer.json().faults[0].code).toBe('address-unknown')
  },
)

test('parts of the page travel compressed', async () => {
  writeFileSync(join(web, 'assets', 'long.js'), 'x'.repeat(10_000))
  const answer = await server.inject({ url: '/assets/long.js', headers: { 'accept-encoding': 'gzip' } })
  expect(answer.headers['content-encoding']).toBe('gzip')
})

test('nothing outside the folder of pages is reached', async () => {
  writeFileSync(join(folder, 'secret'), 'secret')
  for (const url of ['/assets/..%2f..%2fsecret', '/..%2fsecret', '/%2e%2e/secret', '//', '//x/../../secret'])
    expect((await server.inject({ url })).body).not.toBe('secret')
})

test('pages built anew are served without a restart', async () => {
  writeFileSync(join(web, 'assets', 'page-2.js'), 'two')
  expect((await server.inject({ url: '/assets/page-2.js' })).body).toBe('two')
  rmSync(join(web, 'assets', 'page-2.js'))
  expect((await server.inject({ url: '/assets/page-2.js' })).statusCode).toBe(404)
})
