import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type CommandLine, EXIT } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Installation } from '../platform/installation.ts'
import { ROOT } from '../platform/root.ts'
import { keyFileOf } from '../platform/vault.ts'
import { inboxFindings } from './doctor-inbox.ts'
import { within } from './open.ts'
import { trustedProxies } from './serve.ts'
import { type Finding, ratesFrom, type Settings, weakSettings } from './weak-settings.ts'

const GIB = 1024 ** 3

/** Looks at the installation and says, in sentences, what is weak or wrong and how to mend it. */
export async function doctor(line: CommandLine): Promise<number> {
  const found: Finding[] = []
  const say = (severity: Finding['severity'], code: string, zh: string, en: string) =>
    found.push({ severity, code, zh, en })

  say('fine', 'node', `Node.js ${process.version}。`, `Node.js ${process.version}.`)
  if (!existsSync(join(ROOT, 'dist', 'web', 'index.html')))
    say(
      'wrong',
      'web-not-built',
      '网页尚未构建：请运行 npm run build。',
      'The web pages are not built: run npm run build.',
    )
  if (process.getuid?.() === 0)
    say(
      'weak',
      'running-as-root',
      '正以 root 运行：正式使用请建专用系统用户。',
      'Running as root: use a system user of its own in earnest.',
    )
  try {
    await within(line, async here => {
      const free = statfsSync(here.dataDir)
      const gib = (free.bavail * free.bsize) / GIB
      say(
        gib < 2 ? 'wrong' : gib < 10 ? 'weak' : 'fine',
        'disk',
        `数据盘剩余 ${gib.toFixed(1)} GB。`,
        `${gib.toFixed(1)} GB are free on the data disk.`,
      )
      const keyFile = keyFileOf(here.dataDir)
      const apart = !resolve(keyFile).startsWith(`${resolve(here.dataDir)}/`)
      say(
        apart ? 'fine' : 'weak',
        'key-file',
        `密钥文件在 ${keyFile}，权限 ${(statSync(keyFile).mode & 0o777).toString(8)}${apart ? '' : '，与数据在同一目录：正式使用请用 FUNDWATCH_KEY_FILE 另放'}。`,
        `The key file is ${keyFile}, mode ${(statSync(keyFile).mode & 0o777).toString(8)}${apart ? '' : ', in the data folder: put it elsewhere with FUNDWATCH_KEY_FILE in earnest'}.`,
      )
      if (here.vault.versions.length > 1)
        say(
          'weak',
          'key-rotation-open',
          '换钥没有完成：请再运行 fundwatch keys rotate。',
          'A rotation of the keys is not finished: run fundwatch keys rotate again.',
        )
      for (const path of [
        keyFile.replace(/(\.json)?$/, '-retired.json'),
        join(here.dataDir, 'keys', 'demo-password'),
      ]) {
        const key = basename(path)
        if (existsSync(path) && (statSync(path).mode & 0o077) !== 0)
          say(
            'wrong',
            'key-readable',
            `密钥文件 ${key} 可被他人读取：请改为 600。`,
            `The key file ${key} can be read by others: set it to mode 600.`,
          )
      }
      for (const finding of await inboxFindings(here.run)) found.push(finding)
      await here.run(
        SYSTEM,
        async ({ tx }) => {
          const server = await tx.one<{
            version: string
            fsync: string
            encoding: string
            role: string
            login: string
            super: boolean
          }>(
            `select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('server_encoding') as encoding,
               current_user as role, session_user as login, (select rolsuper from pg_roles where rolname = session_user) as super`,
          )
          say(
            Number.parseInt(server.version, 10) < 15 ? 'wrong' : 'fine',
            'postgresql',
            `PostgreSQL ${server.version}。`,
            `PostgreSQL ${server.version}.`,
          )
          if (server.fsync !== 'on')
            say(
              'wrong',
              'fsync-off',
              'fsync 已关闭，断电会丢数据：请打开。',
              'fsync is off, a power cut loses data: turn it on.',
            )
          if (server.encoding !== 'UTF8')
            say(
              'wrong',
              'encoding',
              `数据库编码为 ${server.encoding}：请用 UTF8 重建。`,
              `The database is encoded in ${server.encoding}: make it anew in UTF8.`,
            )
          if (server.login !== server.role)
            say(
              'weak',
              'one-login',
              '应用与属主共用一个数据库登录：正式使用请为 fundwatch_app 单独设登录。',
              'The app and the owner share one database login: give fundwatch_app a login of its own in earnest.',
            )
          if (server.super)
            say(
              'weak',
              'superuser',
              '数据库登录是超级用户：请换成普通属主。',
              'The database login is a superuser: use an ordinary owner.',
            )
          const demo = await tx.one<{ n: bigint }>(
            `select count(*) as n from identity.account where demo and closed_at is null`,
          )
          if (demo.n > 0n)
            say(
              'weak',
              'demo-accounts',
              `有 ${demo.n} 个演示账号：正式使用前请换新的数据目录。`,
              `There are ${demo.n} demo accounts: start from a new data folder in earnest.`,
            )
          const suspended = await tx.query<{ rule: string; reason: string }>(
            'select rule, reason from rules.suspension',
          )
          for (const { rule, reason } of suspended)
            say('wrong', 'rule-suspended', `规则 ${rule} 已停用：${reason}`, `Rule ${rule} is suspended: ${reason}`)
          const unsealed = await tx.one<{ n: bigint }>('select count(*) as n from ledger.unsealed')
          if (unsealed.n > 1000n)
            say(
              'weak',
              'unsealed',
              `有 ${unsealed.n} 个批次未封存：请检查后台作业。`,
              `${unsealed.n} batches wait for their seal: see whether the jobs run.`,
            )
        },
        { readOnly: true },
      )
      found.push(...weakSettings(await settingsOf(here)))
    })
  } catch (error) {
    if (error instanceof Refusal) for (const fault of error.faults) say('wrong', fault.code, fault.zh, fault.en)
    else {
      const message = error instanceof Error ? error.message : String(error)
      say('wrong', 'cannot-open', `打不开安装：${message}`, `The installation cannot be opened: ${message}`)
    }
  }
  const wrong = found.filter(finding => finding.severity === 'wrong')
  if (line.json) process.stdout.write(`${JSON.stringify({ wrong: wrong.length, findings: found })}\n`)
  else
    for (const { severity, zh, en } of found)
      process.stdout.write(`${{ fine: '✓', weak: '!', wrong: '✗' }[severity]} ${zh} ${en}\n`)
  const weak = found.some(finding => finding.severity === 'weak')
  return wrong.length > 0 || (weak && line.options.strict === true) ? EXIT.refused : EXIT.fine
}

