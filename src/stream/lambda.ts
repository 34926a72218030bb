import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Logger } from 'pino';
import { createDocumentClient, createDynamoDbClient } from '../clients.ts';
import { readStreamConfig } from '../config.ts';
import { createFeed } from '../live/createFeed.ts';
import type { Feed } from '../live/feed.ts';
import { publishHints } from '../live/hints.ts';
import { publishLag } from '../live/projection.ts';
import { createProjector, type Project, type StreamRecord } from '../messages/projector.ts';
import { followServerClock } from '../serverClock.ts';
import { createLogger } from '../telemetry/logger.ts';
import { ageOfNewest } from './lag.ts';
import { parseRecord } from './records.ts';

interface HandlerOptions {
  project: Project;
  /** Hears what changed; nobody does where there is none. */
  feed?: Feed;
  logger: Pick<Logger, 'error'>;
}

/**
 * A Lambda handler for the table's stream, for an event source mapping with `ReportBatchItemFailures`: reports the
 * first record that could not be processed and all from there on, so that Lambda delivers those again.
 */
export function createHandler({ project, feed, logger }: HandlerOptions) {
  return async function handleEvent(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    const records = event.Records.map(parseRecord);
    const { failedFrom, errors, skipped } = await project(records);
    if (feed) await tell(feed, records);
    for (const reason of skipped) logger.error({ reason }, 'skipped a stream record');
    for (const err of errors) logger.error({ err }, 'could not move the rows of a message group');
    const failed = failedFrom === null ? [] : records.slice(failedFrom);
    return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };
}

/** Tells all of it before the answer, after which the process may stand still. */
async function tell(feed: Feed, records: StreamRecord[]): Promise<void> {
  await feed.ready();
  publishHints(feed, records);
  publishLag(feed, ageOfNewest(records));
  await feed.settled();
}

const config = readStreamConfig(process.env);
const logger = createLogger('info');
const dynamo = createDynamoDbClient(config);
const now = followServerClock(dynamo, logger);

/** Door 2 on AWS. Needs `MESSAGES_TABLE`, and `NODE_ENV=production` or `DYNAMODB_ENDPOINT`; `REDIS_URL` for live events. */
export const handler = createHandler({
  project: createProjector({ dynamo: createDocumentClient(dynamo), table: config.messagesTable, now }),
  feed: createFeed(config.redisUrl, logger),
  logger,
});
