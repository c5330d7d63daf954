import type { RulePage } from './contract.ts'
import { CLASSES, type ParameterValue, type Rule, valueOn } from './rule.ts'

const copied = (value: ParameterValue): string | number | number[] => (typeof value === 'object' ? [...value] : value)

/** The page of a rule on a day. */
export function pageOf(rule: Rule, day: string, suspended: { reason: string; at: Date } | undefined): RulePage {
  return {
    code: rule.code,
    name: rule.name,
    class: { zh: rule.class, en: CLASSES[rule.class] },
    level: rule.levels.at(-1)!,
    levels: [...rule.levels],
    sentence: rule.sentence,
    basis: [...rule.basis],
    handler: rule.handler,
    kind: rule.kind,
    timeliness: rule.kind === 'row' && rule.timeliness,
    parameters: rule.parameters.map(parameter => ({
      name: parameter.name,
      type: parameter.type,
      unit: parameter.unit,
      meaning: parameter.meaning,
      value: copied(valueOn(parameter, day)),
      values: parameter.values.map(dated => ({ from: dated.from, value: copied(dated.value) })),
    })),
    sql:
      rule.kind === 'set'
        ? rule.sql.select
        : Object.entries(rule.sql)
            .map(([section, text]) => `-- ${section}\n${text}`)
            .join('\n'),
    suspended: suspended ? { reason: suspended.reason, at: suspended.at.toISOString() } : null,
  }
}
