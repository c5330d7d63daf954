import { RATES, type Rates } from '../platform/http/limits.ts'

/** What `doctor` says: a sentence with its mend. `weak` works, but not for earnest use; `wrong` does not hold what is promised. */
export interface Finding {
  code: string
  severity: 'fine' | 'weak' | 'wrong'
  zh: string
  en: string
}

/** What the security of an installation depends on, gathered by `doctor`. Ages in days, modes as the file system has them. */
export interface Settings {
  node: string
  /** The day of looking, YYYY-MM-DD. */
  today: string
  https: boolean
  proxies: readonly string[]
  rates: Rates
  secondFactorPosts: readonly string[]
  passwordLength: number
  passwordKinds: number
  passwordDays: number | null
  failuresAllowed: number
  lockMinutes: number
  idleMinutes: number
  sessionHours: number
  dataMode: number
  keyFile: { mode: number; ageDays: number; folderMode: number } | null
  /** Rights of the role that the application works as, by PostgreSQL's names. */
  appRights: readonly string[]
  /** Tables that the application's role owns: an owner is not held by grants. */
  appOwns: number
  backup: { folder: string | null; ageDays: number | null }
  /** The database's clock less ours, in seconds. */
  clockOffSeconds: number
  /** How far the latest entry of the audit lies ahead of now, in seconds; none is negative. */
  auditAheadSeconds: number
  oldestUnsealedMinutes: number | null
  /** Chains of approval in force today, in all divisions. */
  chains: number
  /** Kinds of records that are deleted before six months are over. */
  shortRetention: readonly string[]
}

// The last day on which a line of Node.js is mended, by its makers' schedule.
const NODE_ENDS: Record<number, string> = { 20: '2026-04-30', 22: '2027-04-30', 24: '2028-04-30', 26: '2029-04-30' }
const ADMINISTRATORS = ['system-admin', 'security-admin', 'auditor']
const KEY_DAYS = 365
const BACKUP_DAYS = 2
const OFF_SECONDS = 5
const UNSEALED_MINUTES = 15

const octal = (mode: number): string => (mode & 0o777).toString(8)

/** The limits of `FUNDWATCH_LIMITS`, as `address=1200,person=600,sign-in=60`; what is not said is as it is by itself. Throws on other text. */
export function ratesFrom(stated = ''): Rates {
  const rates = { ...RATES }
  for (const part of stated.split(',').filter(one => one.trim() !== '')) {
    const [, name, number] = /^\s*(address|person|sign-in)=(\d{1,9})\s*$/.exec(part) ?? []
    if (!name || Number(number) === 0)
      throw new Error(
        `FUNDWATCH_LIMITS “${part}”: 应写作 address=1200,person=600,sign-in=60 · write it as address=1200,person=600,sign-in=60`,
      )
    rates[name === 'sign-in' ? 'signIn' : (name as 'address' | 'person')] = Number(number)
  }
  return rates
}

