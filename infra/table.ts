import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { tableDefinition, TTL_ATTRIBUTE } from '../src/messages/table.ts';

type KeySchema = ReturnType<typeof tableDefinition>['KeySchema'];

/** The messages table, as `cruddur ddb schema-load` makes it, and what protects its data. It outlives the stack. */
export function createTable(scope: Construct): Table {
  const {
    TableName: tableName,
    KeySchema: schema,
    GlobalSecondaryIndexes: indexes = [],
  } = tableDefinition('cruddur-messages');
  const table = new Table(scope, 'Messages', {
    tableName: String(tableName),
    ...keysOf(schema),
    billingMode: BillingMode.PAY_PER_REQUEST,
    stream: StreamViewType.NEW_IMAGE,
    timeToLiveAttribute: TTL_ATTRIBUTE,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryption.AWS_MANAGED,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  for (const { IndexName: indexName, KeySchema: indexSchema } of indexes) {
    table.addGlobalSecondaryIndex({ indexName: String(indexName), ...keysOf(indexSchema) });
  }
  return table;
}

/** All keys of the table are texts. */
function keysOf(schema: KeySchema = []) {
  const keyOf = (type: 'HASH' | 'RANGE') => ({
    name: String(schema.find(({ KeyType }) => KeyType === type)?.AttributeName),
    type: AttributeType.STRING,
  });
  return { partitionKey: keyOf('HASH'), sortKey: keyOf('RANGE') };
}
