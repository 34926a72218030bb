import {
  type DynamoDBStreamsClient,
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { Projection, Project, StreamRecord } from '../messages/projector.ts';
import { ageOfNewest } from './lag.ts';
import { parseRecord } from './records.ts';

/** One shard of a stream, and how far it has been read. */
export interface Shard {
  readonly id: string;
  readonly parentId: string | undefined;
  /** True where the shard has no more records and never will. */
  closed: boolean;
  /** The sequence number of the last record that is done with. */
  position: string | undefined;
  iterator: string | undefined;
  failures: number;
  /** Since when, in milliseconds since 1970, a record waits that could not be projected. */
  stuckSince: number | undefined;
  retryAt: number;
}

interface ShardReader {
  streams: DynamoDBStreamsClient;
  streamArn: string;
  project: Project;
  onProjection: (projection: Projection, records: StreamRecord[]) => void;
}

const LONGEST_PAUSE_MS = 30_000;

export function newShard(id: string, parentId: string | undefined, position: string | undefined): Shard {
  return { id, parentId, closed: false, position, iterator: undefined, failures: 0, stuckSince: undefined, retryAt: 0 };
}

/**
 * Reads and projects the shard's next records; returns how many are done with. Where some could not be projected, the
 * position stays before the first of them, and the shard rests for a time that doubles with every failure.
 */
export async function readOn(
  shard: Shard,
  { streams, streamArn, project, onProjection }: ShardReader,
): Promise<number> {
  if (Date.now() < shard.retryAt) return 0;
  const { Records: raw = [], NextShardIterator: next } = await streams.send(
    new GetRecordsCommand({ ShardIterator: shard.iterator ?? (await iteratorOf(shard, streams, streamArn)) }),
  );
  const records = raw.map(parseRecord);
  if (records.length > 0) {
    const projection = await project(records);
    onProjection(projection, records);
    if (projection.failedFrom !== null) {
      const done = records.slice(0, projection.failedFrom);
      shard.position = done.at(-1)?.sequenceNumber ?? shard.position;
      shard.stuckSince ??= Date.now() - ageOfNewest(records.slice(projection.failedFrom, projection.failedFrom + 1));
      rest(shard);
      return done.length;
    }
    shard.position = records.at(-1)?.sequenceNumber;
  }
  shard.iterator = next;
  shard.closed = next === undefined;
  shard.failures = 0;
  shard.stuckSince = undefined;
  return records.length;
}

/** After an error: where the shard is read from next, and when. */
export function recover(shard: Shard, error: unknown): void {
  if (error instanceof TrimmedDataAccessException) shard.position = undefined;
  if (error instanceof ExpiredIteratorException) shard.iterator = undefined;
  else rest(shard);
}

function rest(shard: Shard): void {
  shard.iterator = undefined;
  shard.retryAt = Date.now() + Math.min(LONGEST_PAUSE_MS, 100 * 2 ** shard.failures++);
}

async function iteratorOf({ id, position }: Shard, streams: DynamoDBStreamsClient, streamArn: string) {
  const from =
    position === undefined
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position } as const);
  const answer = await streams.send(new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: id, ...from }));
  return answer.ShardIterator;
}
