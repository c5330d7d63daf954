import { SaxesParser } from 'saxes'

export type XmlReason = 'malformed' | 'doctype' | 'too-long' | 'too-deep' | 'truncated'

/** What is wrong with a document, and where; readers turn it into a refusal in their own words. */
export class XmlProblem extends Error {
  readonly reason: XmlReason
  readonly line: number
  readonly column: number

  constructor(reason: XmlReason, line: number, column: number, message: string) {
    super(message)
    this.name = 'XmlProblem'
    this.reason = reason
    this.line = line
    this.column = column
  }
}

export interface XmlHandlers {
  open(name: string, attributes: Record<string, string>, line: number): void
  close(name: string): void
  text?(text: string): void
}

export interface XmlFeedLimits {
  /** Elements inside one another. */
  maxDepth: number
  /** Characters of one text, tag, comment or instruction. */
  maxChars: number
  maxAttributes?: number
}

const PIECE = 65_536
const MAX_PROLOG = 65_536

/**
 * A streaming XML reader that no document can make expand, fetch or hoard: a DOCTYPE ends it (so there are no entities
 * but the five of XML itself), and depth and the length of whatever is being read are limited. Names come without prefix.
 * Throws `XmlProblem`.
 */
export class XmlFeed {
  #parser: SaxesParser<{ xmlns: false }>
  #limits: XmlFeedLimits
  #prolog: string | null = ''
  #depth = 0
  /** Characters fed since the parser last told of anything. */
  #silent = 0
  #ending = false

  constructor(handlers: XmlHandlers, limits: XmlFeedLimits) {
    this.#limits = limits
    const parser = new SaxesParser({ xmlns: false })
    this.#parser = parser
    parser.on('error', ({ message }) =>
      this.#fail(/doctype/.test(message) ? 'doctype' : this.#ending ? 'truncated' : 'malformed', message),
    )
    parser.on('doctype', () => this.#fail('doctype', 'DOCTYPE'))
    let line = 1
    let attributes = 0
    parser.on('opentagstart', () => {
      line = parser.line
      attributes = 0
      this.#silent = 0
    })
    const maxAttributes = limits.maxAttributes ?? 200
    parser.on('attribute', () => {
      this.#silent = 0
      if (++attributes > maxAttributes) this.#fail('too-long', 'too many attributes')
    })
    parser.on('opentag', tag => {
      this.#silent = 0
      if (++this.#depth > limits.maxDepth) this.#fail('too-deep', 'nested too deeply')
      handlers.open(localName(tag.name), tag.attributes, line)
    })
    parser.on('closetag', tag => {
      this.#silent = 0
      this.#depth--
      handlers.close(localName(tag.name))
    })
    const onText = (value: string) => {
      this.#silent = 0
      if (value.length > limits.maxChars) this.#fail('too-long', 'text too long')
      handlers.text?.(value)
    }
    parser.on('text', onText)
    parser.on('cdata', onText)
    parser.on('comment', () => {
      this.#silent = 0
    })
    parser.on('processinginstruction', () => {
      this.#silent = 0
    })
  }

  get line(): number {
    return this.#parser.line
  }

  write(text: string): void {
    for (let at = 0; at < text.length; at += PIECE) {
      const piece = text.length <= PIECE ? text : text.slice(at, at + PIECE)
      if (this.#prolog !== null) this.#checkProlog(piece)
      this.#silent += piece.length
      this.#parser.write(piece)
      if (this.#silent > this.#limits.maxChars + 2 * PIECE) this.#fail('too-long', 'text too long')
    }
  }

  end(): void {
    this.#ending = true
    this.#parser.close()
  }

  /** A DOCTYPE can only stand before the root element, and is refused before the parser sees it. */
  #checkProlog(piece: string): void {
    const prolog = this.#prolog + piece
    // Comments and instructions are blanked, so that a tag or a DOCTYPE written in one is not taken for real.
    const bare = prolog.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>/g, hidden => hidden.replace(/[^\n]/g, ' '))
    const root = bare.search(/<[^?!\s]/)
    const before = root < 0 ? bare : bare.slice(0, root)
    if (/<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)/i.test(before)) {
      const at = before.search(/<!\s*[A-Za-z]/)
      throw new XmlProblem('doctype', before.slice(0, at).split('\n').length, 0, 'DOCTYPE')
    }
    if (before.length > MAX_PROLOG) this.#fail('malformed', 'nothing but comments')
    this.#prolog = root < 0 ? prolog : null
  }

  #fail(reason: XmlReason, message: string): never {
    throw new XmlProblem(reason, this.#parser.line, this.#parser.columnIndex + 1, message)
  }
}

const localName = (name: string): string => {
  const colon = name.indexOf(':')
  return colon < 0 ? name : name.slice(colon + 1)
}
