import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { MappedFields, MappingProposal, Mappings } from '../../src/imports/contract.ts'

export type Draft = Pick<MappingProposal, 'headings' | 'samples' | 'fields'> & { name: string }
type Field = Mappings['kinds'][number]['fields'][number]

/** Which column is which field: one row a field, its column or its value for all rows, and how amounts and days are written. */
export function MappingForm({
  draft,
  fields,
  save,
  discard,
}: {
  draft: Draft
  fields: readonly Field[]
  save: (body: { name: string; headings: string[]; fields: MappedFields }) => Promise<void>
  discard: () => void
}) {
  const { t } = useTranslation()
  const [name, setName] = useState(draft.name)
  const [chosen, setChosen] = useState<MappedFields>(draft.fields)
  const [busy, setBusy] = useState(false)
  const change = (field: string, more: Partial<MappedFields[string]>) =>
    setChosen(before => {
      const next = Object.fromEntries(
        Object.entries({ ...before[field], ...more }).filter(([, value]) => value !== undefined && value !== ''),
      )
      const { [field]: _, ...rest } = before
      return Object.keys(next).some(key => key === 'heading' || key === 'value') ? { ...rest, [field]: next } : rest
    })
  const sampleOf = (heading: string | undefined) =>
    heading === undefined ? '' : (draft.samples[draft.headings.indexOf(heading)] ?? '')
  const options = draft.headings.filter(Boolean).map(heading => ({ value: heading, label: heading }))
  const ordered = [...fields].sort((a, b) => Number(b.required) - Number(a.required))
  return (
    <div className="mapping">
      <p>
        <label htmlFor="mapping-name">
          {t('columnMapping.name')}{' '}
          <Input
            id="mapping-name"
            value={name}
            maxLength={60}
            style={{ width: 260 }}
            onChange={event => setName(event.target.value)}
          />
        </label>{' '}
        <span className="dim">{t('columnMapping.nameHint')}</span>
      </p>
      <div className="table-scroll">
        <table className="data-table">
          <thead>
            <tr>
              <th scope="col">{t('columnMapping.field')}</th>
              <th scope="col">{t('columnMapping.heading')}</th>
              <th scope="col">{t('columnMapping.sample')}</th>
              <th scope="col">{t('columnMapping.fixed')}</th>
              <th scope="col">
                {t('columnMapping.unit')} / {t('columnMapping.dates')}
              </th>
            </tr>
          </thead>
          <tbody>
            {ordered.map(field => {
              const one = chosen[field.name] ?? {}
              const label = (what: string) => `${field.title} ${what}`
              return (
                <tr key={field.name}>
                  <th scope="row">
                    {field.title} <span className="dim">{field.name}</span>
                    {field.required && <strong> · {t('columnMapping.required')}</strong>}
                  </th>
                  <td>
                    <Select
                      aria-label={label(t('columnMapping.heading'))}
                      allowClear
                      showSearch
                      size="small"
                      style={{ width: 220 }}
                      placeholder={t('columnMapping.noColumn')}
                      value={one.heading}
                      options={options}
                      onChange={(heading: string | undefined) => change(field.name, { heading })}
                    />
                  </td>
                  <td>{sampleOf(one.heading)}</td>
                  <td>
                    <Input
                      aria-label={label(t('columnMapping.fixed'))}
                      size="small"
                      maxLength={200}
                      style={{ width: 150 }}
                      value={one.value ?? ''}
                      onChange={event => change(field.name, { value: event.target.value || undefined })}
                    />
                  </td>
                  <td>
                    {field.holds === 'money' && (
                      <Select
                        aria-label={label(t('columnMapping.unit'))}
                        size="small"
                        style={{ width: 150 }}
                        value={one.unit ?? 'yuan'}
                        options={UNITS.map(([value, key]) => ({ value, label: t(`unit.${key}`) }))}
                        onChange={(unit: string) =>
                          change(field.name, { unit: unit === 'yuan' ? undefined : (unit as Unit) })
                        }
                      />
                    )}
                    {field.holds === 'date' && (
                      <Select
                        aria-label={label(t('columnMapping.dates'))}
                        size="small"
                        style={{ width: 150 }}
                        value={one.dates ?? 'ymd'}
                        options={(['ymd', 'dmy', 'mdy'] as const).map(value => ({
                          value,
                          label: t(`columnMapping.${value}`),
                        }))}
                        onChange={(dates: 'ymd' | 'dmy' | 'mdy') => change(field.name, { dates })}
                      />
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      <div className="form-actions">
        <Button
          type="primary"
          loading={busy}
          onClick={() => {
            setBusy(true)
            void save({ name, headings: draft.headings, fields: chosen }).finally(() => setBusy(false))
          }}
        >
          {t('columnMapping.save')}
        </Button>
        <Button onClick={discard}>{t('columnMapping.cancel')}</Button>
      </div>
    </div>
  )
}

type Unit = NonNullable<MappedFields[string]['unit']>
const UNITS: readonly [value: string, key: string][] = [
  ['yuan', 'yuan'],
  ['\u4e07\u5143', 'wan'],
  ['\u4ebf\u5143', 'yi'],
]
