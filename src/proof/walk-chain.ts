import { createHash, type Hash } from 'node:crypto'
import { sm3 } from '../kernel/digest.ts'
import { cellsOf, type DivisionBooks, type Ports } from './division-books.ts'
import type { Head } from './manifest.ts'

/** Follows each division's chain from its first link, and holds it to the heads of this package and of an earlier one. */
export class ChainWalk {
  readonly #ports: Ports
  readonly #met = new Map<number, { no: string; digest: string }>()
  readonly #earlier: Map<string, Head>

  constructor(ports: Ports, earlier: readonly Head[]) {
    this.#ports = ports
    this.#earlier = new Map(earlier.map(head => [`${head.division}/${head.no}`, head]))
  }

  async division({ division, digests }: DivisionBooks): Promise<void> {
    const { checks, differ } = this.#ports
    const seals: { no: string; previous: string; digest: string }[] = []
    const hashes = new Map<string, Hash>()
    for await (const piece of cellsOf(this.#ports, 'ledger.seal', division, ['no', 'previous', 'digest']))
      for (const {
        cells: [no = '', previous = '', digest = ''],
      } of piece) {
        seals.push({ no, previous: previous.slice(2), digest: digest.slice(2) })
        hashes.set(no, createHash('sm3').update(previous.slice(2), 'hex'))
      }
    const tail = new Set(digests.keys())
    for await (const piece of cellsOf(this.#ports, 'ledger.seal_batch', division, ['no', 'batch']))
      for (const {
        cells: [no = '', batch = ''],
      } of piece) {
        const digest = digests.get(batch)
        if (!tail.delete(batch))
          differ('chain', `seal ${division}/${no}`, `batch ${batch} once`, digest ? 'twice' : 'there is none')
        hashes.get(no)?.update(digest ?? '', 'hex')
      }
    let previous = sm3(`fundwatch chain of division ${division}`).toString('hex')
    for (const [n, seal] of seals.entries()) {
      checks.chain!.checked++
      const place = `seal ${division}/${seal.no}`
      if (seal.no !== String(n + 1)) differ('chain', place, `no ${n + 1}`, `no ${seal.no}`)
      if (seal.previous !== previous) differ('chain', place, previous, seal.previous)
      const made = hashes.get(seal.no)!.digest('hex')
      if (made !== seal.digest) differ('chain', place, made, seal.digest)
      const before = this.#earlier.get(`${division}/${seal.no}`)
      if (before && before.digest !== seal.digest)
        differ('chain', place, `${before.digest} (earlier package)`, seal.digest)
      this.#earlier.delete(`${division}/${seal.no}`)
      previous = seal.digest
    }
    const last = seals.at(-1)
    if (last) this.#met.set(division, last)
    for await (const piece of cellsOf(this.#ports, 'ledger.unsealed', division, ['batch']))
      for (const {
        cells: [batch = ''],
      } of piece)
        if (!tail.delete(batch))
          differ(
            'chain',
            `batch ${division}/${batch}`,
            'not sealed yet',
            digests.has(batch) ? 'sealed' : 'there is none',
          )
    for (const batch of tail) differ('chain', `batch ${division}/${batch}`, 'sealed, or waiting', 'neither')
  }

  /** The heads that the manifest names, and those of the earlier package that were not met on the way. */
  heads(said: readonly Head[]): void {
    const { differ } = this.#ports
    for (const { division, no, digest } of said) {
      const head = this.#met.get(division)
      if (head?.no !== no || head.digest !== digest)
        differ(
          'chain',
          `head of division ${division}`,
          `${no} ${digest}`,
          head ? `${head.no} ${head.digest}` : 'no seal',
        )
      this.#met.delete(division)
    }
    for (const [division, { no }] of this.#met)
      differ('chain', `head of division ${division}`, 'named in the manifest', `seal ${no}`)
    for (const place of this.#earlier.keys())
      differ('chain', `seal ${place}`, 'as in the earlier package', 'there is none')
  }
}
