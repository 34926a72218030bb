import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SEND, startTestApi, type TestApi, type TestApiOptions } from '../support/api.ts';
import { databaseUrl, dynamodbEndpoint } from '../support/environment.ts';
import { keepLog } from '../support/logged.ts';
import { startDynamoDbProxy, THROTTLED } from '../support/proxy.ts';
import { startTcpProxy } from '../support/tcpProxy.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0).toReversed()) await part.stop();
});

async function start(options?: TestApiOptions): Promise<TestApi> {
  const api = await startTestApi(options);
  running.push(api);
  return api;
}

async function startProxy() {
  const proxy = await startDynamoDbProxy(dynamodbEndpoint());
  running.push(proxy);
  return proxy;
}

/** A port that nothing listens on. */
const NOBODY = 'postgres://postgres:postgres@127.0.0.1:9/postgres';
const logged = (output: ReturnType<typeof keepLog>): TestApiOptions => ({
  env: { LOG_LEVEL: 'trace' },
  service: { logOutput: output.destination },
});
const production = { NODE_ENV: 'production', COGNITO_ISSUER: 'https://cognito.example.com/pool' };

it('a request that is sent too slowly is given up, and its connection closed', async () => {
  const api = await start();
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  socket.write(
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
  );
  const trickle = setInterval(() => socket.write(' '), 500);
  socket.on('error', () => undefined);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  clearInterval(trickle);
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
});

