import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import WebSocket from 'ws';
import { createCeiling } from '../../src/ceiling.ts';
import { createMessageBudget } from '../../src/sockets/messageBudget.ts';
import { isNestedDeeper } from '../../src/sockets/nesting.ts';
import { createWaitingSockets } from '../../src/sockets/waiting.ts';
import { SEND, startTestApi, type TestApi } from '../support/api.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { type Fate, startDynamoDbProxy, THROTTLED } from '../support/proxy.ts';
import { openRaw, type RawSocket, signInRaw } from '../support/rawSocket.ts';
import { bearer } from '../support/socket.ts';

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

describe('the subscriptions of a user', () => {
  it('beyond the ceiling are refused with TOO_MANY_SUBSCRIPTIONS, over all sockets, until another one ends', async () => {
    const api = await start({ MAX_SUBSCRIPTIONS_PER_USER: '3' });
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const [one, other] = [await signInRaw(api.url, ann.token), await signInRaw(api.url, ann.token)];
    one.send(subscribeTo(INBOX, 'a'), subscribeTo(INBOX, 'b'));
    await answered(one);
    other.send(subscribeTo(INBOX, 'c'), subscribeTo(INBOX, 'd'));
    const refused = await other.receive(({ id }) => id === 'd');
    expect(refused).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', limit: 3 } }],
    });
    expect(await refusalsOf(await signInRaw(api.url, ben.token), 3)).toEqual([]);
    one.send({ type: 'complete', id: 'a' });
    await eventually(async () => {
      const third = await signInRaw(api.url, ann.token);
      const refusals = await refusalsOf(third, 1);
      if (refusals.length === 0) return;
      third.socket.terminate();
      throw new Error('Not yet');
    });
  });

  it('beyond the ceiling of the process are refused with the time after which to try again', async () => {
    const api = await start({ MAX_SUBSCRIPTIONS: '2' });
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    expect(await refusalsOf(await signInRaw(api.url, ann.token), 2)).toEqual([]);
    expect(await refusalsOf(await signInRaw(api.url, ben.token), 1)).toEqual([
      { code: 'TOO_MANY_SUBSCRIPTIONS', retryAfter: 10 },
    ]);
  });

  it('that fail give their place back', async () => {
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    const api = await startTestApi({
      dynamodbEndpoint: proxy.url,
      env: { MAX_SUBSCRIPTIONS_PER_USER: '1' },
      live: true,
    });
    apis.push(api);
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const { data } = await ann.run(SEND, { input: { to: { handle: ben.handle }, body: 'first' } });
    const { id: messageId, messageGroupId } = data.sendMessage.message ?? {};
    const listening = await signInRaw(api.url, ben.token);
    const events = `subscription { messageEvents(messageGroupId: "${messageGroupId ?? ''}") { message { body } } }`;
    listening.send(subscribeTo(events, 'failing'));
    await answered(listening);
    // The edit finds its message, and the event that it causes does not.
    let finds = 1;
    proxy.onCall(({ body }) => (body['FilterExpression'] === undefined || finds-- > 0 ? 'pass' : THROTTLED));
    await ann.run('mutation ($input: EditMessageInput!) { editMessage(input: $input) { message { id } } }', {
      input: { messageGroupId, messageId, body: 'edited' },
    });
    const failed = await listening.receive(({ id, type }) => id === 'failing' && type === 'error');
    expect(failed).toMatchObject({ payload: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    proxy.onCall(() => 'pass');
    expect(await refusalsOf(listening, 1)).toEqual([]);
    await proxy.stop();
  });

  it('that are too large to be held for hours are refused', async () => {
    const api = await start({});
    const ann = await signInRaw(api.url, (await api.person('ann')).token);
    const group = 'messageGroup { id lastMessageAt unreadCount lastReadAt otherUserLastReadAt }';
    const fields = Array.from({ length: 30 }, (_, n) => `a${n}: ${group}`).join(' ');
    ann.send(subscribeTo(`subscription { inboxEvents { ${fields} } }`, 'many'));
    ann.send(subscribeTo(`${INBOX} # ${'x'.repeat(20_000)}`, 'long'));
    for (const refused of ['many', 'long']) {
      expect(await ann.receive(({ id }) => id === refused)).toMatchObject({
        payload: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE' } }],
      });
    }
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

  it('serves three hundred sockets that one address opens at the same moment', async () => {
    const api = await start({ TRUSTED_PROXIES: '1' });
    const { token } = await api.person('ann');
    const opened = await Promise.all(
      Array.from({ length: 300 }, () => openRaw(api.url, { 'x-forwarded-for': '198.51.100.1' })),
    );
    expect(opened).toHaveLength(300);
    const [first] = opened;
    first?.send({ type: 'connection_init', payload: bearer(token) });
    await first?.receive(({ type }) => type === 'connection_ack');
  });

  it('closes sockets that do not sign in with 4408', async () => {
    const api = await start({});
    expect(await (await openRaw(api.url)).closed).toMatchObject({ code: 4408 });
  });

  it('of which too many sockets have not signed in cuts off the one that has waited longest', () => {
    const waiting = createWaitingSockets({ maxPerAddress: 2, maxOfAll: 3 });
    const sockets = Array.from({ length: 5 }, () => new PassThrough());
    for (const [n, socket] of sockets.entries()) waiting.enter(socket, `address ${n}`);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, false, false, false]);
  });

  it('at which too many sockets of an address have not signed in cuts off the one of them that has waited longest', () => {
    const waiting = createWaitingSockets({ maxPerAddress: 2, maxOfAll: 10 });
    const enter = (address: string) => {
      const socket = new PassThrough();
      waiting.enter(socket, address);
      return socket;
    };
    const other = enter('another address');
    const sockets = Array.from({ length: 4 }, () => enter('an address'));
    const isCutOff = () => sockets.map(({ destroyed }) => destroyed);
    expect([other.destroyed, ...isCutOff()]).toEqual([false, true, true, false, false]);
    for (const signedIn of sockets.slice(2)) waiting.leave(signedIn);
    enter('an address');
    enter('an address');
    expect(isCutOff()).toEqual([true, true, false, false]);
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

describe('the operations of a socket', () => {
  it('are counted until they are done, also after the client has completed them', async () => {
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    const api = await startTestApi({ dynamodbEndpoint: proxy.url });
    apis.push(api);
    const ann = await signInRaw(api.url, (await api.person('ann')).token);
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let isOpen = 0;
    let maxOpen = 0;
    proxy.onCall(async (): Promise<Fate> => {
      maxOpen = Math.max(maxOpen, ++isOpen);
      await held;
      isOpen--;
      return 'pass';
    });
    const payload = { query: '{ messageGroups { nodes { id } } }' };
    for (let n = 0; n < 300; n++) {
      ann.send({ type: 'subscribe', id: `${n}`, payload }, { type: 'complete', id: `${n}` });
    }
    ann.send({ type: 'subscribe', id: 'last', payload });
    expect(await ann.receive(({ id }) => id === 'last')).toMatchObject({
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS', limit: 100 } }],
    });
    goOn();
    await eventually(async () => {
      const again = crypto.randomUUID();
      ann.send({ type: 'subscribe', id: again, payload });
      const { type } = await ann.receive(({ id }) => id === again);
      if (type === 'error') throw new Error('Not yet');
    });
    expect(maxOpen).toBeLessThanOrEqual(100);
    await proxy.stop();
  });

  it('that were refused, or could not start, do not count any more', async () => {
    const api = await start({});
    const ann = await signInRaw(api.url, (await api.person('ann')).token);
    for (const inVain of ['{ nothing }', 'subscription { inboxEvents(after: "x") { cursor } }']) {
      for (let n = 0; n < 3; n++) {
        const ids = Array.from({ length: 50 }, (): string => crypto.randomUUID());
        ann.send(...ids.map((id) => subscribeTo(inVain, id)));
        for (const each of ids) await ann.receive(({ id }) => id === each);
      }
    }
    ann.send(subscribeTo('{ me { id } }', 'last'));
    expect(await ann.receive(({ id }) => id === 'last')).toMatchObject({ type: 'next' });
  });

  it('have ids of their own: one that runs, though completed, cannot be begun again', async () => {
    const api = await start({});
    const ann = await signInRaw(api.url, (await api.person('ann')).token);
    const again = [subscribeTo(INBOX, 'a'), { type: 'complete', id: 'a' }, subscribeTo(INBOX, 'a')];
    ann.send(...again);
    expect(await ann.closed).toMatchObject({ code: 4409 });
    const long = await signInRaw(api.url, (await api.person('ann')).token);
    long.send(subscribeTo(INBOX, 'a'.repeat(201)));
    expect(await long.closed).toMatchObject({ code: 4400 });
  });
});

describe('what is counted', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.constant({ kind: 'open' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'leave while signing in' as const }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), socket: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('subscribe in vain' as const), socket: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('query' as const), socket: fc.nat(2) }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('complete' as const), socket: fc.nat(2), nth: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('come and go' as const), socket: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), socket: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('break off' as const), socket: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'pause' as const }) },
  );

  it('is counted once and taken off once, however sockets and subscriptions end', async () => {
    const api = await start({ MAX_SOCKETS_PER_USER: '3', MAX_SUBSCRIPTIONS_PER_USER: '4' });
    const { token } = await api.person('ann');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        const sockets: { raw: RawSocket; ids: string[] }[] = [];
        const opened: RawSocket[] = [];
        for (const taken of steps) {
          if (taken.kind === 'open') {
            const raw = await signInRaw(api.url, token).catch(() => null);
            if (raw) sockets.unshift({ raw, ids: [] });
            if (raw) opened.push(raw);
          } else if (taken.kind === 'leave while signing in') {
            const raw = await openRaw(api.url);
            raw.send({ type: 'connection_init', payload: bearer(token) });
            raw.socket.terminate();
          } else if (taken.kind === 'pause') {
            await Promise.all(sockets.map(({ raw }) => answered(raw).catch(() => null)));
          } else {
            const socket = sockets[taken.socket];
            if (!socket || socket.raw.socket.readyState !== WebSocket.OPEN) continue;
            const id = crypto.randomUUID();
            if (taken.kind === 'subscribe') {
              socket.raw.send(subscribeTo(INBOX, id));
              socket.ids.push(id);
            } else if (taken.kind === 'subscribe in vain') {
              const groupId = crypto.randomUUID();
              socket.raw.send(subscribeTo(`subscription { messageEvents(messageGroupId: "${groupId}") { type } }`, id));
              socket.raw.send(subscribeTo('subscription { inboxEvents(after: "x") { cursor } }', `${id} 2`));
              socket.raw.send(subscribeTo('subscription { nothing }', `${id} 3`));
            } else if (taken.kind === 'query') socket.raw.send(subscribeTo('{ me { id } }', id));
            else if (taken.kind === 'complete')
              socket.raw.send({ type: 'complete', id: socket.ids[taken.nth] ?? 'none' });
            else if (taken.kind === 'come and go') socket.raw.send(subscribeTo(INBOX, id), { type: 'complete', id });
            else if (taken.kind === 'close') socket.raw.socket.close();
            else socket.raw.socket.terminate();
          }
        }
        for (const [n, { socket }] of opened.entries()) {
          if (n % 2 === 0) socket.terminate();
          else socket.close();
        }
        await Promise.all(opened.map(({ closed }) => closed));
        expect(await roomOf(api, token)).toEqual({ sockets: 3, subscriptions: 4 });
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  /** How many sockets and subscriptions the user can open, once the server has seen the end of what was open. */
  async function roomOf(api: TestApi, token: string) {
    for (;;) {
      const sockets: RawSocket[] = [];
      const first = await eventually(() => signInRaw(api.url, token));
      for (let raw: RawSocket | null = first; raw;) {
        sockets.push(raw);
        raw = await signInRaw(api.url, token).catch(() => null);
      }
      const refusals = await refusalsOf(first, 10);
      for (const { socket } of sockets) socket.terminate();
      const room = { sockets: sockets.length, subscriptions: 10 - refusals.length };
      if (room.sockets >= 3 && room.subscriptions >= 4) return room;
    }
  }
});

