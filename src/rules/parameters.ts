import type { Sentence } from '../kernel/refusal.ts'
import { fits, type Parameter, type ParameterValue, type Rule, valueOn } from './rule.ts'

/** A row of `rules.setting`: from a day on, a division's own values; division 0 speaks for the whole installation. */
export interface Setting {
  division: number
  rule: string
  validFrom: string
  parameters: Readonly<Record<string, unknown>>
  active: boolean
}

/** Values by column name (`A04_bell_days`, `A04_active`): the base for all divisions, and what single ones set otherwise. */
export interface Effective {
  base: Record<string, ParameterValue | boolean>
  divisions: Record<string, Record<string, ParameterValue | boolean>>
  /** Settings that do not fit their parameter: left out, and said. */
  ignored: Sentence[]
}

/** The column in which a rule's parameter stands during a scan; both halves are checked when the catalogue is read. */
export const columnOf = (rule: string, parameter: string): string => `${rule}_${parameter}`

/**
 * What holds on a day: the catalogue's dated value, over it the installation's newest setting, over it the division's own.
 * A setting replaces only what it names.
 */
export function parametersOn(rules: readonly Rule[], settings: readonly Setting[], day: string): Effective {
  const effective: Effective = { base: {}, divisions: {}, ignored: [] }
  for (const rule of rules) {
    effective.base[columnOf(rule.code, 'active')] = true
    for (const parameter of rule.parameters)
      effective.base[columnOf(rule.code, parameter.name)] = valueOn(parameter, day)
  }
  const known = new Map(rules.map(rule => [rule.code, rule]))
  const inForce = new Map<string, Setting>()
  for (const setting of [...settings].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1)))
    if (setting.validFrom <= day && known.has(setting.rule)) inForce.set(`${setting.division} ${setting.rule}`, setting)
  for (const setting of inForce.values()) {
    const rule = known.get(setting.rule)!
    const own = effective.divisions[setting.division] ?? {}
    if (setting.division !== 0) effective.divisions[setting.division] = own
    const target = setting.division === 0 ? effective.base : own
    target[columnOf(rule.code, 'active')] = setting.active
    for (const [name, value] of Object.entries(setting.parameters)) {
      const parameter = rule.parameters.find(one => one.name === name)
      if (parameter && fits(parameter.type, value)) target[columnOf(rule.code, name)] = value
      else effective.ignored.push(misfit(setting, rule, name, value, parameter))
    }
  }
  return effective
}

function misfit(setting: Setting, rule: Rule, name: string, value: unknown, parameter?: Parameter): Sentence {
  const shown = JSON.stringify(value)
  const [zh, en] = parameter
    ? [`应为 ${parameter.type}`, `it must be ${parameter.type}`]
    : ['规则没有这个参数', 'the rule has no such parameter']
  return {
    zh: `区划 ${setting.division} 自 ${setting.validFrom} 起为规则 ${rule.code} 设定的参数“${name}”（${shown}）不合要求，${zh}：本次用默认值，请改正。`,
    en: `Parameter “${name}” (${shown}) that division ${setting.division} set for rule ${rule.code} from ${setting.validFrom} on does not fit, ${en}: the default was used; correct it.`,
  }
}
