import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons'
import { Button, DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { address, type Query } from '../shell/api.ts'
import { useFilters } from '../shell/place.ts'
import { DaysFilter } from '../ui/filters.tsx'

/** A moment of knowledge in the address, to the minute. */
export function MomentFilter({ name, label }: { name: string; label: string }) {
  const [filters, change] = useFilters()
  return (
    <DatePicker
      aria-label={label}
      placeholder={label}
      showTime={{ format: 'HH:mm' }}
      format="YYYY-MM-DD HH:mm"
      style={{ width: 200 }}
      value={filters[name] ? dayjs(filters[name]) : null}
      onChange={moment => change({ [name]: moment?.format('YYYY-MM-DD HH:mm') })}
    />
  )
}

/** Both clocks: when it happened, and when it was known. */
export function ClockFilters() {
  const { t } = useTranslation()
  return (
    <>
      <DaysFilter label={t('books.period')} />
      <MomentFilter name="known" label={t('books.known')} />
    </>
  )
}

/** Which view a page shows, said in words; it is printed with the page. */
export function ViewNote() {
  const { t } = useTranslation()
  const [filters] = useFilters()
  const { from, to, known } = filters
  return (
    <p className="under">
      {from || to ? t('books.ofPeriod', { from: from || '…', to: to || '…' }) : t('books.ofYear')}
      {' · '}
      {known ? t('books.asKnown', { known }) : t('books.asPosted')}
    </p>
  )
}

/** The two clocks as the address has them. */
export function useClocks(): { from?: string; to?: string; known?: string } {
  const [{ from, to, known }] = useFilters()
  return { ...(from ? { from } : {}), ...(to ? { to } : {}), ...(known ? { known } : {}) }
}

/** Print, and the book as a file with all of its rows: made by the server as it is sent, whatever its size. */
export function CarryOut({ path, query }: { path: string; query: Query }) {
  const { t } = useTranslation()
  return (
    <>
      <Button icon={<PrinterOutlined aria-hidden="true" />} onClick={() => window.print()}>
        {t('books.print')}
      </Button>
      {(['csv', 'xlsx'] as const).map(file => (
        <Button
          key={file}
          icon={<DownloadOutlined aria-hidden="true" />}
          href={address(path, { ...query, file })}
          download
        >
          {t(`books.${file}`)}
        </Button>
      ))}
    </>
  )
}
