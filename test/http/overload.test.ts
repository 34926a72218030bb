import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import WebSocket from 'ws';
import { createOverload, type Overload, type OverloadLimits } from '../../src/http/overload.ts';
import { startTestApi } from '../support/api.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { startDynamoDbProxy } from '../support/proxy.ts';
import { bearer, connect, subscribe } from '../support/socket.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A process with so many operations that do not end. */
function startBusy(limits: Partial<OverloadLimits>, operations: number): Overload & { finish: () => void } {
  const overload = createOverload(limits);
  cleanups.push(overload.stop);
  const entered = Array.from({ length: operations }, (_, n) => enter(overload, `user ${n}`));
  const finish = () => {
    for (const leave of entered) leave();
  };
  return { ...overload, finish };
}

function enter(overload: Overload, who: string): () => void {
  const entered = overload.enter(who);
  if (typeof entered === 'string') throw new Error(entered);
  return entered;
}

/** Waits until it is overloaded, or no longer; refuses nothing meanwhile. */
async function until(isOverloaded: boolean, overload: Overload): Promise<void> {
  while (overload.isOverloaded() !== isOverloaded) await sleep(50);
}

/** Keeps the event loop busy, as requests do that compute. */
function saturate(): void {
  let isOver = false;
  const work = () => {
    const until = performance.now() + 5;
    while (performance.now() < until);
    if (!isOver) setImmediate(work);
  };
  work();
  cleanups.push(() => {
    isOver = true;
  });
}

describe('a process', () => {
  it('serves a burst, and refuses operations when they crowd it for three seconds', async () => {
    const startedAt = performance.now();
    const overload = startBusy({ maxUncrowded: 2, minOperations: 2 }, 4);
    saturate();
    expect(overload.refusesOperations()).toBe(false);
    await until(true, overload);
    expect(performance.now() - startedAt).toBeGreaterThan(2000);
    expect(overload.refusesOperations()).toBe(true);
    overload.finish();
    await sleep(0);
    expect(overload.refusesOperations()).toBe(false);
  });

  it('serves everything again when it has time', async () => {
    const overload = startBusy({ maxUncrowded: 2, minOperations: 2 }, 4);
    saturate();
    await until(true, overload);
    await cleanups.pop()?.();
    await until(false, overload);
    expect(overload.refusesOperations()).toBe(false);
  });

  it('runs a part of its operations for one user, a smaller part under overload, and the others’ go on', async () => {
    const limits = { maxOperations: 10, maxUserShare: 0.2, maxUncrowded: 5, minOperations: 5, saturation: 0 };
    const overload = startBusy(limits, 6);
    const leave = enter(overload, 'ann');
    enter(overload, 'ann')();
    const second = enter(overload, 'ann');
    expect(overload.enter('ann')).toBe('key-full');
    second();
    second();
    await until(true, overload);
    overload.finish();
    expect(overload.enter('ann')).toBe('key-full');
    enter(overload, 'ben')();
    leave();
    enter(overload, 'ann')();
  });

  it('that waits for others, and has time itself, is not overloaded by as many operations', async () => {
    const overload = startBusy({ maxUncrowded: 2, minOperations: 2 }, 4);
    await sleep(5000);
    expect(overload.isOverloaded()).toBe(false);
  });

  it.each<[string, Partial<OverloadLimits>]>([
    ['whose event loop is late', { maxDelayMs: -20 }],
    ['whose heap is full', { maxHeapShare: 0 }],
    ['that takes most of the memory', { maxResidentShare: 0 }],
  ])('%s refuses operations', async (_name, limits) => {
    const overload = startBusy(limits, 0);
    expect(overload.refusesOperations()).toBe(false);
    await until(true, overload);
    expect(overload.refusesOperations()).toBe(true);
  });
});

