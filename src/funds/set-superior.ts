import { divisionsAbove } from '../divisions/store.ts'
import { LEVELS } from '../kernel/division-code.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Context } from '../platform/context.ts'
import { fundById, lockFunds, secretFunds, setSuperior, superiorChain } from './store.ts'

/**
 * Says which superior fund a local fund answers to (指定关联), or that it answers to none. A fund names at most one; many may
 * name the same one. Lines that were received before keep the root that they had.
 * Refuses `fund-secret`, `fund-unknown`, `fund-not-own`, `superior-itself`, `unknown-superior`, `superior-not-above`, `superior-cycle`.
 */
export async function assignSuperior(
  context: Context,
  input: { division: number; fund: number; superior: number | null; localOnly?: boolean },
): Promise<void> {
  const { tx } = context
  await lockFunds(tx)
  const secret = (await secretFunds(tx)).find(one => one.id === input.fund || one.id === input.superior)
  if (secret)
    refuse(
      'conflict',
      'fund-secret',
      `代码“${secret.code}”为涉密资金，本系统只登记名称，不登记上下级关联：请选择其他资金。`,
      `The code “${secret.code}” is a secret fund: this system keeps its name only, and no relation: choose another fund.`,
      { field: secret.id === input.fund ? 'fund' : 'superior', value: secret.code },
    )
  const fund = await fundById(tx, input.fund)
  if (!fund)
    refuse('missing', 'fund-unknown', `没有资金 ${input.fund}。`, `There is no fund ${input.fund}.`, {
      field: 'fund',
      value: String(input.fund),
    })
  if (fund.division !== input.division)
    refuse(
      'forbidden',
      'fund-not-own',
      `资金“${fund.name}”属于其他区划的目录：请由该区划指定。`,
      `The fund “${fund.name}” stands in another division's catalogue: let that division do it.`,
      { field: 'fund', value: fund.code },
    )
  if (input.superior !== null) {
    const at = { field: 'superior', value: String(input.superior) }
    if (input.superior === fund.id)
      refuse(
        'input',
        'superior-itself',
        '资金不能以自己为上级资金：请选择上级的资金。',
        'A fund cannot be its own superior: choose a fund of a division above.',
        at,
      )
    const superior = await fundById(tx, input.superior)
    if (!superior)
      refuse(
        'input',
        'unknown-superior',
        `没有资金 ${input.superior}：请从上级的目录中选择。`,
        `There is no fund ${input.superior}: choose one from a catalogue above.`,
        at,
      )
    const above = await divisionsAbove(tx, input.division)
    const kept = superior.division === input.division && LEVELS.indexOf(superior.level) < LEVELS.indexOf(fund.level)
    if (!above.has(superior.division) && !kept)
      refuse(
        'input',
        'superior-not-above',
        `“${superior.name}”不是上级的资金：上级资金只能从上级的目录中选。`,
        `“${superior.name}” is no fund of a division above: choose one from a catalogue above.`,
        at,
      )
    if ((await superiorChain(tx, superior.id)).has(fund.id))
      refuse(
        'conflict',
        'superior-cycle',
        `“${superior.name}”本身归到“${fund.name}”之下：这样会成环，请另选。`,
        `“${superior.name}” answers to “${fund.name}” itself: that would be a circle, choose another.`,
        at,
      )
  }
  await setSuperior(tx, fund.id, input.superior, input.superior === null && (input.localOnly ?? false))
  await context.audit({
    division: input.division,
    action: 'fund.superior',
    subject: fund.code,
    before: { superior: fund.superior },
    after: { superior: input.superior, localOnly: input.localOnly ?? false },
  })
}
