import { Type } from 'typebox'
import { refuse } from '../kernel/refusal.ts'
import { defineRoute, type Route } from '../platform/http/define-route.ts'
import { lastRun, suspensions } from '../rules/store.ts'
import { checkOrLeave, isChecking, refuseSecondCheck } from './check.ts'
import { CheckState, HandleBody, WarningList, WarningPage, WarningQuery } from './contract.ts'
import { handleWarning, warningId, warningMissing } from './handle.ts'
import { presentPage, presentRow } from './present.ts'
import type { Status } from './status.ts'
import { countLit, events, type Filter, find, type Mark, page } from './store.ts'

const DivisionParams = Type.Object({ division: Type.String() })
const WarningParams = Type.Object({ division: Type.String(), warning: Type.String() })
const PAGE = 50

const statusesOf = (status: WarningQuery['status']): readonly Status[] | undefined =>
  status === 'all' ? undefined : status === undefined || status === 'lit' ? ['open', 'violation'] : [status]

function markOf(after: string | undefined): Mark | null {
  if (after === undefined) return null
  const match = /^(\d{4}-\d{2}-\d{2})_(\d{1,18})$/.exec(after)
  if (!match || Number.isNaN(Date.parse(match[1]!)))
    refuse(
      'input',
      'page-mark-invalid',
      `翻页标记“${after}”不对：请从第一页重新打开。`,
      `The page mark “${after}” is wrong: open the list from its first page.`,
      { field: 'after', value: after },
    )
  return { raisedOn: match[1]!, id: BigInt(match[2]!) }
}

export const routes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/warnings',
    permission: 'warnings.read',
    summary: { zh: '预警列表', en: 'the warnings of a division and those below it' },
    params: DivisionParams,
    query: WarningQuery,
    answer: WarningList,
    async handle(context, asked) {
      const { year, level, rule, status, subjectKind, subject, after, limit = PAGE } = asked.query
      const filter: Filter = {
        division: asked.division,
        ...(year === undefined ? {} : { year }),
        ...(rule === undefined ? {} : { rule }),
        ...(subjectKind === undefined ? {} : { subjectKind }),
        ...(subject === undefined ? {} : { subject }),
      }
      const statuses = statusesOf(status)
      const rows = await page(
        context.tx,
        { ...filter, ...(level ? { level } : {}), ...(statuses ? { statuses } : {}) },
        markOf(after),
        limit,
      )
      const last = rows.length > limit ? rows[limit - 1]! : null
      return {
        rows: rows.slice(0, limit).map(presentRow),
        next: last ? `${last.raisedOn}_${last.id}` : null,
        counts: await countLit(context.tx, filter),
      }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/warnings/:warning',
    permission: 'warnings.read',
    summary: { zh: '一条预警', en: 'one warning with its history and the page of its rule' },
    params: WarningParams,
    answer: WarningPage,
    async handle(context, asked) {
      const id = warningId(asked.params.warning)
      const warning = (await find(context.tx, asked.division, id)) ?? warningMissing(asked.params.warning)
      const off = (await suspensions(context.tx)).find(one => one.rule === warning.rule)
      return presentPage(warning, await events(context.tx, warning.division, id), context.clock.today(), off)
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/warnings/:warning/events',
    permission: 'warnings.handle',
    summary: { zh: '处理预警', en: 'judge a warning or note something on it' },
    params: WarningParams,
    body: HandleBody,
    answer: WarningPage,
    async handle(context, asked) {
      const warning = await handleWarning(context, {
        division: asked.division,
        warning: asked.params.warning,
        act: asked.body.kind,
        note: asked.body.note,
      })
      const off = (await suspensions(context.tx)).find(one => one.rule === warning.rule)
      return presentPage(warning, await events(context.tx, warning.division, warning.id), context.clock.today(), off)
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/rules/check',
    permission: 'rules.read',
    summary: { zh: '最近一次检查', en: 'the last check, and whether one is running' },
    answer: CheckState,
    async handle(context) {
      const last = await lastRun(context.tx)
      return {
        running: await isChecking(context.tx),
        last: last
          ? {
              asOf: last.asOf,
              startedAt: last.startedAt.toISOString(),
              finishedAt: last.finishedAt?.toISOString() ?? null,
              outcome: last.outcome,
            }
          : null,
      }
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/rules/check',
    permission: 'rules.run',
    summary: { zh: '立即检查', en: 'run every active rule now, in the background' },
    answer: Type.Object({ started: Type.Boolean() }),
    async handle(context, asked) {
      if (await isChecking(context.tx)) refuseSecondCheck()
      await context.audit({ division: 0, action: 'rules.check-asked' })
      asked.afterAnswer(() => checkOrLeave(asked.run))
      return { started: true }
    },
  }),
]