describe('the server, when too much is asked of it', () => {
  it('refuses new operations and sockets with what to do, is not ready but live, and serves again', async () => {
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    cleanups.push(() => proxy.stop());
    const api = await startTestApi({
      dynamodbEndpoint: proxy.url,
      service: { overloadLimits: { maxOperations: 3, maxUserShare: 1 } },
    });
    cleanups.push(() => api.stop());
    const ann = await api.person('ann');
    const client = connect(api.url, bearer(ann.token));
    await subscribe(client, '{ me { id } }').until(1);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let held = 0;
    proxy.onCall(async ({ operation }) => {
      if (operation === 'Query') {
        held++;
        await released;
      }
      return 'pass' as const;
    });
    const groups = '{ messageGroups { nodes { id } } }';
    const open = [ann.run(groups), ann.run(groups), subscribe(client, groups).until(1)];
    while (held < 3) await sleep(10);

    const refused = await ann.run('{ me { id } }');
    expect(refused).toMatchObject({ status: 503, errors: [{ extensions: { code: 'SERVER_OVERLOADED' } }] });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await subscribe(client, '{ me { id } }').ended).toMatchObject([
      { extensions: { code: 'SERVER_OVERLOADED' } },
    ]);
    const [error] = (await once(new WebSocket(api.url.replace('http', 'ws'), 'graphql-transport-ws'), 'error')) as [
      Error,
    ];
    expect(error.message).toContain('503');
    const health = async (name: string) => (await fetch(api.url.replace('graphql', `health/${name}`))).json();
    expect(await health('ready')).toMatchObject({ status: 'overloaded', dynamodb: 'up', postgres: 'up' });
    expect(await health('live')).toEqual({ status: 'live' });

    release();
    expect(await Promise.all(open)).toMatchObject([{ status: 200 }, { status: 200 }, [{ data: {} }]]);
    expect(await ann.run('{ me { id } }')).toMatchObject({ status: 200 });
    expect(await health('ready')).toMatchObject({ status: 'ready' });
    await client.dispose();
  });

  it('answers two hundred operations that one user sends at the same moment', async () => {
    const api = await startTestApi();
    cleanups.push(() => api.stop());
    const ann = await api.person('ann');
    const answers = await Promise.all(Array.from({ length: 200 }, () => ann.run('{ me { id } }')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('refuses a user who runs too many at once, over HTTP and sockets, and serves the others', async () => {
    const proxy = await startDynamoDbProxy(dynamodbEndpoint());
    cleanups.push(() => proxy.stop());
    const overloadLimits = { maxUserShare: 0.003 };
    const api = await startTestApi({ dynamodbEndpoint: proxy.url, service: { overloadLimits } });
    cleanups.push(() => api.stop());
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const client = connect(api.url, bearer(ann.token));
    // Subscriptions that have started do not count.
    for (let n = 0; n < 5; n++) {
      subscribe(client, 'subscription { inboxEvents { cursor } }');
      await subscribe(client, '{ me { id } }').until(1);
    }
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let held = 0;
    proxy.onCall(async () => {
      held++;
      await released;
      return 'pass' as const;
    });
    const groups = '{ messageGroups { nodes { id } } }';
    const open = [ann.run(groups), ann.run(groups), subscribe(client, groups).until(1)];
    while (held < 3) await sleep(10);

    const refused = await ann.run('{ me { id } }');
    const error = { extensions: { code: 'TOO_MANY_OPERATIONS', retryAfter: 1 } };
    expect(refused).toMatchObject({ status: 429, errors: [error] });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await subscribe(client, '{ me { id } }').ended).toMatchObject([error]);
    expect(await ben.run('{ me { id } }')).toMatchObject({ status: 200 });
    release();
    expect(await Promise.all(open)).toMatchObject([{ status: 200 }, { status: 200 }, [{ data: {} }]]);
    expect(await ann.run('{ me { id } }')).toMatchObject({ status: 200 });
    await client.dispose();
  });

  it('charges who is refused, over HTTP and sockets', async () => {
    const startLimited = async (overloadLimits: Partial<OverloadLimits>) => {
      const api = await startTestApi({ env: { RATE_LIMIT: '5' }, service: { overloadLimits } });
      cleanups.push(() => api.stop());
      return { api, ann: await api.person('ann') };
    };
    const full = await startLimited({ maxOperations: 0 });
    const statuses = [];
    for (let n = 0; n < 10; n++) statuses.push((await full.ann.run('{ me { id } }')).status);
    expect(new Set(statuses)).toEqual(new Set([503, 429]));
    expect(statuses.at(-1)).toBe(429);

    const narrow = await startLimited({ maxUserShare: 0 });
    const client = connect(narrow.api.url, bearer(narrow.ann.token));
    const codes = [];
    for (let n = 0; n < 6; n++) codes.push(await subscribe(client, '{ me { id } }').ended);
    expect(codes[0]).toMatchObject([{ extensions: { code: 'TOO_MANY_OPERATIONS' } }]);
    expect(codes.at(-1)).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    await client.dispose();
  });

  it('closes connections beyond its ceiling at once, and accepts new ones when others have ended', async () => {
    const overloadLimits = { maxHttpConnections: 2 };
    const api = await startTestApi({ env: { HOST: '127.0.0.1', MAX_SOCKETS: '1' }, service: { overloadLimits } });
    cleanups.push(() => api.stop());
    const open = async () => {
      const socket = connectTcp(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
      const answered = once(socket, 'data').then(() => socket);
      socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
      return Promise.race([answered, once(socket, 'close').then(() => null)]);
    };
    const [first, ...others] = [await open(), await open(), await open()];
    expect(others).not.toContain(null);
    expect(await open()).toBeNull();
    first?.destroy();
    while ((await open()) === null) await sleep(10);
  });
});
