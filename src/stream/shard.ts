import {
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import type { Logger } from 'pino';
import { pause, within } from './deadline.ts';
import type { ProcessBatch } from './processBatch.ts';
import type { WithSlot } from './slots.ts';

export interface Shard {
  readonly id: string;
  readonly parentId: string | undefined;
  /** Aborts when the shard is not to be read any more. */
  readonly ending: AbortController;
  isStarted: boolean;
  /** Until when all of its changes are projected, in milliseconds since 1970. */
  projectedUntil: number;
}

export interface ShardReader {
  streams: DynamoDBStreamsClient;
  streamArn: string;
  /** The sequence number of the last record that is done with, by shard, or `CLOSED`; kept up to date. */
  positions: Map<string, string>;
  processBatch: ProcessBatch;
  /** Limits how many shards hold an answer at once. */
  withSlot: WithSlot;
  logger: Logger;
}

/** The position of a shard that is done with and gets no more records. */
export const CLOSED = 'closed';
/** For a call and its retries by the SDK. */
export const MAX_CALL_MS = 5000;
const POLL_MS = 200;
const MIN_REST_MS = 100;
const MAX_REST_MS = 30_000;

/**
 * Reads and projects a shard until it is closed, or until `shard.ending` aborts: then the call that it waits for is
 * aborted, and the batch that is being projected is finished first. After an error, or if a record could not be
 * projected, the shard rests for a time that doubles with every failure, and is read again from its position.
 */
export async function readShard(shard: Shard, reader: ShardReader): Promise<void> {
  const { id, ending } = shard;
  const { positions, processBatch, withSlot, logger } = reader;
  let iterator: string | undefined;
  let failures = 0;

  /** Reads and projects the next records. */
  async function readOn(): Promise<'failed' | 'idle' | 'read'> {
    const askedAt = Date.now();
    const ShardIterator = iterator ?? (await findIterator(shard, reader));
    const { Records: records = [], NextShardIterator: next } = await within(MAX_CALL_MS, ending.signal, (abortSignal) =>
      reader.streams.send(new GetRecordsCommand({ ShardIterator }), { abortSignal }),
    );
    if (records.length > 0) {
      const { done, failed, lagMs } = await processBatch(records);
      const last = done.at(-1);
      if (last) positions.set(id, last.sequenceNumber);
      shard.projectedUntil = Date.now() - lagMs;
      if (failed.length > 0) return 'failed';
    } else {
      shard.projectedUntil = askedAt;
    }
    iterator = next;
    if (next === undefined) positions.set(id, CLOSED);
    return records.length > 0 ? 'read' : 'idle';
  }

  async function rest(): Promise<void> {
    iterator = undefined;
    await pause(Math.min(MAX_REST_MS, MIN_REST_MS * 2 ** failures++), ending.signal);
  }

  while (positions.get(id) !== CLOSED && !ending.signal.aborted) {
    try {
      const outcome = await withSlot(readOn);
      if (outcome === 'failed') await rest();
      else failures = 0;
      if (outcome === 'idle' && positions.get(id) !== CLOSED) await pause(POLL_MS, ending.signal);
    } catch (err) {
      if (err === ending.signal.reason) return;
      logger.warn({ err, shard: id }, 'a shard cannot be read');
      if (err instanceof TrimmedDataAccessException) positions.delete(id);
      await rest();
    }
  }
}

async function findIterator({ id, ending }: Shard, { streams, streamArn, positions }: ShardReader) {
  const position = positions.get(id);
  const from =
    position === undefined
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: position } as const);
  const command = new GetShardIteratorCommand({ StreamArn: streamArn, ShardId: id, ...from });
  const answer = await within(MAX_CALL_MS, ending.signal, (abortSignal) => streams.send(command, { abortSignal }));
  return answer.ShardIterator;
}
