import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { startDynamoDb } from '../../scripts/local/dynamodb.ts';
import { createDocumentClient, createDynamoDbClient, createStreamsClient } from '../../src/clients.ts';
import { readTableConfig } from '../../src/config.ts';
import { createMessages } from '../../src/messages/messages.ts';
import { createProjector, type Project, type StreamRecord } from '../../src/messages/projector.ts';
import { ensureTable } from '../../src/messages/table.ts';
import { createFileCheckpoints } from '../../src/stream/checkpoints.ts';
import { runWorker } from '../../src/stream/worker.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { startStreamDouble, type StreamDouble } from '../support/streamDouble.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

let table: TestTable;
let folder: string;
beforeAll(async () => {
  [table, folder] = await Promise.all([createTestTable(), mkdtemp(join(tmpdir(), 'worker-'))]);
});
afterAll(async () => {
  await table.drop();
  await rm(folder, { recursive: true });
});

const stopRunning: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopRunning.splice(0).toReversed()) await stop();
});

async function startDouble(...shards: Parameters<typeof startStreamDouble>): Promise<StreamDouble> {
  const double = await startStreamDouble(...shards);
  stopRunning.push(() => double.stop());
  return double;
}

interface Start {
  project?: Project;
  checkpoint?: string;
  double?: StreamDouble;
  on?: Pick<TestTable, 'client' | 'config' | 'dynamo' | 'table'>;
}

function startWorker({ on = table, project = createProjector(on), checkpoint = 'default', double }: Start = {}) {
  const aborting = new AbortController();
  const streams = createStreamsClient(double ? { ...on.config, dynamodbEndpoint: double.url } : on.config);
  const running = runWorker(
    {
      dynamo: on.client,
      streams,
      table: on.table,
      project,
      checkpoints: createFileCheckpoints(join(folder, checkpoint)),
      logger: pino({ level: 'silent' }),
    },
    aborting.signal,
  );
  const stop = async () => {
    aborting.abort();
    await running;
    streams.destroy();
  };
  stopRunning.push(stop);
  return { stop };
}

async function until(holds: () => boolean | Promise<boolean>) {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('did not come true within 20 s');
    await sleep(20);
  }
}

async function sendTo(other = newPerson('other')) {
  const result = await createMessages(table).sendToUser(newPerson('sender'), other, 'hello');
  if (result.outcome !== 'sent') throw new Error(result.outcome);
  return result.message;
}

/** A projector that takes every record and keeps the messages it was given. */
function recording(): { project: Project; seen: unknown[] } {
  const seen: unknown[] = [];
  const project = (records: StreamRecord[]) => {
    seen.push(...records.flatMap(({ newImage }) => (newImage?.['message_uuid'] ? [newImage['message_uuid']] : [])));
    return Promise.resolve({ failedFrom: null, errors: [], skipped: [] });
  };
  return { project, seen };
}

describe('the worker', () => {
  it('keeps the group rows of a live table at the newest message', async () => {
    startWorker();
    const { groupId, sender } = await sendTo();
    await createMessages(table).sendToGroup(sender, groupId, 'newer');
    await until(async () => brokenInvariants(await table.rows()).length === 0);
    expect(await table.rows(`GRP#${sender.id}`)).toMatchObject([{ message: 'newer' }]);
  });

  it('goes on after a restart where it stopped', async () => {
    const first = recording();
    const worker = startWorker({ project: first.project, checkpoint: 'restart' });
    const before = await sendTo();
    await until(() => first.seen.includes(before.id));
    await worker.stop();
    const meanwhile = await sendTo();
    const second = recording();
    startWorker({ project: second.project, checkpoint: 'restart' });
    await until(() => second.seen.includes(meanwhile.id));
    expect(second.seen).not.toContain(before.id);
  });

  it('delivers again from the first record that failed, until it is done', async () => {
    const message = await sendTo();
    let failures = 0;
    const { project, seen } = recording();
    startWorker({
      checkpoint: 'failing',
      async project(records) {
        const index = records.findIndex(({ newImage }) => newImage?.['message_uuid'] === message.id);
        if (index >= 0 && failures < 3) {
          failures++;
          return { failedFrom: index, errors: [new Error('not now')], skipped: [] };
        }
        return project(records);
      },
    });
    await until(() => seen.includes(message.id));
    expect(failures).toBe(3);
  });

  it('reads the new stream of an emulator that lost its tables and got them anew', async () => {
    let emulator = await startDynamoDb({ port: 0 });
    stopRunning.push(() => emulator.stop());
    const table = 'anew';
    const config = readTableConfig({ DYNAMODB_ENDPOINT: emulator.url, MESSAGES_TABLE: table });
    const client = createDynamoDbClient(config);
    const own = { config, table, client, dynamo: createDocumentClient(client) };
    const { project, seen } = recording();
    const sendMany = async () => {
      for (let n = 0; n < 20; n++) await createMessages(own).sendToUser(newPerson('ann'), newPerson('ben'), 'hello');
      const sent = await createMessages(own).sendToUser(newPerson('ann'), newPerson('ben'), 'hello');
      await until(() => sent.outcome === 'sent' && seen.includes(sent.message.id));
    };
    await ensureTable(client, table);
    startWorker({ on: own, project, checkpoint: table });
    await sendMany();
    await emulator.stop();
    emulator = await startDynamoDb({ port: Number(new URL(emulator.url).port) });
    await ensureTable(client, table);
    await sendMany();
  }, 60_000);

  it('reads a shard only when its parent is done with', async () => {
    const double = await startDouble([
      { id: 'shard-child-1', parentId: 'shard-parent', records: ['c1', 'c2'] },
      { id: 'shard-parent', records: ['p1', 'p2', 'p3'] },
      { id: 'shard-child-2', parentId: 'shard-parent', records: ['d1'] },
      { id: 'shard-grandchild', parentId: 'shard-child-1', records: ['g1'] },
    ]);
    const { project, seen } = recording();
    startWorker({ project, checkpoint: 'shards', double });
    await until(() => seen.length === 7);
    expect(seen.slice(0, 3)).toEqual(['p1', 'p2', 'p3']);
    expect(seen.indexOf('g1')).toBeGreaterThan(seen.indexOf('c2'));
  });

  it('backs off and goes on when the stream does not answer for a while', async () => {
    const double = await startDouble([{ id: 'shard-1', records: ['a', 'b'] }]);
    double.fail(3);
    const { project, seen } = recording();
    startWorker({ project, checkpoint: 'outage', double });
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });

  it('starts over with the oldest record there is when its place has been trimmed, or its checkpoint is unreadable', async () => {
    const double = await startDouble([{ id: 'shard-1', records: ['a', 'b'] }]);
    const checkpoints = createFileCheckpoints(join(folder, 'trimmed'));
    await checkpoints.save({ streamArn: await double.streamArnOf(table), shards: { 'shard-1': 'trimmed' } });
    const { project, seen } = recording();
    startWorker({ project, checkpoint: 'trimmed', double });
    await until(() => seen.length === 2);
    expect(seen).toEqual(['a', 'b']);
  });
});