const DAY_MS = 86_400_000
const daysSince = (ms: number): number => Math.floor((Date.now() - ms) / DAY_MS)

/** What the security of this installation depends on, as it stands: environment, files, policy, roles, clocks. */
async function settingsOf(here: Installation): Promise<Settings> {
  const keyFile = keyFileOf(here.dataDir)
  const key = existsSync(keyFile) ? keyFile : null
  const folder = process.env.FUNDWATCH_BACKUP || null
  const backups =
    folder && existsSync(folder) ? readdirSync(folder).map(name => statSync(join(folder, name)).mtimeMs) : []
  const inside = await here.run(
    SYSTEM,
    async ({ tx }) => {
      const policy = await tx.one<{
        password_length: number
        password_kinds: number
        password_days: number | null
        failures_allowed: number
        lock_minutes: number
        idle_minutes: number
        session_hours: number
        second_factor_posts: string[]
      }>('select * from identity.policy')
      const role = await tx.one<{ rights: string[]; owns: number }>(
        `select array_remove(array[case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end,
             case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
             case when rolreplication then 'replication' end], null) as rights,
           (select count(*)::int from pg_class c where c.relowner = r.oid and c.relkind in ('r', 'p')) as owns
         from pg_roles r where rolname = current_user`,
      )
      const clock = await tx.one<{ now: Date; ahead: number | null }>(
        `select clock_timestamp() as now, (select extract(epoch from max(recorded_at) - clock_timestamp())::float8 from audit.entry) as ahead`,
      )
      const tail = await tx.one<{ minutes: number | null }>(
        `select (extract(epoch from clock_timestamp() - min(b.recorded_at)) / 60)::float8 as minutes
         from ledger.unsealed u join ledger.batch b on b.division = u.division and b.id = u.batch`,
      )
      const chains = await tx.one<{ n: number }>('select count(*)::int as n from approvals.published_held_form')
      const kept = await tx.one<{ there: boolean }>(`select to_regclass('audit.retention') is not null as there`)
      const short = kept.there
        ? await tx.query<{ kind: string }>('select kind from audit.retention where keep_months < 6')
        : []
      return { policy, role, clock, tail, chains: chains.n, short, measured: Date.now() }
    },
    { readOnly: true },
  )
  return {
    node: process.version,
    today: new Date().toISOString().slice(0, 10),
    https: process.env.FUNDWATCH_HTTPS === '1',
    proxies: trustedProxies(process.env.FUNDWATCH_PROXY),
    rates: ratesFrom(process.env.FUNDWATCH_LIMITS),
    secondFactorPosts: inside.policy.second_factor_posts,
    passwordLength: inside.policy.password_length,
    passwordKinds: inside.policy.password_kinds,
    passwordDays: inside.policy.password_days,
    failuresAllowed: inside.policy.failures_allowed,
    lockMinutes: inside.policy.lock_minutes,
    idleMinutes: inside.policy.idle_minutes,
    sessionHours: inside.policy.session_hours,
    dataMode: statSync(here.dataDir).mode,
    keyFile: key
      ? { mode: statSync(key).mode, ageDays: daysSince(statSync(key).mtimeMs), folderMode: statSync(dirname(key)).mode }
      : null,
    appRights: inside.role.rights,
    appOwns: inside.role.owns,
    backup: { folder, ageDays: backups.length > 0 ? daysSince(Math.max(...backups)) : null },
    clockOffSeconds: (inside.clock.now.getTime() - inside.measured) / 1000,
    auditAheadSeconds: inside.clock.ahead ?? 0,
    oldestUnsealedMinutes: inside.tail.minutes,
    chains: inside.chains,
    shortRetention: inside.short.map(one => one.kind),
  }
}
