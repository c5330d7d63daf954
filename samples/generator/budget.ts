import { judgeProjectName } from '../../src/projects/project-name.ts'
import {
  agencyFor,
  DIVISIONS,
  type Division,
  divisionOf,
  FUNDS,
  type Fund,
  fundOf,
  PLACES,
  PROVINCE,
  SECTOR,
  type Sector,
} from './province.ts'
import { type Draw, workday } from './random.ts'

/** An official document as one division has it on file. */
export interface Doc {
  division: string
  /** As it is written in the file of allotments. */
  number: string
  title: string
  dated: string
  scanned: boolean
}

export interface Project {
  division: string
  code: string
  name: string
  kind: string
  agency: string
  place: string
  from: number
  to: number
  /** Fen. */
  investment: bigint
}

/** One row of BA_BGT_INFO. */
export interface Line {
  file: string
  id: string
  division: string
  year: number
  doc: Doc
  fund: Fund
  /** Fen. */
  amount: bigint
  source?: Line
  receiver?: string
  agency?: string
  project?: Project
  superiorNumber?: string
  func?: string
  economic?: string
  transfer?: string
  budgetLevel?: '1' | '2' | '3' | '4'
  poverty?: '全部' | '部分' | '否'
  monitored?: bigint
  direct?: boolean
  note?: string
}

/** How a division handles one batch of money, where it is not in the ordinary way. */
export interface Handling {
  /** Its own document's number, as written. */
  number?: string
  title?: string
  /** Uses the superior's document as its own. */
  borrows?: boolean
  scanned?: boolean
  /** Per cent of the money that is refined; the rest lies there. */
  refined?: number
  dated?: string
  /** Names of the projects, in order; ordinary ones where not given. */
  names?: readonly (string | null | undefined)[]
  /** Has not received yet what was passed down to it. */
  untaken?: boolean
  /** A project that is there already gets this money too. */
  project?: Project
}

export interface Batch {
  file: string
  fund: string
  /** 第一批 and the like. */
  label: string
  /** Number of the document by which the centre sent it; absent for the province's own budget. */
  centre?: string
  /** Days of the documents of province, cities and counties. */
  days: readonly [province: string, city: string, county: string]
  /** Yuan by division; a township's money is part of its county's. */
  shares: Readonly<Record<string, number>>
  /** Yuan that the province spends itself. */
  own?: number
  /** The fund of one's own to which a division assigns it. */
  localFund?: Readonly<Record<string, string>>
  handling?: Readonly<Record<string, Handling>>
  /** Refined lines of a county; two where not said. */
  lines?: number
  /** Batches with the same word are handed out by the same documents. */
  together?: string
}

/** Money on its way into a division: from above, or registered as its own. */
type Coming = Pick<Line, 'amount' | 'fund' | 'superiorNumber' | 'budgetLevel' | 'transfer'>

const yuan = (amount: number): bigint => BigInt(amount) * 100n
const PARENT = new Map(DIVISIONS.map(one => [one.code, one.fiscal]))

/** The province's year as rows of allotments: what was registered, received, assigned, passed down and refined. */
export class Budget {
  readonly lines: Line[] = []
  readonly docs: Doc[] = []
  readonly projects: Project[] = []
  readonly #draw: Draw
  #serials = new Map<string, number>()
  #works = new Map<string, number>()
  /** Day of the last document of a series: numbers run with the days. */
  #latest = new Map<string, string>()
  #shared = new Map<string, Doc>()

  constructor(draw: Draw) {
    this.#draw = draw
  }

  #next(key: string): number {
    const serial = (this.#serials.get(key) ?? 0) + 1
    this.#serials.set(key, serial)
    return serial
  }

  doc(division: string, number: string, title: string, dated: string, scanned = true): Doc {
    if (workday(dated) !== dated) throw new Error(`${number} is dated on a weekend, ${dated}`)
    const known = this.docs.find(
      one => one.division === division && one.number === number && one.title === title && one.dated === dated,
    )
    if (known) return known
    const doc = { division, number, title, dated, scanned }
    this.docs.push(doc)
    return doc
  }

