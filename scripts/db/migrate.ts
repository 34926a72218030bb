import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import type pg from 'pg';
import { withClient } from './client.ts';

/** A lock that is waited for holds up all who come after, readers too. */
const LOCK_TIMEOUT_MS = 2000;
const MOST_TRIES = 30;
const PAUSE_MS = 1000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Applies the migrations that the database has not seen, in one transaction, and returns their names. Safe while the
 * API serves: it waits 2 s for a lock, then lets everybody else pass and tries again, for a minute and a half at most;
 * so it does while another migration runs. Needs a session: Postgres itself, not a PgBouncer in transaction mode.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    try {
      return await applyWhenFree(client);
    } finally {
      await client.query('reset lock_timeout');
    }
  });
}

async function applyWhenFree(client: pg.Client): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    try {
      return await apply(client);
    } catch (error) {
      if (tries === MOST_TRIES || !isHeldUp(error)) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

async function apply(client: pg.Client): Promise<string[]> {
  const applied = await runner({
    dbClient: client,
    dir: fileURLToPath(new URL('./migrations', import.meta.url)),
    migrationsTable: 'pgmigrations',
    direction: 'up',
    singleTransaction: true,
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
  return applied.map(({ name }) => name);
}

function isHeldUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE;
}
