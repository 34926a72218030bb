import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startDynamoDb } from '../../scripts/local/dynamodb.ts';
import { createDocumentClient, createDynamoDbClient } from '../../src/clients.ts';
import { readTableConfig, type TableConfig } from '../../src/config.ts';
import { ensureTable } from '../../src/messages/table.ts';
import { countCalls } from '../../src/telemetry/trace.ts';

export interface BenchTable {
  config: TableConfig;
  /** Its calls are counted into the trace of the code that makes them. */
  client: DynamoDBClient;
  dynamo: DynamoDBDocumentClient;
  table: string;
  stop(): Promise<void>;
}

/** An empty table on an emulator of its own, in memory. */
export async function openTable(): Promise<BenchTable> {
  const dynamodb = await startDynamoDb({ port: 0 });
  const config = readTableConfig({ DYNAMODB_ENDPOINT: dynamodb.url, MESSAGES_TABLE: 'bench' });
  const client = countCalls(createDynamoDbClient(config));
  await ensureTable(client, config.messagesTable);
  return {
    config,
    client,
    dynamo: createDocumentClient(client),
    table: config.messagesTable,
    async stop() {
      client.destroy();
      await dynamodb.stop();
    },
  };
}
