import path from 'node:path'
import { refuse } from '../../../kernel/refusal.ts'
import { lastLines, runProgram, type ServerUser } from './run-program.ts'

/**
 * The version of the PostgreSQL whose programs lie in `binDir`, e.g. `18.4`, asked of `postgres --version`, as `user`
 * when one is given. Refuses `embedded-cannot-run` when the program does not start here.
 */
export async function pgVersionOf(binDir: string, user?: ServerUser): Promise<string> {
  const file = path.join(binDir, process.platform === 'win32' ? 'postgres.exe' : 'postgres')
  const outcome = await runProgram(file, ['--version'], user)
  const version = /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(outcome.output)?.[1]
  if (outcome.code === 0 && version) return version
  const said = lastLines(outcome.output, 2) || `exit ${outcome.code}`
  return refuse(
    'missing',
    'embedded-cannot-run',
    `数据库程序 ${file} 无法在本机运行（${said}）。请安装本系统的 PostgreSQL 15 或以上版本，并用环境变量 PGBIN 指明其 bin 目录；或用 DATABASE_URL 指向已有的数据库服务器。`,
    `The database program ${file} does not run on this machine (${said}). Install this system's PostgreSQL 15 or later and name its bin folder in PGBIN, or point DATABASE_URL at a server.`,
    { field: outcome.error === 'EACCES' ? 'permission' : 'PGBIN', value: file },
  )
}

/** `18` of `18.4`: data folders are tied to it. */
export const majorOf = (version: string): number => Number.parseInt(version, 10)
