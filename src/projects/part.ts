import type { Part } from '../platform/part.ts'
import { importProjects } from './import-projects.ts'
import { routes } from './routes.ts'

export const part: Part = {
  name: 'projects',
  routes,
  importers: [
    {
      kind: 'projects',
      title: { zh: '项目库', en: 'projects' },
      permission: 'projects.write',
      run: (run, actor, request) =>
        run(actor, context => importProjects(context, request), { readOnly: request.checkOnly }),
    },
  ],
}