it('a ceiling is kept, whoever leaves how often', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.boolean(), fc.nat(20)), { maxLength: 100 }), (steps) => {
      const ceiling = createCeiling<number>({ maxPerKey: 3, maxOfAll: 8 });
      const inside: { key: number; leave: () => void; isInside: boolean }[] = [];
      for (const [key, isEntering, nth] of steps) {
        const present = inside.filter(({ isInside }) => isInside);
        const ofKey = present.filter((entered) => entered.key === key).length;
        const leaving = inside[nth];
        if (isEntering) {
          const leave = ceiling.enter(key);
          expect(typeof leave === 'string' ? leave : 'entered').toBe(
            ofKey >= 3 ? 'key-full' : present.length >= 8 ? 'all-full' : 'entered',
          );
          if (typeof leave !== 'string') inside.push({ key, leave, isInside: true });
        } else if (leaving) {
          leaving.leave();
          leaving.isInside = false;
        }
      }
    }),
  );
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

  it('counts a large message for each kilobyte of it', () => {
    const budget = createMessageBudget(() => 0);
    let spent = 0;
    while (budget.spend(100_000)) spent++;
    expect(spent).toBe(9);
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

const INBOX = 'subscription { inboxEvents { cursor } }';

function subscribeTo(query: string, id: string) {
  return { type: 'subscribe', id, payload: { query } };
}

/** Resolves when what was sent before has been counted: an operation that follows it has been run. */
async function answered(raw: RawSocket): Promise<void> {
  const id = crypto.randomUUID();
  raw.send(subscribeTo('{ me { id } }', id));
  await raw.receive((message) => message.id === id);
}

/** Begins so many subscriptions: the reasons why some are refused. */
async function refusalsOf(raw: RawSocket, count: number) {
  const ids = Array.from({ length: count }, (): string => crypto.randomUUID());
  raw.send(...ids.map((id) => subscribeTo(INBOX, id)));
  await answered(raw);
  const refused = raw.received.filter(({ id, type }) => type === 'error' && ids.includes(String(id)));
  return refused.map(({ payload }) => (payload as { extensions: object }[])[0]?.extensions);
}

/** Tries until it succeeds: the server sees the end of a socket a moment after its client. */
async function eventually<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch {
      await sleep(10);
    }
  }
}
