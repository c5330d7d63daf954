export const wholeWords = {
  whole: {
    trace: 'Trace up and down',
    subLedger: 'Sub-ledger',
    correct: 'Correct the whole document',
    document: 'The document in error',
    entries: 'Entries to take back',
    corrected: 'Entries corrected already',
    about:
      'Takes back all that this document posted, at once or not at all; what was corrected before is not taken back twice. The original entries stay as they are.',
    first:
      'The money of this document has flowed on. Deal with the following first, in this order, then correct the whole.',
    post: 'Post the red letters',
    limits: 'How long money may be carried over',
    limitsAbout:
      'Money that was carried over for this many years and is still unused is recovered as surplus. The limit is set from a fiscal year on, by a document; not for years in which a book is closed.',
    firstYear: 'From fiscal year',
    years: 'Years',
    shipped: 'as shipped',
    setLimit: 'Set',
    limitSet: 'The limit is set',
    stored: 'The whole document was corrected; the ledger is posted',
  },
}
