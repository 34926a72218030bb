import { describe, expect, it } from '@jest/globals';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import type { Project } from '../../src/messages/projector.ts';
import { createProcessBatch } from '../../src/stream/processBatch.ts';
import { recording, startDoubledWorker, until } from '../support/doubledWorker.ts';
import { dynamodbEndpoint } from '../support/environment.ts';
import { startStreamDouble } from '../support/streamDouble.ts';

async function createHandler(project: Project) {
  process.env['DYNAMODB_ENDPOINT'] = dynamodbEndpoint();
  process.env['MESSAGES_TABLE'] = 'unused';
  const lambda = await import('../../src/stream/lambda.ts');
  return lambda.createHandler({ project, logger: { error: () => undefined } });
}

const STORED_AT_SECONDS = 1_795_206_371;
const RECORD = {
  eventID: 'event',
  eventName: 'MODIFY' as const,
  dynamodb: {
    SequenceNumber: '111000000000000000001',
    ApproximateCreationDateTime: STORED_AT_SECONDS,
    NewImage: {
      pk: { S: 'GRP#ann' },
      sk: { S: '2026-11-20T20:26:11.927123Z' },
      empty: { S: '' },
      number: { N: '7' },
      fraction: { N: '-0.5' },
      large: { N: '123456789012345678901234567890.5' },
      paired: { BOOL: true },
      nothing: { NULL: true },
      events: { L: [{ M: { kind: { S: 'created' }, version: { N: '1' } } }, { S: 'text' }] },
      names: { SS: ['a', 'b'] },
    },
  },
};
const PARSED = {
  eventName: 'MODIFY',
  sequenceNumber: '111000000000000000001',
  storedAt: STORED_AT_SECONDS * 1000,
  newImage: {
    pk: 'GRP#ann',
    sk: '2026-11-20T20:26:11.927123Z',
    empty: '',
    number: 7,
    fraction: -0.5,
    large: 1.2345678901234568e29,
    paired: true,
    nothing: null,
    events: [{ kind: 'created', version: 1 }, 'text'],
    names: new Set(['a', 'b']),
  },
};

describe('a record', () => {
  it('comes from Lambda with its whole image in plain values, its number, and when it was stored', async () => {
    const { project, records } = recording();
    const event: DynamoDBStreamEvent = { Records: [RECORD] };
    await (
      await createHandler(project)
    )(event);
    expect(records).toEqual([PARSED]);
  });

  it('comes from GetRecords with its whole image in plain values, its number, and when it was stored', async () => {
    const double = await startStreamDouble([{ id: 'shard', records: [RECORD] }]);
    const { project, records } = recording();
    const worker = startDoubledWorker(double, { project });
    await until(() => records.length > 0);
    await worker.stop();
    await double.stop();
    expect(records).toEqual([PARSED]);
  });

  it('of a row that was removed has no image', async () => {
    const { project, records } = recording();
    await (
      await createHandler(project)
    )({ Records: [{ eventName: 'REMOVE', dynamodb: { SequenceNumber: '1' } }] });
    expect(records).toEqual([{ eventName: 'REMOVE', newImage: null, sequenceNumber: '1', storedAt: 0 }]);
  });
});

describe('a batch', () => {
  const image = { pk: { S: 'MSG#group' }, sk: { S: '2026-11-20T20:26:11.927123Z' } };
  const newRecord = (SequenceNumber: string, ageSeconds: number) => ({
    eventName: 'INSERT',
    dynamodb: { SequenceNumber, ApproximateCreationDateTime: Date.now() / 1000 - ageSeconds, NewImage: image },
  });

  it('is projected before hints are published', async () => {
    const happened: string[] = [];
    const processBatch = createProcessBatch({
      async project() {
        await new Promise((resolve) => setImmediate(resolve));
        happened.push('projected');
        return { failedFrom: null, errors: [], skipped: [] };
      },
      feed: { publish: () => happened.push('published') },
      logger: { error: () => undefined },
    });
    await processBatch([newRecord('1', 0)]);
    expect(happened).toEqual(['projected', 'published']);
  });

  it('leaves a lag of the age of its first failed record, else of its newest', async () => {
    let failedFrom: number | null = null;
    const processBatch = createProcessBatch({
      project: () => Promise.resolve({ failedFrom, errors: [], skipped: [] }),
      logger: { error: () => undefined },
    });
    const batch = [newRecord('1', 300), newRecord('2', 200), newRecord('3', 100)];
    expect(await processBatch(batch)).toMatchObject({ done: [{}, {}, {}], failed: [] });
    expect((await processBatch(batch)).lagMs / 1000).toBeCloseTo(100, -1);
    failedFrom = 1;
    expect(await processBatch(batch)).toMatchObject({
      done: [{ sequenceNumber: '1' }],
      failed: [{ sequenceNumber: '2' }, { sequenceNumber: '3' }],
    });
    expect((await processBatch(batch)).lagMs / 1000).toBeCloseTo(200, -1);
  });
});
