import { bench } from './cli/bench.ts'
import { difference, prove, trace } from './cli/books.ts'
import { check } from './cli/check.ts'
import { doctor } from './cli/doctor.ts'
import { exportBooks } from './cli/export.ts'
import { importFiles } from './cli/import.ts'
import { interfaceKey } from './cli/interface-key.ts'
import { keys } from './cli/keys.ts'
import { openapi } from './cli/openapi.ts'
import { reconcile } from './cli/reconcile.ts'
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
  /** Options that may be given again; their values are joined by commas. */
  repeated?: readonly string[]
  help: Sentence
}

/** What the books may be asked for, besides a division. */
const VIEW = ['division', 'year', 'from', 'to', 'known']
const BOOK_OPTIONS = [
  ...VIEW,
  'on',
  'format',
  'by',
  'account',
  'fund',
  'agency',
  'project',
  'allotment',
  'match',
  'reason',
  'q',
]

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
    usage: 'import KIND FILE... [--division CODE] [--mapping NAME] [--check] [--data DIR] [--json]',
    valued: ['data', 'division', 'mapping'],
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
    usage: 'verify [--data DIR] [--package FILE.zip [--earlier FILE.zip]] [--json]',
    valued: ['data', 'package', 'earlier'],
    switches: ['json'],
    help: { zh: '由分录重算总账、咬合与封存链', en: 'recomputes ledger, interlock and chains from the entries' },
  },
  export: {
    run: exportBooks,
    usage:
      'export hledger|beancount|audit-package|general-ledger|sub-ledger|balance-sheet|treasury-totals|treasury-vouchers|cut-off|payments [--data DIR] [--out FILE] [--release N] [--division CODE] [--year N] …',
    valued: ['data', 'out', 'release', ...BOOK_OPTIONS],
    help: { zh: '导出账簿、支付明细', en: 'exports the books, and payments' },
  },
  trace: {
    run: trace,
    usage: 'trace REF [--from DAY] [--to DAY] [--known MOMENT] [--data DIR] [--json]',
    valued: ['data', ...VIEW],
    switches: ['json'],
    help: { zh: '流程追溯：上至来源，下至收款人', en: 'up to the sources and down to the payees' },
  },
  prove: {
    run: prove,
    usage: 'prove DOCUMENT | --division CODE [--year N] [--known MOMENT] [--data DIR] [--json]',
    valued: ['data', ...VIEW],
    switches: ['json'],
    help: { zh: '咬合证明', en: 'proves that the levels interlock' },
  },
  difference: {
    run: difference,
    usage: 'difference --division CODE --known A [--known B] [--year N] [--data DIR] [--json]',
    valued: ['data', ...VIEW],
    repeated: ['known'],
    switches: ['json'],
    help: { zh: '两个时点所知的差异', en: 'what changed between two views of the books' },
  },
  reconcile: {
    run: reconcile,
    usage: 'reconcile --division CODE [--year N] [--from DAY] [--to DAY] [--data DIR] [--json]',
    valued: ['data', 'division', 'year', 'from', 'to'],
    switches: ['json'],
    help: { zh: '与国库控制总额对账，差异列到凭证', en: 'against the treasury’s totals, down to the voucher' },
  },
  user: {
    run: user,
    usage: 'user NAME --person 姓名 [--office 股室] [--recovery] [--data DIR]',
    valued: ['data', 'person', 'office'],
    switches: ['recovery'],
    help: {
      zh: '任命首位系统管理员（密码在终端输入）；--recovery 应急另建',
      en: 'appoints the first system administrator (asks for a password); --recovery another',
    },
  },
  'interface-key': {
    run: interfaceKey,
    usage: 'interface-key NAME --account SIGN-IN --post POST --division CODE [--days N] [--data DIR]',
    valued: ['data', 'account', 'post', 'division', 'days'],
    help: { zh: '签发接口密钥（只显示一次）', en: 'makes an interface key (shown once)' },
  },
  openapi: {
    run: openapi,
    usage: 'openapi',
    valued: [],
    help: { zh: '打印接口说明（OpenAPI 3.1）', en: 'prints the interface (OpenAPI 3.1)' },
  },
  keys: {
    run: keys,
    usage: 'keys status|rotate [--cipher sm4|aes] [--data DIR] [--json]',
    valued: ['data', 'cipher'],
    switches: ['json'],
    help: { zh: '查看或更换个人信息密钥', en: 'shows or rotates the keys of personal data' },
  },
  bench: {
    run: bench,
    usage: 'bench NAME [--rows N] [--kind KIND] [--keep DIR]',
    valued: ['data', 'rows', 'seed', 'kind', 'keep'],
    switches: ['json'],
    help: { zh: '可重复的性能测试', en: 'a repeatable benchmark' },
  },
  doctor: {
    run: doctor,
    usage: 'doctor [--data DIR] [--json] [--strict]',
    valued: ['data'],
    switches: ['json', 'strict'],
    help: {
      zh: '检查安装有什么毛病；--strict 有薄弱处即退出码 1',
      en: 'what is wrong with this installation; --strict: 1 if weak',
    },
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
      options[name] =
        command.repeated?.includes(name) && options[name] !== undefined ? `${options[name]},${value}` : value
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
