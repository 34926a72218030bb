import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  type _Record as StreamRecord,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createDocumentClient, createDynamoDbClient, createStreamsClient } from '../../src/clients.ts';
import { publishHints } from '../../src/live/hints.ts';
import { createMessages } from '../../src/messages/messages.ts';
import { createProjector } from '../../src/messages/projector.ts';
import { parseRecord } from '../../src/stream/records.ts';
import { drainStream } from '../support/stream.ts';
import { createTestTable, newPerson, type TestTable } from '../support/table.ts';
import { synthesise } from './synthesise.ts';
import { startRecorder } from './tableCalls.ts';

let table: TestTable;
let records: StreamRecord[];
let filters: unknown[];
beforeAll(async () => {
  table = await createTestTable();
  await fillTable();
  [records, filters] = await Promise.all([readStream(), readFilters()]);
});
afterAll(() => table.drop());

/** Makes every kind of record: rows of all kinds that come, change and go. */
async function fillTable(): Promise<void> {
  const messages = createMessages(table);
  const [ann, ben] = [newPerson('ann'), newPerson('ben')];
  const first = await messages.sendToUser(ann, ben, 'one', { key: 'first', input: 'one' });
  if (first.outcome !== 'sent') throw new Error('The first message was not sent');
  const { group, message } = first;
  await messages.editMessage(ann.id, group.id, message.id, 'edited', true);
  await drainStream(table);
  await messages.deleteMessage(ann.id, group.id, message.id);
  await drainStream(table);
  await messages.sendToGroup(ben, group.id, 'two');
  await drainStream(table);
  await table.put({ pk: `MERGED#${group.id}`, sk: 'MERGED' });
  const [idempotency] = await table.rows('IDEM#');
  await table.remove(idempotency);
}

/** All records of the table's stream, which is of one shard here. */
async function readStream(): Promise<StreamRecord[]> {
  const streams = createStreamsClient(table.config);
  const { Table: description } = await table.client.send(new DescribeTableCommand({ TableName: table.table }));
  const stream = { StreamArn: description?.LatestStreamArn };
  const { StreamDescription: found } = await streams.send(new DescribeStreamCommand(stream));
  const ShardId = found?.Shards?.[0]?.ShardId;
  const start = { ...stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
  let { ShardIterator } = await streams.send(new GetShardIteratorCommand(start));
  const read: StreamRecord[] = [];
  for (;;) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
    if (page.Records === undefined || page.Records.length === 0) break;
    read.push(...page.Records);
    ShardIterator = page.NextShardIterator;
  }
  streams.destroy();
  return read;
}

async function readFilters(): Promise<unknown[]> {
  const mapping = z.object({
    Properties: z.object({ FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }) }),
  });
  const mappings = Object.values((await synthesise()).findResources('AWS::Lambda::EventSourceMapping'));
  const { FilterCriteria } = mapping.parse(mappings[0]).Properties;
  return FilterCriteria.Filters.map(({ Pattern }): unknown => JSON.parse(Pattern));
}

/** As Lambda decides it, of the rules that stand in these patterns: a text, or what it begins with. */
function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((rule: unknown) => isAsRuled(rule, value));
  return Object.entries(z.record(z.string(), z.unknown()).parse(pattern)).every(([name, inner]) => {
    const { success, data } = z.record(z.string(), z.unknown()).safeParse(value);
    return success && matches(inner, data[name]);
  });
}

function isAsRuled(rule: unknown, value: unknown): boolean {
  if (typeof rule === 'string') return value === rule;
  const { prefix } = z.strictObject({ prefix: z.string() }).parse(rule);
  return typeof value === 'string' && value.startsWith(prefix);
}

function passes(record: StreamRecord): boolean {
  return filters.some((pattern) => matches(pattern, record));
}

function kindOf({ eventName, dynamodb }: StreamRecord): string {
  return `${String(eventName)} ${String(dynamodb?.Keys?.['pk']?.S).split('#')[0] ?? ''}`;
}

function kindsOf(chosen: StreamRecord[]): string[] {
  return [...new Set(chosen.map(kindOf))].sort();
}

describe('the filters of the stream', () => {
  it('let through what the projector or the feed acts on, and nothing else', async () => {
    const recorder = await startRecorder();
    const client = createDynamoDbClient({ ...table.config, dynamodbEndpoint: recorder.url });
    const project = createProjector({ dynamo: createDocumentClient(client), table: table.table });
    for (const record of records) {
      const parsed = parseRecord(z.custom<Parameters<typeof parseRecord>[0]>().parse(record));
      const before = recorder.calls.length;
      await project([parsed]);
      let hints = 0;
      const publish = () => {
        hints++;
      };
      publishHints({ publish }, [parsed]);
      const isActedOn = recorder.calls.length > before || hints > 0;
      expect({ record: kindOf(record), passes: passes(record) }).toEqual({ record: kindOf(record), passes: isActedOn });
    }
    client.destroy();
    await recorder.stop();
  });

  it('have met every kind of record', () => {
    expect(kindsOf(records.filter(passes))).toEqual(['INSERT EVT', 'INSERT GRP', 'INSERT MSG', 'MODIFY MSG']);
    expect(kindsOf(records.filter((record) => !passes(record)))).toEqual([
      'INSERT DM',
      'INSERT IDEM',
      'INSERT MERGED',
      'MODIFY GRP',
      'REMOVE EVT',
      'REMOVE GRP',
      'REMOVE IDEM',
    ]);
  });
});
