import { useTranslation } from 'react-i18next'
import type { Person } from '../../src/identity/contract.ts'
import { useFilters, usePlace } from '../shell/place.ts'
import { ThingLink } from '../shell/thing-link.tsx'
import type { Column } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, WordFilter } from '../ui/filters.tsx'
import { ListedTable, useListing } from '../ui/listed.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useOver, usePostName } from './post-over.tsx'

interface List {
  rows: Person[]
  next: string | null
}

/** 用户: the people of this division and below, with their posts; numbers masked. */
export function PeoplePage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const [filters] = useFilters()
  const postName = usePostName()
  const over = useOver()
  const query = { division, q: filters.q, state: filters.state }
  const listing = useListing<List>('/people', query)
  const posts = (row: Person) => row.posts.map(one => `${postName(one.post)}（${over(one)}）`)
  const columns: Column<Person>[] = [
    {
      key: 'name',
      title: t('account.name'),
      value: row => row.name,
      cell: row => <ThingLink page={`people/${row.account}`}>{row.name}</ThingLink>,
    },
    { key: 'signInName', title: t('account.signInName'), value: row => row.signInName },
    { key: 'office', title: t('account.office'), value: row => row.office },
    { key: 'duty', title: t('account.duty'), value: row => row.duty },
    {
      key: 'posts',
      title: t('post.post'),
      wrap: true,
      value: row => posts(row).join(' '),
      cell: row => posts(row).map(one => <div key={one}>{one}</div>),
    },
    { key: 'number', title: t('person.number'), value: row => row.numberMasked },
    { key: 'phone', title: t('person.phone'), value: row => row.phoneMasked },
    {
      key: 'factor',
      title: t('secondFactor.title'),
      value: row => (row.secondFactor ? t('secondFactor.on') : t('secondFactor.off')),
    },
    {
      key: 'state',
      title: t('post.state'),
      value: row => t(`person.state.${row.state}`),
      cell: row => (
        <span className={`tag ${{ open: 'tag-good', waiting: 'tag-busy', locked: 'tag-warn', closed: '' }[row.state]}`}>
          {t(`person.state.${row.state}`)}
        </span>
      ),
    },
  ]
  return (
    <>
      <PageTitle title={t('menu.people')} />
      <Panel>
        <div className="bar">
          <FilterBar>
            <WordFilter name="q" label={t('person.search')} width={240} />
            <ChoiceFilter
              name="state"
              label={t('post.state')}
              options={['open', 'locked', 'closed'].map(one => ({ value: one, label: t(`person.state.${one}`) }))}
            />
          </FilterBar>
        </div>
        <ListedTable<Person, List>
          path="/people"
          query={query}
          listing={listing}
          caption={t('menu.people')}
          columns={columns}
          rowKey={row => row.account}
          empty={<Nothing title={t('person.none')} hint={t('person.noneHint')} />}
        />
      </Panel>
    </>
  )
}
