import { hash } from 'node:crypto'

/** What the bank did with a row of a list: nothing paid where it failed. */
export interface BankResult {
  paidOn: string
  fen: bigint
  agentNo: string | null
  said: string | null
}

/** One row of a list on its way in; numbers of people, accounts and telephones are already keyed digests, hexadecimal. */
export interface ReadLine {
  lineNo: number
  detailId: string | null
  trackingId: string | null
  /** Null where an enterprise is paid. */
  person: { identity: string | null; name: string } | null
  enterprise: { code: string | null; name: string } | null
  account: string | null
  phone: string | null
  /** 1 to 12; 0 is the whole year. */
  month: number | null
  due: bigint
  fen: bigint
  byHousehold: boolean | null
  townCode: string | null
  town: string | null
  villageCode: string | null
  village: string | null
  bank: string | null
  remark: string | null
  result: BankResult | null
}

/** A list of who was paid by a voucher. */
export interface ReadList {
  /** Where it begins: the voucher's ordinal in a message, or the first row of it in a table. */
  row: number
  division: number
  fiscalYear: number
  source: '8207' | 'table'
  /** The message's own number; of a table, the voucher's. */
  listNo: string
  /** Null where a table does not say it. */
  voucherType: number | null
  voucherNo: string
  lines: ReadLine[]
  digest: string
}

export const sumOf = (lines: readonly ReadLine[]): bigint => lines.reduce((sum, line) => sum + line.fen, 0n)

/** SM3 over what the rows say but for what the bank fills in later, hexadecimal; whatever order they stand in. */
export function linesDigest(lines: readonly ReadLine[]): string {
  const texts = lines.map(line =>
    [
      line.detailId,
      line.trackingId,
      line.person?.identity,
      line.person?.name,
      line.enterprise?.code,
      line.enterprise?.name,
      line.account,
      line.phone,
      line.month,
      line.due,
      line.fen,
      line.byHousehold,
      line.townCode,
      line.town,
      line.villageCode,
      line.village,
      line.bank,
      line.remark,
    ]
      .map(value => String(value ?? ''))
      .join('\u001f'),
  )
  return hash('sm3', texts.sort().join('\u001e'), 'hex')
}
