import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { cursorOf } from '../../src/messages/cursors.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import { type Person, SEND, startTestApi, type TestApi } from '../support/api.ts';
import { databaseUrl, dynamodbEndpoint } from '../support/environment.ts';
import { keepLog } from '../support/logged.ts';
import { startDynamoDbProxy, THROTTLED } from '../support/proxy.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';
import { startTcpProxy } from '../support/tcpProxy.ts';

let api: TestApi;
let ann: Person;
beforeAll(async () => {
  api = await startTestApi({ live: true });
  ann = await api.person('ann');
});
afterAll(() => api.stop());

const INBOX = 'subscription { inboxEvents { cursor } }';

async function closeOf(connectionParams?: Record<string, unknown>) {
  return subscribe(connect(api.url, connectionParams), INBOX).ended;
}

function open(token: string, url = api.url): WebSocket {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  socket.once('open', () => {
    socket.send(JSON.stringify({ type: 'connection_init', payload: bearer(token) }));
  });
  return socket;
}

describe('a socket', () => {
  it('without a token is closed with 4401, with one that does not count with 4403, each with the reason', async () => {
    const expired = await api.issuer.accessToken({ sub: ann.sub, expiresIn: -10 });
    const foreign = await api.issuer.accessToken({ sub: crypto.randomUUID() });
    expect(await closeOf()).toMatchObject({ code: 4401, reason: 'TOKEN_MISSING' });
    expect(await closeOf({})).toMatchObject({ code: 4401, reason: 'TOKEN_MISSING' });
    expect(await closeOf(bearer('nonsense'))).toMatchObject({ code: 4403, reason: 'TOKEN_INVALID' });
    expect(await closeOf(bearer(expired))).toMatchObject({ code: 4403, reason: 'TOKEN_EXPIRED' });
    expect(await closeOf(bearer(foreign))).toMatchObject({ code: 4403, reason: 'USER_NOT_REGISTERED' });
  });

  it('is told to try again later while its user cannot be looked up', async () => {
    const postgres = await startTcpProxy(databaseUrl());
    const cut = await startTestApi({ databaseUrl: postgres.url });
    const dan = await cut.person('dan');
    postgres.misbehave('cut');
    expect(await subscribe(connect(cut.url, bearer(dan.token)), INBOX).ended).toMatchObject({ code: 1013 });
    await cut.stop();
    await postgres.stop();
  });

  it('takes the token where clients put it: in the payload, or among the headers in it', async () => {
    const header = `Bearer ${ann.token}`;
    for (const params of [
      { authorization: header },
      { Authorization: header },
      { headers: { Authorization: header } },
    ]) {
      const client = connect(api.url, params);
      const [answer] = await subscribe(client, '{ me { handle } }').until(1);
      expect(answer?.data?.me).toEqual({ handle: ann.handle });
      await client.dispose();
    }
  });

  it('is closed when its token runs out', async () => {
    const token = await api.issuer.accessToken({ sub: ann.sub, expiresIn: 2 });
    const heard = subscribe(connect(api.url, bearer(token)), INBOX);
    expect(await heard.ended).toMatchObject({ code: 4403, reason: 'TOKEN_EXPIRED' });
  });

  it('runs queries and mutations as HTTP does, with the same refusals', async () => {
    const client = connect(api.url, bearer(ann.token));
    const run = async (query: string) =>
      subscribe(client, query)
        .until(1)
        .catch(() => null);
    const ended = async (query: string) => subscribe(client, query).ended;
    expect(await run('{ messageGroups { nodes { id } } }')).toMatchObject([{ data: { messageGroups: { nodes: [] } } }]);
    expect(await run('{ messageGroup(id: "x") { id } }')).toMatchObject([
      { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
    expect(await ended('{ nothing }')).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect(await ended('{')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    const pages = Array.from({ length: 28 }, (_, n) => `a${n}: messageGroups(first: 100) { nodes { id } }`).join(' ');
    expect(await ended(`{ ${pages} }`)).toMatchObject([{ extensions: { code: 'QUERY_TOO_EXPENSIVE' } }]);
    await client.dispose();
  });

  it('leaves neither tokens nor texts in the log, whatever goes wrong', async () => {
    const output = keepLog();
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    const logged = await startTestApi({
      dynamodbEndpoint: proxy.url,
      env: { LOG_LEVEL: 'trace' },
      service: { logOutput: output.destination },
    });
    const dan = await logged.person('dan');
    const secret = 'a-text-that-nobody-else-may-read';
    const client = connect(logged.url, bearer(dan.token));
    const send = `mutation { sendMessage(input: { to: { handle: "${ann.handle}" }, body: "${secret}" }) { message { id } } }`;
    await subscribe(client, send).until(1);
    proxy.onCall(() => THROTTLED);
    await subscribe(client, send).until(1);
    for (const query of [
      `{ ${secret.replaceAll('-', '_')} }`,
      `{ "${secret}`,
      'subscription { inboxEvents { cursor } }',
    ]) {
      const heard = subscribe(client, query);
      await Promise.race([heard.ended, sleep(300)]);
      heard.stop();
    }
    await subscribe(connect(logged.url, bearer(`${dan.token}x`)), '{ me { id } }').ended;
    await client.dispose();
    await logged.stop();
    await proxy.stop();
    expect(output.text()).toContain('unexpected error');
    expect(output.text()).not.toContain(secret);
    expect(output.text()).not.toContain(dan.token.slice(-40));
  });

  it('on another path, or in another protocol, is refused', async () => {
    const [error] = (await once(new WebSocket(api.url.replace('http', 'ws').replace('/graphql', '/')), 'error')) as [
      Error,
    ];
    expect(error.message).toContain('404');
    const old = new WebSocket(api.url.replace('http', 'ws'), 'graphql-ws');
    const [refusal] = (await once(old, 'error')) as [Error];
    expect(refusal.message).toContain('subprotocol');
  });

  it('that runs too many operations at once has the next ones refused', async () => {
    const client = connect(api.url, bearer(ann.token));
    const open100 = Array.from({ length: 100 }, () => subscribe(client, INBOX));
    expect(await subscribe(client, INBOX).ended).toMatchObject([{ extensions: { code: 'TOO_MANY_OPERATIONS' } }]);
    for (const heard of open100) heard.stop();
    await client.dispose();
  });

  it('whose client takes nothing is closed', async () => {
    const ben = await api.person('ben');
    const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'hello' } });
    const id = data.sendMessage.messageGroup?.id ?? '';
    const [row] = await api.table.rows(`MSG#${id}`);
    // Tens of megabytes: more than the system's buffers hold.
    const large = Array.from({ length: 200 }, (_, n) => ({
      ...row,
      sk: timestampOf((Date.UTC(2026, 0, 1) + n) * 1000),
      message_uuid: crypto.randomUUID(),
      message: 'x'.repeat(50_000),
    }));
    await api.table.load(large);
    const socket = open(ann.token);
    await once(socket, 'message');
    const fields = Array.from({ length: 5 }, (_, n) => `b${n}: body`).join(' ');
    const variables = { id, after: cursorOf(timestampOf(Date.UTC(2025, 0, 1) * 1000)) };
    const query = `subscription ($id: ID!, $after: String) {
      messageEvents(messageGroupId: $id, after: $after) { message { ${fields} } }
    }`;
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables } }));
    await once(socket, 'message');
    const closed = once(socket, 'close') as Promise<[number]>;
    socket.pause();
    await sleep(20_000);
    socket.resume();
    const [code] = await closed;
    expect([1013, 1006]).toContain(code);
  }, 90_000);

  it('is told to reconnect elsewhere when the server stops, after its mutations are done', async () => {
    const stopping = await startTestApi({ live: true });
    const [dan, eve] = await Promise.all([stopping.person('dan'), stopping.person('eve')]);
    const idle = subscribe(connect(stopping.url, bearer(dan.token)), INBOX);
    const client = connect(stopping.url, bearer(eve.token));
    await subscribe(client, '{ me { id } }').until(1);
    const mutation = `mutation { sendMessage(input: { to: { handle: "${dan.handle}" }, body: "last" }) { message { body } } }`;
    const sending = subscribe(client, mutation);
    await sleep(5);
    const stopped = stopping.stopService();
    expect(await idle.ended).toMatchObject({ code: 1012 });
    expect(await sending.until(1)).toMatchObject([{ data: { sendMessage: { message: { body: 'last' } } } }]);
    await stopped;
    await stopping.stop();
  });
});
