import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { displayMoney } from '../../src/kernel/money.ts'
import type { PaymentDetail } from '../../src/payments/contract.ts'
import type { Hanging, Tie } from '../../src/payments/tied/contract.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Facts } from '../ui/facts.tsx'
import { Nothing } from '../ui/loaded.tsx'
import { Panel } from '../ui/page-title.tsx'
import { useApi } from '../ui/use-api.ts'
import { NameReissue, SettleForm } from './settle-form.tsx'
import { useTieColumns } from './tie-columns.tsx'

/** Where a payment's money came from and what became of the payment: the bank's word, clearing, people, refunds, re-issues, adjustments. */
export function HangingPanels({ payment }: { payment: Pick<PaymentDetail, 'id' | 'amountFen'> }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const seesPeople = useMay()('beneficiaries.read')
  const hanging = useApi<Hanging>(`/divisions/${division}/payments/${payment.id}/hanging`).data
  if (!hanging) return null
  const { source, confirmation, lists, clearings } = hanging
  const money = (fen: string) => displayMoney(BigInt(fen))
  return (
    <>
      <div className="columns columns-even">
        {source && (
          <Panel title={t('around.up')}>
            <Facts
              facts={[
                { name: t('around.level'), value: `${t(`level.${source.level}`)} · ${source.division}` },
                { name: t('around.superior'), value: source.superiorNumber },
                { name: t('around.document'), value: `${source.documentNumber} ${source.documentTitle}`, wide: true },
              ]}
            />
          </Panel>
        )}
        {(confirmation || hanging.inTransit || clearings.length + lists.length > 0) && (
          <Panel title={t('around.down')}>
            <Facts
              facts={[
                {
                  name: t('around.confirmation'),
                  value: confirmation
                    ? t('around.confirmed', { day: confirmation.paidOn, amount: money(confirmation.paidFen) })
                    : hanging.inTransit
                      ? t('around.inTransit')
                      : null,
                  wide: true,
                },
                { name: t('around.paidTo'), value: confirmation?.payee },
                { name: t('around.agentNo'), value: confirmation?.agentNo },
                ...clearings.map(one => ({
                  name: t('around.clearing'),
                  value: (
                    <ThingLink page={`clearings/${one.id}`}>
                      {`${one.voucherNo} ${one.clearedOn} ${money(one.amountFen)}`}
                    </ThingLink>
                  ),
                  wide: true,
                })),
                ...lists.map(one => {
                  const said = t('around.peopleOf', { count: one.people, amount: money(one.sumFen) })
                  return {
                    name: `${t('around.people')} ${one.listNo}`,
                    value: seesPeople ? (
                      <ThingLink page="disbursements" search={{ list: one.id }}>
                        {said}
                      </ThingLink>
                    ) : (
                      said
                    ),
                    wide: true,
                  }
                }),
              ]}
            />
          </Panel>
        )}
      </div>
      <Ties payment={payment} ties={hanging.ties} />
    </>
  )
}

function Ties({ payment, ties }: { payment: Pick<PaymentDetail, 'id' | 'amountFen'>; ties: readonly Tie[] }) {
  const { t } = useTranslation()
  const may = useMay()('payments.match')
  const [settling, setSettling] = useState<Tie | null>(null)
  const [naming, setNaming] = useState(false)
  const tied = useTieColumns(payment.id)
  // A refund that nothing is agreed to issue again may have its re-issue named.
  const open =
    may &&
    payment.amountFen.startsWith('-') &&
    !ties.some(tie => tie.kind === 'reissue' && tie.original.id === payment.id && !tie.proposed)
  const columns: Column<Tie>[] = [
    ...tied,
    ...(may && ties.some(tie => tie.proposed)
      ? [
          {
            key: 'settle',
            title: t('ties.settle'),
            value: () => '',
            cell: (row: Tie) =>
              row.proposed && (
                <Button size="small" onClick={() => setSettling(row)}>
                  {t('ties.settle')}
                </Button>
              ),
          },
        ]
      : []),
  ]
  if (ties.length === 0 && !open) return null
  return (
    <>
      <Panel title={t('around.ties')}>
        <DataTable
          caption={t('around.ties')}
          columns={columns}
          rows={ties}
          rowKey={row => row.id}
          tools={false}
          empty={<Nothing title={t('around.noTies')} />}
        />
        {open && !naming && <Button onClick={() => setNaming(true)}>{t('ties.nameOne')}</Button>}
        {open && naming && <NameReissue refund={payment.id} close={() => setNaming(false)} />}
      </Panel>
      {settling && <SettleForm key={settling.id} tie={settling} close={() => setSettling(null)} />}
    </>
  )
}
