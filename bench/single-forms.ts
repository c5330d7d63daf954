import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Issued, issue } from '../src/allotments/issue.ts'
import { SYSTEM } from '../src/kernel/actor.ts'
import { fen } from '../src/kernel/money.ts'
import type { Installation } from '../src/platform/installation.ts'
import { type Benchmark, type BenchPlace, type Measured, timed } from './frame.ts'

const CLIENTS = 16
/** TPC-B's accounts: a hundred thousand a branch, a branch for each client. */
const SCALE = CLIENTS

/** Forms of one line, each in a durable transaction of its own, against pgbench's TPC-B on the same server. */
export const benchmark: Benchmark = {
  name: 'single-forms',
  title: `forms of one line (register, assign, refine in turn) through the use case, ${CLIENTS} clients, durable commits`,
  baseline: `pgbench TPC-B with ${CLIENTS} clients on the same server, as many transactions (transactions per second of ours over its)`,
  defaultRows: 12_000,
  aim: 0.5,
  better: 'more',
  run,
}

async function run(place: BenchPlace): Promise<Measured> {
  const { installation, rows, say } = place
  await arrange(installation)
  const each = Math.ceil(rows / CLIENTS)
  await forms(installation, 60)
  const before = process.cpuUsage()
  const ours = await timed(() => forms(installation, each))
  const { user, system } = process.cpuUsage(before)
  const count = each * CLIENTS
  say(`${count} forms, ${Math.round(count / ours.seconds)} a second`)
  const theirs = await tpcB(place)
  return {
    seconds: ours.seconds,
    baselineSeconds: count / theirs.perSecond,
    peakMegabytes: ours.peakMegabytes,
    figures: {
      forms: count,
      'forms a second': Math.round(count / ours.seconds),
      'TPC-B a second': Math.round(theirs.perSecond),
      'TPC-B by': theirs.by,
      // One Node process serves all clients: what it computes for a form bounds the forms of a second.
      'processor time of this process a form, ms': Math.round((user + system) / count / 10) / 100,
      'slowest of a hundred forms, ms': slowest(ours.value),
    },
  }
}

const slowest = (milliseconds: number[]): number =>
  Math.round(milliseconds.sort((a, b) => a - b)[Math.floor(milliseconds.length * 0.99)] ?? 0)

/** A county for each client, with a fund, an agency and a project. */
async function arrange({ ownerPool }: Installation): Promise<void> {
  await ownerPool.query(`
    insert into divisions.division select generate_series(1, ${CLIENTS});
    insert into divisions.version (division, valid, code, name, level) select id, '[2015-01-01,)', '99' || lpad(id::text, 4, '0') || '000', '样例县' || id, 'county' from divisions.division;
    select divisions.rebuild_scopes();
    insert into funds.catalogue (division, name) values (1, '样例清单');
    insert into funds.fund (catalogue, division, code, name, level) select id, 1, 'F01', '样例专项资金', 'county' from funds.catalogue;
    insert into divisions.agency (division, code, name) select id, 'A1', '样例单位' from divisions.division`)
  await ownerPool.query('analyze')
}

/** Every client takes its lines down, step after step; answers how long each form took, in milliseconds. */
async function forms({ run, ownerPool }: Installation, each: number): Promise<number[]> {
  const { rows } = await ownerPool.query<{ division: number; id: number }>('select division, id from divisions.agency')
  const took: number[] = []
  const client = async ({ division, id: agency }: { division: number; id: number }): Promise<void> => {
    let from: bigint | undefined
    for (let n = 0; n < each; n++) {
      const form = (['register', 'assign', 'refine'] as const)[n % 3]!
      const start = performance.now()
      const issued: Issued = await run(SYSTEM, context =>
        issue(context, {
          division,
          fiscalYear: 2026,
          form,
          effectiveOn: '2026-03-01',
          requestKey: `${process.hrtime.bigint()}-${division}`,
          document: { number: `样财〔2026〕${(n % 999) + 1}号`, title: '关于下达专项资金的通知', dated: '2026-03-01' },
          lines: [
            {
              amount: fen(1_000_000),
              ...(form === 'register' ? { fund: 1 } : { source: from }),
              ...(form === 'refine' ? { agency, functionSubject: '2130504' } : {}),
            },
          ],
        }),
      )
      took.push(performance.now() - start)
      from = issued.lines[0]
    }
  }
  await Promise.all(rows.slice(0, CLIENTS).map(client))
  return took
}

/** PostgreSQL's own benchmark, in a database of its own beside ours; where it is not installed, its statements in our driver. */
async function tpcB({ installation, rows, say }: BenchPlace): Promise<{ perSecond: number; by: string }> {
  const program = pgbench()
  await installation.ownerPool.query('create schema if not exists tpcb')
  if (!program) throw new Error('pgbench is not installed: apt install postgresql-contrib')
  const options = installation.ownerPool.options as unknown as { connectionString?: string } & Record<
    string,
    string | undefined
  >
  const env = {
    ...process.env,
    ...(options.host ? { PGHOST: options.host, PGPORT: String(options.port) } : {}),
    ...(options.user ? { PGUSER: options.user, PGPASSWORD: options.password ?? '', PGDATABASE: options.database } : {}),
    PGOPTIONS: '-c search_path=tpcb',
  }
  const server = options.connectionString ? [options.connectionString] : []
  const made = spawnSync(program, ['-i', '-q', '-s', String(SCALE), ...server], { env, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`pgbench -i: ${made.stderr}`)
  const words = [
    '-n',
    '-c',
    String(CLIENTS),
    '-j',
    '2',
    '-M',
    'prepared',
    '-t',
    String(Math.ceil(rows / CLIENTS)),
    ...server,
  ]
  const text = await new Promise<string>((resolve, reject) => {
    let out = ''
    const child = spawn(program, words, { env })
    child.stdout.on('data', piece => {
      out += piece
    })
    child.stderr.on('data', piece => {
      out += piece
    })
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve(out) : reject(new Error(out))))
  })
  say(text.trim().split('\n').at(-1) ?? '')
  const perSecond = Number(/tps = ([\d.]+)/.exec(text)?.[1])
  return {
    perSecond,
    by: `pgbench ${/pgbench \(PostgreSQL\) (\S+)/.exec(spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? ''}`,
  }
}

function pgbench(): string | null {
  const debian = '/usr/lib/postgresql'
  const places = [
    ...(process.env.PGBIN ? [process.env.PGBIN] : []),
    ...(existsSync(debian) ? readdirSync(debian).map(version => join(debian, version, 'bin')) : []),
  ]
  for (const place of places) if (existsSync(join(place, 'pgbench'))) return join(place, 'pgbench')
  return spawnSync('pgbench', ['--version']).error ? null : 'pgbench'
}
