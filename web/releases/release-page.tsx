import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { App, Button, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Release } from '../../src/releases/contract.ts'
import { download, send } from '../shell/api.ts'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { ThingLink } from '../shell/thing-link.tsx'
import { saveFile } from '../ui/carry.ts'
import { Facts } from '../ui/facts.tsx'
import { FaultNotice } from '../ui/fault-notice.tsx'
import { Loaded } from '../ui/loaded.tsx'
import { Money } from '../ui/money.tsx'
import { PageTitle, Panel } from '../ui/page-title.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import { useApi } from '../ui/use-api.ts'
import { DifferencesPanel } from './differences-panel.tsx'
import { StateMark } from './state-mark.tsx'

/** One release: what was frozen, what differs from the last, the signature, and the file once it is signed. */
export function ReleasePage() {
  const { t } = useTranslation()
  const { division } = usePlace()
  const { release } = useParams({ strict: false }) as { release: string }
  const query = useApi<Release>(`/divisions/${division}/releases/${release}`)
  return (
    <>
      <PageTitle
        title={t('releases.title')}
        of={t('releases.number', { id: release })}
        actions={query.data && <TakeOut release={query.data} />}
      />
      <Loaded query={query}>{data => <One release={data} />}</Loaded>
    </>
  )
}

function One({ release }: { release: Release }) {
  const { t } = useTranslation()
  return (
    <>
      <div className="columns columns-even">
        <Panel title={t('releases.file')}>
          <Facts
            facts={[
              { name: t('releases.state'), value: <StateMark release={release} /> },
              { name: t('releases.rows'), value: release.rows },
              ...Object.entries(release.totals).map(([title, fen]) => ({
                name: title,
                value: <Money fen={fen} strong />,
                wide: true,
              })),
              { name: t('releases.file'), value: release.fileName, wide: true },
              { name: t('releases.recipient'), value: release.recipient, wide: true },
              { name: t('releases.purpose'), value: release.purpose, wide: true },
              {
                name: t('releases.parameters'),
                value: Object.values(release.parameters).map(String).join(' · '),
              },
              { name: t('releases.frozenAt'), value: release.frozenAt },
              { name: t('releases.sm3'), value: <code>{release.sm3}</code>, wide: true },
            ]}
          />
        </Panel>
        <Panel title={t('releases.signing')}>
          <Facts
            facts={[
              { name: t('releases.madeBy'), value: `${release.asked.name} ${release.asked.at}`, wide: true },
              release.decided && {
                name: t('releases.signedBy'),
                value: `${release.decided.name} ${release.decided.at}`,
                wide: true,
              },
              { name: t('releases.opinion'), value: release.opinion, wide: true },
              release.previous !== null && {
                name: t('releases.wasSum'),
                value: (
                  <ThingLink page={`releases/${release.previous}`}>
                    {t('releases.number', { id: release.previous })}
                  </ThingLink>
                ),
              },
            ]}
          />
          {release.state === 'asked' && <Sign release={release} />}
        </Panel>
      </div>
      <DifferencesPanel release={release.id} />
    </>
  )
}

function Sign({ release }: { release: Release }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const may = useMay()
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [opinion, setOpinion] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  if (release.own) return <Reasoned label={t('releases.sign')} reason={t('releases.ownHint')} />
  if (!may('releases.sign')) return <Reasoned label={t('releases.sign')} reason={t('releases.notSigner')} />
  const decide = async (agree: boolean) => {
    setBusy(true)
    setError(null)
    try {
      await send('POST', `/divisions/${division}/releases/${release.id}/decision`, { agree, opinion, sm3: release.sm3 })
      message.success(t(agree ? 'releases.signed' : 'releases.declined'))
      await queries.invalidateQueries()
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="release-form">
      <Input.TextArea
        aria-label={t('releases.opinion')}
        placeholder={t('releases.opinion')}
        rows={2}
        maxLength={500}
        value={opinion}
        onChange={event => setOpinion(event.target.value)}
      />
      <div className="release-acts">
        <Button type="primary" loading={busy} onClick={() => void decide(true)}>
          {t('releases.sign')}
        </Button>
        <Button loading={busy} onClick={() => void decide(false)}>
          {t('releases.decline')}
        </Button>
      </div>
      {error !== null && <FaultNotice error={error} />}
    </div>
  )
}

function TakeOut({ release }: { release: Release }) {
  const { t } = useTranslation()
  const { division } = usePlace()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  if (release.state !== 'released') return <Reasoned label={t('releases.download')} reason={t('releases.unsigned')} />
  const take = async () => {
    setBusy(true)
    setError(null)
    try {
      const { blob, fileName } = await download(`/divisions/${division}/releases/${release.id}/file`)
      saveFile(fileName ?? release.fileName, blob)
    } catch (refused) {
      setError(refused)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button type="primary" loading={busy} onClick={() => void take()}>
        {t('releases.download')}
      </Button>
      {error !== null && <FaultNotice error={error} />}
    </>
  )
}
