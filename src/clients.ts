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

/** How long a call may take before it is tried again, in milliseconds. */
export interface Patience {
  connect: number;
  answer: number;
}

/** A scan of a megabyte takes its time. */
const PATIENT: Patience = { connect: 3000, answer: 10_000 };
/**
 * For who waits for an answer. Three tries together take less than the five seconds within which subscribers still look
 * for a message by its time.
 */
export const IMPATIENT: Patience = { connect: 1000, answer: 1200 };

/** Two tries end before the deadline that each call of a stream has as a whole. */
const STREAMS: Patience = { connect: 1000, answer: 2000 };

export function createDynamoDbClient(config: TableConfig, patience: Patience = PATIENT): DynamoDBClient {
  const client = new DynamoDBClient({ ...awsOptions(config), requestHandler: createRequestHandler(patience) });
  for (const name of UNUSED_MIDDLEWARE) client.middlewareStack.remove(name);
  return client;
}

export function createStreamsClient(config: TableConfig): DynamoDBStreamsClient {
  return new DynamoDBStreamsClient({ ...awsOptions(config), requestHandler: createRequestHandler(STREAMS) });
}

function createRequestHandler({ connect, answer }: Patience): UndiciHttpHandler {
  return new UndiciHttpHandler({
    dispatcher: { connect: { timeout: connect }, headersTimeout: answer, bodyTimeout: answer },
  });
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
