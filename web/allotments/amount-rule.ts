import type { Rule } from 'antd/es/form'
import type { TFunction } from 'i18next'
import { parseMoney } from '../../src/kernel/money.ts'

/** An amount in yuan as people type it: above zero, in whole fen. */
export const amountRule = (t: TFunction): Rule => ({
  validator: (_, value: string | undefined) => {
    const parsed = parseMoney(value ?? '')
    if ('problem' in parsed) return Promise.reject(new Error(t(`amount.${parsed.problem}`)))
    return parsed.fen > 0n ? Promise.resolve() : Promise.reject(new Error(t('amount.not-positive')))
  },
})

/** The amount in fen as digits; empty where it is none. */
export const fenOf = (typed: string | undefined): string => {
  const parsed = parseMoney(typed ?? '')
  return 'fen' in parsed ? parsed.fen.toString() : ''
}