  /** A document of a division's own finance bureau with the next number of the year. */
  ownDoc(division: string, fund: Fund, label: string, dated: string, how: Handling = {}): Doc {
    const { word, bureau } = divisionOf(division)
    const series = `${word}${SECTOR[fund.sector].character}`
    const year = dated.slice(0, 4)
    const number = how.number ?? `${series}〔${year}〕${this.#next(`${series}${year}`)}号`
    if (how.number === undefined) {
      const last = this.#latest.get(series)
      if (last && last > dated) throw new Error(`${number} of ${dated} comes behind one of ${last}`)
      this.#latest.set(series, dated)
    }
    const title = how.title ?? `${bureau}关于下达${year}年${label}${fund.name}的通知`
    return this.doc(division, number, title, dated, how.scanned ?? true)
  }

  /** Adds a row. What money is for the poor, and from which level it comes, stands on every row. */
  line(line: Omit<Line, 'id'>): Line {
    const poverty = line.fund.poverty === 'whole' ? '全部' : '部分'
    const level = line.budgetLevel ?? line.source?.budgetLevel
    const made: Line = {
      poverty,
      ...(poverty === '部分' ? { monitored: (line.amount / 200_000n) * 100_000n } : {}),
      ...(level ? { budgetLevel: level } : {}),
      id: `${line.division}${line.year}${String(this.#next(`line ${line.division}`)).padStart(5, '0')}`,
      ...line,
    }
    this.lines.push(made)
    return made
  }