it('no answer may be stored on the way, also if Apollo Server refuses the request', async () => {
  const api = await start();
  const ann = await api.person('ann');
  const persistedQuery = { version: 1, sha256Hash: 'a'.repeat(64) };
  const bodies = [{ query: '{ me { id } }' }, { extensions: { persistedQuery } }, { query: '{' }, []];
  const stored = bodies.map(async (body) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ann.token}` };
    const answer = await fetch(api.url, { method: 'POST', headers, body: JSON.stringify(body) });
    return answer.headers.get('cache-control');
  });
  expect(await Promise.all(stored)).toEqual(bodies.map(() => 'no-store'));
});

describe('health', () => {
  const health = async (api: TestApi, path: string) => {
    const response = await fetch(api.url.replace('/graphql', path));
    const body: unknown = await response.json();
    return { status: response.status, body };
  };

  it('is ready when DynamoDB and Postgres answer', async () => {
    const api = await start();
    expect(await health(api, '/health/ready')).toEqual({
      status: 200,
      body: { status: 'ready', dynamodb: 'up', postgres: 'up', projectionLagMs: null },
    });
  });

  it('says how far the stream’s door is behind, as soon as it has said so', async () => {
    const api = await start({ live: true });
    const said = async () => (await health(api, '/health/ready')).body as { projectionLagMs: number | null };
    const [ann, ben] = [await api.person('ann'), await api.person('ben')];
    await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
    let { projectionLagMs } = await said();
    while (projectionLagMs === null || projectionLagMs === 0) ({ projectionLagMs } = await said());
    expect(projectionLagMs).toBeLessThan(60_000);
    while (projectionLagMs !== 0) ({ projectionLagMs } = await said());
  });

  it('names the part that does not answer, and lives on', async () => {
    const noPostgres = await start({ databaseUrl: NOBODY });
    const noTable = await start({ env: { MESSAGES_TABLE: 'not-there' } });
    expect(await health(noPostgres, '/health/ready')).toMatchObject({
      status: 503,
      body: { dynamodb: 'up', postgres: 'down' },
    });
    expect(await health(noTable, '/health/ready')).toMatchObject({
      status: 503,
      body: { dynamodb: 'down', postgres: 'up' },
    });
    expect(await health(noPostgres, '/health/live')).toMatchObject({ status: 200 });
  });

  it('turns not ready on stop, while open requests finish', async () => {
    const proxy = await startProxy();
    const api = await start({ dynamodbEndpoint: proxy.url });
    const ann = await api.person('ann');
    await ann.run('{ me { id } }');
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    proxy.onCall(({ operation }) => (operation === 'Query' ? held.then(() => 'pass' as const) : 'pass'));
    const open = ann.run('{ messageGroups { nodes { id } } }');
    await sleep(100);
    const stopped = api.stopService();
    await sleep(20);
    expect(await health(api, '/health/ready')).toMatchObject({ status: 503, body: { status: 'stopping' } });
    release?.();
    expect(await open).toMatchObject({ status: 200, data: { messageGroups: { nodes: [] } } });
    await stopped;
    await expect(health(api, '/health/live')).rejects.toThrow('fetch failed');
  });
});

describe('the log', () => {
  it('has one line for each request: who did what, how long it took and what it cost', async () => {
    const output = keepLog();
    const api = await start(logged(output));
    const ann = await api.person('ann');
    const { headers } = await ann.run('query Inbox { messageGroups { nodes { id } } }');
    expect(output.lines('request')).toEqual([
      expect.objectContaining({
        requestId: headers.get('x-request-id'),
        operationName: 'Inbox',
        userId: ann.id,
        method: 'POST',
        path: '/graphql',
        status: 200,
        durationMs: expect.any(Number),
        dynamodbCalls: 1,
        sqlStatements: 1,
      }),
    ]);
  });

  it('takes a request id from the caller where it is harmless', async () => {
    const api = await start();
    const idOf = async (id: string) =>
      (await api.run('{ __typename }', {}, { 'x-request-id': id })).headers.get('x-request-id');
    expect(await idOf('trace-1')).toBe('trace-1');
    expect(await idOf('x'.repeat(200))).not.toBe('x'.repeat(200));
  });

  it('never has a token or a message text, whatever goes wrong', async () => {
    const output = keepLog();
    const proxy = await startProxy();
    const postgres = await startTcpProxy(databaseUrl());
    running.push(postgres);
    const api = await start({ ...logged(output), dynamodbEndpoint: proxy.url, databaseUrl: postgres.url });
    const [ann, ben] = [await api.person('ann'), await api.person('ben')];
    const secret = `secret-${randomUUID()}`;
    const send = (to: object, key?: string) =>
      ann.run(SEND, { input: { to, body: secret, ...(key && { idempotencyKey: key }) } });
    await send({ handle: ben.handle }, 'key');
    await send({ handle: ben.handle }, 'key');
    await send({ handle: secret });
    await send({ messageGroupId: secret });
    await ann.run(
      `mutation { sendMessage(input: { to: { handle: "x" }, body: "${secret}", nope: 1 }) { message { id } } }`,
    );
    await api.run('{ me { id } }', {}, { authorization: `Bearer ${secret}` });
    await fetch(`${api.url}?query=${secret}&token=${secret}`, { headers: { authorization: `Bearer ${ann.token}` } });
    await fetch(api.url, {
      method: 'POST',
      body: `{"query": "${secret}`,
      headers: { 'content-type': 'application/json' },
    });
    const refused = {
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        message: 'Transaction cancelled [ValidationError]',
        CancellationReasons: [{ Code: 'ValidationError', Message: 'no', Item: { message: { S: secret } } }],
      },
    };
    proxy.onCall(({ operation }) => (operation === 'TransactWriteItems' ? refused : 'pass'));
    await send({ handle: ben.handle }, 'other-key');
    proxy.onCall(() => ({ status: 500, body: { __type: 'InternalServerError', message: 'unwell' } }));
    await send({ handle: ben.handle });
    postgres.misbehave('cut');
    await send({ handle: secret });
    await ann.run(`{ user(handle: "${secret}") { id } }`);
    expect(output.lines('unexpected error')).toHaveLength(2);
    expect(output.lines('refused, since Postgres did not answer')).toHaveLength(2);
    expect(output.text()).not.toContain(secret);
    expect(output.text()).not.toContain(ann.token);
  });
});

describe('an unexpected error', () => {
  it('is masked, with an id that is in the log once and no stack', async () => {
    const output = keepLog();
    const proxy = await startProxy();
    const api = await start({ ...logged(output), dynamodbEndpoint: proxy.url });
    const ann = await api.person('ann');
    proxy.onCall(() => THROTTLED);
    const answer = await ann.run('{ messageGroups { nodes { id } } }');
    const [error] = answer.errors ?? [];
    expect(error?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) });
    expect(JSON.stringify(answer)).not.toMatch(/throughput|node_modules|stack/i);
    const errorId = error?.extensions['errorId'];
    const line = expect.objectContaining({ errorId, requestId: answer.headers.get('x-request-id') });
    expect(output.lines('unexpected error')).toEqual([line]);
    expect(output.text()).toContain('throughput');
  });

  it('of Postgres leaves the names that stand on the rows', async () => {
    const output = keepLog();
    const postgres = await startTcpProxy(databaseUrl());
    running.push(postgres);
    const api = await start({ ...logged(output), databaseUrl: postgres.url });
    const [ann, ben] = [await api.person('ann'), await api.person('ben')];
    await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
    postgres.misbehave('cut');
    const query =
      '{ me { handle } messageGroups { nodes { otherUser { handle } messages { nodes { body sender { displayName } } } } } }';
    const answer = await ann.run(query);
    expect(answer).toMatchObject({
      status: 200,
      data: {
        me: { handle: ann.handle },
        messageGroups: {
          nodes: [
            {
              otherUser: { handle: ben.handle },
              messages: { nodes: [{ body: 'hello', sender: { displayName: 'ann' } }] },
            },
          ],
        },
      },
    });
    expect(answer.errors).toBeUndefined();
    expect(output.lines('Postgres did not answer: names are those on the rows').length).toBeGreaterThan(0);
  });
});

