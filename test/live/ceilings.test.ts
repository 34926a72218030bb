import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMessageBudget } from '../../src/sockets/messageBudget.ts';
import { isNestedDeeper } from '../../src/sockets/nesting.ts';
import { createWaitingSockets } from '../../src/sockets/waiting.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { openRaw, signInRaw } from '../support/rawSocket.ts';

const apis: TestApi[] = [];
afterAll(async () => {
  await Promise.all(apis.map((api) => api.stop()));
});

async function start(env: Record<string, string>): Promise<TestApi> {
  const api = await startTestApi({ env });
  apis.push(api);
  return api;
}

describe('a user', () => {
  it('who holds as many sockets as one may has the next one closed with 1013, until another one ends', async () => {
    const api = await start({ MAX_SOCKETS_PER_USER: '2' });
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const [first] = [await signInRaw(api.url, ann.token), await signInRaw(api.url, ann.token)];
    await expect(signInRaw(api.url, ann.token)).rejects.toThrow('1013 TOO_MANY_SOCKETS');
    await expect(signInRaw(api.url, ben.token)).resolves.toBeDefined();
    first.socket.terminate();
    await first.closed;
    await eventually(() => signInRaw(api.url, ann.token));
    await expect(signInRaw(api.url, ann.token)).rejects.toThrow('1013 TOO_MANY_SOCKETS');
  });

  it('who leaves while the token is looked at is not counted', async () => {
    const api = await start({ MAX_SOCKETS_PER_USER: '1' });
    const ann = await api.person('ann');
    for (let n = 0; n < 5; n++) {
      const leaving = await openRaw(api.url);
      leaving.send({ type: 'connection_init', payload: { authorization: `Bearer ${ann.token}` } });
      leaving.socket.terminate();
    }
    await eventually(() => signInRaw(api.url, ann.token));
  });
});

describe('a process', () => {
  it('that holds as many sockets as it may answers 503, until one ends', async () => {
    const api = await start({ MAX_SOCKETS: '2' });
    const [first] = [await openRaw(api.url), await openRaw(api.url)];
    await expect(openRaw(api.url)).rejects.toThrow('503');
    first.socket.terminate();
    await first.closed;
    await eventually(() => openRaw(api.url));
    await expect(openRaw(api.url)).rejects.toThrow('503');
  });

  it('answers 429 to an address of which a hundred sockets have not signed in, and serves other addresses', async () => {
    const api = await start({ TRUSTED_PROXIES: '1' });
    const ann = await api.person('ann');
    const from = (address: string) => openRaw(api.url, { 'x-forwarded-for': address });
    const waiting = await Promise.all(Array.from({ length: 100 }, () => from('198.51.100.1')));
    await expect(from('198.51.100.1')).rejects.toThrow('429');
    const other = await from('198.51.100.2');
    waiting[0]?.send({ type: 'connection_init', payload: { authorization: `Bearer ${ann.token}` } });
    await waiting[0]?.receive(({ type }) => type === 'connection_ack');
    await from('198.51.100.1');
    const outcomes = await Promise.all([...waiting.slice(1), other].map(({ closed }) => closed));
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([4408]));
    await expect(from('198.51.100.1')).resolves.toBeDefined();
  });

  it('of which too many sockets have not signed in cuts off the one that has waited longest', () => {
    const waiting = createWaitingSockets({ maxPerAddress: 2, maxOfAll: 3 });
    const sockets = Array.from({ length: 5 }, () => new PassThrough());
    sockets.forEach((socket, n) => waiting.enter(socket, `address ${n}`));
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, false, false, false]);
    expect(waiting.enter(new PassThrough(), 'address 4')).toBe(true);
    expect(waiting.enter(new PassThrough(), 'address 4')).toBe(false);
  });
});

