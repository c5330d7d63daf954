/** 稽核包一页的用语。 */
export const proof = {
  auditPackage: {
    package: '稽核包',
    holds:
      '本级及以下区划的全部账簿：每张表一个 CSV 文件，另附数据字典、行数与合计、每个文件的 SM3 摘要、各封存链的末端。',
    withheld: '姓名、银行账号、用途、备注已略去或脱敏。下载会记入审计日志。',
    download: '下载稽核包',
    check: '怎样核对',
    checkAnywhere: '在任何装有 Python 3 的电脑上，解压出包内的 check_package.py 后运行，不需要数据库，也不需要本系统：',
    checkHere: '装有本系统时：',
    heads: '请把 manifest.json 中的封存链末端（heads）抄录存档：以后的包必须仍含这些末端，否则已封存的账曾被改动。',
  },
}
