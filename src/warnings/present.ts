import { catalogue } from '../rules/load-catalogue.ts'
import { pageOf } from '../rules/page.ts'
import { type Rule, renderEvidence } from '../rules/rule.ts'
import type { WarningPage, WarningRow } from './contract.ts'
import { ACTS, whyNot } from './status.ts'
import type { StoredEvent, StoredWarning } from './store.ts'

const ruleOf = (code: string): Rule | undefined => catalogue().find(rule => rule.code === code)

/** A warning of a rule that is no longer in the catalogue still shows its figures. */
const inWords = (rule: Rule | undefined, figures: Record<string, unknown>): { zh: string; en: string } => {
  if (rule) return renderEvidence(rule, figures)
  const text = Object.entries(figures)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ')
  return { zh: text, en: text }
}

export function presentRow(warning: StoredWarning): WarningRow {
  const rule = ruleOf(warning.rule)
  return {
    id: String(warning.id),
    division: { code: warning.divisionCode, name: warning.divisionName },
    fiscalYear: warning.fiscalYear,
    rule: warning.rule,
    ruleName: rule?.name ?? { zh: warning.rule, en: warning.rule },
    level: warning.level,
    status: warning.status,
    subject: {
      kind: warning.subjectKind,
      id: warning.subject,
      label: warning.label,
      division: warning.divisionCode,
    },
    fund:
      warning.fund === null
        ? null
        : { id: String(warning.fund), code: warning.fundCode ?? '', name: warning.fundName ?? '' },
    amountFen: warning.amountFen === null ? null : String(warning.amountFen),
    evidence: { ...inWords(rule, warning.evidence), figures: warning.evidence },
    raisedOn: warning.raisedOn,
    endedOn: warning.endedOn,
    causeGoneOn: warning.goneOn,
    episode: warning.episode,
  }
}

export function presentPage(
  warning: StoredWarning,
  log: readonly StoredEvent[],
  today: string,
  suspended: { reason: string; at: Date } | undefined,
): WarningPage {
  const rule = ruleOf(warning.rule)
  return {
    ...presentRow(warning),
    events: log.map(event => ({
      no: event.no,
      kind: event.kind,
      level: event.level,
      note: event.note,
      evidence: event.evidence ? inWords(rule, event.evidence) : null,
      actor: event.actor,
      at: event.at.toISOString(),
    })),
    page: rule ? pageOf(rule, today, suspended) : null,
    acts: ACTS.map(act => ({ act, whyNot: whyNot(act, warning.status, warning.level) })),
  }
}
