import type { Level } from './division-code.ts'
import { parseDocumentNumber } from './document-number.ts'
import type { Sentence } from './refusal.ts'

/**
 * Whose number stands in the field of the local allotment number. The slides (seed 4) name two borrowings: the superior's
 * number (财农[2018]XX号) and a department's (X牧字【2018】XX号, X卫（2018）XX号, X水【2018】XX号); a management rule or a
 * government circular (泉财规, 豫办) is no allotment at all.
 */
export type DocumentIssuer = 'own' | 'superior' | 'department' | 'policy' | 'unknown'

export interface IssuerFacts {
  /** Agency words, or their beginnings, of this division's finance bureau, e.g. 灞财. */
  ownWords?: readonly string[]
  /** The same of the finance bureaus above, e.g. 陕财, 市财. */
  superiorWords?: readonly string[]
  /** Normal forms of the numbers on lines that came from above. */
  superiorNumbers?: ReadonlySet<string>
  level: Level
}

export interface JudgedIssuer extends Sentence {
  issuer: DocumentIssuer
}

const SENTENCES: Record<DocumentIssuer, Sentence> = {
  own: { zh: '是本级财政部门的文号', en: 'is a number of the finance bureau of this division' },
  superior: {
    zh: '是上级财政部门的文号，请填写本级下达指标的文号，上级文号填在“上级文号”栏',
    en: 'is a number of a superior finance bureau; enter the number of your own notice, and this one as the superior number',
  },
  department: {
    zh: '是业务主管部门的文号，请填写本级财政部门下达指标的文号',
    en: "is a line department's number; enter the number of the finance bureau's own notice",
  },
  policy: {
    zh: '是政策或管理制度的文号，不是指标文号，请填写下达指标的文号',
    en: 'is the number of a policy or management rule, not of an allotment; enter the number of the allotment notice',
  },
  unknown: {
    zh: '看不出是哪个部门的文号，请核实',
    en: 'cannot be told by its agency word; please check whose number it is',
  },
}

/** One-character short names of the provinces. */
const PROVINCES = '京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀黔贵云滇藏陕秦甘陇青宁新'

/** Words of line departments and coordination offices as they stand in agency words. */
const DEPARTMENT =
  /农|牧|畜|渔|水|林|草|果|卫|医|教|民|人社|交|住建|建|发改|环|生态|文|旅|体|扶|贫|振|残|科|工信|商|国土|自然|规划|应急|审|统|税|公安|司|组|宣|库|粮|供|电|广|退役|市监|移民|侨|宗/

/** After a place: the party committee or government itself, its office, or both. 委农办 and its like are departments. */
const GOVERNMENT =
  /^(?:政办|政文|政发|政函|政字|政|府办|府发|府|委办发|委办|委发|委字|委|党办|党发|党|办发|办函|办|发|人发)/

/** Central organs that write without a place before their word. */
const CENTRAL_POLICY = /^(?:国发|国办|国函|中发|中办|厅字)/
/** Central departments whose own finance office is in their word, so that 财 does not mean the ministry of finance. */
const CENTRAL_DEPARTMENT = /^(?:教财|水财务|农财发|农计财|农办计财|民办函|农办)/

/** Judges a number in its normal form (another text is `unknown`). Pure; the caller brings the facts of the division. */
export function classifyIssuer(normalised: string, facts: IssuerFacts): JudgedIssuer {
  const issuer = issuerOf(normalised, facts)
  return {
    issuer,
    zh: `文号“${normalised}”${SENTENCES[issuer].zh}`,
    en: `Document number “${normalised}” ${SENTENCES[issuer].en}`,
  }
}

function issuerOf(normalised: string, facts: IssuerFacts): DocumentIssuer {
  const { agencyWord, verdict } = parseDocumentNumber(normalised)
  if (verdict !== 'valid' || !agencyWord) return 'unknown'
  if (facts.superiorNumbers?.has(normalised)) return 'superior'
  // 规 marks a normative document (规范性文件), whichever bureau wrote it.
  if (/财.{0,2}规$|财规/.test(agencyWord)) return 'policy'
  const own = longestPrefix(agencyWord, facts.ownWords)
  const superior = longestPrefix(agencyWord, facts.superiorWords)
  if (own > 0 || superior > 0) return own >= superior ? 'own' : 'superior'
  if (CENTRAL_POLICY.test(agencyWord)) return 'policy'
  if (CENTRAL_DEPARTMENT.test(agencyWord)) return 'department'
  if (agencyWord.startsWith('财')) return facts.level === 'central' ? 'own' : 'superior'
  const finance = financeAt(agencyWord)
  if (finance > 0) return financeOfPlace(agencyWord.slice(0, finance), facts)
  return otherOrgan(agencyWord)
}

const longestPrefix = (agencyWord: string, words: readonly string[] = []): number =>
  Math.max(0, ...words.filter(word => word !== '' && agencyWord.startsWith(word)).map(word => word.length))

/**
 * Where 财 begins the organ, after a place of one to three characters; 0 when it does not. A department's character between
 * them (安农财) makes it the department's joint word.
 */
function financeAt(agencyWord: string): number {
  const at = agencyWord.indexOf('财', 1)
  if (at < 1 || at > 3) return 0
  return DEPARTMENT.test(agencyWord.slice(1, at)) ? 0 : at
}

function financeOfPlace(place: string, facts: IssuerFacts): DocumentIssuer {
  const below = facts.level === 'city' || facts.level === 'county' || facts.level === 'township'
  return below && place.length === 1 && PROVINCES.includes(place) ? 'superior' : 'unknown'
}

/** The organ begins after a place of one to three characters: whichever word comes first decides. */
function otherOrgan(agencyWord: string): DocumentIssuer {
  if (DEPARTMENT.test(agencyWord[0]!) && agencyWord.length > 2 && !GOVERNMENT.test(agencyWord.slice(1)))
    return 'department'
  const department = agencyWord.slice(1).search(DEPARTMENT)
  for (let at = 1; at <= Math.min(3, agencyWord.length - 1); at++) {
    if (department >= 0 && department + 1 <= at) return 'department'
    const government = GOVERNMENT.exec(agencyWord.slice(at))
    if (government) {
      const rest = agencyWord.slice(at + government[0].length)
      return DEPARTMENT.test(rest) ? 'department' : 'policy'
    }
  }
  return department >= 0 ? 'department' : 'unknown'
}