describe('a socket', () => {
  let api: TestApi;
  let token: string;
  beforeAll(async () => {
    api = await start({});
    ({ token } = await api.person('ann'));
  });

  it.each(['ping', 'pong'])(
    'that sends %s messages without end is closed with 1008, signed in or not',
    async (type) => {
      for (const flooding of [await openRaw(api.url), await signInRaw(api.url, token)]) {
        for (let n = 0; n < 3000; n++) flooding.send({ type });
        expect(await flooding.closed).toEqual({ code: 1008, reason: 'TOO_MANY_MESSAGES' });
      }
    },
  );

  it('that completes what it never began, without end, is closed with 1008', async () => {
    const flooding = await signInRaw(api.url, token);
    for (let n = 0; n < 3000; n++) flooding.send({ type: 'complete', id: String(n) });
    expect(await flooding.closed).toMatchObject({ code: 1008 });
  });

  it('that sends ping frames without end is closed with 1008', async () => {
    const flooding = await openRaw(api.url);
    const ping = () => {
      flooding.socket.ping();
    };
    // One after the other: ws itself ends a socket without a code that has too many pongs waiting.
    flooding.socket.on('pong', ping);
    ping();
    expect(await flooding.closed).toMatchObject({ code: 1008 });
  });

  it('is closed with 4400 for a message that is nested too deep, whatever its type', async () => {
    const deep = '[{"a":'.repeat(5000) + '1' + '}]'.repeat(5000);
    for (const text of [
      `{"type":"ping","payload":{"a":${deep}}}`,
      `{"type":"subscribe","id":"1","payload":{"query":"{ me { id } }","variables":{"a":${deep}}}}`,
    ]) {
      const nesting = await signInRaw(api.url, token);
      nesting.socket.send(text);
      expect(await nesting.closed).toEqual({ code: 4400, reason: 'Invalid message received' });
    }
  });

  it('is closed with 4400 for messages that only servers send', async () => {
    for (const message of [
      { type: 'connection_ack' },
      { type: 'next', id: '1', payload: {} },
      { type: 'error', id: '1', payload: [{ message: 'x' }] },
    ]) {
      const confused = await signInRaw(api.url, token);
      confused.send(message);
      expect(await confused.closed).toMatchObject({ code: 4400 });
    }
  });

  it('is closed with 4401 if it subscribes before it is acknowledged, and with 4409 for an id that is in use', async () => {
    const early = await openRaw(api.url);
    const inbox = { query: 'subscription { inboxEvents { cursor } }' };
    early.send(
      { type: 'connection_init', payload: { authorization: `Bearer ${token}` } },
      { type: 'subscribe', id: '1', payload: inbox },
    );
    expect(await early.closed).toMatchObject({ code: 4401 });
    const twice = await signInRaw(api.url, token);
    twice.send({ type: 'subscribe', id: '1', payload: inbox }, { type: 'subscribe', id: '1', payload: inbox });
    expect(await twice.closed).toMatchObject({ code: 4409 });
  });
});

describe('the budget of messages', () => {
  it('holds a thousand at once, and a hundred more each second', () => {
    let now = 0;
    const budget = createMessageBudget(() => now);
    const spendAll = () => {
      let spent = 0;
      while (budget.spend(10)) spent++;
      return spent;
    };
    expect(spendAll()).toBe(1000);
    now += 3_600_000;
    expect(spendAll()).toBe(1000);
    now += 2010;
    expect(spendAll()).toBe(200);
  });

  it('counts a large message for each 4 kB of it', () => {
    const budget = createMessageBudget(() => 0);
    let spent = 0;
    while (budget.spend(100_000)) spent++;
    expect(spent).toBe(40);
  });
});

it('nesting is counted outside of texts alone', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  expect(isNestedDeeper(nested(3), 3)).toBe(false);
  expect(isNestedDeeper(nested(4), 3)).toBe(true);
  expect(isNestedDeeper('[[],[],[],{"a":{}}]', 3)).toBe(false);
  expect(isNestedDeeper(JSON.stringify({ a: '[[[[\\"[[[[', b: '\\' }), 1)).toBe(false);
  expect(isNestedDeeper(JSON.stringify({ a: '"', b: [[[]]] }), 3)).toBe(true);
});

/** Tries until it succeeds: the server sees the end of a socket a moment after its client. */
async function eventually<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await once(new PassThrough().end().resume(), 'end');
    }
  }
}
