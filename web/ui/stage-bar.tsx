import { useTranslation } from 'react-i18next'
import { usePreferences } from '../shell/preferences.tsx'
import { moneyText, shareOf, sumFen } from './format-money.ts'
import { Money } from './money.tsx'

/** Where money stands, from unassigned to paid; the order in which it moves. */
export const STAGES = ['toAssign', 'toRefine', 'own', 'plan', 'transit', 'paid', 'passed', 'carried'] as const
export type Stage = (typeof STAGES)[number]
export type StageAmounts = Partial<Record<Stage, string>>

const COLOURS: Record<Stage, string> = {
  toAssign: '#b9c2cf',
  toRefine: '#e0a83a',
  own: '#7fb1dc',
  plan: '#4d8ac4',
  transit: '#8d7bc4',
  paid: '#17406d',
  passed: '#3f9c8b',
  carried: '#5c6b7d',
}

/** One bar that says where an amount stands, with each stage named and its exact amount beside its colour. */
export function StageBar({ amounts, legend = true }: { amounts: StageAmounts; legend?: boolean }) {
  const { t } = useTranslation()
  const { unit } = usePreferences()
  const shown = STAGES.filter(stage => BigInt(amounts[stage] ?? '0') > 0n)
  const total = sumFen(shown.map(stage => amounts[stage] ?? '0'))
  const spoken = shown
    .map(stage => `${t(`stage.${stage}`)} ${moneyText(amounts[stage] ?? '0', unit)} ${t(`unit.${unit}`)}`)
    .join(t('fault.join'))
  return (
    <div className="stage-bar">
      <div
        className={legend ? 'stage-track' : 'stage-track stage-track-thin'}
        role="img"
        aria-label={spoken || t('stage.none')}
      >
        {shown.map(stage => (
          <span
            key={stage}
            title={`${t(`stage.${stage}`)} ${moneyText(amounts[stage] ?? '0', unit)}`}
            style={{ width: `${shareOf(amounts[stage] ?? '0', total)}%`, background: COLOURS[stage] }}
          />
        ))}
      </div>
      {legend && (
        <ul className="stage-legend">
          {STAGES.filter(stage => amounts[stage] !== undefined).map(stage => (
            <li key={stage}>
              <span className="stage-key" style={{ background: COLOURS[stage] }} aria-hidden="true" />
              <span className="stage-name">{t(`stage.${stage}`)}</span>
              <Money fen={amounts[stage] ?? '0'} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
