import { refuse } from '../../kernel/refusal.ts'
import type { Context } from '../../platform/context.ts'
import { accountExists, insertKind, insertListing, insertListingEnd, listingState } from './account-store.ts'
import type { ListAccountBody, SettleKindBody } from './contract.ts'

async function refuseUnknown(context: Context, division: number, account: string): Promise<void> {
  if (!(await accountExists(context.tx, division, account)))
    refuse(
      'missing',
      'account-missing',
      '没有这个账户：请返回账户列表。',
      'There is no such account: go back to the list.',
      {
        value: account,
      },
    )
}

const refuseBlank = (reason: string): void => {
  if (reason.trim() === '')
    refuse('input', 'reason-missing', '请写明理由。', 'Say why.', { field: 'reason', value: reason })
}

/** Settles what kind an account is from a day on; nothing is overwritten. Refuses `account-missing`, `reason-missing`. */
export async function settleKind(
  context: Context,
  division: number,
  account: string,
  body: SettleKindBody,
): Promise<{ id: string }> {
  refuseBlank(body.reason)
  await refuseUnknown(context, division, account)
  const id = await insertKind(context.tx, division, account, body)
  await context.audit({
    division,
    action: 'bank-account.settle-kind',
    subject: `account ${account}`,
    detail: { kind: body.kind, from: body.from },
  })
  return { id }
}

/** Puts an account on the watch list or the white list. Refuses `account-missing`, `reason-missing`, `listing-days`. */
export async function listAccount(
  context: Context,
  division: number,
  account: string,
  body: ListAccountBody,
): Promise<{ id: string }> {
  refuseBlank(body.reason)
  if (body.to < body.from)
    refuse(
      'input',
      'listing-days',
      `到期日 ${body.to} 早于起始日 ${body.from}：请核对两个日期。`,
      `The last day, ${body.to}, lies before the first, ${body.from}: check both.`,
      { field: 'to', value: body.to },
    )
  await refuseUnknown(context, division, account)
  const id = await insertListing(context.tx, division, account, body)
  await context.audit({
    division,
    action: 'bank-account.list',
    subject: `account ${account}`,
    detail: { list: body.list, from: body.from, to: body.to },
  })
  return { id }
}

/** Takes an account off a list from today on. Refuses `listing-missing`, `listing-over`, `reason-missing`. */
export async function endListing(context: Context, division: number, listing: string, reason: string): Promise<void> {
  refuseBlank(reason)
  const known = await listingState(context.tx, division, listing)
  if (!known)
    refuse('missing', 'listing-missing', '没有这条名单记录。', 'There is no such entry of a list.', { value: listing })
  if (known.over)
    refuse(
      'conflict',
      'listing-over',
      '这条名单记录已经到期或移出，不需要再移出。',
      'This entry has ended or was ended already: there is nothing to take off.',
      { value: listing },
    )
  await insertListingEnd(context.tx, division, listing, reason.trim())
  await context.audit({
    division,
    action: 'bank-account.unlist',
    subject: `account ${known.account}`,
    detail: { listing },
  })
}
