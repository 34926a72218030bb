import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
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

function awsOptions({ awsRegion, dynamodbEndpoint, credentials }: TableConfig): DynamoDBClientConfig {
  return {
    region: awsRegion,
    ...(dynamodbEndpoint !== undefined && { endpoint: dynamodbEndpoint }),
    ...(credentials && { credentials }),
  };
}
