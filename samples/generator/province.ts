/**
 * The fictional province 安澜省: its divisions, bureaus, agencies and fund catalogues. Codes lie in 99xxxx, which GB/T 2260
 * leaves unused; every name of a place, an enterprise or a person is invented.
 */

export type Level = 'province' | 'city' | 'county' | 'township'

export interface Division {
  code: string
  name: string
  level: Level
  administrative: string
  fiscal: string
  /** The day from which the bureau works with the system; documents before it are back-entries (补录). */
  goLive: string
  /** How its finance bureau begins a document number, 云山财 in 云山财农〔2018〕1号. */
  word: string
  bureau: string
}

const row = (
  code: string,
  name: string,
  level: Level,
  administrative: string,
  word: string,
  more: Partial<Division> = {},
): Division => ({
  code,
  name,
  level,
  administrative,
  fiscal: administrative,
  goLive: '2017-01-01',
  word,
  bureau: level === 'province' ? `${name}财政厅` : level === 'township' ? `${name}财政所` : `${name}财政局`,
  ...more,
})

export const PROVINCE = '990000000'
/** The demo clerk's county. */
export const YUNSHAN = '990102000'
/** Began in the middle of the year. */
export const XIKOU = '990103000'
/** 省直管县: administered by 云河市, financed by the province. */
export const ZHULING = '990104000'
export const QINGSHI = '990202000'
export const LIUPU = '990203000'
export const SONGPING = '990302000'
export const HEFENG = '990303000'
export const YUNHE = '990100000'
export const QINGYUAN = '990200000'
export const NANPING = '990300000'
export const WANGYUN = '990102101'
export const XITOU = '990102102'
export const BAISHI = '990102103'
export const QINGHU = '990202101'

export const DIVISIONS: readonly Division[] = [
  row(PROVINCE, '安澜省', 'province', '', '安财'),
  row(YUNHE, '云河市', 'city', PROVINCE, '云河财'),
  row(QINGYUAN, '清源市', 'city', PROVINCE, '清源财'),
  row(NANPING, '南屏市', 'city', PROVINCE, '南屏财'),
  row(YUNSHAN, '云山县', 'county', YUNHE, '云山财'),
  row(XIKOU, '溪口县', 'county', YUNHE, '溪口财', { goLive: '2018-07-01' }),
  row(ZHULING, '竹岭县', 'county', YUNHE, '竹岭财', { fiscal: PROVINCE }),
  row(QINGSHI, '青石县', 'county', QINGYUAN, '青石财'),
  row(LIUPU, '柳浦县', 'county', QINGYUAN, '柳浦财'),
  row(SONGPING, '松坪县', 'county', NANPING, '松坪财'),
  row(HEFENG, '禾丰县', 'county', NANPING, '禾丰财'),
  row(WANGYUN, '望云镇', 'township', YUNSHAN, '望云财'),
  row(XITOU, '溪头乡', 'township', YUNSHAN, '溪头财'),
  row(BAISHI, '白石乡', 'township', YUNSHAN, '白石财'),
  row(QINGHU, '青湖镇', 'township', QINGSHI, '青湖财'),
]

export const divisionOf = (code: string): Division => DIVISIONS.find(one => one.code === code)!

export const SECTORS = ['poverty', 'farming', 'water', 'forest', 'education', 'jobs', 'housing', 'roads'] as const
export type Sector = (typeof SECTORS)[number]

interface SectorFacts {
  /** 项目类别. */
  kind: string
  /** The character behind 财 in a document number, by the office that writes it. */
  character: string
  office: string
  agency: { code: string; name: string }
  /** Functional subject of the transfer, of the spending, and government economic subject. */
  transfer: string
  spending: readonly [func: string, economic: string][]
  works: readonly string[]
  purposes: readonly string[]
  /** Who is paid: contractors, cooperatives, people, or the bank that pays many people out for the bureau (代发). */
  payees: 'builders' | 'farms' | 'people' | 'agents'
}

const PROGRESS = ['进度款', '材料款', '监理费', '设计费', '签证款', '验收款']

