import { refuse } from '../kernel/refusal.ts'
import { defineRoute } from '../platform/http/define-route.ts'
import { ProjectList, ProjectPage, ProjectParams, ProjectsParams, ProjectsQuery, YearQuery } from './contract.ts'
import { listProjects, projectPage } from './read.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/projects',
    permission: 'projects.read',
    summary: { zh: '查询项目库', en: 'list projects' },
    params: ProjectsParams,
    query: ProjectsQuery,
    answer: ProjectList,
    handle: ({ tx }, { division, query }) => listProjects(tx, { division, ...query }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/projects/:project',
    permission: 'projects.read',
    summary: { zh: '查看一个项目', en: 'see one project' },
    params: ProjectParams,
    query: YearQuery,
    answer: ProjectPage,
    async handle({ tx }, { division, params, query }) {
      const page = await projectPage(tx, division, params.project, query.year ?? null)
      if (!page)
        refuse('missing', 'project-unknown', `没有项目 ${params.project}。`, `There is no project ${params.project}.`, {
          value: params.project,
        })
      return page
    },
  }),
]
