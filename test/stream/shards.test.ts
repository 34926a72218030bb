import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createFileCheckpoints } from '../../src/stream/checkpoints.ts';
import { MAX_SHARDS_AT_ONCE } from '../../src/stream/followStream.ts';
import type { WorkerOptions } from '../../src/stream/worker.ts';
import { keptCheckpoints, recording, startDoubledWorker, until } from '../support/doubledWorker.ts';
import { type DoubledShard, type Fate, type StreamCall, startStreamDouble } from '../support/streamDouble.ts';

const stopRunning: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopRunning.splice(0).toReversed()) await stop();
});

async function startDouble(...shards: DoubledShard[]) {
  const double = await startStreamDouble(shards);
  stopRunning.push(() => double.stop());
  return double;
}

function startWorker(double: Awaited<ReturnType<typeof startDouble>>, options: Partial<WorkerOptions> = {}) {
  const { project, seen } = recording();
  const worker = startDoubledWorker(double, { project, ...options });
  stopRunning.push(() => worker.stop());
  return { ...worker, seen };
}

const FAILURES: [string, Fate][] = [
  ['never answers', 'hang'],
  ['trickles its answer', 'trickle'],
  ['fails', { error: 'InternalServerError' }],
  ['always says that its iterator is expired', { error: 'ExpiredIteratorException' }],
  ['always says that its place is trimmed', { error: 'TrimmedDataAccessException' }],
];

