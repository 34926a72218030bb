import { once } from 'node:events';
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
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  for (let n = 0; n < operations; n++) void overload.run(() => finished);
  return { ...overload, finish };
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
    const api = await startTestApi({ dynamodbEndpoint: proxy.url, service: { overloadLimits: { maxOperations: 3 } } });
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
});
