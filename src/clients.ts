import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pg from 'pg';
import type { TableConfig } from './config.ts';

export function createDynamoDbClient(config: TableConfig): DynamoDBClient {
  return new DynamoDBClient(awsOptions(config));
}

export function createStreamsClient(config: TableConfig): DynamoDBStreamsClient {
  return new DynamoDBStreamsClient(awsOptions(config));
}

export function createDocumentClient(dynamo: DynamoDBClient): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
}

/** A pool that gives up on a Postgres that does not answer within 3 s. `onError` hears of connections lost while idle. */
export function createPool(databaseUrl: string, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: 3000,
    query_timeout: 3000,
  });
  pool.on('error', onError);
  return pool;
}

function awsOptions({ awsRegion, dynamodbEndpoint, credentials }: TableConfig): DynamoDBClientConfig {
  return {
    region: awsRegion,
    ...(dynamodbEndpoint !== undefined && { endpoint: dynamodbEndpoint }),
    ...(credentials && { credentials }),
  };
}
