import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { GROUP_INDEX } from '../../src/messages/keys.ts';
import { tableDefinition, TTL_ATTRIBUTE } from '../../src/messages/table.ts';

/** A field of a table that is not what this project needs. */
export interface Difference {
  field: string;
  expected: string;
  found: string;
  /** Null where DynamoDB cannot change it: the table has to be made anew. */
  fix: (() => Promise<unknown>) | null;
}

/** What is different about a table, or null where there is no such table. Two calls; changes nothing. */
export async function compareTable(dynamo: DynamoDBClient, table: string): Promise<Difference[] | null> {
  const description = await describe(dynamo, table);
  if (!description) return null;
  const { TimeToLiveDescription: ttl } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: table }));
  const wanted = tableDefinition(table);
  const update = (change: object) => () => dynamo.send(new UpdateTableCommand({ TableName: table, ...change }));
  const index = description.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === GROUP_INDEX);
  const [wantedIndex] = wanted.GlobalSecondaryIndexes ?? [];
  const stream = description.StreamSpecification?.StreamEnabled
    ? description.StreamSpecification.StreamViewType
    : 'off';
  const ttlOn = ttl?.TimeToLiveStatus === 'ENABLED' || ttl?.TimeToLiveStatus === 'ENABLING';
  return [
    difference('key schema', keys(wanted.KeySchema), keys(description.KeySchema), null),
    difference('attribute pk', 'S', typeOf(description, 'pk'), null),
    difference('attribute sk', 'S', typeOf(description, 'sk'), null),
    difference(
      `index ${GROUP_INDEX}`,
      `${keys(wantedIndex?.KeySchema)} ALL`,
      index ? `${keys(index.KeySchema)} ${String(index.Projection?.ProjectionType)}` : 'none',
      // An index that is there cannot change its keys: it has to be deleted by hand first.
      index
        ? null
        : update({
            AttributeDefinitions: wanted.AttributeDefinitions,
            GlobalSecondaryIndexUpdates: [{ Create: wantedIndex }],
          }),
    ),
    difference(
      'billing',
      'PAY_PER_REQUEST',
      description.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
      update({ BillingMode: 'PAY_PER_REQUEST' }),
    ),
    // Old images besides do no harm, and changing the view type would end the stream for its other readers.
    difference(
      'stream',
      'NEW_IMAGE',
      stream === 'NEW_AND_OLD_IMAGES' ? 'NEW_IMAGE' : String(stream),
      stream === 'off' ? update({ StreamSpecification: wanted.StreamSpecification }) : null,
    ),
    difference('TTL', TTL_ATTRIBUTE, ttlOn ? String(ttl.AttributeName) : 'off', () =>
      dynamo.send(
        new UpdateTimeToLiveCommand({
          TableName: table,
          TimeToLiveSpecification: { Enabled: true, AttributeName: TTL_ATTRIBUTE },
        }),
      ),
    ),
  ].filter(({ expected, found }) => expected !== found);
}

/** Changes what DynamoDB can change, one after the other, and waits for each; returns what is left. */
export async function fixTable(
  dynamo: DynamoDBClient,
  table: string,
  differences: Difference[],
): Promise<Difference[]> {
  for (const { fix } of differences) {
    if (!fix) continue;
    await fix();
    await waitUntilTableExists({ client: dynamo, maxWaitTime: 900 }, { TableName: table });
  }
  return differences.filter(({ fix }) => fix === null);
}

async function describe(dynamo: DynamoDBClient, table: string): Promise<TableDescription | null> {
  try {
    const { Table: description } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
    return description ?? null;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}

function difference(field: string, expected: string, found: string, fix: Difference['fix']): Difference {
  return { field, expected, found, fix };
}

function keys(schema: { AttributeName?: string | undefined; KeyType?: string | undefined }[] | undefined): string {
  return (schema ?? []).map(({ AttributeName, KeyType }) => `${String(AttributeName)} ${String(KeyType)}`).join(', ');
}

function typeOf({ AttributeDefinitions: attributes = [] }: TableDescription, name: string): string {
  return attributes.find(({ AttributeName }) => AttributeName === name)?.AttributeType ?? 'none';
}
