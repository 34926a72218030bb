import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { post, register } from '../support/api.ts';
import { databaseUrl } from '../support/environment.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { environmentOf } from '../support/nodes.ts';
import { type Program, startApiProgram, type Usage } from '../support/program.ts';
import { bearer, connect as connectClient, subscribe } from '../support/socket.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';
import { runConnection } from './connection.ts';
import { createRandom } from './random.ts';

/** FUZZ_CASES=100000 FUZZ_SEED=7 npm test -- test/fuzz */
const CASES = Number(process.env['FUZZ_CASES'] ?? 4000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const WARM_UP = 500;
const AT_ONCE = 50;
const MAX_GROWTH_BYTES = 10_000_000;

let issuer: Issuer;
let table: TestTable;
let dataDir: string;
let program: Program;
let token: string;
beforeAll(async () => {
  [issuer, table, dataDir] = await Promise.all([startIssuer(), createTestTable(), mkdtemp(join(tmpdir(), 'cruddur-'))]);
  const person = { ...newPerson('ann'), sub: randomUUID() };
  const database = new pg.Client({ connectionString: databaseUrl() });
  await database.connect();
  await register(database, person);
  await database.end();
  token = await issuer.accessToken({ sub: person.sub });
  program = await startApiProgram({ ...environmentOf({ table: table.table, issuer, dataDir }), LOG_LEVEL: 'info' });
});
afterAll(async () => {
  program.child.kill('SIGKILL');
  await program.ended;
  await Promise.all([issuer.stop(), table.drop(), rm(dataDir, { recursive: true })]);
});

async function runCases(from: number, to: number): Promise<void> {
  let next = from;
  const work = async () => {
    while (next < to && program.child.exitCode === null)
      await runConnection(createRandom(SEED * 1_000_003 + next++), program.url, token);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** What the process holds when it has nothing to do any more: no more sockets and timers than before. */
async function settled({ sockets, timers }: Usage): Promise<Usage> {
  for (;;) {
    const usage = await program.usage();
    if (usage.sockets <= sockets && usage.timers <= timers) return usage;
    await sleep(500);
  }
}

it(`a server serves on after ${CASES} connections that send anything and end anyhow, and holds nothing of them`, async () => {
  const idle = await program.usage();
  await runCases(0, WARM_UP);
  const before = await settled(idle);
  await runCases(WARM_UP, CASES);
  expect([program.child.exitCode, program.child.signalCode]).toEqual([null, null]);

  const me = await post(
    program.url,
    { query: '{ me { id } }' },
    { authorization: `Bearer ${token}`, connection: 'close' },
  );
  expect(me).toMatchObject({ status: 200, data: { me: { id: expect.any(String) } } });
  const client = connectClient(program.url, bearer(token));
  expect(await subscribe(client, '{ me { id } }').until(1)).toMatchObject([{ data: me.data }]);
  await client.dispose();

  const after = await settled(idle);
  expect(after.heapBytes + after.externalBytes).toBeLessThan(
    before.heapBytes + before.externalBytes + MAX_GROWTH_BYTES,
  );
  expect(
    program
      .output()
      .split('\n')
      .filter((line) => /ERROR|FATAL|Warning|^\s+at /.test(line)),
  ).toEqual([]);
  // Some get as far as that.
  for (const reached of ['operation over a socket', 'subscription ended']) expect(program.output()).toContain(reached);
  program.child.kill('SIGTERM');
  expect(await program.ended).toEqual([0, null]);
}, 600_000);
