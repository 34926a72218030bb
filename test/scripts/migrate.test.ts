import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../../scripts/db/migrate.ts';
import { createPool } from '../../src/users/pool.ts';
import { createUsers } from '../../src/users/users.ts';
import { createScratchDatabase, type ScratchDatabase } from '../support/scratchDatabase.ts';

const ALL = ['0001_users', '0002_blocks_and_settings', '0003_newest_blocks'];
const server = process.env['TEST_DATABASE_URL'];
// The embedded Postgres has one session, which never waits for itself.
const onServer = server ? describe : describe.skip;

onServer('migrations, on a real Postgres', () => {
  let database: ScratchDatabase;
  beforeEach(async () => {
    database = await createScratchDatabase(String(server));
  });
  afterEach(() => database.drop());

  it('of two that are started at once, one applies them and the other waits and finds nothing to do', async () => {
    const both = await Promise.all([migrate(database.url), migrate(database.url)]);
    expect(both.sort((one, other) => one.length - other.length)).toEqual([[], ALL]);
  });

  it('wait for who holds the users, and readers do not wait for them', async () => {
    await migrate(database.url);
    const pool = createPool({ databaseUrl: database.url, size: 2, onError: () => undefined });
    const writer = new pg.Client(database.url);
    await writer.connect();
    try {
      await writer.query(
        "delete from pgmigrations where name >= '0002'; drop table public.user_blocks, public.message_settings",
      );
      await writer.query("begin; update public.users set handle = 'x' where handle = 'y'");
      const migrating = migrate(database.url);
      for (let reads = 0; reads < 20; reads++) {
        expect(await createUsers(pool).findUserByHandle('nobody')).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      await writer.query('commit');
      expect(await migrating).toEqual(ALL.slice(1));
    } finally {
      await writer.end();
      await pool.end();
    }
  });
});
