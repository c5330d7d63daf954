/**
 * The accounts that the program itself names (the chart is data: `ledger.account`). Debit balances but for 4001 [seed 4].
 */
export const ACCOUNT = {
  total: 1001,
  revenue: 4001,
  toRefine: 5001,
  own: 500201,
  passed: 500202,
  horizontal: 500203,
  plan: 5101,
  transit: 5102,
  paid: 5201,
  carried: 5901,
  lapsed: 5902,
} as const

export type AccountCode = (typeof ACCOUNT)[keyof typeof ACCOUNT]

export const ACCOUNT_NAMES: Record<number, { zh: string; en: string }> = {
  1001: { zh: '总指标', en: 'total authority' },
  4001: { zh: '本年安排收入', en: 'revenue of the year' },
  5001: { zh: '待分配指标', en: 'authority to refine' },
  500201: { zh: '本级支出指标', en: 'own spending' },
  500202: { zh: '对下级转移支付指标', en: 'passed down' },
  500203: { zh: '地区间横向转移支付指标', en: 'horizontal transfer' },
  5101: { zh: '集中支付计划', en: 'payment plan' },
  5102: { zh: '支付在途', en: 'payment in transit' },
  5201: { zh: '本级实际支付', en: 'paid' },
  5901: { zh: '结转下年', en: 'carried to next year' },
  5902: { zh: '结余收回', en: 'lapsed to the treasury' },
}
