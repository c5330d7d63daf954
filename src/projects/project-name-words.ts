/**
 * The words by which a project's name is judged. They are kinds of word, closed or nearly so (modifiers of 村, verbs of
 * work, nouns of money), never names out of any list: a proper name is what remains when they are taken away.
 */

const alternatives = (text: string): string =>
  text
    .trim()
    .split(/\s+/)
    .sort((a, b) => b.length - a.length)
    .join('|')

/** Modifiers that make 村, 乡, 县 … a class of places instead of one. */
export const CLASS_OF_PLACE = alternatives(`
  贫困 行政 自然 农村 乡村 城乡 城市 示范 重点 出列 脱贫 薄弱 空壳 中心 移民 城中 帮扶 特色 试点 深度 边远 偏远 民族 少数民族 传统 美丽 文明 生态 旅游 专业
  后进 先进 边境 搬迁 安置 棚户 小康 互 股 扶持 达标 若干 有关 相关 其他 部分 所有 功能 保护 开发 自治 建制 革命老 产粮 数字 和美 宜居 智慧 国家级 省级 市级 县级
  村级 批发 协作 受灾 高寒 高原 丘陵 干旱 蓄滞洪 连片 特困 欠发达 经济 居民 生活 公共 办公 住宅 养殖 种植 工业 产业 物流 核心 项目 各 该 每 我
`)

/** Single characters that do the same before one suffix (牧区, 城镇), alone or after a common word; 金山区, 泽库县 are names. */
export const CLASS_BEFORE: Record<string, string> = {
  村: '村农乡城镇县市区组全本联驻整非个多',
  乡: '城县村区水全本',
  镇: '乡城集市小村全本',
  县: '市区州省大强外跨出全本',
  市: '城都超菜上县全本',
  区: '地小社园景山牧林库灌老城辖郊片校厂矿湖特滩沙治院市县战疫全本',
  州: '市全本',
  旗: '红国党锦全本',
  盟: '联结同加全本',
  省: '外节跨出全本',
  社区: '全本',
  街道: '全本',
  办事处: '全本',
}

/** Words that begin with 村, 乡, 县 … and name no place: 村级, 乡镇, 市场. */
export const NO_PLACE_AFTER: Record<string, RegExp> = {
  村: /^(?:级|容|貌|域|务|镇|屯|寨|落|两委|史|标准|村通)/,
  乡: /^(?:镇|村|土(?!地)|贤|风|愁|情|道(?!路)|级)/,
  镇: /^(?:村|区|域|级)/,
  县: /^(?:级|乡|域|道(?!路)|内|外|市)/,
  区: /^(?:域|级|内|间|块|划)/,
  市: /^(?:场|政|级|县|民|容|内|郊|值)/,
  组: /^(?:织|合|级|建|道|装|培|成|团|件)/,
  州: /^(?:级|内|县)/,
  旗: /^(?:级|县|帜|舰)/,
}

/** Verbs before a class (发展村集体经济), so that they are no name of a village. */
export const VERB_BEFORE_CLASS = alternatives(
  '发展 扶持 支持 壮大 建设 改善 加强 推进 补助 实施 完善 提升 解决 开展 新建 改造 整治 资助 推动 促进 巩固 补贴 奖励 用于',
)
export const CLASS_AFTER_VILLAGE = /^(?:集体|组|庄|民|道|内)/

/** Objects that carry a name of their own when a proper name stands before them (林辋溪, 红旗水库). */
export const NAMED_OBJECT = alternatives(`
  水库 大桥 公路 大道 隧道 码头 学校 小学 中学 幼儿园 医院 卫生院 敬老院 福利院 养老院 公园 广场 景区 灌区 片区 小区 园区 安置点 安置区 工业园 产业园 林场 农场
  牧场 泵站 电站 水闸 水厂 寺 塔 桥 路 街 河 江 溪 湖 渠 沟 堰 塘 坝 山 岭 湾 寨 屯 庄 堡 坪 坳 垭口 崖 峁 洞 岛 滩 段 嘎查 苏木 连队 团场 街道 办事处 居委会
  村委会 开发区 保护区 高新区 新区 大棚 中心 楼 祠 派出所 车站 市场 故居 纪念馆 博物馆 文化馆
`)

/** Waters, hills and roads: a two-character name before them may consist of common characters (青山湖, 滨河路). */
export const NATURAL_OBJECT = alternatives('水库 大桥 大道 湖 江 河(?!道|堤) 溪 岭 路(?!灯|面|基|肩|径|网) 街 巷')

/** Who is paid. A name that says no more than this tells the payee, not the work. */
export const PAYEE =
  /(?:合作社|联社|有限责任公司|股份公司|有限公司|公司|集团|协会|联合会|家庭农场|[\u4e00-\u9fff]局|委员会|人民政府|财政所|管理站)/g

