import type { AuditEntry } from '../../src/audit/contract.ts'

/** The person's name as it was then; who had not signed in yet (id below one, or without a name) is called so in the reader's language. */
export const actorOf = (entry: Pick<AuditEntry, 'actor' | 'actorName'>, nobody: string): string =>
  entry.actorName === '' || BigInt(entry.actor) < 0n ? nobody : entry.actorName
