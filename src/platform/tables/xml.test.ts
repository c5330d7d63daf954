import iconv from 'iconv-lite'
import { describe, expect, test } from 'vitest'
import { FaultList, Refusal } from '../../kernel/refusal.ts'
import { memorySource } from './memory-source.ts'
import { type ReadVouchersOptions, readVouchers, type VoucherElement } from './xml.ts'

async function read(
  bytes: Buffer | string,
  options: ReadVouchersOptions = {},
  piece = 65_536,
): Promise<VoucherElement[]> {
  const vouchers: VoucherElement[] = []
  for await (const chunk of readVouchers(memorySource(Buffer.from(bytes as string), 'v.xml', piece), options))
    vouchers.push(...chunk)
  return vouchers
}

async function refusal(promise: Promise<unknown>): Promise<Refusal> {
  try {
    await promise
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const message = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>
<MOF>
  <VoucherCount>1</VoucherCount>
  <VoucherBody AdmDivCode="990101000" StYear="2018" VtCode="5201" VoucherNo="0001">
    <Voucher>
      <Id>1</Id><PayeeAcctName>𠀀村合作社</PayeeAcctName>
      <PayAmt>12.50</PayAmt><Remark><![CDATA[渠 & 路]]></Remark>
      <Extra><Deep>passed over</Deep></Extra>
      <DetailList>
        <Detail><VoucherBillId>1</VoucherBillId><Remark>a&lt;b</Remark></Detail>
        <Detail><VoucherBillId>2</VoucherBillId></Detail>
      </DetailList>
    </Voucher>
  </VoucherBody>
  <Voucher><Id>2</Id></Voucher>
</MOF>`
const mof = (inside: string) => `<MOF>${inside}</MOF>`

describe('vouchers are read from a message', () => {
  test.each(['UTF-8', 'GBK', 'GB18030', 'gb2312'])('declared as %s, cut at any byte', async encoding => {
    const text = message(encoding)
    const bytes = encoding === 'UTF-8' ? Buffer.from(text) : iconv.encode(text, 'gb18030')
    for (const piece of [1, 3, 65_536]) {
      const [first, second] = await read(bytes, {}, piece)
      expect({ ...first, fields: { ...first!.fields }, details: first!.details.map(d => ({ ...d })) }).toEqual({
        ordinal: 1,
        line: 5,
        fields: {
          AdmDivCode: '990101000',
          StYear: '2018',
          VtCode: '5201',
          VoucherNo: '0001',
          Id: '1',
          PayeeAcctName: '𠀀村合作社',
          PayAmt: '12.50',
          Remark: '渠 & 路',
        },
        details: [{ VoucherBillId: '1', Remark: 'a<b' }, { VoucherBillId: '2' }],
      })
      expect(second).toMatchObject({ ordinal: 2, line: 15, fields: { Id: '2' } })
      expect(second!.fields.VtCode).toBeUndefined()
    }
  })

  test('bytes that are plainly UTF-8 are so although GBK is declared', async () => {
    const text =
      '<?xml version="1.0" encoding="GBK"?><MOF><Voucher><Remark>财政专项资金动态监控</Remark></Voucher></MOF>'
    expect((await read(text))[0]!.fields.Remark).toBe('财政专项资金动态监控')
  })

  test('100,000 vouchers come in chunks', async () => {
    const bytes = Buffer.from(mof('<Voucher><Id>1</Id><PayAmt>1.00</PayAmt></Voucher>'.repeat(100_000)))
    let chunks = 0
    let last = 0
    let most = 0
    for await (const chunk of readVouchers(memorySource(bytes))) {
      chunks++
      most = Math.max(most, chunk.length)
      last = chunk.at(-1)!.ordinal
    }
    expect(last).toBe(100_000)
    expect(chunks).toBeGreaterThan(50)
    expect(most).toBeLessThan(5000)
  })
})

describe('a bad message gets a sentence', () => {
  const lol = `<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><MOF><Voucher><Id>&b;</Id></Voucher></MOF>`
  test.each([
    ['an empty file', '', 'file-empty', undefined],
    ['a CSV', 'Id,PayAmt\n1,2\n', 'xml-not-xml', undefined],
    ['a zip', Buffer.from('504b0304aaaaaaaa', 'hex'), 'xml-not-xml', undefined],
    ['a DOCTYPE with entities that multiply', lol, 'xml-doctype', 2],
    ['a DOCTYPE that names a file', '<!DOCTYPE x SYSTEM "file:///etc/passwd"><MOF/>', 'xml-doctype', 1],
    ['a DOCTYPE after a comment and hidden in case', '<!-- <MOF> -->\n<!doctype x><MOF/>', 'xml-doctype', 2],
    ['a DOCTYPE within', mof('<!DOCTYPE x>'), 'xml-doctype', 1],
    ['an entity that is not XML’s own', mof('<Voucher><Id>&xxe;</Id></Voucher>'), 'xml-malformed', 1],
    ['a message cut off in a tag', '<MOF>\n<Voucher><Id>1</Id></Voucher>\n<Voucher><I', 'xml-truncated', 3],
    ['a message cut off between vouchers', '<MOF>\n<Voucher><Id>1</Id></Voucher>\n', 'xml-truncated', 3],
    ['tags that cross', mof('<Voucher><Id>1</Voucher></Id>'), 'xml-malformed', 1],
    ['another root', '<Invoice/>', 'xml-not-vouchers', 1],
    ['no voucher', mof(''), 'voucher-missing', undefined],
    [
      'a Base64 body',
      mof(`<Voucher>${Buffer.from('<Voucher><Id>1</Id></Voucher>').toString('base64')}</Voucher>`),
      'voucher-base64',
      1,
    ],
    ['a huge Base64 body', mof(`<Voucher>${'QUJD'.repeat(100_000)}</Voucher>`), 'voucher-base64', 1],
    ['an escaped body', mof('<Voucher><![CDATA[<Id>1</Id>]]></Voucher>'), 'voucher-escaped', 1],
    ['an empty voucher', mof('<Voucher/>'), 'voucher-empty', 1],
    ['a field twice', mof('<Voucher><PayAmt>1</PayAmt><PayAmt>2</PayAmt></Voucher>'), 'field-duplicated', 1],
    [
      'an envelope that contradicts',
      mof('<VoucherBody VoucherNo="1"><Voucher><VoucherNo>2</VoucherNo></Voucher></VoucherBody>'),
      'envelope-differs',
      1,
    ],
    ['elements nested without end', mof('<a>'.repeat(50)), 'xml-too-deep', 1],
    ['a field without end', mof(`<Voucher><Id>1</Id><Remark>${'x'.repeat(300_000)}`), 'xml-field-too-long', 1],
    ['a comment without end', mof(`<!--${'x'.repeat(300_000)}`), 'xml-field-too-long', 1],
    [
      'fields without end',
      mof(`<Voucher>${Array.from({ length: 501 }, (_, i) => `<F${i}/>`).join('')}</Voucher>`),
      'xml-too-many-fields',
      1,
    ],
    ['UTF-8 declared over GBK', iconv.encode(message('UTF-8'), 'gbk'), 'encoding-unreadable', 1],
    ['an encoding we do not read', '<?xml version="1.0" encoding="Big5"?><MOF/>', 'encoding-unreadable', 1],
  ])('%s', async (_, bytes, code, row) => {
    const r = await refusal(read(bytes))
    expect(r.faults.map(fault => [fault.code, fault.row])).toEqual([[code, row]])
  })

  test('the names of JavaScript’s own objects are only names', async () => {
    const [voucher] = await read(mof('<Voucher><__proto__>x</__proto__><constructor>y</constructor></Voucher>'))
    expect(Object.entries(voucher!.fields)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  test('the faults of all vouchers and the break at the end are told together', async () => {
    const faults = new FaultList()
    await read('<MOF><Voucher/><Voucher><A>1</A><A>2</A></Voucher><Voucher>', { faults })
    expect(faults.faults.map(fault => [fault.code, fault.row])).toEqual([
      ['voucher-empty', 1],
      ['field-duplicated', 2],
      ['xml-truncated', 1],
    ])
  })

  test('a message of the limit’s size is refused', async () => {
    const r = await refusal(read(mof(''), { limits: { maxBytes: 5 } }))
    expect([r.kind, r.faults[0]!.code]).toEqual(['too-large', 'file-too-large'])
  })
})
