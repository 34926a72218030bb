import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { pino } from 'pino';
import { createLocalFeed, type FeedMessage } from '../../src/live/feed.ts';
import { followLag } from '../../src/live/projection.ts';
import { createRedisFeed } from '../../src/live/redisFeed.ts';
import { createMessages } from '../../src/messages/messages.ts';
import type { Projection } from '../../src/messages/projector.ts';
import { recording } from '../support/doubledWorker.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { findRedis, startRedis } from '../support/nodes.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';

async function importLambda(table: string) {
  process.env['DYNAMODB_ENDPOINT'] = dynamodbEndpoint();
  process.env['MESSAGES_TABLE'] = table;
  return import('../../src/stream/lambda.ts');
}

/** An event as Lambda delivers it, of the table's messages. */
async function eventOf(table: TestTable): Promise<DynamoDBStreamEvent> {
  const rows = await table.rows('MSG#');
  return {
    Records: rows.map((row, index) => ({
      eventID: `event-${index}`,
      eventName: 'INSERT',
      dynamodb: {
        SequenceNumber: String(100 + index),
        NewImage: Object.fromEntries(Object.entries(row).map(([name, value]) => [name, { S: String(value) }])),
      },
    })),
  };
}

describe('the Lambda handler', () => {
  it('projects a batch and reports no failures', async () => {
    const table = await createTestTable();
    const [ann, ben] = [newPerson('ann'), newPerson('ben')];
    const messages = createMessages(table);
    await messages.sendToUser(ann, ben, 'one');
    await messages.sendToUser(ben, ann, 'two');
    const { handler } = await importLambda(table.table);
    expect(await handler(await eventOf(table))).toEqual({ batchItemFailures: [] });
    expect(brokenInvariants(await table.rows())).toEqual([]);
    await table.drop();
  });

  const redis = findRedis();
  (redis === null ? it.skip : it)('tells live events of its first batch too, before it answers', async () => {
    const server = await startRedis(String(redis));
    const hearing = createRedisFeed(server.url, pino({ level: 'silent' }));
    const { createHandler } = await importLambda('unused');
    const heard: FeedMessage[] = [];
    await hearing.listen(['MSG#group'], { onMessage: (message) => heard.push(message), onGap: () => undefined });
    const feed = createRedisFeed(server.url, pino({ level: 'silent' }));
    const handler = createHandler({
      project: () => Promise.resolve({ failedFrom: null, errors: [], skipped: [] }),
      feed,
      logger: { error: () => undefined },
    });
    const image = { pk: { S: 'MSG#group' }, sk: { S: '2026-11-20T20:26:11.927123Z' } };
    await handler({ Records: [{ eventName: 'INSERT', dynamodb: { SequenceNumber: '1', NewImage: image } }] });
    while (heard.length === 0) await sleep(10);
    expect(heard).toEqual([{ kind: 'rows', from: Date.parse('2026-11-20T20:26:11.927Z') * 1000 + 123 }]);
    await Promise.all([hearing.close(), feed.close()]);
    await server.kill();
  });

  it('reports the first record that failed and all from there on', async () => {
    const { createHandler } = await importLambda('unused');
    const projection: Projection = { failedFrom: 1, errors: [new Error('no')], skipped: ['why'] };
    const logged: unknown[] = [];
    const logger = { error: (entry: unknown) => logged.push(entry) };
    const handler = createHandler({ project: () => Promise.resolve(projection), logger });
    const records = ['7', '8', '9'].map((SequenceNumber) => ({ dynamodb: { SequenceNumber } }));
    expect(await handler({ Records: records })).toEqual({
      batchItemFailures: [{ itemIdentifier: '8' }, { itemIdentifier: '9' }],
    });
    expect(logged).toEqual([{ reason: 'why' }, { err: projection.errors[0] }]);
  });

  it('passes over records that it cannot read, reports them, and retries none for them', async () => {
    const { createHandler } = await importLambda('unused');
    const { project, seen } = recording();
    const logged: unknown[] = [];
    const handler = createHandler({ project, logger: { error: (entry: unknown) => logged.push(entry) } });
    const NewImage = { message_uuid: { S: 'message' } };
    const unknownType = { UNKNOWN: '1' } as object as { S: string };
    const Records = [
      { eventID: 'first', dynamodb: { NewImage } },
      { eventID: 'second', dynamodb: { SequenceNumber: '2', NewImage: { message_uuid: unknownType } } },
      { eventID: 'third', dynamodb: { SequenceNumber: '3', NewImage } },
    ];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(seen).toEqual(['message']);
    expect(logged).toMatchObject([{ record: { eventID: 'first' } }, { record: { eventID: 'second' } }]);
  });

  it('publishes how long ago the newest change was stored, not how old its row is', async () => {
    const { createHandler } = await importLambda('unused');
    const feed = createLocalFeed();
    const lag = followLag(feed);
    const handler = createHandler({ project: recording().project, feed, logger: { error: () => undefined } });
    const NewImage = { pk: { S: 'MSG#group' }, sk: { S: '2020-11-20T20:26:11.927123Z' } };
    const ApproximateCreationDateTime = Date.now() / 1000 - 100;
    const dynamodb = { SequenceNumber: '1', ApproximateCreationDateTime, NewImage };
    await handler({ Records: [{ eventName: 'INSERT', dynamodb }] });
    expect(Number(lag.current()) / 1000).toBeCloseTo(100, -1);
  });
});
