import { refuse } from '../kernel/refusal.ts'
import { defineRoute, NOTHING } from '../platform/http/define-route.ts'
import {
  AuditDetail,
  AuditExportQuery,
  AuditPage,
  AuditParams,
  AuditQuery,
  PrivacySettings,
  RetentionBody,
  RetentionList,
  RetentionParams,
} from './contract.ts'
import { handOutAudit } from './hand-out.ts'
import { privacySettings, setPrivacy } from './set-privacy.ts'
import { setRetention } from './set-retention.ts'
import { entriesBehind, entryById, PAGE, retention } from './store.ts'

export const routes = [
  defineRoute({
    method: 'GET',
    path: '/audit/entries',
    permission: 'audit.read',
    summary: { zh: '查询审计记录', en: 'search the audit' },
    query: AuditQuery,
    answer: AuditPage,
    async handle({ tx }, { query: { after, ...filter } }) {
      const rows = await entriesBehind(tx, filter, after, PAGE + 1)
      return { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? (rows[PAGE - 1]?.id ?? null) : null }
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/audit/entries/:entry',
    permission: 'audit.read',
    summary: { zh: '一条审计记录', en: 'one audit entry' },
    params: AuditParams,
    answer: AuditDetail,
    async handle({ tx }, { params }) {
      const entry = await entryById(tx, params.entry)
      if (!entry)
        refuse('missing', 'audit-entry-missing', '没有这条审计记录。', 'There is no such audit entry.', {
          value: params.entry,
        })
      return entry
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/audit/export',
    permission: 'audit.read',
    summary: { zh: '导出审计记录', en: 'export the audit' },
    query: AuditExportQuery,
    // That it was taken out is written down.
    readOnly: false,
    file: true,
    handle: (context, { query: { file, ...filter }, run }) => handOutAudit(context, run, filter, file),
  }),
  defineRoute({
    method: 'GET',
    path: '/audit/retention',
    permission: 'audit.read',
    summary: { zh: '查看审计保存期限', en: 'see how long records are kept' },
    answer: RetentionList,
    handle: async ({ tx }) => ({ rows: await retention(tx) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/retention-terms',
    permission: 'security.configure',
    summary: { zh: '查看保存期限设置', en: 'see the terms of retention, to change them' },
    answer: RetentionList,
    handle: async ({ tx }) => ({ rows: await retention(tx) }),
  }),
  defineRoute({
    method: 'PUT',
    path: '/audit/retention/:kind',
    permission: 'security.configure',
    summary: { zh: '设置审计保存期限', en: 'say how long records are kept' },
    params: RetentionParams,
    body: RetentionBody,
    answer: NOTHING,
    handle: (context, { params, body }) => setRetention(context, { kind: params.kind, keepMonths: body.keepMonths }),
  }),
  defineRoute({
    method: 'GET',
    path: '/privacy-settings',
    permission: 'security.configure',
    summary: { zh: '查看个人信息保护设置', en: 'see the settings about personal data' },
    answer: PrivacySettings,
    handle: ({ tx }) => privacySettings(tx),
  }),
  defineRoute({
    method: 'PUT',
    path: '/privacy-settings',
    permission: 'security.configure',
    summary: { zh: '修改个人信息保护设置', en: 'change the settings about personal data' },
    body: PrivacySettings,
    answer: NOTHING,
    handle: (context, { body }) => setPrivacy(context, body),
  }),
]
