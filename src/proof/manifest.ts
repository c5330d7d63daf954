/** What lies in an audit package (稽核包): its manifest, the last file written, which names every other one with its digest. */
export interface Manifest {
  format: 'fundwatch-audit-package'
  version: 1
  /** The moment of the snapshot that all tables were read in. */
  taken_at: string
  /** Made for a release (会签), or a copy to work with in the house. */
  standing: 'released' | 'working-copy'
  /** Whose books: `all`, or the code of a division with all below it. */
  division: string
  /** The divisions whose books are in it; transfers may name others. */
  divisions: number[]
  files: PackedFile[]
  tables: Record<string, PackedFigures>
  /** The last seal of each division's chain: written down elsewhere, they prove a later package to continue this one. */
  heads: Head[]
  /** Batches that were posted and not yet sealed. */
  unsealed: number
  /** `schema.table.column`, left out or masked. */
  withheld: Record<string, 'left-out' | 'masked'>
}

export interface PackedFile {
  name: string
  bytes: number
  sm3: string
}

/** Counts and control sums of a table; sums in fen. */
export interface PackedFigures {
  file: string
  key: string[]
  /** Rows stand in the order of the key, as numbers. */
  ordered: boolean
  rows: number
  sums: Record<string, string>
}

export interface Head {
  division: number
  no: string
  digest: string
  sealed_at: string
}

export const MANIFEST = 'manifest.json'
export const fileOf = (table: string): string => `tables/${table}.csv`
