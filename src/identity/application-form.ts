import { Readable } from 'node:stream'
import { escapeXml } from '../platform/tables/writers.ts'
import { type ZipPart, zipOf } from '../platform/tables/zip-writer.ts'
import type { Application, ApplicationLine } from './contract.ts'
import { POSTS } from './posts.ts'

/** Widths of the eight columns of 附件3 on a landscape A4 page, in twentieths of a point. */
const WIDTHS = [700, 1800, 1300, 2700, 1600, 1900, 2900, 1658]
const HEADS = ['序号', '股室', '姓名', '身份证号', '职务', '联系电话', '权限', '备注']
const ROWS_AT_LEAST = 5
const KINDS: Record<string, string> = { open: '开通', change: '变更', revoke: '撤销' }

// Named, not embedded: the office's machine has them, and any other takes what it has.
const TITLE_FONT = '方正小标宋简体'
const BODY_FONT = '仿宋_GB2312'

const run = (text: string, font = BODY_FONT, halfPoints = 24): string =>
  `<w:r><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="${font}" w:hint="eastAsia"/><w:sz w:val="${halfPoints}"/></w:rPr>${text
    .split('\n')
    .map((line, i) => `${i > 0 ? '<w:br/>' : ''}<w:t xml:space="preserve">${escapeXml(line)}</w:t>`)
    .join('')}</w:r>`

const paragraph = (content: string, align = 'left'): string =>
  `<w:p><w:pPr><w:jc w:val="${align}"/></w:pPr>${content}</w:p>`

const cell = (width: number, content: string, span = 1): string =>
  `<w:tc><w:tcPr><w:tcW w:w="${width}" w:type="dxa"/>${span > 1 ? `<w:gridSpan w:val="${span}"/>` : ''}<w:vAlign w:val="center"/></w:tcPr>${content}</w:tc>`

const row = (cells: string, height = 500): string =>
  `<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="${height}" w:hRule="atLeast"/></w:trPr>${cells}</w:tr>`

/** `2018-12-20` as `2018年12月20日`; blanks to be written in where there is no day yet. */
const day = (date: string | null): string => {
  const [, y, m, d] = /^(\d{4})-(\d{2})-(\d{2})/.exec(date ?? '') ?? []
  return y ? `${y}年${Number(m)}月${Number(d)}日` : '　　　　年　　月　　日'
}

/** 权限: what is asked for, in the words of the form: 开通 股室经办岗（云山县，社保股）. */
export function rightOf(line: ApplicationLine): string {
  const over = [line.division?.name ?? '全系统', line.office?.name, line.fund?.name, line.agency?.name].filter(Boolean)
  return `${KINDS[line.kind] ?? line.kind} ${POSTS[line.post]?.zh ?? line.post}（${over.join('，')}）${line.until ? `至 ${line.until}` : ''}`
}

function body(
  application: Application,
  numbers: ReadonlyMap<number, { number: string; phone: string | null }>,
): string {
  const filled = application.lines.map(line => {
    const clear = numbers.get(line.line)
    return [
      String(line.line),
      line.officeName,
      line.name,
      clear?.number ?? line.numberMasked,
      line.duty,
      clear?.phone ?? line.phoneMasked ?? '',
      rightOf(line),
      line.remark ?? '',
    ]
  })
  while (filled.length < ROWS_AT_LEAST) filled.push(HEADS.map(() => ''))
  const table = [
    row(HEADS.map((head, i) => cell(WIDTHS[i]!, paragraph(run(head), 'center'))).join('')),
    ...filled.map(texts =>
      row(
        texts
          .map((text, i) => cell(WIDTHS[i]!, paragraph(run(text, BODY_FONT, 21), i === 6 ? 'left' : 'center')))
          .join(''),
      ),
    ),
    row(
      [
        {
          title: '申请单位意见：',
          words: application.unitOpinion,
          by: application.unitBy,
          on: application.unitOn,
          at: [0, 4],
        },
        {
          title: '相关部门意见：',
          words: application.departmentOpinion,
          by: application.departmentBy,
          on: application.departmentOn,
          at: [4, 8],
        },
      ]
        .map(({ title, words, by, on, at }) =>
          cell(
            WIDTHS.slice(at[0], at[1]).reduce((sum, one) => sum + one, 0),
            paragraph(run(title)) +
              paragraph(run(words ?? '')) +
              paragraph(run(by ? `签署：${by.name}` : '')) +
              paragraph(run(day(on)), 'right'),
            4,
          ),
        )
        .join(''),
      2000,
    ),
  ]
  const edge = (side: string) => `<w:${side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>`
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${[
    paragraph(run('附件3：')),
    paragraph(run('财政扶贫资金动态监控平台用户权限申请表', TITLE_FONT, 36), 'center'),
    paragraph(run(`申请单位：${application.unit}　　　　　　　　${day(application.appliedOn)}`)),
    `<w:tbl><w:tblPr><w:tblW w:w="${WIDTHS.reduce((sum, one) => sum + one, 0)}" w:type="dxa"/><w:tblBorders>${['top', 'left', 'bottom', 'right', 'insideH', 'insideV'].map(edge).join('')}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>${WIDTHS.map(width => `<w:gridCol w:w="${width}"/>`).join('')}</w:tblGrid>${table.join('')}</w:tbl>`,
    paragraph(run(`填报人：${application.filledBy?.name ?? ''}　　　　　　　　联系电话：`)),
    application.executedBy
      ? paragraph(run(`信息办办理：${application.executedBy.name}　${day(application.executedOn)}`))
      : '',
  ].join(
    '',
  )}<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`
}

/**
 * The permission application as 附件3, filled in, as a Word file: a small archive of XML that our own zip writer packs. Numbers are
 * masked unless they are handed over in the clear.
 */
export function applicationForm(
  application: Application,
  numbers: ReadonlyMap<number, { number: string; phone: string | null }> = new Map(),
): Readable {
  const part = (name: string, text: string): ZipPart => ({ name, data: [text] })
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
  return Readable.from(
    zipOf([
      part(
        '[Content_Types].xml',
        `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
      ),
      part(
        '_rels/.rels',
        `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      ),
      part('word/document.xml', body(application, numbers)),
    ]),
  )
}
