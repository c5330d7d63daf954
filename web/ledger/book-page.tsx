import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import type { BookPage as Answer } from '../../src/ledger/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Figure, PageTitle } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useApi } from '../ui/use-api.ts'
import { AdvancePanel } from './advance-panel.tsx'
import { DeclaredPanel } from './declared-panel.tsx'
import { EventsPanel } from './events-panel.tsx'
import { MonthsPanel } from './months-panel.tsx'
import { useAct } from './use-act.ts'

/** 年度账簿: how far the year's book is locked, what stands open month by month, and all that was done to it. */
export function BookPage() {
  const { t } = useTranslation()
  const { division, year, at } = usePlace()
  const query = useApi<Answer>(`/divisions/${division}/book`, { year })
  const book = query.data
  return (
    <>
      <PageTitle
        title={t('menu.year')}
        actions={
          <Link to={at('year/close') as string} className="button-link">
            {t('book.toClosing')}
          </Link>
        }
      >
        {book && (
          <>
            <Figure name={t('book.state')}>
              {t(book.closedOn ? 'book.closed' : book.provisional ? 'book.provisional' : 'book.open')}
              {book.closedOn && ` ${book.closedOn}`}
            </Figure>
            <Figure name={t('book.lockedThrough')}>{book.lockedThrough ?? t('book.notLocked')}</Figure>
            <Figure name={t(book.usesPlans ? 'book.usesPlans' : 'book.noPlans')}>
              <Plans book={book} />
            </Figure>
          </>
        )}
      </PageTitle>
      <Loaded query={query}>
        {loaded => (
          <>
            {loaded.provisional && <Provisional book={loaded} />}
            <MonthsPanel book={loaded} />
            <AdvancePanel />
            <EventsPanel book={loaded} />
            <DeclaredPanel />
          </>
        )}
      </Loaded>
    </>
  )
}

function Provisional({ book }: { book: Answer }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const { today } = useSession()
  const may = useMay()
  const { act, busy, error } = useAct()
  const early = today < `${year}-01-01`
  return (
    <div className="notice" role="note">
      <p>{t('book.provisionalHint', { since: book.provisionalSince })}</p>
      {early || !may('ledger.lock') ? (
        <Reasoned label={t('book.openYear')} reason={early ? t('book.openAfter', { year }) : t('book.noRight')} />
      ) : (
        <Button
          type="primary"
          loading={busy}
          onClick={() => void act(`/divisions/${division}/book/open`, { fiscalYear: year }, () => t('book.opened'))}
        >
          {t('book.openYear')}
        </Button>
      )}
      {error !== null && <FaultNotice error={error} />}
    </div>
  )
}

function Plans({ book }: { book: Answer }) {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const may = useMay()
  const { act, busy, error } = useAct()
  const label = t(book.usesPlans ? 'book.turnPlansOff' : 'book.turnPlansOn')
  const hindrance = book.plansPosted
    ? t('book.plansFixed')
    : book.closedOn
      ? t('book.closed')
      : may('ledger.lock')
        ? null
        : t('book.noRight')
  if (hindrance) return <Reasoned label={label} reason={hindrance} />
  return (
    <>
      <Button
        size="small"
        loading={busy}
        onClick={() =>
          void act(`/divisions/${division}/book/plans`, { fiscalYear: year, usesPlans: !book.usesPlans }, () => label)
        }
      >
        {label}
      </Button>
      {error !== null && <FaultNotice error={error} />}
    </>
  )
}
