/** A QR code (ISO/IEC 18004) of a short text, drawn here because the network is closed. Bytes, level M, versions 1 to 10. */

/** By version: bytes of error correction in a block, then the data bytes of each block. */
const BLOCKS: readonly [correction: number, blocks: readonly number[]][] = [
  [10, [16]],
  [16, [28]],
  [26, [44]],
  [18, [32, 32]],
  [24, [43, 43]],
  [16, [27, 27, 27, 27]],
  [18, [31, 31, 31, 31]],
  [22, [38, 38, 39, 39]],
  [22, [36, 36, 36, 37, 37]],
  [26, [43, 43, 43, 43, 44]],
]
const ALIGNED: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
]

// Logarithms of the field of 256 elements, by the polynomial that the standard names.
const POWER = new Uint8Array(512)
const LOGARITHM = new Uint8Array(256)
for (let i = 0, x = 1; i < 255; i++) {
  POWER[i] = x
  POWER[i + 255] = x
  LOGARITHM[x] = i
  x = x & 128 ? (x << 1) ^ 0x11d : x << 1
}
const times = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : POWER[LOGARITHM[a]! + LOGARITHM[b]!]!)

/** The remainder that is sent along, so that a spoilt block can be mended (Reed and Solomon). */
export function correctionOf(data: Uint8Array, count: number): Uint8Array {
  let generator = [1]
  for (let i = 0; i < count; i++) {
    const next = new Array<number>(generator.length + 1).fill(0)
    for (const [at, factor] of generator.entries()) {
      next[at] = next[at]! ^ factor
      next[at + 1] = next[at + 1]! ^ times(factor, POWER[i]!)
    }
    generator = next
  }
  const rest = new Uint8Array(data.length + count)
  rest.set(data)
  for (let i = 0; i < data.length; i++) {
    const factor = rest[i]!
    for (let j = 1; j < generator.length; j++) rest[i + j]! ^= times(generator[j]!, factor)
  }
  return rest.subarray(data.length)
}

function codewords(text: string): { version: number; bytes: number[] } {
  const bytes = Buffer.from(text)
  const version = BLOCKS.findIndex(
    ([, blocks], i) => blocks.reduce((sum, one) => sum + one, 0) >= bytes.length + (i + 1 > 9 ? 3 : 2),
  )
  if (version < 0) throw new RangeError('too long for a QR code of version 10')
  const [correction, blocks] = BLOCKS[version]!
  const capacity = blocks.reduce((sum, one) => sum + one, 0)
  const length = bytes.length.toString(2).padStart(version + 1 > 9 ? 16 : 8, '0')
  let bits = `0100${length}${[...bytes].map(byte => byte.toString(2).padStart(8, '0')).join('')}`
  bits += '0'.repeat(Math.min(4, capacity * 8 - bits.length))
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0')
  const data = (bits.match(/.{8}/g) ?? []).map(eight => Number.parseInt(eight, 2))
  for (let i = 0; data.length < capacity; i++) data.push(i % 2 === 0 ? 0xec : 0x11)
  let at = 0
  const parts = blocks.map(size => {
    const block = Uint8Array.from(data.slice(at, at + size))
    at += size
    return { block, correction: correctionOf(block, correction) }
  })
  const mixed: number[] = []
  for (let i = 0; i < Math.max(...blocks); i++)
    for (const part of parts) if (i < part.block.length) mixed.push(part.block[i]!)
  for (let i = 0; i < correction; i++) for (const part of parts) mixed.push(part.correction[i]!)
  return { version: version + 1, bytes: mixed }
}

/** A remainder of `bits` places after `value`, as format and version carry one. */
function withRemainder(value: number, polynomial: number, bits: number): number {
  let rest = value << bits
  for (let i = 31 - Math.clz32(rest); i >= bits; i = 31 - Math.clz32(rest)) rest ^= polynomial << (i - bits)
  return (value << bits) | rest
}

