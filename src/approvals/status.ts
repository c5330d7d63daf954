import type { Sentence } from '../kernel/refusal.ts'

/** The way of a submission (送审): it waits, comes back and is mended, is withdrawn, or is carried out at the last signature. */
export const SUBMISSION_STATES = ['waiting', 'returned', 'withdrawn', 'carried-out'] as const
export type SubmissionState = (typeof SUBMISSION_STATES)[number]

export const STATE_WORDS: Record<SubmissionState, Sentence> = {
  waiting: { zh: '待审批', en: 'waiting for signatures' },
  returned: { zh: '已退回', en: 'sent back' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
  'carried-out': { zh: '已办结', en: 'carried out' },
}

/** A post that somebody could sign with: their own, or one they stand in for. */
export interface SigningPost {
  post: string
  standsFor: string | null
}

/** What decides who may sign now. Accounts are ids as text. */
export interface Hands {
  state: SubmissionState
  maker: string
  makerFor: string
  /** The posts that the current step asks for. */
  posts: readonly string[]
  /** Who signed in this round, and for whom. */
  signed: readonly { signer: string; signsFor: string }[]
}

/** With which post somebody may sign, or why not. The server asks before it acts and tells the screen. */
export function signing(
  hands: Hands,
  account: string,
  held: readonly SigningPost[],
): { with: SigningPost } | { why: Sentence & { code: string } } {
  const no = (code: string, zh: string, en: string) => ({ why: { code, zh, en } })
  if (hands.state !== 'waiting')
    return no(
      'submission-state',
      `送审件${STATE_WORDS[hands.state].zh}，现在不能签字。`,
      `The submission is ${STATE_WORDS[hands.state].en}: there is nothing to sign.`,
    )
  if (account === hands.maker || account === hands.makerFor)
    return no(
      'maker-is-checker',
      '本人经办的送审件，须由他人审批。',
      'You made this submission: somebody else must sign it.',
    )
  if (hands.signed.some(one => one.signer === account || one.signsFor === account))
    return no(
      'signed-already',
      '您本轮已经签过字，下一步须由他人审批。',
      'You have signed in this round: the next signature must come from somebody else.',
    )
  const fitting = held.filter(one => hands.posts.includes(one.post))
  if (fitting.length === 0) return no('not-the-step', '这一步不由您的岗位签字。', 'Your posts do not sign this step.')
  // One's own post comes first; nobody checks for the one who made it.
  const free = [...fitting]
    .sort((a, b) => Number(a.standsFor !== null) - Number(b.standsFor !== null))
    .find(
      ({ standsFor }) =>
        standsFor === null ||
        (standsFor !== hands.maker &&
          standsFor !== hands.makerFor &&
          !hands.signed.some(one => one.signer === standsFor || one.signsFor === standsFor)),
    )
  return free
    ? { with: free }
    : no(
        'maker-is-checker',
        '您只能代原岗位人员签字，而他经办或已签过本件：须由他人审批。',
        'You could only sign in the place of someone who made or already signed it: somebody else must sign.',
      )
}
