import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, type DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Logger } from 'pino';
import type { Feed } from '../live/feed.ts';
import { publishHints } from '../live/hints.ts';
import { publishLag } from '../live/projection.ts';
import type { Project, Projection, StreamRecord } from '../messages/projector.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Checkpoints } from './checkpoints.ts';
import { ageOfNewest } from './lag.ts';
import { newShard, readOn, recover, type Shard } from './shard.ts';

export interface WorkerOptions {
  dynamo: DynamoDBClient;
  streams: DynamoDBStreamsClient;
  table: string;
  project: Project;
  /** Hears what changed, after it was projected; nobody does where there is none. */
  feed?: Feed | undefined;
  /** Counts what is projected; nobody does where there are none. */
  metrics?: Pick<Metrics, 'projection' | 'projectionLag'> | undefined;
  checkpoints: Checkpoints;
  logger: Logger;
}

const POLL_MS = 200;
const LIST_SHARDS_EVERY_MS = 10_000;
const TELL_LAG_EVERY_MS = 1000;
const RETRY_MS = 1000;
const CLOSED = 'closed';

/**
 * Door 2 anywhere but on AWS: reads the table's stream and projects it until `signal` aborts. A shard is read only
 * when its parent is done with. Goes on where the checkpoint says, else with the oldest record there is; a record may
 * be projected twice after a crash, never left out. Errors are logged and tried again, more and more slowly.
 */
export async function runWorker(options: WorkerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await followStream(options, await findStream(options), signal);
    } catch (err) {
      options.logger.error({ err }, 'the stream cannot be read');
      await pause(RETRY_MS, signal);
    }
  }
}

interface Stream {
  arn: string;
  /** The end of the ARN; an emulator may answer for one ARN with the stream of a table that was made anew. */
  label: string;
}

/** Reads one stream until `signal` aborts, or until it is gone, which is an error. */
async function followStream(options: WorkerOptions, stream: Stream, signal: AbortSignal): Promise<void> {
  const { streams, checkpoints, project, feed, metrics, logger } = options;
  const saved = await checkpoints.load();
  const { arn: streamArn } = stream;
  const positions = new Map(saved?.streamArn === streamArn ? Object.entries(saved.shards) : []);
  const reader = {
    streams,
    streamArn,
    project,
    onProjection: (projection: Projection, records: StreamRecord[]) => {
      report(projection, logger);
      if (feed) publishHints(feed, records);
      metrics?.projection(records.length, failuresOf(projection, records));
      newestAge = ageOfNewest(records);
    },
  };
  let shards: Shard[] = [];
  let listedAt = 0;
  let newestAge = 0;
  let toldAt = 0;
  while (!signal.aborted) {
    if (Date.now() - listedAt >= LIST_SHARDS_EVERY_MS) {
      shards = await listShards(streams, stream, shards, positions);
      listedAt = Date.now();
    }
    const readable = shards.filter((shard) => isReadable(shard, shards));
    const done = await Promise.all(
      readable.map((shard) =>
        readOn(shard, reader).catch((err: unknown) => {
          logger.warn({ err, shard: shard.id }, 'a shard cannot be read');
          recover(shard, err);
          return 0;
        }),
      ),
    );
    if (Date.now() - toldAt >= TELL_LAG_EVERY_MS) {
      const lag = Math.max(newestAge, ...shards.map(({ stuckSince = Infinity }) => Date.now() - stuckSince));
      if (feed) publishLag(feed, lag);
      metrics?.projectionLag(lag / 1000);
      [newestAge, toldAt] = [0, Date.now()];
    }
    // A closed shard has children, which may not have been listed yet.
    if (readable.some((shard) => shard.closed)) listedAt = 0;
    if (done.some((count) => count > 0)) await checkpoints.save({ streamArn, shards: positionsOf(shards) });
    else if (listedAt !== 0) await pause(POLL_MS, signal);
  }
}

/** The shards that the stream has now, each as far as it has been read. @throws where another one is in its place. */
async function listShards(
  streams: DynamoDBStreamsClient,
  { arn, label }: Stream,
  known: Shard[],
  positions: Map<string, string>,
): Promise<Shard[]> {
  const shards: Shard[] = [];
  let start: string | undefined;
  do {
    const { StreamDescription: stream } = await streams.send(
      new DescribeStreamCommand({ StreamArn: arn, ExclusiveStartShardId: start }),
    );
    if (stream?.StreamLabel !== label) throw new Error(`The stream ${arn} is another one now: its table was made anew`);
    for (const { ShardId: id, ParentShardId: parentId } of stream.Shards ?? []) {
      if (id === undefined) continue;
      const position = positions.get(id);
      const fresh = newShard(id, parentId, position === CLOSED ? undefined : position);
      fresh.closed = position === CLOSED;
      shards.push(known.find((shard) => shard.id === id) ?? fresh);
    }
    start = stream.LastEvaluatedShardId;
  } while (start !== undefined);
  return shards;
}

function isReadable(shard: Shard, shards: Shard[]): boolean {
  const parent = shards.find(({ id }) => id === shard.parentId);
  return !shard.closed && (parent === undefined || parent.closed);
}

function positionsOf(shards: Shard[]): Record<string, string> {
  return Object.fromEntries(
    shards.flatMap(({ id, closed, position }) =>
      closed ? [[id, CLOSED]] : position === undefined ? [] : [[id, position]],
    ),
  );
}

function failuresOf({ failedFrom }: Projection, records: StreamRecord[]): number {
  return failedFrom === null ? 0 : records.length - failedFrom;
}

function report({ errors, skipped }: Projection, logger: Logger): void {
  for (const reason of skipped) logger.error({ reason }, 'skipped a stream record');
  for (const err of errors) logger.error({ err }, 'could not move the rows of a message group');
}

async function findStream({ dynamo, table }: WorkerOptions): Promise<Stream> {
  const { Table: description } = await dynamo.send(new DescribeTableCommand({ TableName: table }));
  const { LatestStreamArn: arn, LatestStreamLabel: label } = description ?? {};
  if (arn === undefined || label === undefined) throw new Error(`Table ${table} has no stream: switch it on`);
  return { arn, label };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
