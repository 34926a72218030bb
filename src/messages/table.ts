import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceInUseException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { GROUP_INDEX } from './keys.ts';
import type { OnUnreadable } from './rows.ts';

/** The messages table, and who learns of rows in it that cannot be read. */
export interface Table {
  dynamo: DynamoDBDocumentClient;
  table: string;
  onUnreadable?: OnUnreadable | undefined;
}

/** The attribute that holds when an idempotency row may go, in seconds since 1970. */
export const TTL_ATTRIBUTE = 'expires_at';

/** The whole definition of the table, its TTL aside, which DynamoDB takes in a call of its own. */
export function tableDefinition(table: string): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'message_group_uuid', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: GROUP_INDEX,
        KeySchema: [
          { AttributeName: 'message_group_uuid', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  };
}

/**
 * Makes the table with its index, stream and TTL where there is none. On return it is ready for use. A table that is
 * there keeps its definition; only a TTL that is missing is switched on.
 */
export async function ensureTable(dynamo: DynamoDBClient, table: string): Promise<'created' | 'exists'> {
  const outcome = await createUnlessThere(dynamo, table);
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 120, minDelay: 1, maxDelay: 5 }, { TableName: table });
  await ensureTtl(dynamo, table);
  return outcome;
}

async function createUnlessThere(dynamo: DynamoDBClient, table: string): Promise<'created' | 'exists'> {
  try {
    await dynamo.send(new CreateTableCommand(tableDefinition(table)));
    return 'created';
  } catch (error) {
    if (error instanceof ResourceInUseException) return 'exists';
    throw error;
  }
}

async function ensureTtl(dynamo: DynamoDBClient, table: string): Promise<void> {
  const { TimeToLiveDescription: ttl } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: table }));
  if (ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING') return;
  await dynamo.send(
    new UpdateTimeToLiveCommand({
      TableName: table,
      TimeToLiveSpecification: { Enabled: true, AttributeName: TTL_ATTRIBUTE },
    }),
  );
}
