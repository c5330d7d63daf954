import type { Sentence } from '../kernel/refusal.ts'

const OWN: Sentence = { zh: '只涉及本人的登录和密码', en: 'touches one’s own door alone' }
const ADMINISTRATORS: Sentence = {
  zh: '三员各管一项，互相制约，全部记入审计；没有可套的业务链',
  en: 'the three administrators hold one thing each and watch each other; all of it is audited, and no chain of business fits',
}
const APPLICATION: Sentence = {
  zh: '权限申请表本身就是三方意见的审批',
  en: 'the application is itself signed by three sides',
}
const APPROVAL: Sentence = { zh: '这就是审批', en: 'this is the signing itself' }
const RELEASE: Sentence = { zh: '报出本身须会签', en: 'a release is countersigned by itself' }
const LOOKS: Sentence = { zh: '只看，不改账簿', en: 'looks, and changes no book' }
const SETTING: Sentence = {
  zh: '只改以后怎样识别或提示，不入账',
  en: 'changes how things are recognised later, and posts nothing',
}
const WARNING: Sentence = {
  zh: '预警处理有自己的流程和复核',
  en: 'the handling of warnings has steps and a review of its own',
}

/**
 * Every act that changes something and that no chain of approval can hold back, with the reason. A route is either here or names its form
 * (`approval:`); `unchained.test.ts` compares this list with the server's own.
 */
export const UNCHAINED: Readonly<Record<string, Sentence>> = {
  'PUT /audit/retention/:kind': ADMINISTRATORS,
  'PUT /privacy-settings': ADMINISTRATORS,
  'POST /session': OWN,
  'DELETE /session': OWN,
  'POST /activation': OWN,
  'PUT /password': OWN,
  'POST /second-factor': OWN,
  'POST /second-factor/confirm': OWN,
  'DELETE /second-factor': OWN,
  'DELETE /own/sessions/:session': OWN,
  'POST /divisions/:division/applications': APPLICATION,
  'POST /divisions/:division/applications/:application/resubmit': APPLICATION,
  'POST /divisions/:division/applications/:application/withdraw': APPLICATION,
  'POST /divisions/:division/applications/:application/agree-unit': APPLICATION,
  'POST /divisions/:division/applications/:application/agree-department': APPLICATION,
  'POST /divisions/:division/applications/:application/execute': APPLICATION,
  'POST /divisions/:division/founding': ADMINISTRATORS,
  'POST /people/:account/unlock': ADMINISTRATORS,
  'POST /people/:account/reset': ADMINISTRATORS,
  'POST /people/:account/reset-second-factor': ADMINISTRATORS,
  'DELETE /sessions/:session': ADMINISTRATORS,
  'PUT /security-policy': ADMINISTRATORS,
  'POST /divisions/:division/interface-keys': ADMINISTRATORS,
  'POST /divisions/:division/interface-keys/:key/revoke': ADMINISTRATORS,
  'POST /divisions/:division/submissions/:submission/look': APPROVAL,
  'POST /divisions/:division/submissions/:submission/sign': APPROVAL,
  'POST /divisions/:division/submissions/:submission/withdraw': APPROVAL,
  'POST /divisions/:division/approval-chains': APPROVAL,
  'POST /divisions/:division/delegations': APPROVAL,
  'POST /divisions/:division/delegations/:delegation/end': APPROVAL,
  'POST /divisions/:division/handovers': APPROVAL,
  'POST /divisions/:division/handovers/:handover/sign': APPROVAL,
  'POST /divisions/:division/handovers/:handover/drop': APPROVAL,
  'POST /divisions/:division/payments/:payment/unmask': LOOKS,
  'POST /divisions/:division/matching/habits/:habit/end': SETTING,
  'POST /divisions/:division/payments/:payment/reissue': SETTING,
  'POST /divisions/:division/ties/:tie/settle': SETTING,
  'POST /divisions/:division/bank-accounts/:account/kind': SETTING,
  'POST /divisions/:division/bank-accounts/:account/listing': SETTING,
  'POST /divisions/:division/bank-account-listings/:listing/end': SETTING,
  'POST /divisions/:division/control-scope': SETTING,
  'PUT /divisions/:division/carry-limits': SETTING,
  'POST /divisions/:division/year-end/look': LOOKS,
  'DELETE /rules/:rule/suspension': SETTING,
  'POST /divisions/:division/warnings/:warning/events': WARNING,
  'POST /rules/check': LOOKS,
  'POST /divisions/:division/reconciliations': LOOKS,
  'PUT /divisions/:division/mappings/:kind': SETTING,
  'DELETE /divisions/:division/mappings/:kind/:mapping': SETTING,
  'POST /divisions/:division/releases': RELEASE,
  'POST /divisions/:division/releases/:release/decision': RELEASE,
}