/** Common words of works, sectors, products and manners. What they leave over may be a proper name. */
export const COMMON_WORDS = alternatives(`
  农村 乡村 农业 林业 水利 牧业 渔业 畜牧 交通 教育 卫生 健康 文化 旅游 体育 生态 环境 人居 产业 经济 集体 社会 公益 公共 基础 设施 配套 建设 新建
  改建 扩建 改扩建 续建 修建 修复 修缮 维修 维护 维护管理 管护 整治 治理 改造 提升 改良 拓宽 硬化 绿化 亮化 美化 净化 安装 购置 采购 铺设 疏浚 清淤 扫障 加固 防渗 除险
  整修 恢复 道路 公路 机耕 机耕道 便道 人行道 路灯 路面 桥梁 危桥 涵洞 通村 通组 通户 入户 联通 连通 村组 村级 村庄 村内 村 组 乡 镇 县 区 市 水渠 沟渠
  灌溉 排水 排灌 引水 供水 饮水 饮用水 人饮 安全 巩固 节水 高效 堤防 护岸 河道 河堤 边坡 水库 山塘 堰塘 水窖 水井 机井 管网 管道 污水 垃圾 厕所 户厕 改厕
  危房 危旧房 住房 房屋 搬迁 安置 移民 易地 扶贫 脱贫 攻坚 帮扶 贫困 户 人口 劳动力 培训 就业 技能 公益岗 岗位 补助 补贴 奖补 奖励 贴息 贷款 小额 信贷
  利息 保险 保费 资助 救助 低保 养老 医疗 学生 学校 小学 中学 中心 九年 一贯制 寄宿制 幼儿园 薄弱 义务 职业 高中 普通 营养 改善 雨露 计划 种植 养殖 种养殖 种养 加工
  示范 标准化 规模化 基地 园 场 大棚 温室 蔬菜 水果 果园 果树 茶叶 茶园 药材 中药材 食用菌 花椒 核桃 苹果 葡萄 土豆 马铃薯 玉米 水稻 小麦 油茶 稻 鱼 桃
  橙 柑橘 猪 牛 羊 鸡 鸭 鹅 蜂 肉牛 奶牛 生猪 家禽 水产 特种 特色 优质 高标准 农田 耕地 土地 质量 保护 整理 开发 改革 试点 发展 扶持 支持 壮大 推广 技术
  服务 体系 平台 信息 信息化 数字 电商 电子商务 物流 冷链 仓储 冷库 保鲜库 车间 厂房 光伏 发电 电站 电网 改扩 广场 活动 活动室 活动中心 文体 健身 休闲 图书
  卫生室 卫生院 医院 养老院 敬老院 动物 防疫 防疫员 防控 病虫害 绿色 新品种 展示 造林 退耕 还林 还草 草原 森林 防火 防洪 防汛 抗旱 地质 灾害 应急 水土
  保持 流域 小流域 综合 一般 重点 大型 中型 小型 中小型 病险 农民 专业 合作社 有限 公司 科技 农牧 牧区 民族 少数 团结 创建 革命 老区 边境 红色 美丽 和美 幸福 宜居
  主干 干 支 斗 毛 便民 生产 田间 产业路 砂石 水泥 柏油 沥青 平板 漫水 石拱 危 文明 卫生 卫生厕所 工程 项目 专项 类 任务 工作 后续 管理 运行 检测 监测 费
  太阳能 家庭 以工代赈 一事一议 财政 中央 省级 市级 县级 区级 年度 和 及 与 的 等 对 用于 推进 实施 开展 完善 加强 解决 第 期 批 段 个 处 座 公里 米 亩 上 下
  排 灌 水 土 路 渠 沟 桥 河 塘 坝 堰 井 林 草 山 低 高 新 旧 老 大 小 主 次 中 内 外 边 护 防 治 退 植 贫 困 共 户用 滴 喷 泵 提 扬 引 输 蓄 淤 截 环 过 滚 挡
  生活 条件 公用 乡镇 城镇 城乡 街道 社区 小区 园区 景区 灌区 片区 居民 安居 老旧 口袋 湿地 综合性 服务站 创业 孵化 致富 带头人 干部 工资 报酬 经费 互助
`)
export const COMMON = new RegExp(COMMON_WORDS, 'g')

/** Nouns that name money: whatever ends with one names a fund. */
export const FUND_NOUN =
  '(?:资金|经费|基金|转移支付|专款|奖补款|补助款|公益金|奖补金|资助金|奖励金|救助金|补偿金|补助金|债券)'
/** Nouns that name money only beside a level of government. */
export const GRANT_NOUN = '(?:补助|补贴|奖补|奖励|贴息|保费|投资)'
export const LEVEL_WORD =
  /中央|国家|省级|自治区|省财政|市级|州级|县级|区级|盟级|地级|财政|上级|本级|福利彩票|彩票公益金|国债/

/** A phrase that begins so is an act of transmitting, whatever follows. */
export const TRANSMITS =
  /^(?:关于|转发|印发|下达|下拨|拨付|拨款|核拨|划拨|预拨|批复|申请|请求|恳请|上报|报送|呈报|收到|根据|按照|依据|经.{1,12}(?:研究|批准|同意))/
/** Verbs of work as well: transmitting only when money is their object. */
export const TRANSMITS_MONEY =
  /^(?:追加|安排|调整|收回|清算|结转|兑付|支付|分配|补拨|返还|调剂|列支|划转|核减|追减|请拨).*(?:资金|经费|指标|预算|补助|专款|款项|款)/
export const DOCUMENT_NOUN =
  /(?:通知书?|请示|批复|复函|[^\s涵]函|纪要|通报|报告|公告|公示|决定|意见|方案|汇报|说明|总结|细则|办法|会议|讲话|签报|计划表|分配表|明细表|情况表|一览表|文件)$/
