import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { open, parts } from '../app.ts'
import { intercept } from '../approvals/submit.ts'
import { auditPort } from '../audit/record.ts'
import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { visitorOfKey } from '../identity/interface-key.ts'
import { standingOf, visitorOf } from '../identity/visitor.ts'
import { resumeImports } from '../imports/resume.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { standingOn, systemClock } from '../kernel/clock.ts'
import { inTransaction } from '../platform/database/transaction.ts'
import { buildServer, type ServerPorts } from '../platform/http/server.ts'
import type { Installation } from '../platform/installation.ts'
import { workQueue } from '../platform/jobs/queue.ts'
import { ROOT } from '../platform/root.ts'
import { DEMO_ACCOUNTS, demoAsOf, loadDemo } from './demo.ts'
import { ratesFrom } from './weak-settings.ts'

const HOW: Record<string, { zh: string; en: string }> = {
  created: { zh: '已新建数据库。', en: 'A new database was made.' },
  started: { zh: '数据库已启动。', en: 'The database is started.' },
  joined: { zh: '已连上正在运行的数据库。', en: 'Joined the database that is running.' },
  adopted: {
    zh: '上次服务没有正常退出：已接管仍在运行的数据库，数据完好。',
    en: 'The last server did not end orderly: its database was still running and has been adopted; nothing is lost.',
  },
  recovered: {
    zh: '上次数据库没有正常关闭：已自动恢复，已提交的数据完好。',
    en: 'The database had not been shut down orderly: it has recovered, and what was committed is there.',
  },
}

/** The application over an installation that is open: what `serve` listens with and the tests call. */
export function buildApp(
  here: Installation,
  options: Partial<Pick<ServerPorts, 'secureCookies' | 'log' | 'logTo' | 'trustedProxies' | 'rates' | 'patience'>> = {},
) {
  return buildServer({
    parts,
    run: here.run,
    authenticate: async (token, address, wanted) => {
      const visitor = await here.run(SYSTEM, context => visitorOf(context, token, wanted), { address })
      return (
        visitor && {
          ...visitor,
          standing: permission => here.run(SYSTEM, context => standingOf(context, visitor, permission)),
        }
      )
    },
    authenticateKey: (key, address, wanted) =>
      here.run(SYSTEM, context => visitorOfKey(context, key, wanted), { address }),
    refused: (actor, address, route, refusal) =>
      inTransaction(here.pool, { actor: actor ?? SYSTEM, clock: systemClock }, tx =>
        auditPort.refused(tx, actor ?? { ...SYSTEM, id: -1, name: '匿名' }, address, route, refusal),
      ),
    webFolder: join(ROOT, 'dist', 'web'),
    temporaryFolder: join(here.dataDir, 'tmp'),
    secureCookies: options.secureCookies ?? false,
    log: options.log ?? false,
    intercept,
    holdAnswers: process.env.FUNDWATCH_HOLD_ANSWERS === '1',
    trustedProxies: options.trustedProxies ?? [],
    ...(options.logTo ? { logTo: options.logTo } : {}),
    ...(options.rates ? { rates: options.rates } : {}),
    ...(options.patience ? { patience: options.patience } : {}),
  })
}

/** The proxies in front of us, from `FUNDWATCH_PROXY`: addresses or networks, with commas between them. */
export const trustedProxies = (stated = ''): string[] =>
  stated
    .split(',')
    .map(one => one.trim())
    .filter(Boolean)

/** Starts everything, says where it is and how to sign in, and stops everything on Ctrl-C. */
export async function serve(line: CommandLine): Promise<number> {
  const port = Number(line.options.port ?? process.env.PORT ?? 8080)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`端口“${line.options.port}”不对 · no such port “${line.options.port}”`)
  const host = typeof line.options.host === 'string' ? line.options.host : '127.0.0.1'
  const demoDay = line.options.demo === true ? demoAsOf() : null
  const here = await open({
    dataDir: line.dataDir,
    databaseUrl: line.databaseUrl,
    progress: line.say,
    ...(demoDay ? { clock: standingOn(demoDay) } : {}),
  })
  try {
    if (here.embedded) line.say(HOW[here.embedded.how] ?? HOW.started!)
    const demo = line.options.demo === true && (await loadDemo(here, line.say))
    // An upload that a killed server left behind holds account numbers in the clear.
    rmSync(join(here.dataDir, 'tmp'), { recursive: true, force: true })
    const resumed = await resumeImports(
      here.run,
      parts.flatMap(part => part.importers ?? []),
    )
    if (resumed.resumed > 0)
      line.say({
        zh: `已接着完成 ${resumed.resumed} 个中断的导入。`,
        en: `${resumed.resumed} interrupted imports were finished.`,
      })
    if (resumed.broken > 0)
      line.say({
        zh: `有 ${resumed.broken} 个导入中断，没有存入：请重新导入。`,
        en: `${resumed.broken} imports were broken off and stored nothing more: import them again.`,
      })
    const server = await buildApp(here, {
      secureCookies: process.env.FUNDWATCH_HTTPS === '1',
      log: true,
      trustedProxies: trustedProxies(process.env.FUNDWATCH_PROXY),
      rates: ratesFrom(process.env.FUNDWATCH_LIMITS),
    })
    const queue = await workQueue(here.ownerPool, parts, here.run)
    try {
      await server.listen({ port, host })
    } catch (error) {
      await queue.stop()
      if ((error as { code?: string }).code === 'EADDRINUSE') {
        process.stderr.write(
          `端口 ${port} 已被占用：请用 --port 换一个。 Port ${port} is in use: choose another with --port.\n`,
        )
        return EXIT.refused
      }
      throw error
    }
    const address = server.addresses()[0]
    process.stdout.write(
      `\n  fundwatch 已启动 is running: http://${host}:${typeof address === 'object' ? address.port : port}/\n`,
    )
    if (demo)
      process.stdout.write(
        `  演示账号 demo accounts (--demo): ${DEMO_ACCOUNTS.map(account => `${account.signInName}`).join(' · ')}\n  密码 password: ${demo.password}\n  演示中的“今天”是 ${demoDay}。 In the demo, today is ${demoDay}.\n`,
      )
    else process.stdout.write('  建立账号 make an account: npx fundwatch user NAME --person 姓名\n')
    process.stdout.write('  按 Ctrl-C 停止 stops it.\n\n')
    await new Promise<void>(resolve => {
      let stopping = false
      const stop = async () => {
        if (stopping) return
        stopping = true
        line.say({ zh: '正在停止…', en: 'Stopping…' })
        await server.close()
        await queue.stop()
        resolve()
      }
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
    })
    return EXIT.fine
  } finally {
    await here.close()
  }
}
