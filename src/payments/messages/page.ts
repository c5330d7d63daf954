import { type Becomes, type Field, MESSAGE_TYPES, type MessageType, SPARE } from './description.ts'

const KINDS: Record<Field['kind'], string> = {
  text: '文字 text',
  code: '代码 code',
  account: '账号 account',
  division: '区划 division',
  year: '年度 year',
  type: '凭证类型 type',
  day: '日期 day',
  money: '金额 money',
  'non-zero': '金额，非零 money, not zero',
  amount: '金额，大于零 money, above zero',
  month: '月份 month',
  count: '整数 count',
}

const BECOMES: Record<Becomes, string> = {
  payment: '支付：存入 `payments.payment` 并记账 · a payment',
  refund: '退款：按负数存入 `payments.payment`，与原支付关联（`payments.tie`）· a refund, tied to its payment',
  quota: '额度：存入 `payments.quota`，余额 = 额度 − 已支付 · quota; its balance is quota less what was paid',
  clearing: '清算回单：`payments.clearing`、`payments.clearing_voucher` · a clearing receipt with its vouchers',
  adjustment: '更正：`payments.adjustment`，借贷两方记账，原支付不动 · an adjustment, posted on both sides',
  control: '对账数：`payments.control_total` · control totals, for reconciliation',
  people: '到人到户明细：`beneficiaries.list`、`beneficiaries.disbursement` · the people paid',
}

const row = (field: Field): string =>
  `| \`${field.name}\` | ${KINDS[field.kind]} | ${field.required ? '是 yes' : ''} | ${field.zh} · ${field.en} | ${field.source === 'std' ? '标准 standard' : '自定 ours'} |`

const TABLE_HEAD = [
  '| 字段 Field | 类型 Kind | 必填 Required | 含义 Meaning | 来源 Source |',
  '| --- | --- | --- | --- | --- |',
]

/** The page about all messages: what stands in each, what it becomes, and where schema and reader differ. */
export function messagesPage(): string {
  const out = [
    '# 国库凭证报文 · Treasury messages',
    '',
    '<!-- Generated from src/payments/messages/description.ts: node bin/messages.mjs -->',
    '',
    '`fundwatch import payments FILE` and the imports page take these messages in: XML in UTF-8 or GBK (GB18030), one voucher or many in a',
    'file, of one type or of several. A file with a fault is refused whole, with a sentence for each fault. A voucher is known by division,',
    'year, type and number: the same again is counted as repeated, the same number with another content is refused.',
    '',
    `The spare elements ${SPARE.map(name => `\`${name}\``).join(', ')} may stand in any voucher and any detail; nobody reads them. What the bank fills in later (\`X…\`) is no part of the`,
    'voucher: it may come with it or afterwards, and is kept beside it.',
    '',
    'Each type has a schema in `src/payments/messages/`, from the same table as the reading. The schema is stricter than the reader in two things:',
    'elements that are not in the table are invalid (the reader passes over them), and values that the reader mends and reports, such as full-width digits.',
    'The reader is stricter where more than one field or the base data must be looked at: sums, known divisions and subjects, days that have not come,',
    '29 February, lists in which an id stands twice, and details of which only some carry an amount.',
    '',
    'A small file of each type stands in [samples/messages](../samples/messages); they speak of payments of the fictional province and are read by a test.',
    '',
    'Field names marked *ours* are not in the material that we have of the standard; a bureau whose messages say otherwise tells us.',
    '',
    '| 类型 Type | 名称 Name | 成为 Becomes |',
    '| --- | --- | --- |',
    ...MESSAGE_TYPES.map(
      type =>
        `| [${type.code}](../src/payments/messages/${type.code}.xsd) | ${type.zh} · ${type.en} | ${BECOMES[type.becomes]} |`,
    ),
    '',
  ]
  const told = new Map<readonly Field[], number>()
  for (const type of MESSAGE_TYPES) out.push(...section(type, told))
  return out.join('\n')
}

function section(type: MessageType, told: Map<readonly Field[], number>): string[] {
  const first = [...told].find(
    ([fields]) => JSON.stringify(fields) === JSON.stringify([...type.header, ...type.detail]),
  )?.[1]
  const out = [`## ${type.code} ${type.zh} · ${type.en}`, '']
  if (first !== undefined) return [...out, `字段同 ${first} · The fields are those of ${first}.`, '']
  told.set([...type.header, ...type.detail], type.code)
  out.push('`Voucher`', '', ...TABLE_HEAD, ...type.header.map(row), '')
  if (type.detail.length > 0)
    out.push(
      `\`DetailList/Detail\`${type.detailed ? '，至少一条 · at least one' : '，可无 · may be missing'}`,
      '',
      ...TABLE_HEAD,
      ...type.detail.map(row),
      '',
    )
  if (type.sum) out.push(`\`${type.sum.header}\` = Σ \`${type.sum.detail}\``, '')
  return out
}
