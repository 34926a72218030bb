import pg from 'pg';
import type { Sql } from './users.ts';

export interface PoolOptions {
  databaseUrl: string;
  /** The most connections that are open at once. */
  size: number;
  /** Hears of connections that were lost while idle. */
  onError: (error: Error) => void;
}

/** Connections to one Postgres, or to a PgBouncer in front of it. */
export interface Pool extends Sql {
  end(): Promise<void>;
}

/** Thrown where a statement gets no connection, because all are in use. */
export class PoolFullError extends Error {
  override readonly name = 'PoolFullError';

  constructor(size: number) {
    super(
      `None of the ${size} connections to Postgres became free: see whether it answers and what is slow there, or raise DATABASE_POOL_SIZE`,
    );
  }
}

/** Thrown at once while Postgres does not answer, but for one statement at a time that finds out whether it does again. */
export class PoolDownError extends Error {
  override readonly name = 'PoolDownError';

  constructor() {
    super('Postgres did not answer before, and has not since');
  }
}

const WAIT_MS = 3000;
/** Statements that wait for each connection; what comes on top is refused at once. */
const MOST_WAITING = 100;
const STATEMENT_MS = 3000;
/** Postgres gives up first, so that a statement does not go on there after nobody waits for it. */
const ANSWER_MS = STATEMENT_MS + 500;

/**
 * A pool whose statements wait 3 s for a connection at most, and run for 3 s: then the server ends them. One that does
 * not answer at all is given up half a second later, and then one statement at a time tries until one is answered:
 * nobody else waits for it. PgBouncer refuses to set the server's limit, and is connected to without it.
 *
 * `query` throws a PoolFullError where no connection becomes free, a PoolDownError where another statement finds out
 * whether Postgres answers again, else what `pg` throws.
 */
export function createPool({ databaseUrl, size, onError }: PoolOptions): Pool {
  const open = (limits: pg.PoolConfig) => {
    const opened = new pg.Pool({
      connectionString: databaseUrl,
      application_name: 'cruddur-messages',
      max: size,
      connectionTimeoutMillis: WAIT_MS,
      query_timeout: ANSWER_MS,
      keepAlive: true,
      ...limits,
    });
    opened.on('error', onError);
    return opened;
  };
  const limited = open({ statement_timeout: STATEMENT_MS });
  let unlimited: pg.Pool | undefined;

  let isDown = false;
  let isTrying = false;

  const ask: Sql['query'] = async (statement) => {
    const pool = unlimited ?? limited;
    if (pool.waitingCount >= size * MOST_WAITING) throw new PoolFullError(size);
    try {
      return await pool.query(statement);
    } catch (error) {
      if (isWaitOver(error)) throw new PoolFullError(size);
      if (!isRefusedLimit(error)) throw error;
      return (unlimited ??= open({})).query(statement);
    }
  };

  return {
    async query(statement) {
      if (isDown && isTrying) throw new PoolDownError();
      const tries = isDown;
      isTrying ||= tries;
      try {
        const answer = await ask(statement);
        isDown = false;
        return answer;
      } catch (error) {
        isDown ||= isSilence(error);
        throw error;
      } finally {
        if (tries) isTrying = false;
      }
    },
    async end() {
      await Promise.all([limited.end(), unlimited?.end()]);
    },
  };
}

/** What `pg` says where no connection became free; of one that cannot be made it says something else. */
function isWaitOver(error: unknown): boolean {
  return error instanceof Error && error.message === 'timeout exceeded when trying to connect';
}

/** What `pg` says of a server that neither answers nor refuses. */
function isSilence(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(Query read timeout|Connection terminated due to connection timeout)$/.test(error.message)
  );
}

/** PgBouncer, unless its `ignore_startup_parameters` names it. */
function isRefusedLimit(error: unknown): boolean {
  return error instanceof Error && error.message.includes('unsupported startup parameter: statement_timeout');
}
