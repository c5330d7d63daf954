import { Button, DatePicker, Form, Input, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useTranslation } from 'react-i18next'
import type { DeclarationsAnswer } from '../../src/divisions/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useMay, useSession } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useApi } from '../ui/use-api.ts'
import { useAct } from './use-act.ts'

type Row = DeclarationsAnswer['rows'][number]
const KINDS = ['go-live', 'integrating', 'not-integrating'] as const

/** What the division declared of itself: from when it works with this system, whether it integrates funds; each by a document. */
export function DeclaredPanel() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { today } = useSession()
  const may = useMay()
  const query = useApi<DeclarationsAnswer>(`/divisions/${division}/declarations`)
  const { act, busy, error } = useAct()
  const [fields] = Form.useForm<{ kind: Row['kind']; day: Dayjs; documentNumber: string; reason?: string }>()
  const needed = { required: true, message: t('formPage.needed') }
  const columns: Column<Row>[] = [
    { key: 'kind', title: t('declared.kind'), value: row => t(`declared.${row.kind}`) },
    { key: 'day', title: t('declared.day'), value: row => row.day, width: 110 },
    { key: 'number', title: t('declared.number'), value: row => row.documentNumber },
    { key: 'reason', title: t('declared.reason'), value: row => row.reason, wrap: true },
  ]
  return (
    <Panel title={t('declared.title')}>
      <p className="form-about">{t('declared.about')}</p>
      <Loaded query={query}>
        {answer => (
          <DataTable
            caption={t('declared.title')}
            columns={columns}
            rows={answer.rows}
            rowKey={(_, index) => String(index)}
            tools={false}
            empty={<Nothing title={t('declared.none')} hint={t('declared.noneHint')} />}
          />
        )}
      </Loaded>
      {may('divisions.write') ? (
        <Form
          form={fields}
          layout="vertical"
          className="business-form"
          initialValues={{ kind: 'go-live', day: dayjs(today) }}
          onFinish={async ({ day, reason, ...rest }) => {
            const body = { ...rest, day: day.format('YYYY-MM-DD'), ...(reason?.trim() && { reason: reason.trim() }) }
            if (await act(`/divisions/${division}/declarations`, body, () => t('declared.saved')))
              fields.resetFields(['documentNumber', 'reason'])
          }}
        >
          <div className="form-row">
            <Form.Item name="kind" label={t('declared.kind')}>
              <Select
                style={{ width: 240 }}
                options={KINDS.map(kind => ({ value: kind, label: t(`declared.${kind}`) }))}
              />
            </Form.Item>
            <Form.Item name="documentNumber" label={t('declared.number')} rules={[{ ...needed, whitespace: true }]}>
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item name="day" label={t('declared.day')} rules={[needed]}>
              <DatePicker allowClear={false} />
            </Form.Item>
            <Form.Item name="reason" label={t('declared.reason')}>
              <Input maxLength={300} />
            </Form.Item>
          </div>
          {error !== null && <FaultNotice error={error} />}
          <Button htmlType="submit" loading={busy}>
            {t('declared.save')}
          </Button>
        </Form>
      ) : (
        <Reasoned label={t('declared.save')} reason={t('declared.noRight')} />
      )}
    </Panel>
  )
}
