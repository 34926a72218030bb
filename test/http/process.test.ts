import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { post, register } from '../support/api.ts';
import { databaseUrl, dynamodbEndpoint } from '../support/environment.ts';
import { type Issuer, startIssuer } from '../support/issuer.ts';
import { environmentOf } from '../support/nodes.ts';
import { type Program, type ProgramOptions, startApiProgram, startWorkerProgram } from '../support/program.ts';
import { type DynamoDbProxy, startDynamoDbProxy } from '../support/proxy.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

const RESETS = 20;

let issuer: Issuer;
let table: TestTable;
let proxy: DynamoDbProxy;
let env: Record<string, string>;
let dataDir: string;
let token: string;
const programs: Program[] = [];
beforeAll(async () => {
  [issuer, table, proxy, dataDir] = await Promise.all([
    startIssuer(),
    createTestTable(),
    startDynamoDbProxy(dynamodbEndpoint()),
    mkdtemp(join(tmpdir(), 'cruddur-')),
  ]);
  env = { ...environmentOf({ table: table.table, issuer, dataDir }), DYNAMODB_ENDPOINT: proxy.url, LOG_LEVEL: 'info' };
  const person = { ...newPerson('ann'), sub: randomUUID() };
  const database = new pg.Client({ connectionString: databaseUrl() });
  await database.connect();
  await register(database, person);
  await database.end();
  token = await issuer.accessToken({ sub: person.sub });
});
afterEach(async () => {
  proxy.onCall(() => 'pass');
  for (const program of programs.splice(0)) {
    program.child.kill('SIGKILL');
    await program.ended;
  }
});
afterAll(async () => {
  await Promise.all([issuer.stop(), table.drop(), proxy.stop(), rm(dataDir, { recursive: true })]);
});

async function start(more: Record<string, string> = {}, options?: ProgramOptions): Promise<Program> {
  const program = await startApiProgram({ ...env, ...more }, options);
  programs.push(program);
  return program;
}

function connectTo({ url }: Program): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname).on('error', () => undefined);
}

const UPGRADE = (path: string) =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    '\r\n',
  ].join('\r\n');

/** Asks for an upgrade, and resets the connection at once: the server writes to a socket that is gone. */
async function resetUpgrade(program: Program, path: string): Promise<void> {
  const socket = connectTo(program);
  await new Promise((resolve) => socket.once('connect', resolve));
  await new Promise((resolve) => socket.write(UPGRADE(path), resolve));
  socket.resetAndDestroy();
}

async function isLive({ url }: Program): Promise<boolean> {
  const answer = await fetch(url.replace('graphql', 'health/live')).catch(() => null);
  return answer?.status === 200;
}

/** An operation that DynamoDB does not answer until it is released. */
async function holdOperation({ url }: Program) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const isHeld = new Promise<void>((resolve) => {
    proxy.onCall(async ({ operation }) => {
      if (operation === 'Query') {
        resolve();
        await released;
      }
      return 'pass' as const;
    });
  });
  const answer = post(url, { query: '{ messageGroups { nodes { id } } }' }, { authorization: `Bearer ${token}` });
  await isHeld;
  return { answer, release };
}

describe('the API server', () => {
  it('outlives connections that are reset while their upgrade is refused or accepted', async () => {
    const program = await start();
    for (const path of ['/nope', '/graphql', '/health/live']) {
      await Promise.all(Array.from({ length: RESETS }, () => resetUpgrade(program, path)));
    }
    expect(await isLive(program)).toBe(true);
    expect(program.output()).not.toContain('ERROR');
  });

  it('closes a refused upgrade in both directions, also if the client keeps its side open', async () => {
    const program = await start();
    const { hostname, port } = new URL(program.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.on('error', () => undefined).write(UPGRADE('/nope'));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 404 /);
    // The kernel refuses what is sent to a socket that is closed; it accepts what is sent to one that is half open.
    while (!socket.destroyed) {
      socket.write('x');
      await sleep(50);
    }
  }, 20_000);

  it('finishes open requests after SIGTERM, whatever signals and resets come meanwhile', async () => {
    const program = await start();
    const { answer, release } = await holdOperation(program);
    program.child.kill('SIGTERM');
    await untilRefused(program);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) program.child.kill(signal);
    await Promise.all(Array.from({ length: RESETS }, () => resetUpgrade(program, '/graphql')));
    release();
    expect(await answer).toMatchObject({ status: 200, data: { messageGroups: { nodes: [] } } });
    expect(await program.ended).toEqual([0, null]);
  });

  it('does not wait for callers that went away before their answers when it stops', async () => {
    const program = await start();
    const { answer, release } = await holdOperation(program);
    const socket = connectTo(program);
    const body = JSON.stringify({ query: '{ messageGroups { nodes { id } } }' });
    const request =
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    // Node answers the second one when the first one is answered.
    socket.write(request.repeat(2));
    await sleep(200);
    socket.resetAndDestroy();
    await sleep(200);
    release();
    await answer;
    const stoppedAt = Date.now();
    program.child.kill('SIGTERM');
    expect(await program.ended).toEqual([0, null]);
    expect(Date.now() - stoppedAt).toBeLessThan(8000);
  });

  it.each(['throw', 'reject'] as const)(
    'logs one fatal line if something nobody catches is to %s, drains, and ends with exit code 1',
    async (how) => {
      const program = await start();
      const { answer, release } = await holdOperation(program);
      await program.fail(how);
      await program.fail(how);
      await untilRefused(program);
      release();
      expect(await answer).toMatchObject({ status: 200 });
      expect(await program.ended).toEqual([1, null]);
      expect(program.output().match(/FATAL/g)).toHaveLength(1);
      expect(program.output()).toContain('by the test');
    },
  );

  it('serves on if its log cannot be written', async () => {
    const full = openSync('/dev/full', 'w');
    const production = { NODE_ENV: 'production', AWS_REGION: 'us-east-1', COGNITO_ISSUER: 'https://issuer.invalid' };
    const program = await start(
      { ...production, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' },
      { stdout: full },
    );
    closeSync(full);
    for (let n = 0; n < 3; n++) {
      expect(await isLive(program)).toBe(true);
      await sleep(300);
    }
  });
});

describe('the stream worker', () => {
  it('logs one fatal line if something throws that nobody catches, stops, and ends with exit code 1', async () => {
    const program = await startWorkerProgram({ ...env, METRICS_PORT: '' });
    programs.push(program);
    await sleep(1000);
    await program.fail('throw');
    expect(await program.ended).toEqual([1, null]);
    const fatal = program
      .output()
      .split('\n')
      .filter((line) => line.includes('"level":60'));
    expect(fatal).toHaveLength(1);
    expect(JSON.parse(fatal[0] ?? '')).toMatchObject({ err: { message: 'thrown by the test' } });
  });
});

/** Resolves when `/health/ready` says that the server stops. */
async function untilRefused({ url }: Program): Promise<void> {
  while ((await fetch(url.replace('graphql', 'health/ready'))).status !== 503) await sleep(20);
}