export const SECTOR: Record<Sector, SectorFacts> = {
  poverty: {
    kind: '基础设施',
    character: '农',
    office: '02',
    agency: { code: '102001', name: '扶贫开发办公室' },
    transfer: '2300313',
    spending: [
      ['2130504', '50302'],
      ['2130505', '50799'],
    ],
    works: ['村组道路硬化工程', '花椒种植基地建设', '村级光伏电站建设', '安全饮水管网改造工程', '肉牛养殖圈舍建设'],
    purposes: PROGRESS,
    payees: 'builders',
  },
  farming: {
    kind: '产业发展',
    character: '农',
    office: '02',
    agency: { code: '101001', name: '农业局' },
    transfer: '2300313',
    spending: [['2130122', '50799']],
    works: ['高山蔬菜大棚建设', '茶叶标准化种植', '中药材种植基地建设', '稻渔综合种养示范'],
    purposes: ['种苗采购款', '有机肥采购款', '滴灌设备款', '大棚骨架款', '技术培训费', '农机租赁费'],
    payees: 'farms',
  },
  water: {
    kind: '基础设施',
    character: '农',
    office: '02',
    agency: { code: '103001', name: '水利局' },
    transfer: '2300313',
    spending: [
      ['2130305', '50302'],
      ['2130335', '50302'],
    ],
    works: ['灌溉渠道防渗改造工程', '集中供水站建设', '山塘清淤加固工程'],
    purposes: PROGRESS,
    payees: 'builders',
  },
  forest: {
    kind: '产业发展',
    character: '农',
    office: '02',
    agency: { code: '106001', name: '林业局' },
    transfer: '2300313',
    spending: [['2130205', '50799']],
    works: ['油茶林新造抚育', '退化林修复工程'],
    purposes: ['苗木采购款', '整地栽植劳务费', '抚育管护费'],
    payees: 'farms',
  },
  education: {
    kind: '公共服务',
    character: '教',
    office: '03',
    agency: { code: '104001', name: '教育局' },
    transfer: '2300305',
    spending: [
      ['2050202', '50302'],
      ['2050202', '50902'],
    ],
    works: ['中心小学校舍维修改造工程', '完全小学食堂改造工程'],
    purposes: ['校舍维修款', '食堂设备款', '课桌椅采购款', '电路改造款', '围墙修建款'],
    payees: 'builders',
  },
  jobs: {
    kind: '民生补助',
    character: '社',
    office: '05',
    agency: { code: '108001', name: '人力资源和社会保障局' },
    transfer: '2300308',
    spending: [['2080705', '50901']],
    works: ['护路保洁公益性岗位补贴', '护林公益性岗位补贴'],
    purposes: ['公益性岗位补贴', '公益性岗位意外保险补贴', '公益性岗位考核奖补'],
    payees: 'agents',
  },
  housing: {
    kind: '民生补助',
    character: '建',
    office: '04',
    agency: { code: '107001', name: '住房和城乡建设局' },
    transfer: '2300321',
    spending: [['2210105', '50901']],
    works: ['农村危房改造', '土坯房加固改造'],
    purposes: ['补助款', '验收后补助款', '第二次补助款'],
    payees: 'people',
  },
  roads: {
    kind: '基础设施',
    character: '建',
    office: '04',
    agency: { code: '105001', name: '交通运输局' },
    transfer: '2300314',
    spending: [['2140104', '50302']],
    works: ['通村公路硬化工程', '通村公路安全防护工程', '危桥改造工程'],
    purposes: PROGRESS,
    payees: 'builders',
  },
}

export const OFFICES: readonly { code: string; name: string }[] = [
  { code: '01', name: '预算' },
  { code: '02', name: '农业' },
  { code: '03', name: '教科文' },
  { code: '04', name: '经济建设' },
  { code: '05', name: '社会保障' },
]

export interface Fund {
  code: string
  name: string
  owner: string
  level: 'central' | 'province' | 'county'
  sector: Sector
  poverty: 'whole' | 'part'
  superior?: string
  secret?: boolean
  included?: string
  excepted?: string
}

const fund = (
  code: string,
  name: string,
  owner: string,
  sector: Sector,
  poverty: Fund['poverty'],
  more: Partial<Fund> = {},
): Fund => ({
  code,
  name,
  owner,
  sector,
  poverty,
  level: code.startsWith('C') ? 'central' : owner === PROVINCE ? 'province' : 'county',
  ...more,
})

