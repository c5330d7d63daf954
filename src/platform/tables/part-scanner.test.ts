import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PartScanner } from './part-scanner.ts'
import { XmlFeed, type XmlHandlers, XmlProblem } from './xml-feed.ts'

const LIMITS = { maxDepth: 8, maxChars: 10_000 }

/** What a reader makes of a text cut into pieces: its events with texts joined, or that it is refused. */
function events(
  make: (handlers: XmlHandlers) => PartScanner | XmlFeed,
  text: string,
  piece: number,
): unknown[] | 'refused' {
  const seen: unknown[] = []
  const reader = make({
    open: (name, attributes) => seen.push(['open', name, { ...attributes }]),
    close: name => seen.push(['close', name]),
    text: value => {
      const last = seen.at(-1)
      if (Array.isArray(last) && last[0] === 'text') last[1] += value
      else if (value !== '') seen.push(['text', value])
    },
  })
  try {
    for (let at = 0; at < text.length; at += piece) reader.write(text.slice(at, at + piece))
    reader.end()
    return seen
  } catch (error) {
    if (error instanceof XmlProblem) return 'refused'
    throw error
  }
}

const piece = fc.constantFrom(
  '<a>',
  '</a>',
  '<b x="1">',
  '<b x=\'2\' y="a>b">',
  '</b>',
  '<c/>',
  '<c s="1" />',
  '</b >',
  '中',
  '&amp;',
  '&#65;',
  '&#x4e2d;',
  '<!-- <x> -->',
  '<![CDATA[<y>&]]>',
  ' ',
  '\r\n',
  '<?p q?>',
  'z="1"',
)
const broken = fc.constantFrom(
  '<',
  '>',
  '"',
  '&',
  '&x;',
  '<!DOCTYPE a>',
  '<a x>',
  '</',
  '<a x="1" x="1">',
  '<a "',
  ']]>',
)
const document = (part: fc.Arbitrary<string>) =>
  fc.array(part, { maxLength: 12 }).map(parts => `<?xml version="1.0"?><r>${parts.join('')}</r>`)

test('well-formed XML gives the same events as saxes, cut anywhere', () => {
  let read = 0
  fc.assert(
    fc.property(document(piece), fc.integer({ min: 1, max: 40 }), (text, size) => {
      const expected = events(h => new XmlFeed(h, LIMITS), text, text.length)
      fc.pre(expected !== 'refused')
      read++
      // Text outside the root is told by saxes and by nobody used.
      expect(events(h => new PartScanner(h, LIMITS), text, size)).toEqual(expected)
    }),
    { numRuns: 300, maxSkipsPerRun: 100 },
  )
  expect(read).toBeGreaterThan(100)
})

test('what is not well-formed is refused or read, the same wherever it is cut', () => {
  fc.assert(
    fc.property(document(fc.oneof(piece, broken)), fc.integer({ min: 1, max: 40 }), (text, size) => {
      expect(events(h => new PartScanner(h, LIMITS), text, size)).toEqual(
        events(h => new PartScanner(h, LIMITS), text, text.length),
      )
    }),
    { numRuns: 500 },
  )
})

test.each([
  '',
  '<a>',
  '<a></b>',
  '<a/><b/>',
  'x<a/>',
  '<a/>x',
  '<!DOCTYPE a><a/>',
  '<a><!ENTITY x "y"></a>',
  '<a>&x;</a>',
  '<a>&amp</a>',
  '<a x></a>',
  '<a x="1"y="2"></a>',
  `${'<a>'.repeat(9)}${'</a>'.repeat(9)}`,
  `<a>${'x'.repeat(10_001)}</a>`,
])('%s is refused', text => {
  expect(events(h => new PartScanner(h, LIMITS), text, 7)).toBe('refused')
})
