import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  ScanCommand,
} from '@aws-sdk/lib-dynamodb';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { readTableConfig, type TableConfig } from '../../src/config.ts';
import type { Item, Participant } from '../../src/messages/rows.ts';
import { ensureTable } from '../../src/messages/table.ts';
import { dynamodbEndpoint } from './environment.ts';

const ITEMS_OF_A_BATCH = 25;

export interface TestTable {
  config: TableConfig;
  table: string;
  client: DynamoDBClient;
  dynamo: DynamoDBDocumentClient;
  /** Every row whose partition key begins with the prefix, in no order. */
  rows(prefix?: string): Promise<Item[]>;
  put(...items: Item[]): Promise<void>;
  /** Puts many items, in batches, without any condition. */
  load(items: Item[]): Promise<void>;
  remove(item: Item | undefined): Promise<void>;
  drop(): Promise<void>;
}

/** A table of its own, empty, on the emulator; through `endpoint` where something stands in front of it. */
export async function createTestTable(endpoint = dynamodbEndpoint()): Promise<TestTable> {
  const table = `messages-${randomUUID()}`;
  const config = readTableConfig({ DYNAMODB_ENDPOINT: endpoint, MESSAGES_TABLE: table });
  const client = createDynamoDbClient({ ...config, dynamodbEndpoint: dynamodbEndpoint() });
  const dynamo = createDocumentClient(client);
  await ensureTable(client, table);
  return {
    config,
    table,
    client,
    dynamo,
    rows: (prefix = '') => scan(dynamo, table, prefix),
    async put(...items) {
      await Promise.all(items.map((item) => dynamo.send(new PutCommand({ TableName: table, Item: item }))));
    },
    load: (items) => load(dynamo, table, items),
    async remove(item) {
      await dynamo.send(new DeleteCommand({ TableName: table, Key: { pk: item?.['pk'], sk: item?.['sk'] } }));
    },
    async drop() {
      await client.send(new DeleteTableCommand({ TableName: table }));
      client.destroy();
    },
  };
}

async function load(dynamo: DynamoDBDocumentClient, table: string, items: Item[]): Promise<void> {
  for (let start = 0; start < items.length; start += ITEMS_OF_A_BATCH) {
    const puts = items.slice(start, start + ITEMS_OF_A_BATCH).map((Item) => ({ PutRequest: { Item } }));
    const { UnprocessedItems: left } = await dynamo.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
    if (Object.keys(left ?? {}).length > 0) throw new Error('The emulator did not take all rows');
  }
}

async function scan(dynamo: DynamoDBDocumentClient, table: string, prefix: string): Promise<Item[]> {
  const rows: Item[] = [];
  let start: Item | undefined;
  do {
    const answer = await dynamo.send(
      new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: start }),
    );
    rows.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
  return rows.filter((row) => String(row['pk']).startsWith(prefix));
}

/** A user that no other test knows. */
export function newPerson(name: string): Participant {
  const id = randomUUID();
  return { id, handle: `${name}-${id.slice(0, 8)}`, displayName: name };
}
