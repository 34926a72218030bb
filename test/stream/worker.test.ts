import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { startDynamoDb } from '../../scripts/local/dynamodb.ts';
import { createDocumentClient, createDynamoDbClient, createStreamsClient } from '../../src/clients.ts';
import { readTableConfig } from '../../src/config.ts';
import { createMessages } from '../../src/messages/messages.ts';
import { createProjector, type Project } from '../../src/messages/projector.ts';
import { ensureTable } from '../../src/messages/table.ts';
import { createFileCheckpoints } from '../../src/stream/checkpoints.ts';
import { runWorker } from '../../src/stream/worker.ts';
import { recording, until } from '../support/doubledWorker.ts';
import { brokenInvariants } from '../support/invariants.ts';
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

interface Start {
  project?: Project;
  checkpoint?: string;
  on?: Pick<TestTable, 'client' | 'config' | 'dynamo' | 'table'>;
}

function startWorker({ on = table, project = createProjector(on), checkpoint = 'default' }: Start = {}) {
  const aborting = new AbortController();
  const streams = createStreamsClient(on.config);
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

async function sendTo(other = newPerson('other')) {
  const result = await createMessages(table).sendToUser(newPerson('sender'), other, 'hello');
  if (result.outcome !== 'sent') throw new Error(result.outcome);
  return result.message;
}

describe('the worker', () => {
  it('keeps the group rows of a live table at the newest message', async () => {
    startWorker();
    const { groupId, sender } = await sendTo();
    await createMessages(table).sendToGroup(sender, groupId, 'newer');
    await until(async () => brokenInvariants(await table.rows()).length === 0);
    expect(await table.rows(`GRP#${sender.id}`)).toMatchObject([{ message: 'newer' }]);
  });

  it('gives the projector whole rows, and says when they were stored', async () => {
    const { project, records } = recording();
    startWorker({ project, checkpoint: 'whole' });
    const { id, groupId } = await sendTo();
    const imageOf = (pk: string) => records.find(({ newImage }) => newImage?.['pk'] === pk);
    await until(() => imageOf(`MSG#${groupId}`) !== undefined);
    expect(imageOf(`MSG#${groupId}`)).toMatchObject({ eventName: 'INSERT', newImage: { message_uuid: id } });
    await until(() => records.some(({ newImage }) => newImage?.['paired'] === true));
    expect(records.every(({ storedAt }) => Math.abs(Date.now() - storedAt) < 600_000)).toBe(true);
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
});
