export interface Fund {
  id: string
  code: string
  name: string
  level: string
  poverty: 'whole' | 'part' | 'none'
  secret: boolean
  ownerOffice: string | null
  included: string | null
  excepted: string | null
  parent: string | { id: string; code?: string; name: string } | null
  superior: { id: string; code: string; name: string; divisionName: string } | null
  office: { code: string; name: string } | null
  registeredFen: string
  assignedFen: string
  ownFen: string
  passedFen: string
  paidFen: string
}
export interface FundsAnswer {
  catalogues: { id: string; division: { code: string; name: string }; name: string; count: number }[]
  rows: Fund[]
}
export interface FundAnswer extends Fund {
  lower?: { id: string; code: string; name: string; division?: { code: string; name: string }; divisionName?: string }[]
  subjects?: { code: string; name?: string }[] | string[]
}
