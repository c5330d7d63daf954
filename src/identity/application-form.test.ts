import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import { TABLE_LIMITS } from '../platform/tables/table.ts'
import { ZipArchive } from '../platform/tables/zip-reader.ts'
import { applicationForm, rightOf } from './application-form.ts'
import type { Application, ApplicationLine } from './contract.ts'

const someone: ApplicationLine = {
  line: 1,
  kind: 'open',
  officeName: '农业股',
  name: '样例 <甲> & 乙',
  numberMasked: '990101********0070',
  duty: '科员',
  phoneMasked: '139****0001',
  signInName: 'li.na',
  post: 'handler',
  division: { code: '990101000', name: '甲县' },
  office: { code: '02', name: '社保股' },
  fund: null,
  agency: null,
  until: null,
  remark: null,
}
const application = {
  id: '7',
  unit: '甲县财政局',
  appliedOn: '2026-03-02',
  state: 'unit-agreed',
  filledBy: { account: '1', name: '样例填报' },
  people: 1,
  names: '',
  onPaper: false,
  unitBy: { account: '2', name: '样例局长' },
  unitOpinion: '同意',
  unitOn: '2026-03-03',
  departmentBy: null,
  departmentOpinion: null,
  departmentOn: null,
  executedBy: null,
  executedOn: null,
  lines: [someone],
  events: [],
} as Application

/** The words of the document in their order, and the fonts that it names; throws where a part is no well-formed XML. */
async function read(numbers?: Parameters<typeof applicationForm>[1]) {
  const chunks: Buffer[] = []
  for await (const chunk of applicationForm(application, numbers)) chunks.push(chunk as Buffer)
  const zip = new ZipArchive(Buffer.concat(chunks), TABLE_LIMITS)
  const words: string[] = []
  const fonts = new Set<string>()
  for (const name of zip.names) {
    const parser = new SaxesParser()
    parser.on('error', error => {
      throw error
    })
    parser.on('text', text => name === 'word/document.xml' && text.trim() && words.push(text))
    parser.on('opentag', tag => {
      const font = (tag.attributes as Record<string, string>)['w:eastAsia']
      if (font) fonts.add(font)
    })
    const parts: Buffer[] = []
    for await (const chunk of zip.read(name)) parts.push(chunk)
    parser.write(Buffer.concat(parts).toString()).close()
  }
  return { words, fonts, parts: zip.names }
}

test('附件3 is a Word file of well-formed parts, with the form’s columns, the person, both opinions, and the office’s fonts', async () => {
  const { words, fonts, parts } = await read()
  expect(parts).toEqual(['[Content_Types].xml', '_rels/.rels', 'word/document.xml'])
  expect([...fonts].sort()).toEqual(['仿宋_GB2312', '方正小标宋简体'].sort())
  const text = words.join('|')
  for (const said of [
    '财政扶贫资金动态监控平台用户权限申请表',
    '序号|股室|姓名|身份证号|职务|联系电话|权限|备注',
    '1|农业股|样例 <甲> & 乙|990101********0070|科员|139****0001|开通 股室经办岗（甲县，社保股）',
    '申请单位意见：|同意|签署：样例局长|2026年3月3日',
    '相关部门意见：',
    '填报人：样例填报',
  ])
    expect(text).toContain(said)
})

test('numbers stand in the clear only where they were handed over', async () => {
  const { words } = await read(new Map([[1, { number: '990101198001010070', phone: '13900000001' }]]))
  expect(words).toContain('990101198001010070')
  expect(rightOf({ ...someone, kind: 'revoke', office: null, until: '2026-12-31' })).toBe(
    '撤销 股室经办岗（甲县）至 2026-12-31',
  )
})
