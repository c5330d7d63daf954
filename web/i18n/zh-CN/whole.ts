/** 上下追溯、明细账的入口，整单红字，结转年限。 */
export const wholeWords = {
  whole: {
    trace: '上下追溯',
    subLedger: '明细账',
    correct: '整单红字',
    document: '原文件',
    entries: '待冲销分录',
    corrected: '已更正分录',
    about: '把该文件记的全部分录一次冲销（已更正的部分不重复），要么全部成功，要么一笔不记。原分录不改不删。',
    first: '该文件的资金已继续流转。请按下列顺序自下而上先行处理，再办理整单红字。',
    post: '登记整单红字',
    limits: '结转年限',
    limitsAbout:
      '结转资金连续结转满规定年限仍未用完的，作为结余收回。年限从某一会计年度起施行，凭文件设定；已有账簿结账的年度不再改。',
    firstYear: '起始年度',
    years: '年限（年）',
    shipped: '随系统提供',
    setLimit: '设定',
    limitSet: '已设定结转年限',
    stored: '已登记整单红字，总账已自动记账',
  },
}
