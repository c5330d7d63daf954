/**
 * What the database's own functions raise (SQLSTATE), one code for one meaning. The migrations raise them, the parts put them into words;
 * `test/schema.test.ts` holds both to this table.
 */
export const RAISED = {
  /** A book is locked through the day, or closed. */
  bookLocked: 'FW001',
  /** No order in force holds such a posting, or a red letter does not repeat its original. */
  order: 'FW002',
  /** The levels would not interlock. */
  interlock: 'FW003',
  /** A year's book does not let this be done; the message is the refusal's code (`src/ledger/book.ts`). */
  book: 'FW004',
  /** More would come in for a claim than is open, or there is no such claim. */
  claim: 'FW005',
  /** Base data is issued above and locked here. */
  issuedAbove: 'FW006',
  /** Lines are being made just now, so that nobody may change their ancestors. */
  lineageBusy: 'FW007',
  /** A joining does not fit, or cannot be undone. */
  joining: 'FW008',
} as const
