import { refuse } from '../kernel/refusal.ts'
import { defineRoute, NOTHING } from '../platform/http/define-route.ts'
import { applicationForm } from './application-form.ts'
import {
  Application,
  ApplicationBody,
  ApplicationPage,
  ApplicationParams,
  ApplicationsQuery,
  Executed,
  Filled,
  FormQuery,
  FoundingBody,
  OpinionBody,
  ResubmitBody,
} from './contract.ts'
import { giveOpinion, resubmit, withdraw } from './decide-application.ts'
import { executeApplication, found } from './execute-application.ts'
import { fillApplication } from './fill-application.ts'
import { applicationOf, listApplications, sealedNumbers } from './read-applications.ts'

const HERE = '/divisions/:division/applications'
const ONE = `${HERE}/:application`

const missing = (id: string): never =>
  refuse('missing', 'application-missing', `没有申请表 ${id}。`, `There is no application ${id}.`, { value: id })

/** The permission application (权限申请表, 附件3), step by step. */
export const applicationRoutes = [
  defineRoute({
    method: 'GET',
    path: HERE,
    permission: 'applications.read',
    summary: { zh: '查询权限申请', en: 'list permission applications' },
    query: ApplicationsQuery,
    answer: ApplicationPage,
    handle: ({ tx }, { division, query }) => listApplications(tx, division, query),
  }),
  defineRoute({
    method: 'GET',
    path: ONE,
    permission: 'applications.read',
    summary: { zh: '查看权限申请', en: 'see a permission application' },
    params: ApplicationParams,
    answer: Application,
    handle: async ({ tx }, { division, params }) =>
      (await applicationOf(tx, division, params.application)) ?? missing(params.application),
  }),
  defineRoute({
    method: 'GET',
    path: `${ONE}/form`,
    permission: 'applications.read',
    summary: { zh: '导出附件3', en: 'the form as a Word file' },
    params: ApplicationParams,
    query: FormQuery,
    readOnly: false,
    file: true,
    async handle(context, { division, params, query, visitor }) {
      const { tx, vault } = context
      const application = (await applicationOf(tx, division, params.application)) ?? missing(params.application)
      const clear = new Map<number, { number: string; phone: string | null }>()
      if (query.purpose !== undefined) {
        if (!(await visitor?.standing('people.unmask')))
          refuse(
            'forbidden',
            'permission-missing',
            '您的岗位不能导出明文身份证号：请不填用途，导出脱敏的表。',
            'Your post may not export identity numbers in the clear: leave the purpose out for the masked form.',
            { value: 'people.unmask' },
          )
        for (const { line, number, phone } of await sealedNumbers(tx, division, params.application))
          clear.set(line, {
            number: vault.decrypt(number).toString(),
            phone: phone && vault.decrypt(phone).toString(),
          })
        await context.audit({
          division,
          action: 'personal-data-shown',
          subject: `application ${params.application}`,
          detail: { purpose: query.purpose.trim(), people: clear.size },
        })
      }
      return {
        stream: applicationForm(application, clear),
        mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        fileName: `用户权限申请表-${application.unit}-${application.appliedOn}.docx`,
      }
    },
  }),
  defineRoute({
    method: 'POST',
    path: HERE,
    permission: 'applications.fill',
    summary: { zh: '填报权限申请', en: 'fill in a permission application' },
    body: ApplicationBody,
    answer: Filled,
    handle: async (context, { division, body }) => ({ id: await fillApplication(context, division, body) }),
  }),
  defineRoute({
    method: 'POST',
    path: `${ONE}/resubmit`,
    permission: 'applications.fill',
    summary: { zh: '重新提交权限申请', en: 'hand a permission application in again' },
    params: ApplicationParams,
    body: ResubmitBody,
    answer: NOTHING,
    handle: (context, { division, params, body }) => resubmit(context, division, params.application, body),
  }),
  defineRoute({
    method: 'POST',
    path: `${ONE}/withdraw`,
    permission: 'applications.fill',
    summary: { zh: '撤回权限申请', en: 'withdraw a permission application' },
    params: ApplicationParams,
    answer: NOTHING,
    handle: (context, { division, params }) => withdraw(context, division, params.application),
  }),
  defineRoute({
    method: 'POST',
    path: `${ONE}/agree-unit`,
    permission: 'applications.agree-unit',
    summary: { zh: '签署申请单位意见', en: "give the applying unit's opinion" },
    params: ApplicationParams,
    body: OpinionBody,
    answer: NOTHING,
    handle: (context, { division, params, body }) =>
      giveOpinion(context, division, params.application, 'agree-unit', body),
  }),
  defineRoute({
    method: 'POST',
    path: `${ONE}/agree-department`,
    permission: 'applications.agree-department',
    summary: { zh: '签署相关部门意见', en: "give the department's opinion" },
    params: ApplicationParams,
    body: OpinionBody,
    answer: NOTHING,
    handle: (context, { division, params, body }) =>
      giveOpinion(context, division, params.application, 'agree-department', body),
  }),
  defineRoute({
    method: 'POST',
    path: `${ONE}/execute`,
    permission: 'applications.execute',
    summary: { zh: '办理权限申请', en: 'execute a permission application' },
    params: ApplicationParams,
    body: OpinionBody,
    answer: Executed,
    handle: (context, { division, params, body }) => executeApplication(context, division, params.application, body),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/founding',
    permission: 'applications.found',
    summary: { zh: '按纸质申请表开通初始岗位', en: 'open the first posts from signed paper' },
    body: FoundingBody,
    answer: Executed,
    handle: (context, { division, body }) => found(context, division, body),
  }),
]
