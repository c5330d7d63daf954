import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp } from '../cli/serve.ts'
import { COUNTY, identityWorld, PASSWORD, person } from '../identity/test-world.ts'
import { API, COOKIE } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'

let today = '2018-03-10'
let here: Installation
let server: FastifyInstance
const ids = new Map<string, number>()
const doors = new Map<string, { cookie: string; csrf: string }>()

beforeAll(async () => {
  here = await identityWorld({ now: () => new Date(), today: () => today })
  await here.ownerPool.query(`insert into ledger.book (division, fiscal_year) values (2, 2018) on conflict do nothing`)
  for (const [name, post] of [
    ['maker', 'handler'],
    ['second', 'handler'],
    ['chief', 'reviewer'],
    ['director', 'leader'],
    ['director2', 'leader'],
    ['lead', 'lead'],
    ['stand', 'supervisor'],
    ['looker', 'viewer'],
  ] as const) {
    const made = await person(here, name, [{ division: 2, post }])
    ids.set(name, made.id)
  }
  server = await buildApp(here)
})
afterAll(async () => {
  await server?.close()
  await here?.close()
})

async function door(name: string) {
  const known = doors.get(name)
  if (known) return known
  const answer = await server.inject({ method: 'POST', url: `${API}/session`, payload: { name, password: PASSWORD } })
  const cookie = `${COOKIE}=${answer.cookies.find(one => one.name === COOKIE)?.value}`
  const session = await server.inject({ url: `${API}/session`, headers: { cookie } })
  const found = { cookie, csrf: session.json().csrf as string }
  doors.set(name, found)
  return found
}
async function call(name: string, path: string, payload?: object) {
  const { cookie, csrf } = await door(name)
  const answer = await server.inject({
    method: payload ? 'POST' : 'GET',
    url: `${API}/divisions/${COUNTY}${path}`,
    headers: { cookie, 'x-csrf-token': csrf },
    ...(payload ? { payload } : {}),
  })
  const body = answer.json()
  return { status: answer.statusCode, body, code: body.faults?.[0]?.code as string | undefined }
}
const document = (number: string) => ({ number, title: '关于下达资金的通知', dated: '2018-03-01' })
let keys = 0
const register = (amountFen: string, requestKey = `register-key-${keys++}`) => ({
  fiscalYear: 2018,
  requestKey,
  document: document('样财农〔2018〕1号'),
  lines: [{ fund: 1, amountFen, sourceLevel: 'county' }],
})
const chain = (form: string, ...steps: [string, string[]][]) =>
  call('lead', '/approval-chains', {
    form,
    from: today,
    reason: '内控制度',
    chains: steps.length ? [{ fromFen: '0', steps: steps.map(([title, posts]) => ({ title, posts })) }] : [],
  })
const sign = (name: string, id: string, round = 1, step = 1, agree = true) =>
  call(name, `/submissions/${id}/sign`, { round, step, agree, opinion: agree ? '同意' : '金额有误' })
const submit = async (path: string, body: object, name = 'maker') => {
  const made = await call(name, path, body)
  expect([made.status, made.code]).toEqual([202, undefined])
  return made.body.submission.id as string
}
const count = async (sql: string) => Number((await here.ownerPool.query(`select count(*) as n ${sql}`)).rows[0].n)

test('without a chain nothing changes: a form is carried out at once', async () => {
  const done = await call('maker', '/allotments/register', register('100'))
  expect([done.status, done.body.batch]).toEqual([200, expect.stringMatching(/^\d+$/)])
  expect(await count('from approvals.submission')).toBe(0)
})

test('only the security administrator and the lead office set chains; one that begins yesterday, or signs by a post that cannot, is refused', async () => {
  const body = { form: 'allotment.register', from: today, reason: '制度', chains: [] }
  expect((await call('maker', '/approval-chains', body)).code).toBe('permission-missing')
  expect((await call('lead', '/approval-chains', { ...body, from: '2018-03-09' })).code).toBe('chain-backdated')
  expect((await chain('allotment.register', ['查询', ['viewer']])).code).toBe('chain-post-cannot-sign')
  expect((await chain('no.such', ['股长', ['reviewer']])).code).toBe('chain-form-unknown')
})

