import { open } from '../app.ts'
import type { CommandLine } from '../cli.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Installation } from '../platform/installation.ts'

/** Opens the installation that a command line names, works in it, and leaves it as it was found running or not. */
export async function within<T>(
  line: CommandLine,
  work: (here: Installation) => Promise<T>,
  clock?: Clock,
): Promise<T> {
  const here = await open({
    dataDir: line.dataDir,
    databaseUrl: line.databaseUrl,
    progress: line.say,
    ...(clock ? { clock } : {}),
  })
  try {
    return await work(here)
  } finally {
    await here.close()
  }
}
