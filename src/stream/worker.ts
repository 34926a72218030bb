import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Logger } from 'pino';
import type { Feed } from '../live/feed.ts';
import { publishLag } from '../live/projection.ts';
import type { Project } from '../messages/projector.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Checkpoints, createSave } from './checkpoints.ts';
import { pause, within } from './deadline.ts';
import { followStream } from './followStream.ts';
import type { Stream } from './listShards.ts';
import { createProcessBatch } from './processBatch.ts';
import { MAX_CALL_MS } from './shard.ts';

export interface WorkerOptions {
  dynamo: DynamoDBClient;
  streams: DynamoDBStreamsClient;
  table: string;
  project: Project;
  /** Carries hints after each batch, and every second how far the rows are behind. */
  feed?: Feed | undefined;
  metrics?: Pick<Metrics, 'projection' | 'projectionLag'> | undefined;
  checkpoints: Checkpoints;
  logger: Logger;
}

const RETRY_MS = 1000;

/**
 * Door 2 anywhere but on AWS: reads the table's stream and projects it until `signal` aborts. Goes on where the
 * checkpoint says, else with the oldest record there is; a record may be projected twice after a crash, never left
 * out. Errors are logged and tried again. Once `signal` aborts, calls that wait are aborted, and the batches that are
 * being projected are finished: it resolves within seven seconds, whatever hangs.
 */
export async function runWorker(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  const { streams, feed, metrics, checkpoints, logger } = options;
  const processBatch = createProcessBatch(options);
  const save = createSave(checkpoints, logger);
  const reportLag = (lagMs: number) => {
    if (feed) publishLag(feed, lagMs);
    metrics?.projectionLag(lagMs / 1000);
  };
  const saved = await within(MAX_CALL_MS, signal, () => checkpoints.load()).catch((err: unknown) => {
    if (err !== signal.reason)
      logger.error({ err }, 'the checkpoint cannot be read: the stream is read from its start');
    return null;
  });
  let streamArn = saved?.streamArn;
  let positions = new Map(Object.entries(saved?.shards ?? {}));
  while (!signal.aborted) {
    try {
      const stream = await findStream(options, signal);
      if (stream.arn !== streamArn) positions = new Map();
      streamArn = stream.arn;
      await followStream({ streams, processBatch, positions, reportLag, save, logger }, stream, signal);
    } catch (err) {
      if (err !== signal.reason) logger.error({ err }, 'the stream cannot be read');
    }
    await pause(RETRY_MS, signal);
  }
}

async function findStream({ dynamo, table }: WorkerOptions, signal: AbortSignal): Promise<Stream> {
  const command = new DescribeTableCommand({ TableName: table });
  const answer = await within(MAX_CALL_MS, signal, (abortSignal) => dynamo.send(command, { abortSignal }));
  const { LatestStreamArn: arn, LatestStreamLabel: label } = answer.Table ?? {};
  if (arn === undefined || label === undefined) throw new Error(`Table ${table} has no stream: switch it on`);
  return { arn, label };
}