describe('a chain by amount: the chief signs, from 1,000 yuan on the director too', () => {
  beforeAll(async () => {
    const set = await call('lead', '/approval-chains', {
      form: 'allotment.register',
      from: today,
      reason: '内控制度',
      chains: [
        { fromFen: '0', steps: [{ title: '股长', posts: ['reviewer'] }] },
        {
          fromFen: '100000',
          steps: [
            { title: '股长', posts: ['reviewer'] },
            { title: '分管局长', posts: ['leader'] },
          ],
        },
      ],
    })
    expect(set.status).toBe(200)
  })

  test('a fault is refused at once, as at posting, and nothing waits', async () => {
    const bad = register('100')
    const refused = await call('maker', '/allotments/register', { ...bad, lines: [{ ...bad.lines[0], fund: 999 }] })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    expect(await count('from approvals.submission')).toBe(0)
  })

  test('a small one needs one signature; then the books, the audit and the document name maker and signer', async () => {
    const batches = await count('from ledger.batch')
    const body = register('99999')
    const id = await submit('/allotments/register', body)
    expect(await count('from ledger.batch')).toBe(batches)
    expect((await call('maker', '/allotments/register', body)).body.submission.id).toBe(id)
    expect((await call('chief', '/approval-work')).body.toSign).toBe(1)
    expect((await call('director', '/approval-work')).body.toSign).toBe(0)
    expect((await sign('director', id)).code).toBe('not-the-step')
    expect((await sign('looker', id)).code).toBe('permission-missing')
    expect((await call('chief', `/submissions/${id}/look`, {})).body.lines).toHaveLength(1)
    expect((await sign('chief', id)).body.state).toBe('carried-out')
    expect(await count('from ledger.batch')).toBe(batches + 1)
    // A signature that is sent again, and the form that is sent again, do nothing twice.
    expect((await sign('chief', id)).body.state).toBe('carried-out')
    const again = await call('maker', '/allotments/register', body)
    expect(again.body.submission.state).toBe('carried-out')
    expect(await count('from ledger.batch')).toBe(batches + 1)
    const { rows } = await here.ownerPool.query(
      `select b.actor, s.document::text as document from approvals.submission s join ledger.batch b on b.division = s.division and b.id = s.batch where s.id = $1`,
      [id],
    )
    expect(Number(rows[0].actor)).toBe(ids.get('maker'))
    const history = await call('maker', `/documents/${rows[0].document}/signatures`)
    expect(history.body.rows[0]).toMatchObject({ maker: '样例maker', signer: '样例chief', title: '股长' })
    expect(
      await count(
        `from audit.entry where action = 'submission-carried-out' and (detail->>'maker')::bigint = ${ids.get('maker')} and actor = ${ids.get('chief')}`,
      ),
    ).toBe(1)
  })

  test('a large one goes to both, in order; sent back with a reason it is mended under the same key and signed anew', async () => {
    const body = register('100000')
    const id = await submit('/allotments/register', body)
    expect((await sign('director', id)).code).toBe('not-the-step')
    expect((await sign('chief', id)).body).toEqual({ state: 'waiting', step: 2 })
    expect((await sign('chief', id, 1, 2)).code).toBe('signed-already')
    const other = { ...body, lines: [{ ...body.lines[0], amountFen: '100001' }] }
    expect((await call('maker', '/allotments/register', other)).code).toBe('submission-waiting')
    expect((await sign('director', id, 1, 2, false)).body.state).toBe('returned')
    expect((await call('maker', '/approval-work')).body.returned).toBe(1)
    expect((await call('second', '/allotments/register', other)).code).toBe('submission-not-yours')
    expect(await submit('/allotments/register', other)).toBe(id)
    expect((await sign('chief', id, 1, 1)).body.state).toBe('waiting')
    expect((await sign('director', id, 1, 1)).code).toBe('submission-moved')
    expect((await sign('chief', id, 2, 1)).body.step).toBe(2)
    expect((await sign('director', id, 2, 2)).body.state).toBe('carried-out')
  })

  test('withdrawn by its maker alone; after that nobody signs it', async () => {
    const id = await submit('/allotments/register', register('500'))
    expect((await call('second', `/submissions/${id}/withdraw`, {})).code).toBe('submission-not-yours')
    expect((await call('maker', `/submissions/${id}/withdraw`, {})).status).toBe(200)
    expect((await sign('chief', id)).code).toBe('submission-state')
  })

  test('two who sign at the same moment: the act is done once', async () => {
    const id = await submit('/allotments/register', register('200000'))
    await sign('chief', id)
    const batches = await count('from ledger.batch')
    const both = await Promise.all([
      sign('director', id, 1, 2),
      sign('director2', id, 1, 2),
      sign('director', id, 1, 2),
    ])
    expect(both.filter(one => one.status === 200).length).toBeGreaterThan(0)
    expect(both.every(one => one.status === 200 || one.code === 'submission-moved')).toBe(true)
    expect(await count('from ledger.batch')).toBe(batches + 1)
  })
})