describe('the shards of a stream', () => {
  it('are read after their parents', async () => {
    const double = await startDouble(
      { id: 'child-1', parentId: 'parent', records: ['c1', 'c2'] },
      { id: 'parent', records: ['p1', 'p2', 'p3'] },
      { id: 'child-2', parentId: 'parent', records: ['d1'] },
      { id: 'grandchild', parentId: 'child-1', records: ['g1'] },
    );
    const { seen } = startWorker(double);
    await until(() => seen.length === 7);
    expect(seen.slice(0, 3)).toEqual(['p1', 'p2', 'p3']);
    expect(seen.indexOf('g1')).toBeGreaterThan(seen.indexOf('c2'));
  });

  it('are found when they come into being, and left when they are gone', async () => {
    const parent = { id: 'parent', records: ['a'], isOpen: true };
    const gone: DoubledShard = { id: 'gone', records: [], isOpen: true };
    const child = { id: 'child', parentId: 'parent', records: ['b'], isOpen: true };
    const double = await startDouble(parent, gone);
    const callsOf = (id: string) => double.calls.filter(({ shardId }) => shardId === id).length;
    const { seen } = startWorker(double);
    await until(() => seen.length === 1 && callsOf('gone') > 0);
    gone.isGone = true;
    double.shards.push(child);
    parent.isOpen = false;
    await until(() => seen.length === 2);
    const [ofGone, ofChild] = [callsOf('gone'), callsOf('child')];
    await until(() => callsOf('child') > ofChild + 10);
    expect(callsOf('gone')).toBe(ofGone);
    expect(seen).toEqual(['a', 'b']);
  });

  it.each(FAILURES)(
    'are read while another one %s, which is read once it answers',
    async (_what, fate) => {
      const double = await startDouble(
        { id: 'bad', records: ['x', 'y'] },
        { id: 'good', records: ['a', 'b', 'c'], isOpen: true },
      );
      let isBad = true;
      double.onCall(({ operation, shardId }) =>
        isBad && shardId === 'bad' && operation === 'GetRecords' ? fate : 'answer',
      );
      const { seen, log } = startWorker(double);
      await until(() => seen.length === 3 && log.lines('a shard cannot be read').length > 0);
      expect(seen).toEqual(['a', 'b', 'c']);
      expect(log.lines('a shard cannot be read')[0]).toMatchObject({ shard: 'bad' });
      isBad = false;
      await until(() => seen.length === 5);
      expect(seen.slice(3)).toEqual(['x', 'y']);
    },
    60_000,
  );

  it('are read while the list of them does not come', async () => {
    const open = { id: 'open', records: ['a'], isOpen: true };
    const double = await startDouble(open, { id: 'closing', records: ['b'] });
    let lists = 0;
    double.onCall(({ operation }) => (operation === 'DescribeStream' && ++lists > 1 ? 'hang' : 'answer'));
    const { seen, log } = startWorker(double);
    await until(() => lists > 1);
    open.records.push('c', 'd');
    await until(() => seen.length === 4 && log.lines('the shards cannot be listed').length > 0);
  });

  it('are read a bounded number at a time, of thousands on many pages', async () => {
    const all = Array.from({ length: 3000 }, (_, n) => ({ id: `shard-${n}`, records: [`m${n}`] }));
    const double = await startDouble(...all);
    const read = all.slice(100, -100).map(({ id }): [string, string] => [id, 'closed']);
    const checkpoints = keptCheckpoints({ streamArn: double.streamArn(), shards: Object.fromEntries(read) });
    let isHanging = true;
    double.onCall(({ operation }) => (isHanging && operation === 'GetRecords' ? 'hang' : 'answer'));
    const { seen, log } = startWorker(double, { checkpoints });
    await until(() => log.lines('a shard cannot be read').length > 0);
    isHanging = false;
    await until(() => seen.length === 200);
    expect(double.mostReadsAtOnce()).toBe(MAX_SHARDS_AT_ONCE);
    const expected = [...all.slice(0, 100), ...all.slice(-100)].flatMap(({ records }) => records);
    expect(seen.toSorted()).toEqual(expected.sort());
  }, 90_000);

  it('are those of the table’s newest stream once an older one has ended', async () => {
    const double = await startDouble({ id: 'shard', records: ['a', 'b'] });
    const { seen } = startWorker(double);
    await until(() => seen.length > 0);
    double.replace([{ id: 'shard', records: ['c'], isOpen: true }]);
    await until(() => seen.length === 3);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('go on when the stream answers again', async () => {
    const double = await startDouble({ id: 'shard', records: ['a', 'b'] });
    let calls = 0;
    double.onCall(({ operation }) =>
      operation === 'GetRecords' && ++calls <= 5 ? { error: 'LimitExceededException' } : 'answer',
    );
    const { seen } = startWorker(double);
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });
});

describe('the lag', () => {
  it('grows while a shard is not read, and is none again afterwards', async () => {
    const double = await startDouble({ id: 'shard', records: [], isOpen: true });
    let isBad = true;
    double.onCall(({ operation }) => (isBad && operation === 'GetRecords' ? 'hang' : 'answer'));
    const lags: number[] = [];
    startWorker(double, { metrics: { projection: () => undefined, projectionLag: (seconds) => lags.push(seconds) } });
    await until(() => Number(lags.at(-1)) > 2);
    isBad = false;
    await until(() => lags.at(-1) === 0);
  });

  it('is the time since a change was stored, whatever time the row has', async () => {
    const image = { pk: { S: 'MSG#group' }, sk: { S: '2020-11-20T20:26:11.927123Z' } };
    const storedAt = Math.floor(Date.now() / 1000) - 100;
    const imported = {
      eventName: 'INSERT',
      dynamodb: { SequenceNumber: '0', ApproximateCreationDateTime: storedAt, NewImage: image },
    };
    const double = await startDouble({ id: 'shard', records: [imported], isOpen: true });
    const lags: number[] = [];
    startWorker(double, { metrics: { projection: () => undefined, projectionLag: (seconds) => lags.push(seconds) } });
    await until(() => lags.some((lag) => lag > 0));
    expect(Math.max(...lags)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...lags)).toBeLessThan(1000);
  });
});

describe('records that cannot be read', () => {
  it('are reported with what is known of them, and passed over', async () => {
    const keys = { pk: { S: 'MSG#group' }, sk: { S: '2026-11-20T20:26:11.927123Z' } };
    const image = { message_uuid: { S: 'unseen' }, message: { S: 'a secret' } };
    const double = await startDouble({
      id: 'shard',
      isOpen: true,
      records: [
        'a',
        { eventID: 'e1', eventName: 'INSERT', dynamodb: { Keys: keys, NewImage: image } },
        { eventID: 'e2', dynamodb: { SequenceNumber: '2', NewImage: { ...image, data: { UNKNOWN: '1' } } } },
        { eventID: 'e3', dynamodb: { SequenceNumber: '3', NewImage: { ...image, pk: { N: '1' } } } },
        { eventID: 'e4' },
        {},
        'b',
      ],
    });
    const checkpoints = keptCheckpoints();
    const worker = startWorker(double, { checkpoints });
    await until(() => worker.seen.length === 2);
    await worker.stop();
    expect(worker.seen).toEqual(['a', 'b']);
    expect(checkpoints.saved.at(-1)?.shards).toEqual({ shard: '6' });
    const lines = worker.log.lines('passed over a stream record that cannot be read');
    expect(lines.map(({ record }) => record)).toMatchObject([
      { eventID: 'e1', eventName: 'INSERT', dynamodb: { Keys: keys } },
      { eventID: 'e2', dynamodb: { SequenceNumber: '2' } },
      { eventID: 'e3', dynamodb: { SequenceNumber: '3' } },
      { eventID: 'e4' },
      {},
    ]);
    expect(worker.log.text()).not.toContain('a secret');
  });
});

const WAITS = ['DescribeTable', 'DescribeStream', 'GetShardIterator', 'GetRecords'].flatMap(
  (operation): [string, Fate][] => [
    [operation, 'hang'],
    [operation, 'trickle'],
  ],
);

describe('stopping', () => {
  const isAt = (operation: string) => (call: StreamCall) => call.operation === operation;

  it.each(WAITS)('aborts a %s that waits (%s)', async (operation, fate) => {
    const double = await startDouble({ id: 'shard', records: ['a'] });
    double.onCall((call) => (isAt(operation)(call) ? fate : 'answer'));
    const worker = startWorker(double);
    await until(() => double.calls.some(isAt(operation)));
    await worker.stop();
    expect(worker.log.text()).toBe('');
    expect(double.calls.filter(isAt(operation))).toHaveLength(1);
  });

  it('finishes the batch that is being projected, and saves where it ends', async () => {
    const double = await startDouble(
      { id: 'good', records: ['a'], isOpen: true },
      { id: 'bad', records: ['x'], isOpen: true },
    );
    double.onCall(({ shardId }) => (shardId === 'bad' ? 'hang' : 'answer'));
    const checkpoints = keptCheckpoints();
    const { project, seen } = recording();
    let release: () => void = () => undefined;
    const worker = startWorker(double, {
      checkpoints,
      async project(records) {
        await new Promise<void>((resolve) => (release = resolve));
        return project(records);
      },
    });
    await until(() => double.calls.filter(({ shardId }) => shardId === 'good').length === 2);
    const stopped = worker.stop();
    setImmediate(() => {
      release();
    });
    await stopped;
    expect(seen).toEqual(['a']);
    expect(checkpoints.saved.at(-1)?.shards).toEqual({ good: '0' });
  });

  it('gives up a batch whose projection does not end, which is delivered again', async () => {
    const double = await startDouble({ id: 'shard', records: ['a'], isOpen: true });
    const checkpoints = keptCheckpoints();
    let isProjecting = false;
    const worker = startWorker(double, {
      checkpoints,
      project() {
        isProjecting = true;
        return new Promise(() => undefined);
      },
    });
    await until(() => isProjecting);
    await worker.stop();
    const { seen } = startWorker(double, { checkpoints });
    await until(() => seen.length === 1);
  });

  it('does not wait for a checkpoint that is not saved', async () => {
    const double = await startDouble({ id: 'shard', records: ['a', 'b'], isOpen: true });
    let saves = 0;
    const save = () => {
      saves++;
      return new Promise<void>(() => undefined);
    };
    const worker = startWorker(double, { checkpoints: { load: () => Promise.resolve(null), save } });
    await until(() => worker.seen.length === 2);
    await worker.stop();
    expect(worker.seen).toEqual(['a', 'b']);
    expect(saves).toBe(1);
    expect(worker.log.lines('the last checkpoint was not saved')).toHaveLength(1);
  });
});

describe('checkpoints', () => {
  it('are saved one at a time, each further than the one before, however long each takes', async () => {
    const records = Array.from({ length: 200 }, (_, n) => `m${n}`);
    const double = await startDouble({ id: 'one', records }, { id: 'two', records });
    const kept = keptCheckpoints();
    let [atOnce, most] = [0, 0];
    const worker = startWorker(double, {
      checkpoints: {
        ...kept,
        async save(checkpoint) {
          most = Math.max(most, ++atOnce);
          const seenBefore = worker.seen.length;
          await until(() => worker.seen.length > seenBefore || worker.seen.length === 400);
          await kept.save(checkpoint);
          atOnce--;
        },
      },
    });
    await until(() => kept.saved.at(-1)?.shards['one'] === 'closed' && kept.saved.at(-1)?.shards['two'] === 'closed');
    const positions = kept.saved.map(({ shards }) => (shards['one'] === 'closed' ? 200 : Number(shards['one'] ?? -1)));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(most).toBe(1);
    expect(kept.saved.length).toBeLessThan(100);
  });

  it('that cannot be saved are reported once, tried again, and hold up nothing', async () => {
    const double = await startDouble({ id: 'shard', records: ['a', 'b', 'c'] });
    const kept = keptCheckpoints();
    let failures = 0;
    const { seen, log } = startWorker(double, {
      checkpoints: {
        ...kept,
        save: (checkpoint) => (++failures <= 3 ? Promise.reject(new Error('disk full')) : kept.save(checkpoint)),
      },
    });
    await until(() => kept.saved.at(-1)?.shards['shard'] === 'closed');
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(log.lines('the checkpoint cannot be saved')).toHaveLength(1);
  });

  it('whose place has been trimmed lead to the oldest record there is', async () => {
    const double = await startDouble({ id: 'shard', records: ['a', 'b'] });
    const checkpoints = keptCheckpoints({ streamArn: double.streamArn(), shards: { shard: 'trimmed' } });
    const { seen } = startWorker(double, { checkpoints });
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });

  it('that cannot be read are reported, and lead to the oldest record there is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
    stopRunning.push(() => rm(folder, { recursive: true }));
    const double = await startDouble({ id: 'shard', records: ['a', 'b'] });
    await writeFile(join(folder, 'checkpoint'), '{ "stre');
    const { seen, log } = startWorker(double, { checkpoints: createFileCheckpoints(join(folder, 'checkpoint')) });
    await until(() => seen.length === 2);
    expect(log.lines('the checkpoint cannot be read: the stream is read from its start')).toHaveLength(1);
  });
});
