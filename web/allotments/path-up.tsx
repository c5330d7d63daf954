import { useTranslation } from 'react-i18next'
import { ThingLink } from '../shell/thing-link.tsx'
import { Money } from '../ui/money.tsx'

interface Step {
  id: string
  division: { code: string; name: string }
  form: string
  documentNumber: string
  amountFen: string
}

/** From the centre down to this line, as far as the reader's scope goes; every level a link. */
export function PathUp({ path, current }: { path: readonly Step[]; current: string }) {
  const { t } = useTranslation()
  if (path.length === 0 || (path.length === 1 && path[0]?.id === current)) return null
  return (
    <nav className="path-up" aria-label={t('allotment.path')}>
      <span className="path-name">{t('allotment.path')}</span>
      <ol>
        {path.map(step => (
          <li key={`${step.division.code} ${step.id}`} aria-current={step.id === current ? 'step' : undefined}>
            <span className="path-division">{step.division.name}</span>
            <span>
              {step.id === current ? (
                <strong>{step.documentNumber || t('allotments.noNumber')}</strong>
              ) : (
                <ThingLink page={`allotments/${step.id}`} division={step.division.code}>
                  {step.documentNumber || t('allotments.noNumber')}
                </ThingLink>
              )}{' '}
              <span className="dim">{t(`form.${step.form}`)}</span>
            </span>
            <Money fen={step.amountFen} />
          </li>
        ))}
      </ol>
    </nav>
  )
}
