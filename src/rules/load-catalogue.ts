import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { parse } from 'yaml'
import { ROOT } from '../platform/root.ts'
import { fits, LEVELS, type Parameter, type Rule } from './rule.ts'

const Words = Type.Object(
  { zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
)
const one = <T extends string>(...values: readonly T[]) =>
  Type.Unsafe<T>(Type.Union(values.map(value => Type.Literal(value))))

const RuleFile = Type.Object(
  {
    code: Type.String({ pattern: '^[A-Z]\\d{2}$' }),
    name: Words,
    class: one('指标管理', '支出管理', '绩效管理', '到人到户'),
    levels: Type.Array(one(...LEVELS), { minItems: 1 }),
    sentence: Words,
    basis: Type.Array(
      Type.Object(
        { zh: Type.String(), en: Type.String(), source: Type.String({ minLength: 1 }) },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
    handler: Words,
    kind: one('row', 'set'),
    subject: Type.Optional(Type.String({ pattern: '^[a-z_]+$' })),
    subject_kind: one('allotment', 'transfer', 'payment', 'project', 'fund', 'agency', 'document', 'day'),
    timeliness: Type.Optional(Type.Boolean()),
    parameters: Type.Record(
      Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
      Type.Object(
        {
          type: one('int', 'number', 'numbers', 'codes', 'level'),
          unit: Words,
          meaning: Words,
          value: Type.Unknown(),
          changes: Type.Optional(
            Type.Array(
              Type.Object({ from: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), value: Type.Unknown() }),
            ),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    figures: Type.Record(
      Type.String({ pattern: '^[a-z][a-z0-9_]*$' }),
      Type.Object(
        {
          unit: one('fen', 'days', 'percent', 'count', 'date', 'text', 'word'),
          moves: Type.Optional(Type.Boolean()),
          words: Type.Optional(Type.Record(Type.String(), Words)),
        },
        { additionalProperties: false },
      ),
    ),
    evidence: Words,
  },
  { additionalProperties: false },
)

const SECTIONS = ['when', 'level', 'amount', 'evidence'] as const

/** A rule's SQL names its parameters as `:name`; a cast `::type` and a class `[:space:]` of a pattern are none. */
export const PARAMETER_MARK = /(?<![:\w[]):([a-z][a-z0-9_]*)/g

class RuleFault extends Error {}

const wrong = (folder: string, why: string): never => {
  throw new RuleFault(`rule ${folder}: ${why}`)
}

function checked<S extends TSchema>(schema: S, value: unknown, folder: string): Static<S> {
  const [first] = Value.Errors(schema, value)
  if (first) wrong(folder, `rule.yaml ${first.instancePath || '/'} ${first.message}`)
  return value as Static<S>
}

/** Splits `rule.sql` of a row rule at its headings `-- when`, `-- level`, `-- amount`, `-- evidence`, in this order. */
function sections(sql: string, folder: string): Record<(typeof SECTIONS)[number], string> {
  const parts = sql.split(/^-- (when|level|amount|evidence)[ \t]*$/m)
  const found = Object.fromEntries(
    parts.slice(1).flatMap((part, at, all) => (at % 2 === 0 ? [[part, (all[at + 1] ?? '').trim()]] : [])),
  ) as Record<string, string>
  for (const section of SECTIONS) if (!found[section]) wrong(folder, `rule.sql has no section "-- ${section}"`)
  return found as Record<(typeof SECTIONS)[number], string>
}

function parametersOf(file: Static<typeof RuleFile>, folder: string): Parameter[] {
  return Object.entries(file.parameters).map(([name, parameter]) => {
    const values = [{ from: '1949-10-01', value: parameter.value }, ...(parameter.changes ?? [])]
    return {
      name,
      type: parameter.type,
      unit: parameter.unit,
      meaning: parameter.meaning,
      values: values.map(dated =>
        fits(parameter.type, dated.value)
          ? { from: dated.from, value: dated.value }
          : wrong(folder, `parameter ${name}: ${JSON.stringify(dated.value)} is no ${parameter.type}`),
      ),
    }
  })
}

/** Reads and checks one rule folder; a mistake in it is a mistake of ours and throws with the folder's name. */
export function loadRule(folder: string): Rule {
  const name = folder.split('/').at(-1)!
  const file = checked(RuleFile, parse(readFileSync(join(folder, 'rule.yaml'), 'utf8')), name)
  const sql = readFileSync(join(folder, 'rule.sql'), 'utf8')
  if (!name.startsWith(`${file.code}-`)) wrong(name, `its folder must be named ${file.code}-…`)
  if (sql.includes(';')) wrong(name, 'rule.sql is one expression or one SELECT, without a semicolon')
  if (/\$\d/.test(sql)) wrong(name, 'rule.sql names its parameters as :name')
  const parameters = parametersOf(file, name)
  const used = new Set([...sql.matchAll(PARAMETER_MARK)].map(([, parameter]) => parameter!))
  for (const parameter of used)
    if (!parameters.some(known => known.name === parameter))
      wrong(name, `rule.sql uses :${parameter}, not in rule.yaml`)
  for (const parameter of parameters) if (!used.has(parameter.name)) wrong(name, `:${parameter.name} is not used`)
  for (const text of Object.values(file.evidence))
    for (const [, figure] of text.matchAll(/\{(\w+)\}/g))
      if (!file.figures[figure!]) wrong(name, `the evidence shows {${figure}}, which is not among the figures`)
  const page = {
    code: file.code,
    name: file.name,
    class: file.class,
    levels: LEVELS.filter(level => file.levels.includes(level)),
    sentence: file.sentence,
    basis: file.basis,
    handler: file.handler,
    subjectKind: file.subject_kind,
    parameters,
    figures: Object.fromEntries(
      Object.entries(file.figures).map(([key, figure]) => [key, { ...figure, moves: figure.moves ?? false }]),
    ),
    evidence: file.evidence,
    folder: name,
  }
  if (file.kind === 'set') return { ...page, kind: 'set', sql: { select: sql.trim() } }
  return {
    ...page,
    kind: 'row',
    subject: file.subject ?? wrong(name, 'a row rule needs its subject'),
    timeliness: file.timeliness ?? false,
    sql: sections(sql, name),
  }
}

export const CATALOGUE_FOLDER = join(ROOT, 'src', 'rules', 'catalogue')
let loaded: readonly Rule[] | undefined

/** All rules of the catalogue in the order of their codes; read once. */
export function catalogue(): readonly Rule[] {
  if (loaded) return loaded
  const rules = readdirSync(CATALOGUE_FOLDER, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => loadRule(join(CATALOGUE_FOLDER, entry.name)))
    .sort((a, b) => a.code.localeCompare(b.code, 'en'))
  for (const [at, rule] of rules.entries())
    if (rules[at + 1]?.code === rule.code) wrong(rule.folder, `the code ${rule.code} is taken twice`)
  loaded = rules
  return rules
}