describe('a two-person office', () => {
  beforeAll(() => chain('allotment.assign', ['复核', ['handler', 'allotment']]))
  let line: string

  test('whoever makes it, the other one signs; the maker may not', async () => {
    await chain('allotment.register', ['复核', ['handler']]).then(set => expect(set.code).toBe('chain-in-use'))
    today = '2018-03-11'
    expect((await chain('allotment.register', ['复核', ['handler']])).status).toBe(200)
    const id = await submit('/allotments/register', register('10000'))
    expect((await sign('maker', id)).code).toBe('maker-is-checker')
    expect((await call('maker', '/approval-work')).body.toSign).toBe(0)
    expect((await sign('second', id)).body.state).toBe('carried-out')
    line = String(
      (
        await here.ownerPool.query(
          `select e.debit_allotment as id from approvals.submission s join ledger.entry e on e.division = s.division and e.batch = s.batch where s.id = $1`,
          [id],
        )
      ).rows[0].id,
    )
  })

  test('with the first wall taken away the database still holds maker and checker apart, and wants every signature', async () => {
    const id = await submit('/allotments/register', register('77'))
    const forge = (signer: number, signsFor: number) =>
      here.ownerPool.query(
        `insert into approvals.signature (division, submission, round, step, maker, maker_for, signer, signs_for, agreed, opinion, digest)
         select division, id, round, step, maker, maker_for, $2, $3, true, '同意', digest from approvals.submission where id = $1`,
        [id, signer, signsFor],
      )
    const maker = ids.get('maker')!
    await expect(forge(maker, maker)).rejects.toThrow('maker_and_checker_differ')
    await expect(forge(ids.get('second')!, maker)).rejects.toThrow('maker_and_checker_differ')
    await expect(
      here.ownerPool.query(
        `insert into approvals.signature (division, submission, round, step, maker, maker_for, signer, signs_for, agreed, opinion, digest)
         select division, id, round, step, $2, $2, maker, maker, true, '同意', digest from approvals.submission where id = $1`,
        [id, ids.get('second')],
      ),
    ).rejects.toThrow('foreign key')
    await expect(
      here.ownerPool.query(`update approvals.submission set state = 'carried-out' where id = $1`, [id]),
    ).rejects.toThrow('carried_out_when_all_have_signed')
    await call('maker', `/submissions/${id}/withdraw`, {})
  })

  test('money that has gone meanwhile: the last signature is refused with the sentence, and the submission can be mended', async () => {
    const assign = (amountFen: string, requestKey: string) => ({
      fiscalYear: 2018,
      requestKey,
      document: document('样财农〔2018〕2号'),
      lines: [{ source: line, fund: 1, office: 1, amountFen }],
    })
    const first = await submit('/allotments/assign', assign('8000', 'assign-key-1'))
    const second = await submit('/allotments/assign', assign('8000', 'assign-key-2'))
    expect((await sign('second', first)).body.state).toBe('carried-out')
    const refused = await sign('second', second)
    expect([refused.status, refused.code]).toEqual([422, 'over-allotted'])
    const page = await call('maker', `/submissions/${second}`)
    expect([page.body.state, page.body.faults[0].code]).toEqual(['returned', 'over-allotted'])
    expect(await submit('/allotments/assign', assign('2000', 'assign-key-2'))).toBe(second)
    expect((await sign('second', second, 2)).body.state).toBe('carried-out')
  })
})

