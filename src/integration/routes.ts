import { Type } from 'typebox'
import { fen } from '../kernel/money.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { IntegrateAnswer, IntegrateBody, IntegrationQuery, IntegrationView } from './contract.ts'
import { integrate } from './integrate.ts'
import { integrationView } from './store.ts'

const inDivision = Type.Object({ division: Type.String() })

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/integration',
    permission: 'allotments.read',
    summary: { zh: '统筹整合资金', en: 'integrated funds' },
    params: inDivision,
    query: IntegrationQuery,
    answer: IntegrationView,
    handle: ({ tx, clock }, { division, query }) => integrationView(tx, division, query.year, clock.today()),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/integration',
    permission: 'allotments.write',
    approval: 'allotment.integrate',
    summary: { zh: '统筹整合', en: 'integrate' },
    params: inDivision,
    body: IntegrateBody,
    answer: IntegrateAnswer,
    async handle(context, { division, body }): Promise<IntegrateAnswer> {
      const made = await integrate(context, {
        division,
        fiscalYear: body.fiscalYear,
        document: body.document,
        effectiveOn: body.effectiveOn ?? body.document.dated,
        requestKey: body.requestKey ?? null,
        lines: body.lines.map(({ source, amountFen, project, ...rest }) => ({
          ...rest,
          source: BigInt(source),
          amount: fen(amountFen),
          ...(project === undefined ? {} : { project: BigInt(project) }),
        })),
      })
      return {
        batch: String(made.batch),
        document: String(made.document),
        lines: made.lines.map(String),
        repairs: made.repair ? [made.repair] : [],
      }
    },
  }),
]
