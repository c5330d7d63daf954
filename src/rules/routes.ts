import { Type } from 'typebox'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute, NOTHING } from '../platform/http/define-route.ts'
import { RulePages } from './contract.ts'
import { catalogue } from './load-catalogue.ts'
import { pageOf } from './page.ts'
import { resume, suspensions } from './store.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/rules',
    permission: 'rules.read',
    summary: { zh: '预警规则', en: 'the rules' },
    answer: RulePages,
    async handle(context) {
      const off = new Map((await suspensions(context.tx)).map(one => [one.rule, one]))
      return catalogue().map(rule => pageOf(rule, context.clock.today(), off.get(rule.code)))
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/rules/:rule/suspension',
    permission: 'rules.run',
    summary: { zh: '恢复停用的规则', en: 'switch a suspended rule on again' },
    params: Type.Object({ rule: Type.String({ maxLength: 10 }) }),
    answer: NOTHING,
    async handle(context, asked) {
      const { rule } = asked.params
      if (context.actor.scope !== 0)
        refuse(
          'forbidden',
          'rule-of-installation',
          '规则的停用与恢复针对整个系统，须由管理全系统的人员办理。',
          'A rule is suspended and resumed for the whole installation: ask someone whose post covers all of it.',
          { field: 'rule', value: rule },
        )
      await context.audit({ division: 0, action: 'rules.resume', subject: rule })
      if (!(await resume(context.tx, rule)))
        refuse(
          'missing',
          'rule-not-suspended',
          `规则“${rule}”没有停用，不需要恢复。`,
          `Rule “${rule}” is not suspended: there is nothing to switch on.`,
          { field: 'rule', value: rule },
        )
      return {}
    },
  }),
]
