/** How long a record is kept is a matter of its kind; the months stand in `audit.retention`. */
export const KINDS = ['network', 'operation', 'personal', 'authority', 'book'] as const
export type Kind = (typeof KINDS)[number]

const NETWORK = /^(sign-in|sign-out|session|second-factor|GET |POST |PUT |DELETE )/
const PERSONAL = /^(personal|release|audit\.export|people\.unmask|application.*export)/
const AUTHORITY =
  /^(account|password|application|people|holding|post|delegation|handover|setting|retention|keys|rules\.(?!check)|parameter|fund|division|office|agenc|mapping|chart|order)/
const BOOK =
  /^(allotment|payment|plan|virement|cut|withdraw|recall|correct|document|transfer|book|year|ledger|reduce|register|import|audit\.expired)/

/**
 * The kind of an act that does not say it itself, by the first words of its name. What nobody thought of is kept as an operation, and
 * what touches money as a book: for ever.
 */
export const kindOf = (action: string): Kind =>
  NETWORK.test(action)
    ? 'network'
    : PERSONAL.test(action)
      ? 'personal'
      : BOOK.test(action)
        ? 'book'
        : AUTHORITY.test(action)
          ? 'authority'
          : 'operation'
