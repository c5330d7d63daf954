import type { XmlFeedLimits, XmlHandlers, XmlReason } from './xml-feed.ts'
import { XmlProblem } from './xml-feed.ts'

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const NO_ATTRIBUTES: Record<string, string> = Object.freeze(Object.create(null))
const ATTRIBUTE = /\s+([^\s=/>"'<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y

/**
 * The parts of a workbook are machine-written and large: this reads the same XML as `XmlFeed`, with the same refusals
 * (no DOCTYPE, limits on depth and length, tags must match), several times as fast, by looking only for `<` and `>`.
 * It does not check which characters may stand in a name. Lines are not counted. Throws `XmlProblem`.
 */
export class PartScanner {
  #handlers: XmlHandlers
  #limits: XmlFeedLimits
  #rest = ''
  #open: string[] = []
  #rootSeen = false

  constructor(handlers: XmlHandlers, limits: XmlFeedLimits) {
    this.#handlers = handlers
    this.#limits = limits
  }

  write(piece: string): void {
    const text = this.#rest + piece
    let at = 0
    for (;;) {
      const tag = text.indexOf('<', at)
      if (tag < 0) break
      const end = this.#endOf(text, tag)
      if (end < 0) break
      if (tag > at) this.#text(text.slice(at, tag))
      this.#markup(text, tag, end)
      at = end
    }
    this.#rest = text.slice(at)
    if (this.#rest.length > this.#limits.maxChars) this.#fail('too-long', 'text too long')
  }

  end(): void {
    if (this.#rest.trim() !== '' || this.#open.length > 0 || !this.#rootSeen) this.#fail('truncated', 'unexpected end')
  }

  /** Index behind the markup that begins at `tag`, or -1 when it has not come whole yet. */
  #endOf(text: string, tag: number): number {
    const next = text.charCodeAt(tag + 1)
    let close = '>'
    if (next === 0x3f) close = '?>'
    else if (next === 0x21) {
      if (text.startsWith('<!--', tag)) {
        const end = text.indexOf('-->', tag + 4)
        return end < 0 ? -1 : end + 3
      }
      if (text.startsWith('<![CDATA[', tag)) close = ']]>'
      else if (text.length - tag >= 9) this.#fail('doctype', 'DOCTYPE')
      else return -1
    }
    if (close === '>') return tagEnd(text, tag)
    const end = text.indexOf(close, tag + 1)
    return end < 0 ? -1 : end + close.length
  }

  #markup(text: string, tag: number, end: number): void {
    const next = text.charCodeAt(tag + 1)
    if (next === 0x3f) return
    if (next === 0x21) {
      if (text.charCodeAt(tag + 2) === 0x5b) this.#emit(text.slice(tag + 9, end - 3))
    } else if (next === 0x2f) {
      const name = text.slice(tag + 2, end - 1).trimEnd()
      if (this.#open.pop() !== name) this.#fail('malformed', 'unexpected close tag')
      this.#handlers.close(localName(name))
    } else this.#openTag(text, tag, end)
  }

  #openTag(text: string, tag: number, end: number): void {
    const empty = text.charCodeAt(end - 2) === 0x2f
    const last = empty ? end - 2 : end - 1
    let stop = tag + 1
    while (stop < last && !isBlank(text.charCodeAt(stop))) stop++
    const name = text.slice(tag + 1, stop)
    if (name === '' || /["'<&=/]/.test(name)) this.#fail('malformed', 'disallowed character in tag name')
    if (this.#open.length === 0 && this.#rootSeen) this.#fail('malformed', 'documents may contain only one root')
    this.#rootSeen = true
    this.#open.push(name)
    if (this.#open.length > this.#limits.maxDepth) this.#fail('too-deep', 'nested too deeply')
    const attributes = stop === last ? NO_ATTRIBUTES : this.#attributes(text.slice(stop, last))
    const local = localName(name)
    this.#handlers.open(local, attributes, 0)
    if (empty) {
      this.#open.pop()
      this.#handlers.close(local)
    }
  }

  #attributes(text: string): Record<string, string> {
    const attributes = Object.create(null) as Record<string, string>
    let count = 0
    let at = 0
    while (at < text.length) {
      ATTRIBUTE.lastIndex = at
      const match = ATTRIBUTE.exec(text)
      if (!match) {
        if (text.slice(at).trim() === '') break
        this.#fail('malformed', 'attribute without value')
      }
      const name = match[1]!
      if (name in attributes) this.#fail('malformed', 'duplicate attribute')
      if (++count > (this.#limits.maxAttributes ?? 200)) this.#fail('too-long', 'too many attributes')
      attributes[name] = this.#decode(match[2] ?? match[3]!)
      at = ATTRIBUTE.lastIndex
    }
    return attributes
  }

  #text(text: string): void {
    if (this.#open.length > 0) this.#emit(this.#decode(text))
    else if (text.replace(/\uFEFF/, '').trim() !== '') this.#fail('malformed', 'text data outside of root node')
  }

  #emit(text: string): void {
    if (text.length > this.#limits.maxChars) this.#fail('too-long', 'text too long')
    this.#handlers.text?.(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text)
  }

  #decode(text: string): string {
    if (!text.includes('&')) return text
    return text.replace(/&([^;&]{0,12})(;?)/g, (_, name: string, closed: string) => {
      const known = closed ? ENTITIES[name] : undefined
      if (known !== undefined) return known
      const code = /^#x[0-9a-fA-F]+$/.test(name)
        ? Number.parseInt(name.slice(2), 16)
        : /^#\d+$/.test(name)
          ? Number(name.slice(1))
          : -1
      if (!closed || code < 1 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        this.#fail('malformed', 'undefined entity')
      return String.fromCodePoint(code)
    })
  }

  #fail(reason: XmlReason, message: string): never {
    throw new XmlProblem(reason, 0, 0, message)
  }
}

/** Index behind the tag, or -1; a `>` may stand inside a quoted value. Looks at nothing beyond the tag. */
function tagEnd(text: string, tag: number): number {
  let quote = 0
  for (let i = tag + 1; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (quote !== 0) {
      if (c === quote) quote = 0
    } else if (c === 0x22 || c === 0x27) quote = c
    else if (c === 0x3e) return i + 1
  }
  return -1
}

const isBlank = (c: number): boolean => c === 0x20 || c === 10 || c === 13 || c === 9

const localName = (name: string): string => {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}
