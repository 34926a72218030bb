import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { createLocalFeed, type Feed } from '../../src/live/feed.ts';
import { follow, type Followed, REREAD_MS } from '../../src/live/follow.ts';
import { OVERLAP, startAfter } from '../../src/live/progress.ts';
import { cursorOf, parsePosition } from '../../src/messages/cursors.ts';
import { timestampOf } from '../../src/messages/keys.ts';
import type { LogPage, LogRow } from '../../src/messages/readLog.ts';

const START = Date.UTC(2026, 0, 1) * 1000;
const LOGS: [string, string] = ['MSG#1', 'EVT#1'];
const PAGE = 3;

/** Two logs that a test writes at will: a table cannot be told how late a row comes into being. */
function createLogs(pageSize = PAGE) {
  const rows = new Map<string, LogRow[]>(LOGS.map((pk) => [pk, []]));
  return {
    write(pk: string, at: number) {
      const log = rows.get(pk) ?? [];
      if (log.some((row) => row.at === at)) return false;
      log.push({ at, item: {} });
      log.sort((one, other) => one.at - other.at);
      return true;
    },
    read(pk: string, from: number): Promise<LogPage> {
      const later = (rows.get(pk) ?? []).filter(({ at }) => at >= from);
      return Promise.resolve({ rows: later.slice(0, pageSize), hasMore: later.length > pageSize });
    },
    all: () => LOGS.flatMap((pk, log) => (rows.get(pk) ?? []).map(({ at }) => `${log} ${at}`)).sort(),
  };
}

/** Takes events as they come, until it is stopped: what it got, and the last cursor. */
async function subscribe(feed: Feed, logs: ReturnType<typeof createLogs>, cursor: string) {
  const got: string[] = [];
  let after = cursor;
  let longest = 0;
  const events = await follow({
    feed,
    readLog: (pk, from) => logs.read(pk, from),
    logs: LOGS,
    topics: [],
    progress: startAfter(cursor, Date.now() * 1000),
    now: () => Date.now() * 1000,
    check: () => Promise.resolve(),
    onFailure: (error) => {
      throw error;
    },
  });
  const take = (event: Followed) => {
    if (event.kind === 'row') got.push(`${event.log} ${event.row.at}`);
    after = event.cursor;
    longest = Math.max(longest, after.length);
  };
  const done = (async () => {
    for await (const event of events) take(event);
  })();
  return {
    got,
    cursor: () => after,
    longestCursor: () => longest,
    async stop() {
      await events.return?.();
      await done;
    },
  };
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      log: fc.nat(1),
      lateness: fc.nat(OVERLAP - 1),
      isHinted: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const), awayMs: fc.nat(60_000) }) },
);

describe('following two logs', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: START / 1000 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('yields each row once, however late it comes into being, whatever hint is lost, across reconnections', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        jest.setSystemTime(START / 1000);
        const [feed, logs] = [createLocalFeed(), createLogs()];
        const got: string[] = [];
        let subscriber = await subscribe(feed, logs, cursorOf(timestampOf(START)));
        await jest.advanceTimersByTimeAsync(1);
        for (const taken of steps) {
          if (taken.kind === 'write') {
            const [pk = ''] = [LOGS[taken.log]];
            const at = Math.max(START + 1, Date.now() * 1000 - taken.lateness);
            if (logs.write(pk, at) && taken.isHinted) feed.publish(pk, { kind: 'rows', from: at });
            await jest.advanceTimersByTimeAsync(0);
          } else if (taken.kind === 'wait') {
            await jest.advanceTimersByTimeAsync(taken.ms);
          } else {
            await subscriber.stop();
            got.push(...subscriber.got);
            await jest.advanceTimersByTimeAsync(taken.awayMs);
            subscriber = await subscribe(feed, logs, subscriber.cursor());
            await jest.advanceTimersByTimeAsync(0);
          }
        }
        await jest.advanceTimersByTimeAsync(REREAD_MS);
        await subscriber.stop();
        expect([...got, ...subscriber.got].sort()).toEqual(logs.all());
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('keeps cursors short, however many rows a subscriber gets that was away', async () => {
    const [feed, logs] = [createLocalFeed(), createLogs(100)];
    const subscriber = await subscribe(feed, logs, cursorOf(timestampOf(START)));
    await jest.advanceTimersByTimeAsync(1);
    // One hint for all that came in a minute.
    for (let n = 1; n <= 6000; n++) logs.write(LOGS[n % 2] ?? '', START + n * 10_000);
    jest.setSystemTime(START / 1000 + 60_000);
    feed.publish(LOGS[0], { kind: 'rows', from: START + 10_000 });
    await jest.advanceTimersByTimeAsync(1);
    await subscriber.stop();
    expect([...subscriber.got].sort()).toEqual(logs.all());
    expect(subscriber.longestCursor()).toBeLessThan(6000);
    const { base, delivered } = parsePosition(subscriber.cursor()) ?? {};
    expect(base).toBeGreaterThan(START);
    expect(delivered?.map(({ size }) => size).every((size) => size < 700)).toBe(true);
  });

  it('yields rows by time where none is late', async () => {
    const [feed, logs] = [createLocalFeed(), createLogs()];
    for (let n = 1; n <= 50; n++) logs.write(LOGS[n % 2] ?? '', START + n * 1000);
    const subscriber = await subscribe(feed, logs, cursorOf(timestampOf(START)));
    await jest.advanceTimersByTimeAsync(1);
    await subscriber.stop();
    expect(subscriber.got.map((key) => Number(key.slice(2)) - START)).toEqual(
      Array.from({ length: 50 }, (_, n) => (n + 1) * 1000),
    );
  });
});
