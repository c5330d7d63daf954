import { groupBy } from '../kernel/group-by.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { DocumentNumbers, NumberFinding } from './contract.ts'

interface Numbered {
  word: string
  serial: number
  papers: { title: string; dated: string }[]
}

/**
 * 文号断号、重号: of a bureau's own documents of a year (the year in the number), by agency word: which serials between the first and the
 * last are missing here, and which stand on more than one document. One document may be registered many times; it is repeated only
 * where title or date differ. Superiors' numbers, under which money was received, are not the bureau's own.
 */
export async function documentNumbers(tx: Tx, division: number, year: number): Promise<DocumentNumbers> {
  const rows = await tx.query<Numbered & Record<string, unknown>>(
    `select part[1] as word, part[2]::int as serial, jsonb_agg(distinct jsonb_build_object('title', title, 'dated', dated)) as papers
     from (select regexp_match(d.number, '^(.+)〔' || $2 || '〕(\\d{1,9})号$') as part, d.title, d.dated from ledger.published_document d
       where d.division = $1 and d.number_form <> 'invalid'
         and not exists (select from ledger.published_transfer t where t.division = d.division and t.document_number = d.number)) n
     where part is not null group by 1, 2 order by 1, 2`,
    [division, String(year)],
  )
  const { unreadable } = await tx.one<{ unreadable: number }>(
    `select count(distinct number)::int as unreadable from ledger.published_document
     where division = $1 and number_form = 'invalid' and extract(year from dated) = $2`,
    [division, year],
  )
  const words: DocumentNumbers['words'] = []
  const findings: NumberFinding[] = []
  for (const [word, numbers] of groupBy(rows, row => row.word)) {
    const [first, last] = [numbers[0]!.serial, numbers.at(-1)!.serial]
    const repeated = numbers.filter(one => one.papers.length > 1)
    words.push({
      word,
      year,
      first,
      last,
      used: numbers.length,
      missing: last - first + 1 - numbers.length,
      repeated: repeated.length,
    })
    for (const [n, one] of numbers.entries()) {
      const before = numbers[n - 1]
      if (before && one.serial > before.serial + 1)
        findings.push(finding('gap', word, year, before.serial + 1, one.serial - 1))
      if (one.papers.length > 1) findings.push(finding('repeat', word, year, one.serial, one.serial, one.papers))
    }
  }
  return { words, findings, unreadable }
}

const finding = (
  kind: NumberFinding['kind'],
  word: string,
  year: number,
  first: number,
  last: number,
  documents: NumberFinding['documents'] = [],
): NumberFinding => ({
  kind,
  word,
  year,
  first,
  last,
  numbers: `${word}〔${year}〕${first}${last > first ? `—${last}` : ''}号`,
  documents,
})
