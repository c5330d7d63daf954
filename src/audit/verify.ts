import { sm3 } from '../kernel/digest.ts'
import { streamRows } from '../platform/database/stream.ts'
import type { Tx } from '../platform/database/transaction.ts'
import type { CheckOutcome, Difference, VerifyCheck } from '../platform/verify.ts'

// The chain's first link; the database's own text is in migrations/0023_audit_and_privacy.sql, this one is written from its description.
const genesis = (division: string): Buffer => sm3(`fundwatch audit of division ${division}`)

function differ(outcome: CheckOutcome, difference: Difference): void {
  outcome.count++
  if (outcome.differences.length < 1000) outcome.differences.push(difference)
}

/** Makes each entry's digest anew from what it says, with this program's own SM3: a changed entry shows. */
const entries: VerifyCheck = {
  code: 'audit-entries',
  title: { zh: '审计记录摘要', en: 'digests of audit entries' },
  async run(tx) {
    const outcome: CheckOutcome = { checked: 0, differences: [], count: 0 }
    const rows = streamRows(
      tx,
      `select division, id, jsonb_build_array('audit', division, id, (extract(epoch from recorded_at) * 1000000)::bigint, actor, actor_name, address,
         kind, action, subject, outcome, detail, before, after)::text, encode(digest, 'hex') from audit.entry order by division, id`,
    )
    for await (const chunk of rows)
      for (const [division, id, text, stored] of chunk) {
        outcome.checked++
        const made = sm3(text ?? '').toString('hex')
        if (made !== stored)
          differ(outcome, { place: `audit entry ${division}/${id}`, expected: made, found: stored ?? '-' })
      }
    return outcome
  },
}

/** Follows each division's chain; what was removed must be a whole stub that an entry kept for ever accounts for. */
const chain: VerifyCheck = {
  code: 'audit-chain',
  title: { zh: '审计封存链', en: 'chain of audit seals' },
  async run(tx) {
    const outcome: CheckOutcome = { checked: 0, differences: [], count: 0 }
    await followSeals(tx, outcome)
    await recountGroups(tx, outcome)
    await followRemovals(tx, outcome)
    const { waiting, lost } = await tx.one<{ waiting: bigint; lost: bigint }>(
      `select (select count(*) from audit.unsealed) as waiting,
         (select count(*) from audit.entry e where not exists (select from audit.seal_entry s where s.division = e.division and s.entry = e.id)
            and not exists (select from audit.unsealed u where u.division = e.division and u.entry = e.id))
         + (select count(*) from audit.unsealed u where not exists (select from audit.entry e where e.division = u.division and e.id = u.entry)) as lost`,
    )
    if (lost > 0n)
      differ(outcome, {
        place: 'audit seals',
        expected: '0',
        found: `${lost} entries neither sealed nor waiting, or waiting and gone`,
      })
    if (waiting > 0n)
      outcome.note = { zh: `另有 ${waiting} 条审计记录等待封存。`, en: `${waiting} audit entries wait for their seal.` }
    return outcome
  },
}

async function followSeals(tx: Tx, outcome: CheckOutcome): Promise<void> {
  let division = ''
  let previous: Buffer = Buffer.alloc(0)
  let expectedNo = 1
  const rows = streamRows(
    tx,
    `select s.division, s.no, encode(s.previous, 'hex'), encode(s.digest, 'hex'),
       (select string_agg(g.kind || ':' || g.entries || ':' || encode(g.digest, 'hex'), E'\\n' order by g.kind collate "C") from audit.seal_group g
         where g.division = s.division and g.no = s.no)
     from audit.seal s order by s.division, s.no`,
  )
  for await (const chunk of rows)
    for (const [d, no, before, digest, groups] of chunk) {
      if (d !== division) {
        division = d ?? ''
        previous = genesis(division)
        expectedNo = 1
      }
      outcome.checked++
      const place = `audit seal ${division}/${no}`
      if (Number(no) !== expectedNo) differ(outcome, { place, expected: `no ${expectedNo}`, found: `no ${no}` })
      if (before !== previous.toString('hex'))
        differ(outcome, { place, expected: previous.toString('hex'), found: before ?? '-' })
      const made = sm3(previous, groups ?? '').toString('hex')
      if (made !== digest) differ(outcome, { place, expected: made, found: digest ?? '-' })
      previous = Buffer.from(digest ?? '', 'hex')
      expectedNo = Number(no) + 1
    }
}

/** The entries under each seal against count and digest of their group; a stub has none left. */
async function recountGroups(tx: Tx, outcome: CheckOutcome): Promise<void> {
  const rows = streamRows(
    tx,
    `select g.division, g.no, g.kind, g.entries, encode(g.digest, 'hex'), g.removed_by is not null,
       coalesce(string_agg(encode(e.digest, 'hex'), '' order by s.position) filter (where e.id is not null), ''), count(e.id), count(s.entry)
     from audit.seal_group g
     left join audit.seal_entry s on s.division = g.division and s.no = g.no
     left join audit.entry e on e.division = s.division and e.id = s.entry and e.kind = g.kind
     group by g.division, g.no, g.kind order by 1, 2, 3`,
  )
  for await (const chunk of rows)
    for (const [division, no, kind, count, digest, removed, digests, found] of chunk) {
      const place = `audit seal ${division}/${no} ${kind}`
      if (removed === 't') {
        if (found !== '0') differ(outcome, { place, expected: '0 entries left', found: `${found} entries` })
        continue
      }
      if (found !== count) differ(outcome, { place, expected: `${count} entries`, found: `${found} entries` })
      const made = sm3(Buffer.from(digests ?? '', 'hex')).toString('hex')
      if (made !== digest) differ(outcome, { place, expected: digest ?? '-', found: made })
    }
}

/** Each stub must be named, with its count and digest, by the entry that it points to; books are never removed. */
async function followRemovals(tx: Tx, outcome: CheckOutcome): Promise<void> {
  const stubs = await tx.query<{
    division: number
    removed_by: bigint
    kind: string
    seals: bigint[]
    entries: bigint
    digests: string
    said: { entries: number; seals: number[]; digest: string } | null
    said_kind: string | null
  }>(
    `select g.division, g.removed_by, g.kind, array_agg(g.no order by g.no) as seals, sum(g.entries) as entries,
       string_agg(encode(g.digest, 'hex'), '' order by g.no) as digests, e.detail as said, e.subject as said_kind
     from audit.seal_group g left join audit.entry e on e.division = g.division and e.id = g.removed_by and e.action = 'audit.expired'
     where g.removed_by is not null group by g.division, g.removed_by, g.kind, e.detail, e.subject order by 1, 2`,
  )
  for (const stub of stubs) {
    const place = `audit removal ${stub.division}/${stub.removed_by}`
    const digest = sm3(Buffer.from(stub.digests, 'hex')).toString('hex')
    const made = `${stub.kind} ${stub.entries} ${stub.seals.join(',')} ${digest}`
    const said = stub.said
      ? `${stub.said_kind} ${stub.said.entries} ${stub.said.seals.join(',')} ${stub.said.digest}`
      : 'no entry'
    if (stub.kind === 'book') differ(outcome, { place, expected: 'books are kept', found: 'books removed' })
    if (made !== said) differ(outcome, { place, expected: made, found: said })
  }
}

/** The audit's share of `fundwatch verify`. */
export const auditChecks: readonly VerifyCheck[] = [entries, chain]
