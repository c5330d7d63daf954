import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { appointSystemAdministrator } from '../identity/appoint.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { ask } from './ask.ts'
import { within } from './open.ts'

/**
 * Appoints the first system administrator of an installation; everybody else comes by permission application. Afterwards it refuses,
 * unless whoever has the machine says `--recovery`, which the audit remembers.
 */
export async function user(line: CommandLine): Promise<number> {
  const [signInName] = line.words
  const { person, office } = line.options
  if (!signInName || typeof person !== 'string')
    throw new UsageError('需要登录名与 --person · a sign-in name and --person are needed')
  const password = await ask('初始密码 first password: ', { hidden: true })
  if (process.stdin.isTTY && password !== (await ask('再输一遍 once more: ', { hidden: true })))
    throw new UsageError('两次输入不一致 · the two passwords differ')
  await within(
    line,
    here =>
      here.run(SYSTEM, context =>
        appointSystemAdministrator(context, {
          signInName,
          name: person,
          ...(typeof office === 'string' ? { office } : {}),
          password,
          recovery: line.options.recovery === true,
        }),
      ),
    { makes: true },
  )
  process.stdout.write(
    `已建立系统管理员 ${signInName}（${person}）；首次登录须修改密码，其他人员凭权限申请表开通。 The system administrator is appointed; the password must be changed at the first sign-in, and everybody else comes by application.\n`,
  )
  return EXIT.fine
}
