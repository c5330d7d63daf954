import { displayMoney, type Fen } from '../kernel/money.ts'
import { Refusal, type Sentence } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { carriedOn, type PassedOn, passedOn } from './recall-store.ts'
import type { Reach } from './recallable.ts'

// What has to be done before a recall can take what it asks for, in sentences.

/** A transfer of which less is there than was asked. */
interface Missing {
  reach: Reach
  gone: Fen
}

/** Refuses where what is missing was passed further and is not spent there: it is recalled from below first, document by document. */
export async function refusePassedOn(context: Context, short: readonly Missing[]): Promise<void> {
  const chain = await passedOn(
    context.tx,
    short.map(one => one.reach),
  )
  if (chain.length === 0) return
  const missing = displayMoney(short.reduce((sum, one) => sum + one.gone, 0n))
  throw new Refusal('conflict', [
    {
      code: 'recall-passed-on',
      field: 'amount',
      value: missing,
      zh: `差 ${missing} 元，其中有的已由下级继续下达且尚未用完：请按下列顺序自下而上先行收回或交回。`,
      en: `${missing} yuan are missing, and some were passed further below and are not spent yet: have those brought back first, from the bottom up, in this order.`,
    },
    ...chain.map((one, index) => ({ code: 'undo-first', row: index + 1, value: one.documentNumber, ...undone(one) })),
  ])
}

/** Refuses where what is missing was carried into a later year and is unspent there: it is not gone, and no claim. */
export async function refuseCarried(context: Context, short: readonly Missing[]): Promise<void> {
  const carried = await carriedOn(
    context.tx,
    short.map(one => one.reach),
  )
  if (carried.length === 0) return
  const missing = displayMoney(short.reduce((sum, one) => sum + one.gone, 0n))
  throw new Refusal('conflict', [
    {
      code: 'recall-carried',
      field: 'amount',
      value: missing,
      zh: `差 ${missing} 元，其中有的已结转以后年度且尚未用完，不是已用出：请换到结转后的年度收回。`,
      en: `${missing} yuan are missing, and some were carried into a later year and are unspent there, so they are not gone: call them back in that year.`,
    },
    ...carried.map((one, index) => ({
      code: 'undo-first',
      row: index + 1,
      value: one.documentNumber,
      zh: `${one.divisionName}：“${one.documentNumber}”已结转 ${one.fiscalYear} 年度，尚有 ${displayMoney(one.unspent)} 元未用：在 ${one.fiscalYear} 年度收回。`,
      en: `${one.divisionName}: “${one.documentNumber}” was carried into ${one.fiscalYear}, where ${displayMoney(one.unspent)} yuan are unspent: call them back in ${one.fiscalYear}.`,
    })),
  ])
}

/** What was passed down is recalled by who passed it; what moved with a division, or went to another region, is brought back by who has it. */
function undone(one: PassedOn): Sentence {
  const { divisionName: from, receiverName: to, documentNumber } = one
  const passed = displayMoney(one.passed as Fen)
  const unspent = displayMoney(one.unspent as Fen)
  if (one.form === 'hand-over')
    return {
      zh: `${from}以 ${documentNumber} 划转${to} ${passed} 元，其中 ${unspent} 元未用：由${to}以划转交回上级。`,
      en: `${from} handed ${passed} yuan over to ${to} by ${documentNumber}, of which ${unspent} yuan are unspent: ${to} hands them over to the superior.`,
    }
  if (one.form === 'send-across')
    return {
      zh: `${from}以 ${documentNumber} 横向转出${to} ${passed} 元，其中 ${unspent} 元未用：由${to}横向转回，再由${from}以划转交回上级。`,
      en: `${from} sent ${passed} yuan across to ${to} by ${documentNumber}, of which ${unspent} yuan are unspent: ${to} sends them back, and ${from} hands them over to the superior.`,
    }
  return {
    zh: `${from}以 ${documentNumber} 下达${to} ${passed} 元，其中 ${unspent} 元未用：由${from}先收回。`,
    en: `${from} passed ${passed} yuan to ${to} by ${documentNumber}, of which ${unspent} yuan are unspent: ${from} recalls it first.`,
  }
}
