import { type Field, type FieldKind, type MessageType, SPARE } from './description.ts'

/** Money, days and codes as patterns that allow a blank: an element that is there but empty says nothing, as a missing one. */
const MONEY = '[+\\-]?\\d{1,13}(\\.\\d{0,2})?'
const ABOVE_ZERO = '\\+?(0*[1-9]\\d{0,12}(\\.\\d{0,2})?|0+\\.([1-9]\\d?|0[1-9]))'
const NOT_ZERO = ABOVE_ZERO.replace('\\+?', '[+\\-]?')
const DAYS = [
  ['(0[13578]|1[02])', '(0[1-9]|[12]\\d|3[01])'],
  ['(0[469]|11)', '(0[1-9]|[12]\\d|30)'],
  ['02', '(0[1-9]|[12]\\d)'],
]
const DAY = `(19(49|[5-9]\\d)|[2-9]\\d{3})(${DAYS.flatMap(([month, day]) => [`${month}${day}`, `-${month}-${day}`]).join('|')})`

const PATTERNS: Partial<Record<FieldKind, string>> = {
  division: '\\d{6}|\\d{9}',
  year: '199[4-9]|20\\d\\d|2100',
  type: '[1-9]\\d{0,3}',
  day: DAY,
  money: MONEY,
  'non-zero': NOT_ZERO,
  amount: ABOVE_ZERO,
  month: '0?[1-9]|1[0-2]',
  count: '\\d{1,15}',
}

/** Texts of this many characters where the description names no limit; accounts and codes are shorter. */
const LONGEST: Partial<Record<FieldKind, number>> = { code: 60, text: 200, account: 100 }

const INDENT = '  '
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;')

/**
 * The XML schema of one type of message, from its description. It is as strict as the reader about what can be told without base data,
 * and stricter in two things that are written in docs/treasury-messages.md: unknown elements, and values that the reader mends.
 */
export function xsdOf(type: MessageType): string {
  const keeps = type.becomes !== 'payment' && type.becomes !== 'refund'
  const out: string[] = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!-- ${type.code} ${type.zh} · ${type.en}. Generated from src/payments/messages/description.ts: node bin/messages.mjs -->`,
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified">',
    '  <xs:element name="MOF">',
    '    <xs:complexType>',
    '      <xs:choice minOccurs="1" maxOccurs="unbounded">',
    '        <xs:element name="VoucherCount" type="xs:string" minOccurs="0"/>',
    '        <xs:element name="Voucher" type="Voucher"/>',
    '      </xs:choice>',
    '    </xs:complexType>',
    '  </xs:element>',
    '  <xs:complexType name="Voucher">',
    '    <xs:all>',
    ...type.header.flatMap(field => elementOf(field, type, keeps)),
    ...spare(),
    `      <xs:element name="DetailList"${type.detailed ? '' : ' minOccurs="0"'}>`,
    '        <xs:complexType>',
    '          <xs:sequence>',
    `            <xs:element name="Detail" type="Detail" minOccurs="${type.detailed ? 1 : 0}" maxOccurs="unbounded"/>`,
    '          </xs:sequence>',
    '        </xs:complexType>',
    '      </xs:element>',
    '    </xs:all>',
    '  </xs:complexType>',
    '  <xs:complexType name="Detail">',
    '    <xs:all>',
    ...type.detail.flatMap(field => elementOf(field, type, keeps)),
    ...spare(),
    '    </xs:all>',
    '  </xs:complexType>',
    '</xs:schema>',
  ]
  return `${out.join('\n')}\n`
}

const spare = (): string[] =>
  SPARE.map(name => `${INDENT.repeat(3)}<xs:element name="${name}" type="xs:string" minOccurs="0"/>`)

function elementOf(field: Field, type: MessageType, keeps: boolean): string[] {
  const pad = INDENT.repeat(3)
  const { name, kind, required } = field
  const head = `${pad}<xs:element name="${name}"${required ? '' : ' minOccurs="0"'}`
  const note = `${pad}  <xs:annotation><xs:documentation>${escaped(field.zh)} · ${escaped(field.en)}</xs:documentation></xs:annotation>`
  // In messages that pay, what nobody keeps nobody reads.
  if (!keeps && !field.is) return [`${head} type="xs:string">`, note, `${pad}</xs:element>`]
  const blank = required ? '' : '|'
  const facets =
    kind === 'type' && name === 'VtCode'
      ? [`<xs:enumeration value="${type.code}"/>`]
      : PATTERNS[kind]
        ? [`<xs:pattern value="(${PATTERNS[kind]})${blank}"/>`]
        : [
            ...(required ? ['<xs:minLength value="1"/>'] : []),
            `<xs:maxLength value="${field.max ?? LONGEST[kind] ?? 200}"/>`,
          ]
  return [
    `${head}>`,
    note,
    `${pad}  <xs:simpleType>`,
    `${pad}    <xs:restriction base="xs:token">`,
    ...facets.map(facet => `${pad}      ${facet}`),
    `${pad}    </xs:restriction>`,
    `${pad}  </xs:simpleType>`,
    `${pad}</xs:element>`,
  ]
}
