import type { Part } from '../platform/part.ts'
import { applicationRoutes } from './application-routes.ts'
import { importApplications } from './import-applications.ts'
import { interfaceRoutes } from './interface-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { routes } from './routes.ts'
import { sealed } from './sealed.ts'

export const part: Part = {
  name: 'identity',
  routes: [...routes, ...applicationRoutes, ...peopleRoutes, ...interfaceRoutes],
  sealed,
  importers: [
    {
      kind: 'permission-applications',
      title: { zh: '权限申请表', en: 'permission applications' },
      permission: 'applications.fill',
      run: (run, actor, request) =>
        run(actor, context => importApplications(context, request), { readOnly: request.checkOnly ?? false }),
    },
  ],
}
