import { Link, useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { FundPage as Answer } from '../../src/funds/contract.ts'
import { usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { Facts } from '../ui/facts.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { DeclassifiedPanel } from './declassified-panel.tsx'
import { SuperiorChoice } from './superior-choice.tsx'

/** One fund: what belongs to it, which superior fund it answers to, which lower ones answer to it. */
export function FundPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { fund } = useParams({ strict: false }) as { fund: string }
  const query = useApi<Answer>(`/divisions/${division}/funds/${fund}`, { year })
  if (!query.data)
    return (
      <>
        <PageTitle title={t('fund.title')} />
        <Loaded query={query}>{() => null}</Loaded>
      </>
    )
  return <One fund={query.data} />
}

function One({ fund }: { fund: Answer }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  const { lower } = fund
  const subjects = fund.subjects.map(subject => `${subject.code} ${subject.name ?? ''}`.trim())
  return (
    <>
      <PageTitle
        title={t('fund.title')}
        of={fund.name}
        actions={
          <>
            <Link to={at('allotments') as string} search={{ fund: String(fund.id) } as never} className="button-link">
              {t('fund.itsLines')}
            </Link>
            <Link
              to={at('allotments/tree') as string}
              search={{ fund: String(fund.id) } as never}
              className="button-link"
            >
              {t('fund.itsTree')}
            </Link>
            <Link to={at(`funds/${fund.id}/map`) as string} className="button-link">
              {t('mapping.map')}
            </Link>
          </>
        }
      >
        <Figure name={t('funds.registered')}>
          <Money fen={fund.registeredFen} strong withUnit />
        </Figure>
        <Figure name={t('funds.assigned')}>
          <Money fen={fund.assignedFen} />
        </Figure>
        <Figure name={t('funds.own')}>
          <Money fen={fund.ownFen} />
        </Figure>
        <Figure name={t('stage.passed')}>
          <Money fen={fund.passedFen} />
        </Figure>
        <Figure name={t('stage.paid')}>
          <Money fen={fund.paidFen} />
        </Figure>
      </PageTitle>
      {fund.secret && (
        <p className="notice" role="note">
          {t('funds.secretHint')}
        </p>
      )}
      {fund.secret && <DeclassifiedPanel fund={fund.id} />}
      <Panel title={t('fund.relations')}>
        <ol className="fund-chain">
          <li>
            <span className="chain-role">{t('funds.superior')}</span>
            {fund.superior ? (
              <ThingLink page={`funds/${fund.superior.id}`}>
                {fund.superior.divisionName} · {fund.superior.code} {fund.superior.name}
              </ThingLink>
            ) : (
              <span className="dim">{t('fund.noSuperior')}</span>
            )}
            <SuperiorChoice fund={fund} />
          </li>
          <li className="chain-self">
            <span className="chain-role">{t('fund.this')}</span>
            <strong>
              {fund.code} {fund.name}
            </strong>
          </li>
          <li>
            <span className="chain-role">{t('fund.lower')}</span>
            {lower.length === 0 ? (
              <span className="dim">{t('fund.noLower')}</span>
            ) : (
              <ul>
                {lower.map(one => (
                  <li key={one.id}>
                    <ThingLink page={`funds/${one.id}`} division={one.division.code}>
                      {one.division.name} · {one.code} {one.name}
                    </ThingLink>
                  </li>
                ))}
              </ul>
            )}
          </li>
        </ol>
      </Panel>
      <Panel title={t('fund.facts')}>
        <Facts
          facts={[
            { name: t('column.code'), value: fund.code },
            { name: t('column.level'), value: t(`level.${fund.level}`) },
            { name: t('allotment.poverty'), value: t(`poverty.${fund.poverty}`) },
            { name: t('fund.ownerOffice'), value: fund.ownerOffice },
            { name: t('funds.office'), value: fund.office ? fund.office.name : t('fund.noOffice') },
            fund.subItems.length > 0 && {
              name: t('fund.subItems'),
              value: fund.subItems.map(one => one.name).join(t('fault.join')),
              wide: true,
            },
            { name: t('fund.included'), value: fund.included, wide: true },
            { name: t('fund.excepted'), value: fund.excepted, wide: true },
            {
              name: t('fund.subjects'),
              value: subjects.length > 0 ? subjects.join(t('fault.join')) : t('fund.anySubject'),
              wide: true,
            },
          ]}
        />
      </Panel>
      {fund.registeredFen === '0' && <Nothing title={t('fund.noMoney')} hint={t('fund.noMoneyHint')} />}
    </>
  )
}