describe('standing in (代岗)', () => {
  let delegation: string
  test('the holder lets somebody stand in for some days; others and people without a post cannot', async () => {
    const holding = (
      await here.ownerPool.query('select id from identity.holding where account = $1', [ids.get('second')])
    ).rows[0].id
    const body = {
      holding: String(holding),
      delegate: String(ids.get('stand')),
      from: '2018-03-12',
      until: '2018-03-14',
      reason: '出差',
    }
    expect((await call('maker', '/delegations', body)).code).toBe('delegation-not-yours')
    expect((await call('second', '/delegations', { ...body, delegate: '999999' })).code).toBe('delegation-without-post')
    expect((await call('second', '/delegations', { ...body, until: '2018-03-11' })).code).toBe('delegation-days')
    delegation = (await call('second', '/delegations', body)).body.id
    expect((await call('lead', '/delegations', body)).code).toBe('delegation-overlaps')
  })

  test('before its day the stand-in signs nothing; in its days in the own name for the holder; after them nothing again', async () => {
    const one = await submit('/allotments/register', register('10'))
    const two = await submit('/allotments/register', register('11'))
    expect((await sign('stand', one)).code).toBe('not-the-step')
    today = '2018-03-14'
    expect((await call('stand', '/approval-work')).body.toSign).toBe(2)
    expect((await sign('stand', one)).body.state).toBe('carried-out')
    const page = await call('maker', `/submissions/${one}`)
    expect(page.body.signatures[0]).toMatchObject({ signer: '样例stand', signsFor: '样例second' })
    today = '2018-03-15'
    expect((await call('stand', '/approval-work')).body.toSign).toBe(0)
    expect((await sign('stand', two)).code).toBe('not-the-step')
    today = '2018-03-14'
    await call('maker', `/submissions/${two}/withdraw`, {})
  })

  test('who stands in for a handler makes forms for them, and neither of the two signs those; the audit says for whom', async () => {
    const id = await submit('/allotments/register', register('12'), 'stand')
    expect((await sign('stand', id)).code).toBe('maker-is-checker')
    expect((await sign('second', id)).code).toBe('maker-is-checker')
    expect((await sign('maker', id)).body.state).toBe('carried-out')
    expect(
      await count(
        `from audit.entry where action = 'submission-made' and (detail->>'standsFor')::bigint = ${ids.get('second')}`,
      ),
    ).toBe(1)
  })

  test('nobody signs what they made through the one who stands in for them', async () => {
    const id = await submit('/allotments/register', register('13'), 'second')
    expect((await sign('stand', id)).code).toBe('maker-is-checker')
    await call('second', `/submissions/${id}/withdraw`, {})
    expect((await call('second', `/delegations/${delegation}/end`, {})).status).toBe(200)
    expect((await call('stand', '/allotments/register', register('14'))).code).toBe('permission-missing')
  })
})

test('who was revoked cannot sign, and what a revoked maker submitted is not carried out', async () => {
  today = '2018-03-20'
  const made = await person(here, 'leaver', [{ division: 2, post: 'handler' }])
  const waiting = await submit('/allotments/register', register('20'))
  const theirs = await submit('/allotments/register', register('21'), 'leaver')
  await here.ownerPool.query('update identity.holding set ended_at = now() where account = $1', [made.id])
  expect((await sign('leaver', waiting)).status).toBe(401)
  const refused = await sign('second', theirs)
  expect(refused.code).toBe('maker-without-post')
})

test('a file waits too, and is attached at the signature', async () => {
  expect((await chain('document.scan', ['复核', ['handler']])).status).toBe(200)
  const id = (await here.ownerPool.query('select id from ledger.document where division = 2 order by id limit 1'))
    .rows[0].id
  const { cookie, csrf } = await door('maker')
  const upload = (bytes: string) =>
    server.inject({
      method: 'POST',
      url: `${API}/divisions/${COUNTY}/documents/${id}/scan`,
      headers: { cookie, 'x-csrf-token': csrf, 'content-type': 'multipart/form-data; boundary=b' },
      payload: `--b\r\ncontent-disposition: form-data; name="file"; filename="样.pdf"\r\ncontent-type: application/pdf\r\n\r\n${bytes}\r\n--b--\r\n`,
    })
  expect((await upload('no scan')).json().faults[0].code).toBe('attachment-kind')
  const made = await upload('%PDF-1.4 scan')
  expect([made.statusCode, made.body]).toEqual([202, expect.stringContaining('submission')])
  expect(await count(`from ledger.document where id = ${id} and scan is not null`)).toBe(0)
  expect((await sign('second', made.json().submission.id)).body.state).toBe('carried-out')
  expect(await count(`from ledger.document where id = ${id} and scan is not null`)).toBe(1)
})

