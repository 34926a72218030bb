import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UndiciHttpHandler } from '@smithy/undici-http-handler';
import type { TableConfig } from './config.ts';

/**
 * What the SDK does with each call and nobody here asks for: it prepares a copy of input and output for a logger that
 * there is none of, describes itself, and looks for a loop of Lambdas. Together a fifth of a call's CPU.
 */
const UNUSED_MIDDLEWARE = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware'];

const CONNECT_TIMEOUT_MS = 3000;
/** Longer than a scan of a megabyte takes. */
const ANSWER_TIMEOUT_MS = 10_000;

export function createDynamoDbClient(config: TableConfig): DynamoDBClient {
  const client = new DynamoDBClient({
    ...awsOptions(config),
    requestHandler: new UndiciHttpHandler({
      dispatcher: {
        connect: { timeout: CONNECT_TIMEOUT_MS },
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
      },
    }),
  });
  for (const name of UNUSED_MIDDLEWARE) client.middlewareStack.remove(name);
  return client;
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
