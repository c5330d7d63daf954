import {
  type CronItem,
  parseCronItems,
  type Runner,
  runMigrations,
  run as startWorker,
  type TaskList,
} from 'graphile-worker'
import { SYSTEM } from '../../kernel/actor.ts'
import type { Run } from '../context.ts'
import type { Pool } from '../database/pool.ts'
import type { Part } from '../part.ts'

/** The queue's own tables; as the owner, before ours. */
export const prepareQueue = (ownerPool: Pool): Promise<void> => runMigrations({ pgPool: ownerPool, logger: silent() })

function silent() {
  return { error() {}, warn() {}, info() {}, debug() {}, scope: () => silent() } as never
}

/**
 * Works the queue inside the server: each part's jobs by name, their schedules, and the news (`event`) that parts listen to.
 * A job that throws is tried again, later and later, ten times.
 */
export async function workQueue(ownerPool: Pool, parts: readonly Part[], run: Run): Promise<Runner> {
  const tasks: TaskList = {
    event: async payload => {
      const { topic, ...news } = payload as { topic: string } & Record<string, unknown>
      for (const part of parts) {
        const listener = part.listens?.[topic]
        if (listener) await run(SYSTEM, context => listener(context, news))
      }
    },
  }
  const crontab: CronItem[] = []
  for (const part of parts) {
    for (const [name, job] of Object.entries(part.jobs ?? {})) {
      const task = `${part.name}:${name}`
      const once = { jobKey: task, maxAttempts: 3 }
      tasks[task] = async payload => job.work(run, (payload ?? {}) as Record<string, unknown>)
      if (job.everyMinutes) crontab.push({ task, match: `*/${job.everyMinutes} * * * *`, options: once })
      if (job.dailyAt) {
        // The queue counts in UTC; Beijing is eight hours ahead and keeps no summer time.
        const [hours = 0, minutes = 0] = job.dailyAt.split(':').map(Number)
        crontab.push({ task, match: `${minutes} ${(hours + 16) % 24} * * *`, options: once })
      }
    }
  }
  return startWorker({
    pgPool: ownerPool,
    taskList: tasks,
    parsedCronItems: parseCronItems(crontab),
    concurrency: 2,
    noHandleSignals: true,
    logger: silent(),
  })
}
