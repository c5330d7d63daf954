import { expect, test } from 'vitest'
import { parts } from '../app.ts'
import { routesOf } from '../platform/http/server.ts'
import { UNCHAINED } from './unchained.ts'

const changing = routesOf(parts).filter(({ route }) => route.method !== 'GET' && !route.readOnly)
const keyOf = (route: { method: string; path: string }) => `${route.method} ${route.path}`

test('every act that changes something names the form by which a chain of approval can hold it, or stands in the list of those that cannot', () => {
  const without = changing.filter(({ route }) => !route.approval).map(({ route }) => keyOf(route))
  expect(without.sort()).toEqual(Object.keys(UNCHAINED).sort())
})

test('each exception says why, in both languages', () => {
  for (const [route, why] of Object.entries(UNCHAINED))
    expect([route, /\p{Script=Han}/u.test(why.zh), why.en.length > 8]).toEqual([route, true, true])
})

test('whatever posts to the books can be held back: nothing of the ledger, the allotments, the year or the payments is an exception, but what looks, or changes how things are recognised', () => {
  const posting = ['ledger', 'allotments', 'integration', 'year-end', 'payments']
  const free = changing
    .filter(({ part, route }) => posting.includes(part) && !route.approval)
    .map(({ route }) => keyOf(route))
  expect(free.sort()).toEqual([
    'POST /divisions/:division/bank-account-listings/:listing/end',
    'POST /divisions/:division/bank-accounts/:account/kind',
    'POST /divisions/:division/bank-accounts/:account/listing',
    'POST /divisions/:division/control-scope',
    'POST /divisions/:division/matching/habits/:habit/end',
    'POST /divisions/:division/payments/:payment/reissue',
    'POST /divisions/:division/payments/:payment/unmask',
    'POST /divisions/:division/ties/:tie/settle',
    'POST /divisions/:division/year-end/look',
    'PUT /divisions/:division/carry-limits',
  ])
})

test('a form of one name is one form: only two ways of the same act share a chain, a file uploaded or pushed, an entry or its whole document corrected', () => {
  const names = changing.flatMap(({ route }) => (route.approval ? [route.approval] : []))
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual(['allotment.correct', 'import.:kind'])
})
