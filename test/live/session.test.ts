import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Session } from '../../src/auth.ts';
import { unauthenticated } from '../../src/errors.ts';
import { keepSession } from '../../src/sockets/session.ts';
import { startTestApi, type TestApi } from '../support/api.ts';
import { databaseUrl } from '../support/environment.ts';
import { signInRaw } from '../support/rawSocket.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcpProxy.ts';

describe('the viewer of an open socket', () => {
  let api: TestApi;
  let postgres: TcpProxy;
  beforeAll(async () => {
    postgres = await startTcpProxy(databaseUrl());
    api = await startTestApi({ databaseUrl: postgres.url, env: { METRICS_PORT: '0' } });
  });
  afterAll(async () => {
    await api.stop();
    await postgres.stop();
  });

  async function lookups(): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${String(api.metricsPort)}/metrics`)).text();
    return Number(/sql_seconds_count\{statement="user_by_cognito_id",outcome="ok"\} (\d+)/.exec(text)?.[1] ?? 0);
  }

  it('is looked up again within a minute, once for all sockets: a new handle is used, and who is gone is closed with 4403', async () => {
    const [ann, ben] = await Promise.all([api.person('ann'), api.person('ben')]);
    const ofAnn = await Promise.all(Array.from({ length: 10 }, () => signInRaw(api.url, ann.token)));
    const gone = await signInRaw(api.url, ben.token);
    expect(await lookups()).toBe(2);
    await api.database.query('update public.users set handle = $2 where uuid = $1', [ann.id, `${ann.handle}-2`]);
    await api.database.query('delete from public.users where uuid = $1', [ben.id]);
    expect(await gone.closed).toEqual({ code: 4403, reason: 'USER_NOT_REGISTERED' });
    while ((await lookups()) < 4) await sleep(200);
    // A name that Postgres does not tell is that of the viewer.
    postgres.misbehave('cut');
    for (const raw of ofAnn) {
      let handle: unknown;
      for (let n = 0; handle !== `${ann.handle}-2`; n++) {
        raw.send({ type: 'subscribe', id: `${n}`, payload: { query: '{ me { handle } }' } });
        const { payload } = await raw.receive(({ id }) => id === `${n}`);
        ({ handle } = (payload as { data: { me: { handle: string } } }).data.me);
        await sleep(50);
      }
    }
    postgres.heal();
    expect(await lookups()).toBe(4);
  }, 90_000);
});

describe('a session', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const ann = { id: '1', handle: 'ann', displayName: 'Ann' };
  const HOUR_MS = 3_600_000;

  function open(answer: () => Promise<Session>) {
    const socket = Object.assign(new EventEmitter(), { OPEN: 1, readyState: 1, closes: [] as unknown[] });
    const close = (...args: unknown[]) => {
      socket.closes.push(args);
      socket.readyState = 2;
    };
    const lookups: number[] = [];
    const viewers: unknown[] = [];
    keepSession({
      socket: Object.assign(socket, { close }) as never,
      authenticate: () => {
        lookups.push(Date.now());
        return answer();
      },
      authorization: 'Bearer x',
      session: { viewer: ann, expiresAt: Date.now() + HOUR_MS, askAgainAt: Date.now() + 54_000 },
      onViewer: (viewer) => viewers.push(viewer),
    });
    return { socket, lookups, viewers };
  }

  const known = (viewer = ann): Session => ({
    viewer,
    expiresAt: Date.now() + HOUR_MS,
    askAgainAt: Date.now() + 54_000,
  });

  it('is looked up once a minute at least, until its token expires', async () => {
    const openedAt = Date.now();
    const { socket, lookups, viewers } = open(() => Promise.resolve(known()));
    await jest.advanceTimersByTimeAsync(HOUR_MS + 1000);
    const gaps = lookups.map((at, n) => at - (lookups[n - 1] ?? openedAt));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(60_000);
    expect(lookups.length).toBeGreaterThan(60);
    expect(viewers).toHaveLength(lookups.length);
    expect(socket.closes).toEqual([[4403, 'TOKEN_EXPIRED']]);
  });

  it('ends with the reason if its token does not count any more, or names somebody else', async () => {
    const gone = open(() => Promise.reject(unauthenticated('USER_NOT_REGISTERED')));
    const other = open(() => Promise.resolve(known({ ...ann, id: '2' })));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(gone.socket.closes).toEqual([[4403, 'USER_NOT_REGISTERED']]);
    expect(other.socket.closes).toEqual([[4403, 'USER_NOT_REGISTERED']]);
    expect(other.viewers).toEqual([]);
  });

  it('stays while nobody can be looked up, which is tried again after 5 seconds at the earliest', async () => {
    const { socket, lookups } = open(() => Promise.reject(new Error('Postgres does not answer')));
    await jest.advanceTimersByTimeAsync(120_000);
    expect(socket.closes).toEqual([]);
    expect(lookups.length).toBeGreaterThan(8);
    expect(lookups.length).toBeLessThan(15);
  });

  it('leaves no timer behind when its socket is closed, also during a lookup', async () => {
    let answer: (session: Session) => void = () => undefined;
    const { socket } = open(() => new Promise((resolve) => (answer = resolve)));
    await jest.advanceTimersByTimeAsync(60_000);
    socket.readyState = 3;
    socket.emit('close');
    answer(known());
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  });
});