  project(division: string, sector: Sector, amount: bigint, name?: string | null, firstYear = 2018): Project {
    const facts = SECTOR[sector]
    const places = PLACES[division]!
    const nth = this.#next(`project ${division}`)
    const work = this.#next(`work ${division} ${sector}`) - 1
    const place = places[(nth - 1) % places.length]!
    let proper = `${place}${facts.works[work % facts.works.length]}`
    const again = (this.#works.get(`${division}${proper}`) ?? 0) + 1
    this.#works.set(`${division}${proper}`, again)
    if (again > 1) proper += `（${'一二三四五六'[again - 1]}期）`
    if (name === undefined) {
      const { verdict } = judgeProjectName(proper, { funds: FUNDS.map(fund => fund.name) })
      if (verdict !== 'ok') throw new Error(`the project name ${proper} is judged ${verdict}`)
    }
    const project: Project = {
      division,
      code: `${division.slice(0, 6)}${String(firstYear % 100)}${division.endsWith('000') ? 'T' : 'Z'}${String(Number(division.slice(6)) * 1_000_000 + nth).padStart(12, '0')}`,
      name: name === undefined ? proper : (name ?? ''),
      kind: facts.kind,
      agency: agencyFor(divisionOf(division), sector),
      place,
      from: firstYear,
      to: firstYear + 1,
      investment: ((amount * 11n) / 10n / 1_000_000n + 1n) * 1_000_000n,
    }
    this.projects.push(project)
    return project
  }

  /** Refines money of an assigned line to projects. */
  refine(from: Line, doc: Doc, amount: bigint, count: number, how: Handling = {}): Line[] {
    const { sector } = from.fund
    const facts = SECTOR[sector]
    return this.#draw.split(amount, count, 100_000n).map((part, index) => {
      const project =
        (index === 0 ? how.project : undefined) ??
        this.project(from.division, sector, part, how.names?.[index], from.year)
      const [func, economic] = facts.spending[index % facts.spending.length]!
      return this.line({
        file: from.file,
        division: from.division,
        year: from.year,
        doc,
        fund: from.fund,
        amount: part,
        source: from,
        agency: project.agency,
        project,
        func,
        economic,
      })
    })
  }

  /** One batch of money from its source down to projects, through every division that has a share. */
  distribute(batch: Batch): void {
    const fund = fundOf(batch.fund)
    const facts = SECTOR[fund.sector]
    const { shares, file } = batch
    const below = (code: string): string[] => Object.keys(shares).filter(one => PARENT.get(one) === code)
    const cities = [...new Set(Object.keys(shares).map(code => PARENT.get(code)!))].filter(
      code => divisionOf(code).level === 'city',
    )
    const total = (code: string): bigint => {
      const { level } = divisionOf(code)
      const stated = yuan(shares[code] ?? 0)
      if (level === 'county' || level === 'township') return stated
      const parts = level === 'province' ? [...new Set([...cities, ...below(code)])] : below(code)
      const sum = parts.reduce((all, part) => all + total(part), level === 'province' ? yuan(batch.own ?? 0) : 0n)
      return level === 'city' && stated > sum ? stated : sum
    }
    const docOf = (division: Division, local: Fund): Doc => {
      const { code, level } = division
      const how = batch.handling?.[code] ?? {}
      const key = `${batch.together} ${code}`
      const shared = batch.together ? this.#shared.get(key) : undefined
      if (shared) return shared
      const dated = how.dated ?? batch.days[level === 'province' ? 0 : level === 'city' ? 1 : 2]!
      const doc = this.ownDoc(code, local, batch.label, dated, how)
      this.#shared.set(key, doc)
      return doc
    }

    /** A receipt is entered under the division's own number, the superior's beside it; by the same document the money goes on. */
    const handle = (division: Division, coming: Coming, sent: Doc | null): void => {
      const { code, level } = division
      const how = batch.handling?.[code] ?? {}
      const local = fundOf(batch.localFund?.[code] ?? coming.fund.code)
      const own = how.borrows && sent ? this.doc(code, sent.number, sent.title, sent.dated) : docOf(division, local)
      const received = this.line({ file, year: 2018, division: code, doc: own, ...coming })
      const receivers = level === 'province' ? [...new Set([...cities, ...below(code)])] : below(code)
      if (how.refined === 0 && receivers.length === 0) return
      const common = { file, year: 2018, division: code, doc: own, fund: local }
      const assigned = this.line({ ...common, amount: received.amount, source: received })
      let rest = received.amount
      for (const receiver of receivers) {
        const amount = total(receiver)
        rest -= amount
        this.line({ ...common, amount, source: assigned, receiver, transfer: facts.transfer })
        if (batch.handling?.[receiver]?.untaken) continue
        const { budgetLevel } = coming
        const next = { amount, fund: local, superiorNumber: own.number, budgetLevel, transfer: facts.transfer }
        handle(divisionOf(receiver), next, own)
      }
      const spent = how.refined === undefined ? rest : (rest * BigInt(how.refined)) / 100n
      if (spent > 0n && (level !== 'city' || how.refined !== undefined))
        this.refine(assigned, own, spent, how.names?.length ?? (level === 'county' ? (batch.lines ?? 2) : 1), how)
    }

    const amount = total(PROVINCE)
    const coming: Coming = batch.centre
      ? { amount, fund, superiorNumber: batch.centre, budgetLevel: '1', transfer: facts.transfer }
      : { amount, fund, budgetLevel: '2' }
    handle(divisionOf(PROVINCE), coming, null)
  }

  /** Own budget of a division, registered, assigned and (unless `refined` is 0) refined by one document. */
  registerOwn(
    at: { file: string; division: string; fund: string; label: string; dated: string; year?: number },
    amount: number,
    how: Handling & { lines?: number; towns?: Record<string, number>; townsDated?: string } = {},
  ): Line[] {
    const { file, division, dated, year = 2018 } = at
    const fund = fundOf(at.fund)
    const { level } = divisionOf(division)
    const doc = this.ownDoc(division, fund, at.label, dated, how)
    const common = { file, division, year, doc, fund }
    const registered = this.line({
      ...common,
      amount: yuan(amount),
      budgetLevel: level === 'province' ? '2' : level === 'city' ? '3' : '4',
    })
    const assigned = this.line({ ...common, amount: registered.amount, source: registered })
    let rest = assigned.amount
    for (const [receiver, share] of Object.entries(how.towns ?? {})) {
      const sent = yuan(share)
      rest -= sent
      const transfer = SECTOR[fund.sector].transfer
      this.line({ ...common, amount: sent, source: assigned, receiver, transfer })
      const own = this.ownDoc(receiver, fund, at.label, how.townsDated ?? dated)
      const received = { file, division: receiver, year, fund, doc: own, amount: sent }
      const taken = this.line({
        ...received,
        superiorNumber: doc.number,
        budgetLevel: registered.budgetLevel!,
        transfer,
      })
      const below = this.line({ ...received, source: taken })
      this.refine(below, own, sent, 1)
    }
    if (how.refined === 0) return []
    return this.refine(assigned, doc, rest, how.lines ?? 2, how)
  }
}
