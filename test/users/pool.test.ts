import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import pg from 'pg';
import { PoolDownError, PoolFullError, UnansweredError } from '../../src/users/failures.ts';
import { createPool, type Pool } from '../../src/users/pool.ts';
import { prepareStatements } from '../../src/users/prepared.ts';
import { createUsers, type Users } from '../../src/users/users.ts';
import { register } from '../support/api.ts';
import { newPerson } from '../support/table.ts';
import { startTcpProxy } from '../support/tcpProxy.ts';

const server = process.env['TEST_DATABASE_URL'] ? process.env['TEST_DATABASE'] : undefined;
const PGBOUNCER = '/usr/sbin/pgbouncer';
const onServer = server === undefined ? describe.skip : describe;
const behindPgBouncer = server !== undefined && existsSync(PGBOUNCER) ? describe : describe.skip;

let pool: Pool;
const open = (databaseUrl: string, size: number) => {
  pool = createPool({ databaseUrl, size, onError: () => undefined });
  return pool;
};
const query = (text: string, values: unknown[] = []) => pool.query({ text, values });

// The embedded Postgres answers one connection at a time, and has no limits to keep.
onServer('the pool, on a real Postgres', () => {
  afterEach(() => pool.end());

  it('has the server end a statement after three seconds', async () => {
    open(String(server), 1);
    await expect(query('select pg_sleep(60)')).rejects.toThrow('canceling statement due to statement timeout');
    expect((await query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('says so where no connection becomes free, and goes on when one does', async () => {
    open(String(server), 2);
    const slow = Array.from({ length: 4 }, () => query('select pg_sleep(2.9)'));
    const [late] = await Promise.allSettled([query('select 1')]);
    expect(late).toMatchObject({ status: 'rejected', reason: expect.any(PoolFullError) });
    expect(String((late as PromiseRejectedResult).reason)).toContain('None of the 2 connections');
    await Promise.all(slow);
    expect((await query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('refuses at once what would wait behind hundreds', async () => {
    open(String(server), 1);
    const waiting = Array.from({ length: 101 }, () => query('select 1'));
    await expect(query('select 1')).rejects.toThrow(PoolFullError);
    await Promise.all(waiting);
  });

  it('lets one statement at a time wait for a server that is silent, until it answers', async () => {
    const proxy = await startTcpProxy(String(server));
    open(proxy.url, 2);
    await query('select 1');
    proxy.misbehave('frozen');
    await expect(query('select 1')).rejects.toThrow('Query read timeout');
    const trying = query('select 1 as one');
    await expect(query('select 1')).rejects.toThrow(PoolDownError);
    proxy.heal();
    expect((await trying).rows).toEqual([{ one: 1 }]);
    expect((await Promise.all([query('select 1'), query('select 1')])).length).toBe(2);
    await proxy.stop();
  });

  it('runs a statement again whose connection was lost, as Postgres is not gone', async () => {
    open(String(server), 1);
    const { rows } = await query('select pg_backend_pid() as pid');
    const other = new pg.Client(String(server));
    await other.connect();
    const answer = query('select pg_sleep(1), pg_backend_pid() as pid');
    const isRunning = async () =>
      (await other.query("select from pg_stat_activity where pid = $1 and state = 'active'", [rows[0]?.['pid']]))
        .rowCount === 1;
    while (!(await isRunning()));
    await other.query('select pg_terminate_backend($1)', [rows[0]?.['pid']]);
    expect((await answer).rows[0]?.['pid']).not.toBe(rows[0]?.['pid']);
    await other.end();
  });

  it('says whether Postgres refuses, is silent, or may only be busy', async () => {
    const reasonOf = async (failing: Promise<unknown>) => {
      const error: unknown = await failing.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      return error instanceof UnansweredError ? error.reason : error;
    };
    const proxy = await startTcpProxy(String(server));
    open(proxy.url, 1);
    expect(await reasonOf(query('select pg_sleep(60)'))).toBe('busy');
    proxy.misbehave('frozen');
    const [silent, full] = await Promise.all([reasonOf(query('select 1')), reasonOf(query('select 1'))]);
    expect([silent, full]).toEqual(['silent', 'busy']);
    proxy.misbehave('cut');
    expect(await reasonOf(query('select 1'))).toBe('gone');
    expect(await Promise.all([1, 2, 3].map(() => reasonOf(query('select 1'))))).toEqual(Array(3).fill('gone'));
    await proxy.stop();
    expect(await reasonOf(query('select 1'))).toBe('gone');
    await pool.end();
    open(String(server), 1);
    expect(await reasonOf(query('select nothing'))).toMatchObject({ code: '42703' });
  });

  it('answers while a migration changes the type of a column', async () => {
    const prepared = prepareStatements(open(String(server), 1));
    const read = () => prepared.query({ name: 'things', text: 'select thing from public.things', values: [] });
    await query('create table public.things (thing varchar(10))');
    try {
      await query("insert into public.things values ('a')");
      await read();
      await query('alter table public.things alter thing type text');
      expect((await read()).rows).toEqual([{ thing: 'a' }]);
      expect((await read()).rows).toEqual([{ thing: 'a' }]);
    } finally {
      await query('drop table public.things');
    }
  });
});

behindPgBouncer('behind PgBouncer in transaction mode', () => {
  let bouncer: { url: string; stop: () => Promise<void> };
  beforeAll(async () => {
    bouncer = await startPgBouncer(String(server));
  });
  afterAll(() => bouncer.stop());

  it('every statement is answered, by two servers for twenty connections', async () => {
    const registry = new pg.Pool({ connectionString: String(server), max: 1 });
    const ann = { ...newPerson('ann'), sub: 'sub-of-ann' };
    await register(registry, ann);
    await registry.end();
    const pools = [10, 10].map((size) => createPool({ databaseUrl: bouncer.url, size, onError: () => undefined }));
    try {
      const users = pools.map((each) => createUsers(prepareStatements(each)));
      const read = async (each: Users, n: number) =>
        n % 3 === 0 ? each.findUserByHandle(ann.handle) : ((await each.usersByIds([ann.id]))[0] ?? null);
      const rounds = Array.from({ length: 150 }, (_, n) => users.map((each) => read(each, n))).flat();
      expect((await Promise.all(rounds)).map((user) => user?.id)).toEqual(rounds.map(() => ann.id));
    } finally {
      await Promise.all(pools.map((each) => each.end()));
    }
  });
});

/** Two connections to the server, whoever asks, each for a transaction. */
async function startPgBouncer(target: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const { hostname, port, pathname, username } = new URL(target);
  const listenOn = await getPort({ host: '127.0.0.1' });
  const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${port || 5432} user=${username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listenOn}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`,
  );
  await chmod(folder, 0o755);
  // It does not run as root.
  const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(PGBOUNCER, ['-q', ...user, file], { stdio: 'ignore' });
  const url = `postgres://${username}@127.0.0.1:${listenOn}${pathname}`;
  const answers = async () => {
    const client = new pg.Client(url);
    await client.connect();
    await client.end();
  };
  for (let tries = 0; tries < 50; tries++) {
    const up = await answers().then(
      () => true,
      () => false,
    );
    if (up) break;
    await sleep(100);
  }
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true });
    },
  };
}
