import { may } from '../kernel/actor.ts'
import { refuse } from '../kernel/refusal.ts'
import type { Extract } from '../platform/extract.ts'
import { defineRoute, NOTHING, type Route } from '../platform/http/define-route.ts'
import { askRelease } from './ask.ts'
import { compareReleases } from './compare.ts'
import {
  AskBody,
  Asked,
  DecideBody,
  Differences,
  DifferencesQuery,
  InDivision,
  Release,
  ReleaseKinds,
  ReleasePage,
  ReleaseParams,
  ReleasesQuery,
} from './contract.ts'
import { decideRelease } from './decide.ts'
import { handOut } from './hand-out.ts'
import { PAGE, releaseById, releasePage } from './store.ts'

/** The routes over what the parts offer; asked when a request comes, for the table of parts is not whole yet when this runs. */
export const routesOver = (extracts: () => readonly Extract[]): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/releases',
    permission: 'releases.read',
    summary: { zh: '查看报出材料', en: 'see releases' },
    params: InDivision,
    query: ReleasesQuery,
    answer: ReleasePage,
    async handle({ tx }, { division, query }) {
      const rows = await releasePage(tx, division, query)
      return { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? rows[PAGE - 1]!.id : null }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/release-kinds',
    permission: 'releases.read',
    summary: { zh: '报表种类，及可否申请', en: 'what is released, and what of it one may ask for' },
    params: InDivision,
    answer: ReleaseKinds,
    handle: async ({ actor }) => ({
      rows: extracts().map(({ kind, title, personal, parameters, archive, permission }) => ({
        kind,
        ...title,
        mayAsk: may(actor, 'releases.ask') && may(actor, permission),
        personal: personal && may(actor, 'personal.unmask'),
        parameters: Object.keys((parameters as { properties?: object }).properties ?? {}),
        formats: archive ? ['zip' as const] : ['xlsx' as const, 'csv' as const],
      })),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/releases',
    permission: 'releases.ask',
    summary: { zh: '申请报出（冻结快照）', en: 'ask for a release, frozen' },
    params: InDivision,
    body: AskBody,
    answer: Asked,
    handle: async (context, { division, params, body, run }) => ({
      release: await askRelease(context, extracts(), division, body, { run, code: params.division }),
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/releases/:release',
    permission: 'releases.read',
    summary: { zh: '一份报出材料', en: 'one release' },
    params: ReleaseParams,
    answer: Release,
    async handle({ tx }, { division, params }) {
      const release = await releaseById(tx, division, params.release)
      if (!release)
        refuse('missing', 'release-missing', '没有这份报出材料。', 'There is no such release.', {
          value: params.release,
        })
      return release
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/releases/:release/differences',
    permission: 'releases.read',
    summary: { zh: '与上一份的差异', en: 'what differs from the last' },
    params: ReleaseParams,
    query: DifferencesQuery,
    answer: Differences,
    handle: (context, { division, params, query }) => compareReleases(context, division, params.release, query.with),
  }),
  defineRoute({
    method: 'POST',
    path: '/divisions/:division/releases/:release/decision',
    permission: 'releases.sign',
    summary: { zh: '会签报出材料', en: 'countersign a release' },
    params: ReleaseParams,
    body: DecideBody,
    answer: NOTHING,
    handle: (context, { division, params, body }) =>
      decideRelease(context, { division, release: params.release, opinion: undefined, ...body }),
  }),
  defineRoute({
    method: 'GET',
    path: '/divisions/:division/releases/:release/file',
    permission: 'releases.read',
    summary: { zh: '下载已会签的材料', en: 'take a signed release out' },
    params: ReleaseParams,
    // That it was taken is written down.
    readOnly: false,
    file: true,
    handle: (context, { division, params }) => handOut(context, division, params.release),
  }),
]