export const CENTRAL_FUNDS: readonly Fund[] = [
  fund('C8-01', '中央财政专项扶贫资金', PROVINCE, 'poverty', 'whole'),
  fund('C8-02', '农村危房改造补助资金', PROVINCE, 'housing', 'part', { included: '四类重点对象危房改造部分' }),
  fund('C8-03', '城乡义务教育补助经费', PROVINCE, 'education', 'part', { excepted: '教师工资部分' }),
  fund('C8-04', '农业生产发展资金', PROVINCE, 'farming', 'part', { excepted: '直接发给农户的补贴' }),
  fund('C8-05', '林业改革发展资金', PROVINCE, 'forest', 'part'),
  fund('C8-06', '水利发展资金', PROVINCE, 'water', 'part'),
  fund('C8-07', '就业补助资金', PROVINCE, 'jobs', 'part'),
  fund('C8-08', '农村公路建设补助资金', PROVINCE, 'roads', 'part'),
  fund('C8-09', '边境专项补助经费', PROVINCE, 'poverty', 'part', { secret: true }),
]
export const PROVINCIAL_FUNDS: readonly Fund[] = [
  fund('A5-01', '省级财政专项扶贫资金', PROVINCE, 'poverty', 'whole', { superior: 'C8-01' }),
  fund('A5-02', '省级农业产业发展专项资金', PROVINCE, 'farming', 'part', { superior: 'C8-04' }),
  fund('A5-03', '省级水利建设专项资金', PROVINCE, 'water', 'part', { superior: 'C8-06' }),
  fund('A5-04', '省级教育扶贫资助资金', PROVINCE, 'education', 'whole', { superior: 'C8-03' }),
  fund('A5-05', '省级农村人居环境整治资金', PROVINCE, 'poverty', 'part'),
]
export const YUNSHAN_FUNDS: readonly Fund[] = [
  fund('Y4-01', '县级财政专项扶贫资金', YUNSHAN, 'poverty', 'whole', { superior: 'A5-01' }),
  fund('Y4-02', '县级产业扶贫资金', YUNSHAN, 'farming', 'whole', { superior: 'A5-02' }),
  fund('Y4-03', '县级农村饮水安全资金', YUNSHAN, 'water', 'part', { superior: 'A5-03' }),
  fund('Y4-04', '县级教育资助资金', YUNSHAN, 'education', 'whole'),
]
export const FUNDS = [...CENTRAL_FUNDS, ...PROVINCIAL_FUNDS, ...YUNSHAN_FUNDS]
export const fundOf = (code: string): Fund => FUNDS.find(one => one.code === code)!

/** Agencies of a division; only those with a sector's duty ever get money, the last one never does. */
export function agenciesOf(division: Division): { code: string; name: string }[] {
  if (division.level === 'township') return [{ code: '201001', name: `${division.name}人民政府` }]
  const names: Partial<Record<string, string>> =
    division.level === 'province' ? { '101001': '农业技术推广总站', '102001': '扶贫培训中心' } : {}
  return [
    ...SECTORS.map(sector => SECTOR[sector].agency).map(({ code, name }) => ({
      code,
      name: `${division.name}${names[code] ?? name}`,
    })),
    { code: '109001', name: `${division.name}接待服务中心` },
  ].sort((a, b) => (a.code < b.code ? -1 : 1))
}

export const agencyFor = (division: Division, sector: Sector): string =>
  division.level === 'township' ? '201001' : SECTOR[sector].agency.code

/** Townships and villages that projects lie in. */
export const PLACES: Record<string, readonly string[]> = {
  [YUNSHAN]: ['望云镇石桥村', '溪头乡上坪村', '白石乡下河村', '望云镇杨树村', '溪头乡红岩村', '白石乡竹园村'],
  [XIKOU]: ['溪口镇东沟村', '双溪乡大湾村', '溪口镇清水村'],
  [ZHULING]: ['竹岭镇榆林村', '云岭乡高桥村', '竹岭镇柏树村'],
  [QINGSHI]: ['青湖镇湖西村', '石坡乡梨园村', '青湖镇东岸村'],
  [LIUPU]: ['柳浦镇渡口村', '沙洲乡苇塘村', '柳浦镇桑园村'],
  [SONGPING]: ['松坪镇松林村', '长岭乡风垭村', '松坪镇马鞍村'],
  [HEFENG]: ['禾丰镇稻香村', '金穗乡团结村', '禾丰镇南畈村'],
  [WANGYUN]: ['望云镇龙潭村', '望云镇石桥村'],
  [XITOU]: ['溪头乡古井村', '溪头乡上坪村'],
  [BAISHI]: ['白石乡瓦窑村', '白石乡下河村'],
  [QINGHU]: ['青湖镇荷塘村', '青湖镇湖西村'],
  [YUNHE]: ['云河市城郊镇北塔村'],
  [QINGYUAN]: ['清源市泉水镇南泉村'],
  [NANPING]: ['南屏市屏峰镇半山村'],
  [PROVINCE]: ['安澜省云河市城郊镇北塔村'],
}