const MASKS: readonly ((row: number, column: number) => boolean)[] = [
  (r, c) => (r + c) % 2 === 0,
  r => r % 2 === 0,
  (_, c) => c % 3 === 0,
  (r, c) => (r + c) % 3 === 0,
  (r, c) => (Math.floor(r / 2) + Math.floor(c / 3)) % 2 === 0,
  (r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
  (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
]

/** The dark squares of the code, row by row. */
export function qrSquares(text: string): boolean[][] {
  const { version, bytes } = codewords(text)
  const size = 17 + version * 4
  const dark = Array.from({ length: size }, () => new Array<boolean>(size).fill(false))
  const taken = Array.from({ length: size }, () => new Array<boolean>(size).fill(false))
  const set = (row: number, column: number, value: boolean) => {
    if (row < 0 || column < 0 || row >= size || column >= size) return
    dark[row]![column] = value
    taken[row]![column] = true
  }
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    for (let r = -4; r <= 4; r++)
      for (let c = -4; c <= 4; c++) {
        const ring = Math.max(Math.abs(r), Math.abs(c))
        set(row + r, column + c, ring !== 2 && ring !== 4)
      }
  const centres = ALIGNED[version - 1]!
  const last = centres.length - 1
  for (const [i, row] of centres.entries())
    for (const [j, column] of centres.entries()) {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) continue
      for (let r = -2; r <= 2; r++)
        for (let c = -2; c <= 2; c++) set(row + r, column + c, Math.max(Math.abs(r), Math.abs(c)) !== 1)
    }
  if (version >= 7) {
    const bits = withRemainder(version, 0x1f25, 12)
    for (let i = 0; i < 18; i++) {
      const bit = ((bits >> i) & 1) === 1
      set(Math.floor(i / 3), size - 11 + (i % 3), bit)
      set(size - 11 + (i % 3), Math.floor(i / 3), bit)
    }
  }
  const format = (mask: number) => {
    const bits = withRemainder(mask, 0x537, 10) ^ 0x5412
    for (let i = 0; i < 15; i++) {
      const bit = ((bits >> i) & 1) === 1
      set(i < 6 ? i : i < 8 ? i + 1 : size - 15 + i, 8, bit)
      set(8, i < 8 ? size - 1 - i : i < 9 ? 15 - i : 14 - i, bit)
    }
    set(size - 8, 8, true)
  }
  format(0)
  let i = 0
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5
    for (let step = 0; step < size; step++) {
      const row = ((right + 1) & 2) === 0 ? size - 1 - step : step
      for (const column of [right, right - 1]) {
        if (taken[row]![column]) continue
        dark[row]![column] = i < bytes.length * 8 && ((bytes[i >> 3]! >> (7 - (i & 7))) & 1) === 1
        i++
      }
    }
  }
  let best: { squares: boolean[][]; cost: number } | undefined
  for (const [number, mask] of MASKS.entries()) {
    format(number)
    const squares = dark.map((line, r) => line.map((one, c) => (taken[r]![c] ? one : one !== mask(r, c))))
    const cost = costOf(squares)
    if (!best || cost < best.cost) best = { squares, cost }
  }
  return best!.squares
}

/** How hard squares are to read: runs, blocks, false finders, and more of one colour than of the other. */
function costOf(squares: readonly (readonly boolean[])[]): number {
  const size = squares.length
  let cost = 0
  const lines = [
    ...squares.map(line => line.map(one => (one ? '1' : '0')).join('')),
    ...squares.map((_, c) => squares.map(line => (line[c] ? '1' : '0')).join('')),
  ]
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) cost += run.length - 2
    cost += 40 * [...line.matchAll(/(?=10111010000|00001011101)/g)].length
  }
  for (let r = 1; r < size; r++)
    for (let c = 1; c < size; c++) {
      const one = squares[r]![c]
      if (one === squares[r - 1]![c] && one === squares[r]![c - 1] && one === squares[r - 1]![c - 1]) cost += 3
    }
  const share = squares.flat().filter(Boolean).length / size ** 2
  return cost + 10 * Math.floor(Math.abs(share * 100 - 50) / 5)
}

/** The code as a picture for a page, with the white border that readers need. */
export function qrSvg(text: string): string {
  const squares = qrSquares(text)
  const size = squares.length + 8
  const path = squares.flatMap((line, r) => line.map((one, c) => (one ? `M${c + 4} ${r + 4}h1v1h-1z` : ''))).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`
}
