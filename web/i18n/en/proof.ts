import type { proof as chinese } from '../zh-CN/proof.ts'

/** The words of the page on audit packages. */
export const proof: typeof chinese = {
  auditPackage: {
    package: 'Audit package',
    holds:
      'All books of this division and those below it: a CSV file for each table, the data dictionary, counts and control sums, the SM3 digest of each file, the heads of the chains.',
    withheld:
      'Names, bank accounts, purposes and notes are left out or masked. Each download is written into the audit log.',
    download: 'Download the audit package',
    check: 'How to check it',
    checkAnywhere:
      'On any computer with Python 3: unpack check_package.py from it and run this. It needs no database and none of our programs:',
    checkHere: 'Where fundwatch is installed:',
    heads:
      'Write down the heads of the chains from manifest.json: every later package must still hold them, or what was sealed has been changed.',
  },
}
