import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

/** Applies the migrations that the database has not seen, each in a transaction, and returns their names. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const applied = await runner({
    databaseUrl,
    dir: fileURLToPath(new URL('./migrations', import.meta.url)),
    migrationsTable: 'pgmigrations',
    direction: 'up',
    log: () => undefined,
  });
  return applied.map(({ name }) => name);
}
