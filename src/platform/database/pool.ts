import pg from 'pg'

// Whole numbers stay whole: bigint columns are bigint here and strings in JSON; dates are days, not moments.
pg.types.setTypeParser(pg.types.builtins.INT8, text => BigInt(text))
pg.types.setTypeParser(pg.types.builtins.DATE, text => text)
pg.types.setTypeParser(1016 as never, (text: string) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(BigInt)))

export type Pool = pg.Pool
export type Client = pg.PoolClient

/** Where a database is and as whom to speak to it. */
export type Connection = pg.PoolConfig

/**
 * A pool of connections. `role` is taken at connect, for servers where one login serves all duties: what that role may
 * not do, the connection cannot do by accident.
 */
export function openPool(
  connection: Connection,
  options: { role?: string; max?: number; readOnly?: boolean } = {},
): Pool {
  const settings = [
    ...(options.role ? [`-c role=${options.role}`] : []),
    ...(options.readOnly ? ['-c default_transaction_read_only=on'] : []),
    '-c timezone=Asia/Shanghai',
    '-c jit=off',
  ]
  const pool = new pg.Pool({ ...connection, max: options.max ?? 10, options: settings.join(' ') })
  // An idle connection that the server closed is no error of ours: the next query opens a new one.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))
  return pool
}
