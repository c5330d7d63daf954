import { useTranslation } from 'react-i18next'
import type { DocumentNumbers, NumberFinding } from '../../src/books/contract.ts'
import { usePlace } from '../shell/place.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Figure, PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { CarryOut } from './view-bar.tsx'

/** 文号断号、重号 of a bureau's own documents. */
export function NumbersPage() {
  const { t } = useTranslation()
  const { division, year } = usePlace()
  const path = `/divisions/${division}/document-numbers`
  const numbers = useApi<DocumentNumbers>(path, { year })
  type Word = DocumentNumbers['words'][number]
  const words: Column<Word>[] = [
    { key: 'word', title: t('books.word'), value: row => row.word, sortable: true },
    { key: 'first', title: t('books.firstNumber'), kind: 'number', value: row => row.first },
    { key: 'last', title: t('books.lastNumber'), kind: 'number', value: row => row.last },
    { key: 'used', title: t('books.used'), kind: 'number', value: row => row.used, sortable: true },
    { key: 'missing', title: t('books.missing'), kind: 'number', value: row => row.missing, sortable: true },
    { key: 'repeated', title: t('books.repeated'), kind: 'number', value: row => row.repeated, sortable: true },
  ]
  const findings: Column<NumberFinding>[] = [
    { key: 'word', title: t('books.word'), value: row => row.word },
    { key: 'kind', title: t('books.finding'), value: row => t(`books.${row.kind}`), sortable: true },
    {
      key: 'numbers',
      title: t('column.documentNumber'),
      value: row => row.numbers,
    },
    {
      key: 'documents',
      title: t('books.documents'),
      wrap: true,
      value: row => row.documents.map(one => `${one.dated} ${one.title}`).join('；'),
    },
  ]
  const empty = <Nothing title={t('books.noNumbers')} hint={t('books.noneHint')} />
  return (
    <>
      <PageTitle title={t('menu.documentNumbers')} actions={<CarryOut path={path} query={{ year }} />}>
        {numbers.data && <Figure name={t('books.unreadable')}>{numbers.data.unreadable}</Figure>}
      </PageTitle>
      <Panel title={t('books.byWord')}>
        <p className="under">{t('books.numbersHint')}</p>
        <Loaded query={numbers}>
          {data => (
            <DataTable
              caption={t('books.byWord')}
              columns={words}
              rows={data.words}
              rowKey={row => row.word}
              empty={empty}
            />
          )}
        </Loaded>
      </Panel>
      {numbers.data && (
        <Panel title={t('books.findings')}>
          <DataTable
            caption={t('books.findings')}
            columns={findings}
            rows={numbers.data.findings}
            rowKey={row => `${row.kind} ${row.word} ${row.first}`}
            empty={<Nothing title={t('books.noFindings')} />}
          />
        </Panel>
      )}
    </>
  )
}
