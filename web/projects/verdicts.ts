/** The judgements of a project's name, as src/projects/contract.ts has them. */
export const VERDICTS = ['ok', 'missing', 'digits', 'unrefined', 'fund-name', 'notice-title'] as const
