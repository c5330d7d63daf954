import { displayMoney, fen } from '../kernel/money.ts'
import type { Sentence } from '../kernel/refusal.ts'

/** Lamps in rising order: 黄色警铃, 黄灯, 红灯 [seed 1]. */
export const LEVELS = ['bell', 'yellow', 'red'] as const
export type Level = (typeof LEVELS)[number]

/** The classes of the rule form 附件2 [seed 1]. */
export const CLASSES = {
  指标管理: 'allotments',
  支出管理: 'spending',
  绩效管理: 'performance',
  到人到户: 'people and households',
} as const
export type RuleClass = keyof typeof CLASSES

export type SubjectKind = 'allotment' | 'transfer' | 'payment' | 'project' | 'fund' | 'agency' | 'document' | 'day'

/** `numbers` is a list, for a schedule by month; `codes` are of a code table, text in SQL; `level` is a lamp. */
export type ParameterType = 'int' | 'number' | 'numbers' | 'codes' | 'level'
export type ParameterValue = number | string | readonly number[]

export interface Parameter {
  name: string
  type: ParameterType
  unit: Sentence
  meaning: Sentence
  /** The catalogue's values from a day on, oldest first; the first one has held from the beginning. */
  values: readonly { from: string; value: ParameterValue }[]
}

/** `word` looks the figure up in `words`; `fen` is shown in yuan. */
export type FigureUnit = 'fen' | 'days' | 'percent' | 'count' | 'date' | 'text' | 'word'

export interface Figure {
  unit: FigureUnit
  /** True for what changes by itself as days go by or payments flow: such a change is shown, but is no event. */
  moves: boolean
  words?: Readonly<Record<string, Sentence>>
}

interface RulePage {
  code: string
  name: Sentence
  class: RuleClass
  /** The lamps that it can light, in rising order. */
  levels: readonly Level[]
  sentence: Sentence
  basis: readonly (Sentence & { source: string })[]
  handler: Sentence
  subjectKind: SubjectKind
  parameters: readonly Parameter[]
  figures: Readonly<Record<string, Figure>>
  evidence: Sentence
  /** The folder that holds it, for messages. */
  folder: string
}

/** Expressions over one subject view; rules of one subject are fused into one scan. */
export interface RowRule extends RulePage {
  kind: 'row'
  /** The view `rules.subject_<subject>`. */
  subject: string
  /** Spares lines of documents dated before the division began to use the system (补录). */
  timeliness: boolean
  sql: { when: string; level: string; amount: string; evidence: string }
}

/** A full SELECT over published views. */
export interface SetRule extends RulePage {
  kind: 'set'
  sql: { select: string }
}

export type Rule = RowRule | SetRule

/** What a scan found, as it is stored; amounts in fen. */
export interface Finding {
  rule: string
  division: number
  cause: string
  fiscalYear: number
  level: Level
  subject: string
  label: string
  fund: number | null
  amountFen: bigint | null
  /** JSON text of the figures. */
  evidence: string
}

export type Figures = Readonly<Record<string, unknown>>

function show(figure: Figure | undefined, value: unknown, language: 'zh' | 'en'): string {
  if (value === null || value === undefined) return '—'
  const text = String(value)
  if (figure?.unit === 'fen' && /^-?\d+$/.test(text))
    return language === 'zh' ? `${displayMoney(fen(text))}元` : `${displayMoney(fen(text))} yuan`
  if (figure?.unit === 'percent') return `${text}%`
  if (figure?.unit === 'word') return figure.words?.[text]?.[language] ?? text
  return text
}

/** The evidence of a warning in words: the template with its figures, in both languages; a figure that is missing is a dash. */
export function renderEvidence(rule: Pick<Rule, 'evidence' | 'figures'>, figures: Figures): Sentence {
  const fill = (language: 'zh' | 'en'): string =>
    rule.evidence[language].replace(/\{(\w+)\}/g, (_, name: string) =>
      show(rule.figures[name], figures[name], language),
    )
  return { zh: fill('zh'), en: fill('en') }
}

/** A parameter's value in the catalogue on a day. */
export function valueOn(parameter: Parameter, day: string): ParameterValue {
  const [first] = parameter.values
  return (parameter.values.filter(dated => dated.from <= day).at(-1) ?? first!).value
}

/** Whether a value fits a parameter's type: what a division sets is checked with it before it is used. */
export function fits(type: ParameterType, value: unknown): value is ParameterValue {
  if (type === 'int') return Number.isSafeInteger(value) && Math.abs(value as number) <= 2_000_000_000
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value)
  if (type === 'numbers') return Array.isArray(value) && value.length <= 366 && value.every(one => Number.isFinite(one))
  if (type === 'codes')
    return Array.isArray(value) && value.length <= 366 && value.every(one => Number.isSafeInteger(one) && one >= 0)
  return (LEVELS as readonly unknown[]).includes(value)
}
