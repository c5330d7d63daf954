import { Button, Checkbox, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CONTROL_TYPES, COVERED_TYPES, type ControlScopes } from '../../src/payments/treasury/contract.ts'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { beijingTime } from '../ui/dates.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded, Nothing } from '../ui/loaded.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'

/** 对账口径: which payment vouchers each kind of the treasury's control totals covers, by whose word, and what was settled before. */
export function ControlScopePage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()('payments.reconcile')
  const query = useApi<ControlScopes>(`/divisions/${division}/control-scope`)
  const [settling, setSettling] = useState<number | null>(null)
  const { kindOf, coversOf } = useScopeWords()
  return (
    <>
      <PageTitle title={t('controlScope.title')} />
      <Loaded query={query}>
        {({ rows, history }) => {
          const scopeOf = (type: number) => rows.find(row => row.voucherType === type)
          const columns: Column<number>[] = [
            { key: 'kind', title: t('controlScope.kind'), value: kindOf },
            {
              key: 'covers',
              title: t('controlScope.covers'),
              wrap: true,
              value: type => coversOf(scopeOf(type)?.covers ?? null),
            },
            {
              key: 'by',
              title: t('controlScope.by'),
              value: type => {
                const scope = scopeOf(type)
                if (!scope) return t('controlScope.byNobody')
                return scope.own ? t('controlScope.byUs') : t('controlScope.byAbove', { name: scope.settledBy.name })
              },
            },
            {
              key: 'settle',
              title: t('controlScope.settle'),
              value: () => '',
              cell: type => (
                <Button
                  size="small"
                  disabled={!may}
                  title={may ? undefined : t('controlScope.mayNot')}
                  onClick={() => setSettling(type)}
                >
                  {t('controlScope.settle')}
                </Button>
              ),
            },
          ]
          return (
            <>
              <Panel>
                <p className="form-about">{t('controlScope.about')}</p>
                <DataTable
                  caption={t('controlScope.title')}
                  columns={columns}
                  rows={[...CONTROL_TYPES]}
                  rowKey={String}
                  empty={null}
                />
              </Panel>
              {settling !== null && (
                <SettleScope
                  key={settling}
                  voucherType={settling}
                  covers={scopeOf(settling)?.covers ?? null}
                  close={() => setSettling(null)}
                />
              )}
              <Panel title={t('controlScope.history')}>
                <DataTable
                  caption={t('controlScope.history')}
                  columns={[
                    { key: 'at', title: t('controlScope.at'), value: row => beijingTime(row.at) },
                    { key: 'kind', title: t('controlScope.kind'), value: row => kindOf(row.voucherType) },
                    { key: 'covers', title: t('controlScope.covers'), wrap: true, value: row => coversOf(row.covers) },
                    { key: 'reason', title: t('controlScope.reason'), wrap: true, value: row => row.reason },
                    {
                      key: 'actor',
                      title: t('controlScope.actor'),
                      value: row => row.actor || t('controlScope.system'),
                    },
                  ]}
                  rows={history}
                  rowKey={row => row.id}
                  empty={<Nothing title={t('controlScope.noHistory')} />}
                />
              </Panel>
            </>
          )
        }}
      </Loaded>
    </>
  )
}

/** Kinds of totals and of vouchers by number and name. */
function useScopeWords() {
  const { t } = useTranslation()
  const voucherOf = (type: number) => `${type} ${t(`voucher.${type}`)}`
  return {
    kindOf: (type: number) => (type === 9002 ? t('treasury.sheet') : t('controlScope.message', { type })),
    voucherOf,
    coversOf: (covers: readonly number[] | null) =>
      covers === null ? t('controlScope.all') : covers.map(voucherOf).join(t('controlScope.comma')),
  }
}

interface Values {
  which: 'all' | 'some'
  covers?: number[]
  reason: string
}

function SettleScope({
  voucherType,
  covers,
  close,
}: {
  voucherType: number
  covers: readonly number[] | null
  close: () => void
}) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { act, busy, error } = useAct()
  const { kindOf, voucherOf } = useScopeWords()
  const [form] = Form.useForm<Values>()
  const which = Form.useWatch('which', form) ?? (covers === null ? 'all' : 'some')
  const needed = { required: true, message: t('formPage.needed') }
  // Not `required`: a group of boxes may not be called so to whoever listens (WAI-ARIA).
  const oneAtLeast = {
    validator: (_: unknown, chosen?: readonly string[]) =>
      chosen?.length ? Promise.resolve() : Promise.reject(new Error(needed.message)),
  }
  const submit = async (values: Values) => {
    const body = {
      voucherType,
      covers: values.which === 'all' ? null : (values.covers ?? []),
      reason: values.reason.trim(),
    }
    if (await act(`/divisions/${division}/control-scope`, body, () => t('controlScope.done'))) close()
  }
  return (
    <Panel title={t('controlScope.settling', { kind: kindOf(voucherType) })}>
      <p className="form-about">{t('controlScope.settleAbout')}</p>
      <Form<Values>
        form={form}
        layout="vertical"
        className="business-form"
        requiredMark={false}
        initialValues={{ which, covers: covers ?? undefined }}
        onFinish={values => void submit(values)}
      >
        <Form.Item name="which" label={t('controlScope.covers')} rules={[needed]}>
          <Radio.Group
            options={[
              { value: 'all', label: t('controlScope.all') },
              { value: 'some', label: t('controlScope.some') },
            ]}
          />
        </Form.Item>
        {which === 'some' && (
          <Form.Item name="covers" label={t('controlScope.vouchers')} rules={[oneAtLeast]}>
            <Checkbox.Group options={COVERED_TYPES.map(value => ({ value, label: voucherOf(value) }))} />
          </Form.Item>
        )}
        <Form.Item name="reason" label={t('controlScope.reason')} rules={[{ ...needed, whitespace: true }]}>
          <Input maxLength={500} />
        </Form.Item>
        {error !== null && <FaultNotice error={error} />}
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={busy}>
            {t('controlScope.settle')}
          </Button>
          <Button onClick={close}>{t('ties.cancel')}</Button>
        </div>
      </Form>
    </Panel>
  )
}
