import { useTranslation } from 'react-i18next'
import type { Proof, ProofGroup } from '../../src/books/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import { FilterBar, WordFilter } from '../ui/filters.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { CarryOut, MomentFilter } from './view-bar.tsx'

/** 咬合证明: sent = taken + in transit, to the fen, document by document, with a digest by which two printouts are compared. */
export function ProofPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const [filters] = useFilters()
  const path = `/divisions/${division}/interlock-proof`
  const query = { ...(filters.document ? { document: filters.document } : { year }), known: filters.known }
  const proof = useApi<Proof>(path, query)
  return (
    <>
      <PageTitle title={t('menu.proof')} of={filters.document} actions={<CarryOut path={path} query={query} />}>
        {proof.data && (
          <>
            <Figure name={t('transfers.sent')}>
              <Money fen={proof.data.totals.sentFen} strong withUnit />
            </Figure>
            <Figure name={t('transfers.taken')}>
              <Money fen={proof.data.totals.takenFen} strong />
            </Figure>
            <Figure name={t('transfers.inTransit')}>
              <Money fen={proof.data.totals.inTransitFen} strong />
            </Figure>
            <Figure name={t('books.recalled')}>
              <Money fen={proof.data.totals.recalledFen} />
            </Figure>
            <Figure name={t('books.interlock')}>{proof.data.holds ? t('books.holds') : t('books.broken')}</Figure>
          </>
        )}
      </PageTitle>
      <Panel>
        <div className="bar">
          <FilterBar>
            <WordFilter name="document" label={t('column.documentNumber')} width={260} />
            <MomentFilter name="known" label={t('books.known')} />
          </FilterBar>
        </div>
        <Loaded query={proof}>
          {data => (
            <>
              <p className="under">
                {data.known ? t('books.asKnown', { known: data.known }) : t('books.asPosted')} · SM3{' '}
                <code style={{ wordBreak: 'break-all' }}>{data.digest}</code>
              </p>
              {!data.whole && <p className="under">{t('books.partShown')}</p>}
              {data.groups.length === 0 && <Nothing title={t('books.noTransfers')} hint={t('books.noneHint')} />}
            </>
          )}
        </Loaded>
      </Panel>
      {proof.data?.groups.map(group => (
        <Group
          key={`${group.documentNumber} ${group.fund.division} ${group.fund.code} ${group.sender?.code} ${group.fiscalYear}`}
          group={group}
        />
      ))}
    </>
  )
}

function Group({ group }: { group: ProofGroup }) {
  const { t } = useTranslation()
  const title = `${group.documentNumber} · ${group.fund.name} · ${group.sender?.name ?? t('transfers.outside')}`
  const line = (id: string, division: string | undefined) =>
    division ? (
      <ThingLink page={`allotments/${id}`} division={division} year={group.fiscalYear}>
        #{id}
      </ThingLink>
    ) : (
      `#${id}`
    )
  return (
    <Panel title={title}>
      <p className="under">
        {group.documentTitle}
        {group.sender && !group.senderSeen ? ` · ${t('books.senderUnseen')}` : ''}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div className="table-scroll" tabIndex={0}>
        <table className="data-table">
          <caption className="sr-only">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t('books.receiver')}</th>
              <th scope="col">{t('books.parentLine')}</th>
              <th scope="col">{t('books.children')}</th>
              <th scope="col" className="cell-money">
                {t('books.childAmount')}
              </th>
              <th scope="col" className="cell-money">
                {t('transfers.sent')}
              </th>
              <th scope="col" className="cell-money">
                {t('transfers.taken')}
              </th>
              <th scope="col" className="cell-money">
                {t('transfers.inTransit')}
              </th>
              <th scope="col" className="cell-money">
                {t('books.recalled')}
              </th>
              <th scope="col">{t('books.interlock')}</th>
            </tr>
          </thead>
          <tbody>
            {group.transfers.map(one => (
              <tr key={one.id}>
                <td>{one.receiver.name}</td>
                <td>{one.parent ? line(one.parent.id, group.sender?.code) : '—'}</td>
                <td>
                  {one.children.length === 0
                    ? '—'
                    : one.children.map(child => <div key={child.id}>{line(child.id, one.receiver.code)}</div>)}
                </td>
                <td className="cell-money">
                  {one.children.map(child => (
                    <div key={child.id}>
                      <Money fen={child.fen} />
                    </div>
                  ))}
                </td>
                <td className="cell-money">
                  <Money fen={one.sentFen} />
                </td>
                <td className="cell-money">
                  <Money fen={one.takenFen} />
                </td>
                <td className="cell-money">
                  <Money fen={one.inTransitFen} />
                </td>
                <td className="cell-money">
                  <Money fen={one.recalledFen} />
                </td>
                <td>{one.holds ? t('books.holds') : t('books.broken')}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <td colSpan={4}>{t('table.total')}</td>
              {[group.sentFen, group.takenFen, group.inTransitFen, group.recalledFen].map((fen, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: four fixed columns
                <td key={n} className="cell-money">
                  <Money fen={fen} strong />
                </td>
              ))}
              <td>{group.holds ? t('books.holds') : t('books.broken')}</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </Panel>
  )
}
