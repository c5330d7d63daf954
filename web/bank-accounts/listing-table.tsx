import { Button, Input, Popover } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccountPage } from '../../src/payments/watch/contract.ts'
import { useAct } from '../ledger/use-act.ts'
import { usePlace } from '../shell/place.ts'
import { FaultNotice } from '../ui/fault-notice.tsx'

type Listing = AccountPage['listings'][number]

/** On which lists an account stands or stood, by whom, why and until when. */
export function ListingTable({ account, may }: { account: AccountPage; may: boolean }) {
  const { t } = useTranslation()
  if (account.listings.length === 0) return <p className="form-about">{t('bankAccounts.listNone')}</p>
  return (
    <ul>
      {account.listings.map(one => (
        <li key={one.id}>
          <span className={one.list === 'watch' && one.state === 'in-force' ? 'tag tag-warn' : 'tag'}>
            {t(`accountList.${one.list}`)}
          </span>{' '}
          {t('bankAccounts.fromTo', { from: one.from, to: one.to })} · {t(`accountListState.${one.state}`)}:{' '}
          {one.reason} <span className="dim">{one.actor}</span>
          {one.endReason && <span className="under">{t('bankAccounts.endedWhy', { why: one.endReason })}</span>}
          {may && one.state !== 'over' && <End listing={one} />}
        </li>
      ))}
    </ul>
  )
}

function End({ listing }: { listing: Listing }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { act, busy, error } = useAct()
  const [reason, setReason] = useState('')
  const end = () =>
    act(`/divisions/${division}/bank-account-listings/${listing.id}/end`, { reason: reason.trim() }, () =>
      t('bankAccounts.endDone'),
    )
  return (
    <Popover
      trigger="click"
      content={
        <>
          <Input
            aria-label={t('bankAccounts.reason')}
            placeholder={t('bankAccounts.reason')}
            maxLength={500}
            value={reason}
            onChange={event => setReason(event.target.value)}
          />
          {error !== null && <FaultNotice error={error} />}
          <Button size="small" loading={busy} disabled={reason.trim() === ''} onClick={() => void end()}>
            {t('bankAccounts.end')}
          </Button>
        </>
      }
    >
      <Button size="small" type="link">
        {t('bankAccounts.end')}
      </Button>
    </Popover>
  )
}
