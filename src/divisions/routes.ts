import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { DivisionPage, DivisionParams } from './contract.ts'
import { divisionPage } from './store.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division',
    permission: 'divisions.read',
    summary: { zh: '查看区划', en: 'see a division' },
    params: DivisionParams,
    answer: DivisionPage,
    async handle(context, asked) {
      const page = await divisionPage(context.tx, asked.division)
      if (!page)
        refuse(
          'missing',
          'division-unknown',
          `今天没有区划代码“${asked.params.division}”。`,
          `There is no division with the code “${asked.params.division}” today.`,
          { value: asked.params.division },
        )
      return page
    },
  }),
]