test('months are locked and opened under a chain too; the same words without a key may be meant anew once the first have ended', async () => {
  const locked = async () =>
    (await here.ownerPool.query(`select locked_through::text as day from ledger.book where division = 2`)).rows[0].day
  expect((await chain('book.lock', ['复核', ['reviewer', 'leader']])).status).toBe(200)
  const before = await locked()
  const made = await call('lead', '/book/lock', {
    fiscalYear: 2018,
    through: '2018-01-31',
    acknowledged: true,
    requestKey: 'lock-january',
  })
  expect([made.status, made.code, await locked()]).toEqual([202, undefined, before])
  expect((await sign('chief', made.body.submission.id)).body.state).toBe('carried-out')
  expect(await locked()).toBe('2018-01-31')

  expect((await chain('fund.superior', ['复核', ['reviewer']])).status).toBe(200)
  const { cookie, csrf } = await door('lead')
  const untie = async () =>
    (
      await server.inject({
        method: 'PUT',
        url: `${API}/divisions/${COUNTY}/funds/1/superior`,
        headers: { cookie, 'x-csrf-token': csrf },
        payload: { superior: null },
      })
    ).json()
  const [first, again] = [await untie(), await untie()]
  expect(again.submission.id).toBe(first.submission.id)
  expect((await sign('chief', first.submission.id)).body.state).toBe('carried-out')
  const anew = await untie()
  expect(anew.submission).toMatchObject({ state: 'waiting' })
  expect(anew.submission.id).not.toBe(first.submission.id)
  await call('lead', `/submissions/${anew.submission.id}/withdraw`, {})
})

describe('a handover (交接)', () => {
  test('lists what is open, is signed by three, and then posts and submissions are the taker’s', async () => {
    const mine = await submit('/allotments/register', register('30'))
    const holding = (
      await here.ownerPool.query('select id from identity.holding where account = $1', [ids.get('maker')])
    ).rows[0].id
    const body = {
      giver: String(ids.get('maker')),
      taker: String(ids.get('stand')),
      witness: String(ids.get('chief')),
      holdings: [String(holding)],
      reason: '调离',
      requestKey: 'handover-1',
    }
    expect((await call('second', '/handovers', body)).code).toBe('handover-not-yours')
    expect((await call('maker', '/handovers', { ...body, witness: body.taker })).code).toBe('handover-people')
    const { id } = (await call('maker', '/handovers', body)).body
    expect((await call('maker', '/handovers', body)).body.id).toBe(id)
    const page = (await call('chief', `/handovers/${id}`)).body
    expect(page.items).toContainEqual(expect.objectContaining({ kind: 'submission', id: mine }))
    expect(page.toSign).toBe('witness')
    expect((await call('second', `/handovers/${id}/sign`, {})).code).toBe('handover-not-yours')
    await expect(
      here.ownerPool.query(`update approvals.handover set state = 'done' where id = $1`, [id]),
    ).rejects.toThrow('handed_over_when_all_three_have_signed')
    for (const name of ['maker', 'maker', 'chief'])
      expect((await call(name, `/handovers/${id}/sign`, {})).body.state).toBe('open')
    expect((await call('stand', `/handovers/${id}/sign`, {})).body.state).toBe('done')
    expect((await call('stand', `/submissions/${mine}`)).body).toMatchObject({ isMine: true, state: 'returned' })
    expect((await call('stand', '/allotments/register', register('31'))).status).toBe(202)
    const { cookie } = await door('maker')
    expect((await server.inject({ url: `${API}/session`, headers: { cookie } })).statusCode).toBe(401)
  })
})
