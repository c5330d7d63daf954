import { bench } from './cli/bench.ts'
import { check } from './cli/check.ts'
import { doctor } from './cli/doctor.ts'
import { exportBooks } from './cli/export.ts'
import { importFiles } from './cli/import.ts'
import { serve } from './cli/serve.ts'
import { user } from './cli/user.ts'
import { verify } from './cli/verify.ts'
import { Refusal, type Sentence } from './kernel/refusal.ts'

/** Exit codes: a stable contract with whoever scripts us. */
export const EXIT = { fine: 0, refused: 1, usage: 2, broken: 3 } as const

/** A command line, taken apart. */
export interface CommandLine {
  words: string[]
  options: Record<string, string | true>
  json: boolean
  dataDir: string
  databaseUrl: string | undefined
  /** Progress and remarks, for people, on stderr. */
  say(sentence: Sentence): void
}

export class UsageError extends Error {}

interface Command {
  run(line: CommandLine): Promise<number>
  usage: string
  /** Options that take a value; all others are switches. */
  valued: readonly string[]
  switches?: readonly string[]
  help: Sentence
}

const COMMANDS: Record<string, Command> = {
  serve: {
    run: serve,
    usage: 'serve [--data DIR] [--port N] [--host ADDRESS] [--demo]',
    valued: ['data', 'port', 'host'],
    switches: ['demo'],
    help: {
      zh: '启动服务与网页；--demo 首次启动时载入样例',
      en: 'the server and its web pages; --demo loads samples/ once',
    },
  },
  import: {
    run: importFiles,
    usage: 'import KIND FILE... [--division CODE] [--check] [--data DIR] [--json]',
    valued: ['data', 'division'],
    switches: ['json', 'check'],
    help: { zh: '导入文件；- 读标准输入；--check 只检查', en: 'takes files in; - reads stdin; --check only looks' },
  },
  check: {
    run: check,
    usage: 'check [--data DIR] [--as-of DATE] [--json]',
    valued: ['data', 'as-of'],
    switches: ['json'],
    help: { zh: '立即运行全部预警规则', en: 'runs every active rule now' },
  },
  verify: {
    run: verify,
    usage: 'verify [--data DIR] [--json]',
    valued: ['data'],
    switches: ['json'],
    help: { zh: '由分录重算总账、咬合与封存链', en: 'recomputes ledger, interlock and chains from the entries' },
  },
  export: {
    run: exportBooks,
    usage: 'export hledger [--data DIR] [--out FILE]',
    valued: ['data', 'out'],
    help: { zh: '导出账簿', en: 'exports the books' },
  },
  user: {
    run: user,
    usage: 'user NAME --person 姓名 --post POST [--division CODE] [--office 股室] [--data DIR]',
    valued: ['data', 'person', 'post', 'division', 'office'],
    help: { zh: '建立实名账号（密码在终端输入）', en: 'makes a named account (the password is asked for)' },
  },
  bench: {
    run: bench,
    usage: 'bench NAME [--rows N]',
    valued: ['data', 'rows', 'seed'],
    switches: ['json'],
    help: { zh: '可重复的性能测试', en: 'a repeatable benchmark' },
  },
  doctor: {
    run: doctor,
    usage: 'doctor [--data DIR] [--json]',
    valued: ['data'],
    switches: ['json'],
    help: { zh: '检查安装有什么毛病', en: 'what is wrong with this installation' },
  },
}

function help(): string {
  const width = Math.max(...Object.values(COMMANDS).map(command => command.usage.length))
  return `fundwatch 财政专项资金动态监控平台\n\n${Object.values(COMMANDS)
    .map(command => `  fundwatch ${command.usage.padEnd(width)}  ${command.help.zh} · ${command.help.en}`)
    .join(
      '\n',
    )}\n\n  DATABASE_URL: PostgreSQL 15+ instead of the embedded one · PGBIN: a system's PostgreSQL binaries\n`
}

function take(args: readonly string[], command: Command): CommandLine {
  const words: string[] = []
  const options: Record<string, string | true> = {}
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!
    if (!arg.startsWith('--')) {
      words.push(arg)
      continue
    }
    const [name = '', inline] = arg.slice(2).split(/=(.*)/s)
    if (command.valued.includes(name)) {
      const value = inline ?? args[++i]
      if (value === undefined) throw new UsageError(`--${name} needs a value · --${name} 缺少取值`)
      options[name] = value
    } else if (command.switches?.includes(name)) options[name] = true
    else throw new UsageError(`unknown option --${name} · 没有选项 --${name}`)
  }
  return {
    words,
    options,
    json: options.json === true,
    dataDir: typeof options.data === 'string' ? options.data : process.env.FUNDWATCH_DATA || 'data',
    databaseUrl: process.env.DATABASE_URL || undefined,
    say: sentence => process.stderr.write(`${sentence.zh} ${sentence.en}\n`),
  }
}

/** Runs one command; the exit code is the answer. */
export async function main(args: string[]): Promise<number> {
  const [name = '', ...rest] = args
  const command = COMMANDS[name]
  if (!command) {
    const asked = name === '' || name === 'help' || name === '--help'
    process[asked ? 'stdout' : 'stderr'].write(
      `${asked ? '' : `没有命令“${name}” · no command “${name}”\n\n`}${help()}`,
    )
    return asked ? EXIT.fine : EXIT.usage
  }
  if (rest.includes('--help')) {
    process.stdout.write(`fundwatch ${command.usage}\n  ${command.help.zh} · ${command.help.en}\n`)
    return EXIT.fine
  }
  const wantsJson = rest.includes('--json')
  try {
    return await command.run(take(rest, command))
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n用法 usage: fundwatch ${command.usage}\n`)
      return EXIT.usage
    }
    if (error instanceof Refusal) {
      if (wantsJson)
        process.stdout.write(
          `${JSON.stringify({ refused: true, count: error.count, faults: error.faults, repairs: error.repairs })}\n`,
        )
      else {
        for (const fault of error.faults) process.stderr.write(`✗ ${fault.zh}\n  ${fault.en}\n`)
        if (error.count > 1)
          process.stderr.write(
            `共 ${error.count} 处问题，没有存入任何数据。 ${error.count} faults; nothing was stored.\n`,
          )
      }
      return EXIT.refused
    }
    process.stderr.write(
      `出错 broken: ${error instanceof Error ? (process.env.FUNDWATCH_DEBUG ? error.stack : error.message) : String(error)}\n`,
    )
    if (wantsJson)
      process.stdout.write(`${JSON.stringify({ broken: true, message: String((error as Error).message ?? error) })}\n`)
    return EXIT.broken
  }
}
