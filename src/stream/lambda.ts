import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Logger } from 'pino';
import { createDocumentClient, createDynamoDbClient } from '../clients.ts';
import { readStreamConfig } from '../config.ts';
import { createFeed } from '../live/createFeed.ts';
import type { Feed } from '../live/feed.ts';
import { publishLag } from '../live/projection.ts';
import { createProjector, type Project } from '../messages/projector.ts';
import { followServerClock } from '../serverClock.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createProcessBatch } from './processBatch.ts';

interface HandlerOptions {
  project: Project;
  /** Carries hints and the lag; without a feed neither is published. */
  feed?: Feed;
  logger: Pick<Logger, 'error'>;
}

/**
 * A Lambda handler for the table's stream, for an event source mapping with `ReportBatchItemFailures`: reports the
 * first record that could not be processed and all from there on, so that Lambda delivers those again.
 */
export function createHandler({ project, feed, logger }: HandlerOptions) {
  const processBatch = createProcessBatch({
    // Until the feed is connected hints are lost: it connects while the first batch is projected.
    project: async (records) => (await Promise.all([project(records), feed?.ready()]))[0],
    feed,
    logger,
  });
  return async function handleEvent(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
    const { failed, lagMs } = await processBatch(event.Records);
    if (feed) {
      publishLag(feed, lagMs);
      // The process may be frozen after its answer.
      await feed.settled();
    }
    return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };
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
