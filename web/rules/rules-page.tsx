import { useTranslation } from 'react-i18next'
import type { RulePage } from '../../src/rules/contract.ts'
import { useFilters } from '../shell/place.ts'
import { useSaid } from '../shell/preferences.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { ChoiceFilter, FilterBar } from '../ui/filters.tsx'
import { LampMark } from '../ui/lamps.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 预警规则: every rule as a page that anyone can read: sentence, basis, parameters. */
export function RulesPage() {
  const { t } = useTranslation()
  const said = useSaid()
  const [filters] = useFilters()
  const query = useApi<RulePage[]>('/rules')
  const rules = query.data ?? []
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
                  options={classes.map(one => ({ value: one, label: one }))}
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

function OneRule({ rule }: { rule: RulePage }) {
  const { t } = useTranslation()
  const said = useSaid()
  return (
    <section className="panel rule" aria-labelledby={`rule-${rule.code}`}>
      <h2 id={`rule-${rule.code}`}>
        <span className="rule-code">{rule.code}</span> {said(rule.name)}
      </h2>
      <p className="rule-lamps">
        {rule.levels.map(level => (
          <LampMark key={level} lamp={level} />
        ))}
        <span className="tag">{said(rule.class)}</span>
        {rule.suspended && <span className="tag tag-warn">{t('rules.isSuspended')}</span>}
      </p>
      {rule.suspended && <p className="notice">{rule.suspended.reason}</p>}
      <p className="rule-sentence">{said(rule.sentence)}</p>
      <dl className="rule-facts">
        <div>
          <dt>{t('warning.basis')}</dt>
          {rule.basis.map(one => (
            <dd key={one.source + one.zh}>{said(one)}</dd>
          ))}
        </div>
        <div>
          <dt>{t('warning.handler')}</dt>
          <dd>{said(rule.handler)}</dd>
        </div>
        {rule.parameters.map(one => (
          <div key={one.name}>
            <dt>{t('rules.parameter')}</dt>
            <dd>
              {said(one.meaning)}
              {t('rules.is')}
              <strong>
                {one.type === 'level'
                  ? t(`lamp.${one.value}`)
                  : Array.isArray(one.value)
                    ? one.value.join(t('fault.join'))
                    : String(one.value)}{' '}
                {one.type !== 'level' && said(one.unit)}
              </strong>
            </dd>
          </div>
        ))}
      </dl>
      <details className="as-table">
        <summary>{t('rules.sql')}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls must be reachable by keyboard */}
        <pre className="rule-sql" tabIndex={0}>
          {rule.sql}
        </pre>
      </details>
      <ThingLink page="warnings" search={{ rule: rule.code, status: 'all' }}>
        {t('rules.itsWarnings')}
      </ThingLink>
    </section>
  )
}
