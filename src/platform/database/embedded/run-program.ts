import { spawn } from 'node:child_process'

/** The account that PostgreSQL runs under when we are root; PostgreSQL itself refuses root. */
export interface ServerUser {
  uid: number
  gid: number
  name: string
}

export interface Outcome {
  /** Exit code; null when the program could not be started or was killed. */
  code: number | null
  /** `ENOENT`, `EACCES` … when it could not be started at all. */
  error?: string
  /** What it said on both streams, the last 64 kB. */
  output: string
}

const OUTPUT_KEPT_CHARS = 65_536

/**
 * What PostgreSQL needs of our environment and nothing else: no PG* variable that would redirect it, no secret of ours
 * in /proc/<pid>/environ of a server that outlives us, and plain C messages that can be matched.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR']
  // The packaged programs carry their own libraries; only a system's PostgreSQL may need to be told where its lie.
  if (process.env.PGBIN) names.push('LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH')
  const environment: NodeJS.ProcessEnv = { LC_ALL: 'C' }
  for (const name of names) if (process.env[name] !== undefined) environment[name] = process.env[name]
  return environment
}

/** Runs a program to its end, as `user` when one is given (only root may give one). Never throws. */
export function runProgram(file: string, args: string[], user?: ServerUser): Promise<Outcome> {
  return new Promise(resolve => {
    let output = ''
    const child = spawn(file, args, {
      // Our own working folder may be one that the server's user cannot enter.
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    })
    const take = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_KEPT_CHARS)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ code: null, error: error.code, output: error.message }),
    )
    child.on('close', code => resolve({ code, output }))
  })
}

/** The last lines of a program's output or of a log, for a sentence. */
export function lastLines(text: string, count = 6): string {
  return text
    .split(/\r?\n/)
    .filter(line => line.trim() !== '')
    .slice(-count)
    .join('\n')
}
