import pg from 'pg';
import { failureOf, isLost, PoolDownError, PoolFullError, UnansweredError } from './failures.ts';
import type { Sql } from './users.ts';

export interface PoolOptions {
  databaseUrl: string;
  /** The most connections that are open at once. */
  size: number;
  /** Hears of connections that were lost while idle. */
  onError: (error: Error) => void;
}

type Statement = Parameters<Sql['query']>[0];

/** Connections to one Postgres, or to a PgBouncer in front of it. */
export interface Pool extends Sql {
  end(): Promise<void>;
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
 * `query` throws an UnansweredError if Postgres did not answer: a PoolFullError if no connection becomes free, a
 * PoolDownError if another statement finds out whether Postgres answers again. Else it throws what `pg` throws. A
 * statement whose connection is lost runs once more on another one, so it has to be safe to run twice.
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

  async function ask(statement: Statement) {
    const pool = unlimited ?? limited;
    if (pool.waitingCount >= size * MOST_WAITING) throw new PoolFullError(size);
    try {
      return await pool.query(statement);
    } catch (error) {
      if (!isRefusedLimit(error)) throw error;
      return (unlimited ??= open({})).query(statement);
    }
  }

  /** One connection that was lost does not say that Postgres is gone. */
  async function askTwice(statement: Statement) {
    try {
      return await ask(statement);
    } catch (error) {
      if (!isLost(error)) throw error;
      return ask(statement);
    }
  }

  return {
    async query(statement) {
      if (isDown && isTrying) throw new PoolDownError();
      const tries = isDown;
      isTrying ||= tries;
      try {
        const answer = await askTwice(statement);
        isDown = false;
        return answer;
      } catch (error) {
        const failure = failureOf(error, size);
        if (failure instanceof UnansweredError && failure.reason !== 'busy') isDown = failure.reason === 'silent';
        throw failure;
      } finally {
        if (tries) isTrying = false;
      }
    },
    async end() {
      await Promise.all([limited.end(), unlimited?.end()]);
    },
  };
}

/** PgBouncer, unless its `ignore_startup_parameters` names it. */
function isRefusedLimit(error: unknown): boolean {
  return error instanceof Error && error.message.includes('unsupported startup parameter: statement_timeout');
}
