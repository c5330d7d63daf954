import { type CommandLine, EXIT, UsageError } from '../cli.ts'
import { makeInterfaceKey } from '../identity/interface-key.ts'
import { POSTS } from '../identity/posts.ts'
import { SYSTEM } from '../kernel/actor.ts'
import { divisionNamed, within } from './open.ts'

/** Days that a key lives where nobody says otherwise. */
const DAYS = 180

/** Makes an interface key for another system; it is printed once, on standard output alone. */
export async function interfaceKey(line: CommandLine): Promise<number> {
  const [name] = line.words
  const { account, post, division: code, days } = line.options
  if (!name || typeof account !== 'string' || typeof post !== 'string' || typeof code !== 'string')
    throw new UsageError(
      '需要名称、--account、--post 与 --division · a name, --account, --post and --division are needed',
    )
  if (!POSTS[post]) throw new UsageError(`没有岗位“${post}” · posts: ${Object.keys(POSTS).join(', ')}`)
  const made = await within(line, here =>
    here.run(SYSTEM, async context =>
      makeInterfaceKey(context, {
        name,
        account,
        post,
        division: await divisionNamed(context.tx, code),
        days: typeof days === 'string' ? Number(days) : DAYS,
      }),
    ),
  )
  line.say({
    zh: `接口密钥“${name}”有效至 ${made.endsAt.toISOString().slice(0, 10)}，只显示这一次：`,
    en: `The key “${name}” is valid until ${made.endsAt.toISOString().slice(0, 10)}; it is shown only now:`,
  })
  process.stdout.write(`${made.key}\n`)
  return EXIT.fine
}
