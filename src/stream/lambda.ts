import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Logger } from 'pino';
import { createDocumentClient, createDynamoDbClient } from '../clients.ts';
import { readTableConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { createProjector, type Project } from '../messages/projector.ts';
import { parseRecord } from './records.ts';

/**
 * A Lambda handler for the table's stream, for an event source mapping with `ReportBatchItemFailures`: reports the
 * first record that could not be processed and all from there on, so that Lambda delivers those again.
 */
export function createHandler({ project, logger }: { project: Project; logger: Pick<Logger, 'error'> }) {
  return async function handleEvent(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    const records = event.Records.map(parseRecord);
    const { failedFrom, errors, skipped } = await project(records);
    for (const reason of skipped) logger.error({ reason }, 'skipped a stream record');
    for (const err of errors) logger.error({ err }, 'could not move the rows of a message group');
    const failed = failedFrom === null ? [] : records.slice(failedFrom);
    return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };
}

const config = readTableConfig(process.env);

/** Door 2 on AWS. Needs `MESSAGES_TABLE`, and `NODE_ENV=production` or `DYNAMODB_ENDPOINT`. */
export const handler = createHandler({
  project: createProjector({
    dynamo: createDocumentClient(createDynamoDbClient(config)),
    table: config.messagesTable,
  }),
  logger: createLogger('info'),
});
