import type { Actor } from '../kernel/actor.ts'
import type { Permission } from '../kernel/permission.ts'
import type { Repair, Sentence } from '../kernel/refusal.ts'
import type { Context, Run } from './context.ts'
import type { Extract } from './extract.ts'
import type { Route } from './http/define-route.ts'
import type { Sealed } from './rotate-keys.ts'
import type { ColumnMapping } from './tables/mapping.ts'
import type { Column } from './tables/table.ts'
import type { VerifyCheck } from './verify.ts'

/** A file that can be opened more than once: an upload, a path, standard input kept aside. */
export interface Source {
  fileName: string
  size?: number
  open(): NodeJS.ReadableStream & import('node:stream').Readable
}

/** How a file came: uploaded on the page, by command, from the drop folder, pushed by another system. */
export type ImportCame = 'page' | 'command' | 'folder' | 'interface'

export interface ImportRequest {
  source: Source
  /** The division that the file is for; null where the file names divisions itself. */
  division: number | null
  /** Only look: all faults and counts, nothing stored. */
  checkOnly?: boolean
  /** The record (`platform.import`) that the import is kept under; an importer that stages its rows opens one if there is none. */
  importId?: string
  /** By command, where not said. */
  came?: ImportCame
  /** Which columns of the file are which fields, where its own headings are not ours. */
  mapping?: ColumnMapping
  progress?: (sentence: Sentence, done: number, total?: number) => void
}

export interface ImportOutcome {
  rows: number
  taken: number
  repeated: number
  repairs: readonly Repair[]
  repairCount: number
  /** More figures that the kind has to say, e.g. payments unmatched. */
  figures: Record<string, number>
  importId?: string
}

/** One kind of file that can be taken in, by command, by upload and by interface alike. Throws one Refusal with all faults. */
export interface Importer {
  kind: string
  title: Sentence
  permission: Permission
  /** The columns of its tables, where a bureau's own spreadsheet may be mapped to them. */
  columns?: readonly Column[]
  run(run: Run, actor: Actor, request: ImportRequest): Promise<ImportOutcome>
  /** Goes on with an import that stopped while posting; null when nothing of it is left to post. */
  resume?(run: Run, actor: Actor, record: { division: number; id: string }): Promise<ImportOutcome | null>
}

/** Scheduled or queued work, run as the system. */
export interface Job {
  /** Minutes between runs; none for work that is only queued. */
  everyMinutes?: number
  /** `HH:MM` in Beijing, once a day. */
  dailyAt?: string
  work(run: Run, payload: Record<string, unknown>): Promise<void>
}

/** What a part hands to the application: `src/app.ts` lists the parts and nothing else knows them all. */
export interface Part {
  name: string
  routes?: readonly Route[]
  importers?: readonly Importer[]
  jobs?: Readonly<Record<string, Job>>
  /** What `fundwatch verify` must find true. */
  verify?: readonly VerifyCheck[]
  /** Columns that the vault closes: rotation of the keys closes them anew. `test/sealed.test.ts` finds one that nobody named. */
  sealed?: readonly Sealed[]
  /** What may leave as a report or extract, countersigned (会签). */
  extracts?: readonly Extract[]
  /** News from other parts, by topic. */
  listens?: Readonly<Record<string, (context: Context, payload: Record<string, unknown>) => Promise<void>>>
}
