import pg from 'pg';

/** A pool that gives up on a Postgres that does not answer within 3 s. `onError` hears of connections lost while idle. */
export function createPool(databaseUrl: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: 3000,
    query_timeout: 3000,
  });
  pool.on('error', onError);
  return pool;
}
