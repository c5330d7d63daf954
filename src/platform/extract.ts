import type { TSchema } from 'typebox'
import type { Permission } from '../kernel/permission.ts'
import type { Sentence } from '../kernel/refusal.ts'
import type { Context } from './context.ts'
import type { OutputCell, OutputColumn } from './tables/writers.ts'

/** A line of an extract. Money cells are fen. */
export interface ExtractLine {
  /** What the line is about, the same in the next extract of the same kind: a whole number, ascending from line to line. */
  key: bigint
  /** As may be shown: personal data masked. */
  cells: readonly OutputCell[]
  /** The cells that hold personal data in the clear, by place; only where the release was asked for with it. */
  clear?: Readonly<Record<number, string>>
}

/**
 * One kind of report or extract that may leave (会签). A part names its kinds in `part.ts`; `src/releases` freezes, compares, has
 * signed and hands out, so that a part only says which lines there are.
 */
export interface Extract {
  kind: string
  title: Sentence
  /** Besides `releases.ask`, what whoever asks must be allowed to read. */
  permission: Permission
  /** What is asked for, checked against it. Extracts with the same parameters are compared with each other. */
  parameters: TSchema
  /** Whether it can hold personal data in the clear, for an approved purpose. */
  personal: boolean
  columns: readonly OutputColumn[]
  /**
   * Where what leaves is no table but an archive (zip): its bytes, read in a transaction of the division alone, one snapshot. `listed` is told
   * its lines, of the columns above, so that two archives can be compared; `lines` is not asked then.
   */
  archive?(
    context: Context,
    parameters: Record<string, unknown>,
    code: string,
    listed: (lines: readonly ExtractLine[]) => void,
  ): AsyncIterable<Buffer>
  lines(
    context: Context,
    division: number,
    parameters: Record<string, unknown>,
    clear: boolean,
  ): AsyncIterable<readonly ExtractLine[]>
}
