import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { POSTS } from '../identity/posts.ts'
import { createAccount } from '../identity/sign-in.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { ask } from './ask.ts'
import { divisionNamed, within } from './open.ts'

/** Makes a named account. There are no default passwords: it is asked for here, and must be changed at the first sign-in. */
export async function user(line: CommandLine): Promise<number> {
  const [signInName] = line.words
  const { person, post, division: code, office } = line.options
  if (!signInName || typeof person !== 'string' || typeof post !== 'string')
    throw new UsageError('需要登录名、--person 与 --post · a sign-in name, --person and --post are needed')
  if (!POSTS[post])
    throw new UsageError(
      `没有岗位“${post}” · posts: ${Object.entries(POSTS)
        .map(([key, { zh }]) => `${key} ${zh}`)
        .join(', ')}`,
    )
  const password = await ask('初始密码 first password: ', { hidden: true })
  await within(
    line,
    here =>
      here.run(SYSTEM, async context => {
        const division = typeof code === 'string' ? await divisionNamed(context.tx, code) : 0
        await createAccount(context, {
          signInName,
          name: person,
          ...(typeof office === 'string' ? { office } : {}),
          password,
          mustChange: true,
          holdings: [{ division, post }],
        })
      }),
    { makes: true },
  )
  process.stdout.write(
    `已建立账号 ${signInName}（${person}，${POSTS[post]?.zh}）。 The account is made; its password must be changed at the first sign-in.\n`,
  )
  return EXIT.fine
}
