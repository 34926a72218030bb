import type { Checkpoint } from './checkpoints.ts';
import { every, within } from './deadline.ts';
import { listShards, type Stream } from './listShards.ts';
import { createReaders } from './readers.ts';
import type { ShardReader } from './shard.ts';
import { createSlots } from './slots.ts';

interface FollowOptions extends Pick<ShardReader, 'streams' | 'processBatch' | 'positions' | 'logger'> {
  /** Called every second with how far the rows are behind the stream. */
  reportLag: (lagMs: number) => void;
  /** Never rejects. */
  save: (checkpoint: Checkpoint) => Promise<void>;
}

/**
 * How many shards hold an answer at once. An answer has at most 1,000 records and 1 MB, and takes about 3 MB of memory
 * until it is projected.
 */
export const MAX_SHARDS_AT_ONCE = 16;
const MAX_SAVE_MS = 2000;
const LIST_EVERY_MS = 10_000;
const LIST_AGAIN_MS = 1000;
const LOOK_EVERY_MS = 200;
const REPORT_EVERY_MS = 1000;

/**
 * Reads all shards of a stream, children after their parents, until `signal` aborts, or until the stream has ended or
 * is gone. `positions` says where each shard is read from, and is kept up to date and saved every second. Nothing that
 * fails in one shard, or while shards are listed or positions saved, holds up another shard.
 */
export async function followStream(options: FollowOptions, stream: Stream, signal: AbortSignal): Promise<void> {
  const { streams, positions, reportLag, save, logger } = options;
  const leaving = new AbortController();
  const leave = () => {
    leaving.abort();
  };
  let listAt = 0;
  const withSlot = createSlots(MAX_SHARDS_AT_ONCE);
  const readers = createReaders({ ...options, streamArn: stream.arn, withSlot }, () => {
    // The shards that follow the ended one may not have been listed yet.
    listAt = 0;
  });

  async function listIfDue(): Promise<void> {
    if (Date.now() < listAt) return;
    listAt = Date.now() + LIST_EVERY_MS;
    try {
      const parents = await listShards(streams, stream, leaving.signal);
      if (parents) readers.update(parents);
      else logger.warn({ stream: stream.arn }, 'the stream is gone');
      if (!parents || (readers.areDone() && listAt > 0)) leave();
    } catch (err) {
      if (err === leaving.signal.reason) return;
      logger.warn({ err }, 'the shards cannot be listed');
      listAt = Date.now() + LIST_AGAIN_MS;
    }
  }

  function saveAll(): Promise<void> {
    return save({ streamArn: stream.arn, shards: Object.fromEntries(positions) });
  }

  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  const reporting = every(REPORT_EVERY_MS, leaving.signal, () => {
    if (!readers.areDone()) reportLag(readers.lagMs());
  });
  const saving = every(REPORT_EVERY_MS, leaving.signal, saveAll);
  await every(LOOK_EVERY_MS, leaving.signal, listIfDue);
  signal.removeEventListener('abort', leave);
  await Promise.all([reporting, readers.stop()]);
  await within(MAX_SAVE_MS, new AbortController().signal, () => saving.then(saveAll)).catch((err: unknown) => {
    logger.error({ err }, 'the last checkpoint was not saved');
  });
}
