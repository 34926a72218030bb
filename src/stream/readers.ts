import { within } from './deadline.ts';
import type { Batch } from './processBatch.ts';
import { CLOSED, readShard, type Shard, type ShardReader } from './shard.ts';

export interface Readers {
  /** Ends the loops of shards that are gone, and starts those of new shards whose parent is done with. */
  update(parents: Map<string, string | undefined>): void;
  /** True if no shard is read: each has ended. */
  areDone(): boolean;
  /** How far the projection is behind in milliseconds, at its worst since the last call. */
  lagMs(): number;
  /** Aborts calls that wait, finishes the batches that are being projected, and resolves within `MAX_FINISH_MS`. */
  stop(): Promise<void>;
}

/** As long as the Lambda has for a batch. */
const MAX_PROJECTION_MS = 60_000;
const MAX_FINISH_MS = 5000;
/** A shard that is read, and has not been known to be at its end for so long, is behind. */
const MAX_SILENCE_MS = 1000;

/** Reads each shard of a stream in a loop of its own. Once a shard without known children has ended, calls `onEnd`. */
export function createReaders(reader: ShardReader, onEnd: () => void): Readers {
  const { positions } = reader;
  const shards = new Map<string, Shard>();
  const loops = new Set<Promise<void>>();
  const finishing = new AbortController();
  let isStopping = false;
  let peakLagMs = 0;

  const isClosed = (id: string) => positions.get(id) === CLOSED;

  async function processBatch(records: readonly unknown[]): Promise<Batch> {
    const batch = await within(MAX_PROJECTION_MS, finishing.signal, () => reader.processBatch(records));
    peakLagMs = Math.max(peakLagMs, batch.lagMs);
    return batch;
  }

  function start(shard: Shard): void {
    const { id, parentId = '' } = shard;
    const isParentRead = !shards.has(parentId) || isClosed(parentId);
    if (isStopping || shard.isStarted || isClosed(id) || !isParentRead) return;
    shard.isStarted = true;
    const loop = readShard(shard, { ...reader, processBatch }).finally(() => {
      loops.delete(loop);
      if (!isClosed(id)) return;
      const children = [...shards.values()].filter((other) => other.parentId === id);
      for (const child of children) start(child);
      if (children.length === 0) onEnd();
    });
    loops.add(loop);
  }

  return {
    update(parents) {
      for (const id of positions.keys()) if (!parents.has(id)) positions.delete(id);
      for (const [id, { ending }] of shards) {
        if (parents.has(id)) continue;
        ending.abort();
        shards.delete(id);
      }
      for (const [id, parentId] of parents) {
        if (shards.has(id)) continue;
        shards.set(id, { id, parentId, ending: new AbortController(), isStarted: false, projectedUntil: Date.now() });
      }
      for (const shard of shards.values()) start(shard);
    },
    areDone: () => loops.size === 0,
    lagMs() {
      const read = [...shards.values()].filter(({ id, isStarted }) => isStarted && !isClosed(id));
      const silences = read.map(({ projectedUntil }) => Date.now() - projectedUntil);
      const lagMs = Math.max(peakLagMs, ...silences.filter((ms) => ms > MAX_SILENCE_MS));
      peakLagMs = 0;
      return lagMs;
    },
    async stop() {
      isStopping = true;
      for (const { ending } of shards.values()) ending.abort();
      const timer = setTimeout(() => {
        finishing.abort(new Error(`The batch was not projected within ${MAX_FINISH_MS} ms of the stop`));
      }, MAX_FINISH_MS);
      await Promise.all(loops);
      clearTimeout(timer);
    },
  };
}