describe('names', () => {
  it('are those of Postgres now, not those of the rows', async () => {
    const api = await start();
    const [ann, ben] = [await api.person('ann'), await api.person('ben')];
    await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
    await api.database.query("update public.users set display_name = 'New Name' where uuid = any($1)", [
      [ann.id, ben.id],
    ]);
    const { data } = await ann.run('{ me { displayName } messageGroups { nodes { participants { displayName } } } }');
    const name = { displayName: 'New Name' };
    expect(data).toEqual({ me: name, messageGroups: { nodes: [{ participants: [name, name] }] } });
  });

  it('are those of the rows for a user who is gone from Postgres', async () => {
    const api = await start();
    const [ann, ben] = [await api.person('ann'), await api.person('ben')];
    await ben.run(SEND, { input: { to: { handle: ann.handle }, body: 'hello' } });
    await api.database.query('delete from public.users where uuid = $1', [ben.id]);
    const { data } = await ann.run(
      '{ messageGroups { nodes { otherUser { handle } lastMessage { sender { handle } } } } }',
    );
    const handle = { handle: ben.handle };
    expect(data).toEqual({ messageGroups: { nodes: [{ otherUser: handle, lastMessage: { sender: handle } }] } });
  });
});

describe('development and production', () => {
  const page = (api: TestApi) => fetch(api.url, { headers: { accept: 'text/html' } });
  const INTROSPECT = '{ __schema { queryType { name } } }';

  it('development opens Sandbox with a first query and the headers of the moment', async () => {
    let calls = 0;
    const sandboxHeaders = () => Promise.resolve({ Authorization: `Bearer token-${++calls}` });
    const api = await start({ env: { NODE_ENV: 'development' }, service: { sandboxHeaders } });
    expect(await (await page(api)).text()).toContain('query FirstLook');
    expect(await (await page(api)).text()).toContain('Bearer token-2');
  });

  it('production has no landing page, no introspection unless it is switched on, and no hints at the schema', async () => {
    const api = await start({ production: true });
    const ann = await api.person('ann');
    expect((await page(api)).status).toBe(401);
    expect((await api.run(INTROSPECT)).errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
    expect((await ann.run(INTROSPECT)).errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(JSON.stringify((await ann.run('{ mee { id } }')).errors)).not.toContain('Did you mean');
    const open = await start({ env: { ...production, INTROSPECTION: 'true' } });
    expect((await open.run(INTROSPECT)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  });

  it('hosted Sandbox may call in development, and no other page; none in production but those that are listed', async () => {
    const allowed = async (api: TestApi, origin: string) => {
      const response = await fetch(api.url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,authorization',
        },
      });
      return response.headers.get('access-control-allow-origin');
    };
    const sandbox = 'https://studio.apollographql.com';
    const [dev, prod] = [await start(), await start({ env: { ...production, CORS_ORIGINS: 'https://cruddur.com' } })];
    expect(await allowed(dev, sandbox)).toBe(sandbox);
    expect(await allowed(dev, 'https://evil.example')).toBeNull();
    expect(await allowed(prod, sandbox)).toBeNull();
    expect(await allowed(prod, 'https://cruddur.com')).toBe('https://cruddur.com');
  });

  it('a form of another page cannot post', async () => {
    const api = await start();
    const response = await fetch(api.url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: '{"query":"{ __typename }"}',
    });
    expect(response.status).toBe(400);
    expect((await fetch(`${api.url}?query={__typename}`)).status).toBe(400);
  });
});