/** Every weak setting, in sentences; nothing where all is as it should be. */
export function weakSettings(settings: Settings): Finding[] {
  const found: Finding[] = []
  const say = (severity: Finding['severity'], code: string, zh: string, en: string) =>
    found.push({ severity, code, zh, en })

  const major = Number(/^v?(\d+)/.exec(settings.node)?.[1] ?? 0)
  const ends = NODE_ENDS[major]
  if (major < 20 || (ends !== undefined && ends < settings.today))
    say(
      'weak',
      'node-old',
      `Node.js ${settings.node} 已不再维护：请升级到维护中的长期支持版。`,
      `Node.js ${settings.node} is no longer mended: move to a long-term version that is.`,
    )
  if (!settings.https)
    say(
      'weak',
      'no-tls',
      '没有启用 TLS：请在前面放置 TLS 代理，并设 FUNDWATCH_HTTPS=1。',
      'No TLS: put a TLS proxy in front, and set FUNDWATCH_HTTPS=1.',
    )
  else if (settings.proxies.length === 0)
    say(
      'weak',
      'proxy-unnamed',
      '有 TLS 代理但未指明其地址，审计与限速都记为代理的地址：请设 FUNDWATCH_PROXY。',
      'There is a TLS proxy without a name, so audit and limits see its address only: set FUNDWATCH_PROXY.',
    )
  if (settings.proxies.some(one => /\/0$|^\*$|^true$/.test(one)))
    say(
      'wrong',
      'proxy-anyone',
      'FUNDWATCH_PROXY 信任所有地址，任何人都能伪造来源：请只写代理的地址。',
      'FUNDWATCH_PROXY trusts every address, so anyone can forge theirs: name the proxy alone.',
    )
  for (const [name, word, now, usual] of [
    ['address', '每个地址', settings.rates.address, RATES.address],
    ['person', '每人', settings.rates.person, RATES.person],
    ['sign-in', '登录', settings.rates.signIn, RATES.signIn],
  ] as const)
    if (now > usual * 5)
      say(
        'weak',
        'rate-open',
        `${word}每分钟请求上限为 ${now}，过于宽松：请在 FUNDWATCH_LIMITS 中改为 ${name}=${usual}。`,
        `The limit “${name}” is ${now} requests a minute, too open: set ${name}=${usual} in FUNDWATCH_LIMITS.`,
      )

  const without = ADMINISTRATORS.filter(post => !settings.secondFactorPosts.includes(post))
  if (without.length > 0)
    say(
      'weak',
      'second-factor-not-required',
      `未要求管理岗使用双因素登录（${without.join('、')}）：请安全管理员在安全策略中设置。`,
      `No second factor is asked of ${without.join(', ')}: let the security administrator require it in the policy.`,
    )
  const policy: [boolean, string, string, string][] = [
    [
      settings.passwordLength < 10,
      'password-short',
      `密码最短 ${settings.passwordLength} 位，应至少 10 位`,
      `Passwords may have ${settings.passwordLength} characters; ask for 10 at least`,
    ],
    [
      settings.passwordKinds < 3,
      'password-kinds',
      `密码只要求 ${settings.passwordKinds} 类字符，应至少 3 类`,
      `Passwords need ${settings.passwordKinds} kinds of characters; ask for 3 at least`,
    ],
    [
      settings.passwordDays === null || settings.passwordDays > 180,
      'password-age',
      `密码有效期为${settings.passwordDays === null ? '不限' : `${settings.passwordDays} 天`}，应不超过 180 天`,
      `Passwords hold ${settings.passwordDays === null ? 'for ever' : `${settings.passwordDays} days`}; ask for a new one within 180`,
    ],
    [
      settings.failuresAllowed > 5,
      'failures-many',
      `允许连续输错 ${settings.failuresAllowed} 次，应不超过 5 次`,
      `${settings.failuresAllowed} failures are allowed; 5 are enough`,
    ],
    [
      settings.lockMinutes < 15,
      'lock-short',
      `锁定只有 ${settings.lockMinutes} 分钟，应至少 15 分钟`,
      `A lock lasts ${settings.lockMinutes} minutes; make it 15 at least`,
    ],
    [
      settings.idleMinutes > 30,
      'idle-long',
      `闲置 ${settings.idleMinutes} 分钟才退出，应不超过 30 分钟`,
      `A session may lie idle for ${settings.idleMinutes} minutes; make it 30 at most`,
    ],
    [
      settings.sessionHours > 12,
      'session-long',
      `会话最长 ${settings.sessionHours} 小时，应不超过 12 小时`,
      `A session may last ${settings.sessionHours} hours; make it 12 at most`,
    ],
  ]
  for (const [weak, code, zh, en] of policy)
    if (weak)
      say('weak', code, `${zh}：请安全管理员修改安全策略。`, `${en}: let the security administrator change the policy.`)

  if ((settings.dataMode & 0o007) !== 0)
    say(
      'weak',
      'data-folder-open',
      `数据目录对其他用户开放（${octal(settings.dataMode)}）：请运行 chmod 700。`,
      `The data folder is open to other users (${octal(settings.dataMode)}): run chmod 700 on it.`,
    )
  if (settings.keyFile) {
    const { mode, ageDays, folderMode } = settings.keyFile
    if ((mode & 0o077) !== 0)
      say(
        'wrong',
        'key-file-open',
        `密钥文件可被他人读取（${octal(mode)}）：请改为 600，并更换密钥。`,
        `The key file can be read by others (${octal(mode)}): set it to 600, and change the key.`,
      )
    if ((folderMode & 0o022) !== 0)
      say(
        'wrong',
        'key-folder-open',
        `密钥目录可被他人写入（${octal(folderMode)}）：请改为 700。`,
        `The folder of the keys can be written by others (${octal(folderMode)}): set it to 700.`,
      )
    if (ageDays > KEY_DAYS)
      say(
        'weak',
        'key-old',
        `密钥已使用 ${ageDays} 天：请按规定更换。`,
        `The key is ${ageDays} days old: change it as your rules ask.`,
      )
  }
  if (settings.appRights.length > 0)
    say(
      'wrong',
      'app-role-rights',
      `应用的数据库角色有不该有的权力（${settings.appRights.join('、')}）：请用 alter role 收回。`,
      `The application's database role holds rights it must not (${settings.appRights.join(', ')}): take them away by alter role.`,
    )
  if (settings.appOwns > 0)
    say(
      'wrong',
      'app-role-owns',
      `应用的数据库角色是 ${settings.appOwns} 张表的属主，授权管不住它：请把属主改回。`,
      `The application's database role owns ${settings.appOwns} tables, which no grant can hold: give them back to the owner.`,
    )
  const { folder, ageDays } = settings.backup
  if (folder === null)
    say(
      'weak',
      'backup-unknown',
      '不知道备份在哪里：请安排备份，并设 FUNDWATCH_BACKUP 为备份目录。',
      'Nothing says where the backups are: arrange for them, and set FUNDWATCH_BACKUP to their folder.',
    )
  else if (ageDays === null || ageDays > BACKUP_DAYS)
    say(
      'wrong',
      'backup-old',
      `备份目录“${folder}”${ageDays === null ? '中没有备份' : `最近的备份已有 ${ageDays} 天`}：请检查备份作业。`,
      `The backup folder “${folder}” ${ageDays === null ? 'holds no backup' : `has none younger than ${ageDays} days`}: see whether the backup runs.`,
    )
  if (Math.abs(settings.clockOffSeconds) > OFF_SECONDS)
    say(
      'weak',
      'clock-off',
      `数据库与本机的时钟相差 ${Math.round(settings.clockOffSeconds)} 秒：请对时（NTP）。`,
      `The clocks of database and server are ${Math.round(settings.clockOffSeconds)} seconds apart: set them by NTP.`,
    )
  if (settings.auditAheadSeconds > OFF_SECONDS)
    say(
      'wrong',
      'clock-back',
      `最近的审计记录晚于现在 ${Math.round(settings.auditAheadSeconds)} 秒，时钟被拨回过：请对时（NTP）。`,
      `The latest audit entry lies ${Math.round(settings.auditAheadSeconds)} seconds ahead, so the clock was set back: set it by NTP.`,
    )
  if (settings.oldestUnsealedMinutes !== null && settings.oldestUnsealedMinutes > UNSEALED_MINUTES)
    say(
      'weak',
      'unsealed-old',
      `最早的未封存批次已等待 ${Math.round(settings.oldestUnsealedMinutes)} 分钟：请检查后台作业。`,
      `The oldest batch without a seal has waited ${Math.round(settings.oldestUnsealedMinutes)} minutes: see whether the jobs run.`,
    )
  if (settings.chains === 0)
    say(
      'weak',
      'no-chains',
      '没有一条审批链生效，业务单一人经办即入账：请在“审批链”页面按内控制度设置。',
      'No chain of approval is in force, so one person alone posts a form: set chains on the page of chains, as the rules of internal control ask.',
    )
  if (settings.shortRetention.length > 0)
    say(
      'wrong',
      'retention-short',
      `审计记录保存不足六个月（${settings.shortRetention.join('、')}）：请改为至少六个月。`,
      `Records of the audit are kept less than six months (${settings.shortRetention.join(', ')}): keep them six at least.`,
    )
  return found
}
