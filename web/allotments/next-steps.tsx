import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { usePlace } from '../shell/place.ts'
import { useMay } from '../shell/session.tsx'
import { Reasoned } from '../ui/reasoned.tsx'
import type { ShownLine } from './api.ts'
import { STEP_FORMS, stepHindrance } from './steps.ts'

/** What can be done with this line now; what cannot says why. */
export function NextSteps({ line }: { line: ShownLine }) {
  const { t } = useTranslation()
  const { at } = usePlace()
  const may = useMay()
  return (
    <div className="next-steps">
      <h3>{t('allotment.next')}</h3>
      <ul>
        {STEP_FORMS.map(form => {
          const hindrance = stepHindrance(form, line, may)
          return (
            <li key={form}>
              {hindrance === null ? (
                <Link
                  to={at(`allotments/new/${form}`) as string}
                  search={{ source: line.id } as never}
                  className="step-link"
                >
                  {t(`form.${form}`)}
                </Link>
              ) : (
                <Reasoned label={t(`form.${form}`)} reason={t(hindrance)} />
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
