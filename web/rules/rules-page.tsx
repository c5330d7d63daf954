import { useTranslation } from 'react-i18next'
import { useFilters } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { LampMark } from '../ui/lamps.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import type { Rule } from './api.ts'

/** 预警规则: every rule as a page that anyone can read: sentence, basis, parameters. */
export function RulesPage() {
  const { t } = useTranslation()
  const said = useSaid()
  const [filters] = useFilters()
  const query = useApi<Rule[] | { rows: Rule[] }>('/rules')
  const rules = query.data ? (Array.isArray(query.data) ? query.data : query.data.rows) : []
  const classes = [...new Set(rules.map(rule => said(rule.class)))]
  const shown = rules.filter(rule => !filters.class || said(rule.class) === filters.class)
  const suspended = rules.filter(rule => rule.suspended).length
  return (
    <>
      <PageTitle title={t('menu.rules')}>
        {query.data && (
          <>
            <Figure name={t('rules.count')}>{rules.length}</Figure>
            <Figure name={t('rules.suspended')}>{suspended}</Figure>
          </>
        )}
      </PageTitle>
      <Loaded query={query}>
        {() => (
          <>
            <Panel>
              <FilterBar>
                <ChoiceFilter
                  name="class"
                  label={t('rules.class')}
                  width={200}
                  options={classes.map(one => ({ value: one, label: t(`ruleClass.${one}`, { defaultValue: one }) }))}
                />
              </FilterBar>
            </Panel>
            {shown.length === 0 && <Nothing title={t('rules.none')} />}
            <div className="rule-grid">
              {shown.map(rule => (
                <OneRule key={rule.code} rule={rule} />
              ))}
            </div>
          </>
        )}
      </Loaded>
    </>
  )
}

type Parameter = { name: string; value: unknown; unit?: string; title?: { zh: string; en: string } }

function parametersOf(rule: Rule): Parameter[] {
  if (!rule.parameters) return []
  if (Array.isArray(rule.parameters)) return rule.parameters
  return Object.entries(rule.parameters).map(([name, held]) =>
    held !== null && typeof held === 'object' && !Array.isArray(held)
      ? {
          ...(held as object),
          name,
          value: (held as { value?: unknown; default?: unknown }).value ?? (held as { default?: unknown }).default,
        }
      : { name, value: held },
  )
}

function OneRule({ rule }: { rule: Rule }) {
  const { t } = useTranslation()
  const said = useSaid()
  const parameters = parametersOf(rule)
  const basis = Array.isArray(rule.basis) ? rule.basis : [rule.basis]
  const levels = (rule.levels ?? (rule.level ?? '').split(/[,/ ]+/)).filter(
    level => level === 'bell' || level === 'yellow' || level === 'red',
  )
  const why =
    typeof rule.suspended === 'string'
      ? rule.suspended
      : typeof rule.suspended === 'object'
        ? rule.suspended?.reason
        : null
  return (
    <section className="panel rule" aria-labelledby={`rule-${rule.code}`}>
      <h2 id={`rule-${rule.code}`}>
        <span className="rule-code">{rule.code}</span> {said(rule.name)}
      </h2>
      <p className="rule-lamps">
        {levels.map(level => (
          <LampMark key={level} lamp={level as 'bell'} />
        ))}
        <span className="tag">{t(`ruleClass.${said(rule.class)}`, { defaultValue: said(rule.class) })}</span>
        {rule.suspended && <span className="tag tag-warn">{t('rules.isSuspended')}</span>}
      </p>
      {why && <p className="notice">{why}</p>}
      <p className="rule-sentence">{said(rule.sentence)}</p>
      <dl className="rule-facts">
        <div>
          <dt>{t('warning.basis')}</dt>
          {basis.map(one => (
            <dd key={said(one)}>{said(one)}</dd>
          ))}
        </div>
        {parameters.map(one => (
          <div key={one.name}>
            <dt>{one.title ? said(one.title) : t(`parameter.${one.name}`, { defaultValue: one.name })}</dt>
            <dd>
              {Array.isArray(one.value) ? one.value.join(t('fault.join')) : String(one.value)} {one.unit ?? ''}
            </dd>
          </div>
        ))}
      </dl>
      <ThingLink page="warnings" search={{ rule: rule.code }}>
        {t('rules.itsWarnings')}
      </ThingLink>
    </section>
  )
}
