import { existsSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type CommandLine, EXIT } from '../cli.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { Refusal, type Sentence } from '../kernel/refusal.ts'
import { ROOT } from '../platform/root.ts'
import { within } from './open.ts'

interface Finding extends Sentence {
  code: string
  severity: 'fine' | 'weak' | 'wrong'
}

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
      for (const key of ['vault.json', 'demo-password']) {
        const path = join(here.dataDir, 'keys', key)
        if (existsSync(path) && (statSync(path).mode & 0o077) !== 0)
          say(
            'wrong',
            'key-readable',
            `密钥文件 ${key} 可被他人读取：请改为 600。`,
            `The key file ${key} can be read by others: set it to mode 600.`,
          )
      }
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
  return wrong.length === 0 ? EXIT.fine : EXIT.refused
}
