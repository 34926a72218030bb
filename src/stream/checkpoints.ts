import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';

const checkpoint = z.object({
  streamArn: z.string(),
  /** The sequence number of the last record of each shard that is done with, or `closed` where all of it is. */
  shards: z.record(z.string(), z.string()),
});

/** How far a worker has read a stream. */
export type Checkpoint = z.infer<typeof checkpoint>;

export interface Checkpoints {
  /** What was saved last, or null: then everything that the stream still holds is read, which is safe to repeat. */
  load(): Promise<Checkpoint | null>;
  /** Not to be called again before it settles. */
  save(checkpoint: Checkpoint): Promise<void>;
}

/** Checkpoints in a file, which is always whole: a new one takes the place of the old one in one step. */
export function createFileCheckpoints(path: string): Checkpoints {
  return {
    async load() {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      });
      return text === null ? null : checkpoint.parse(JSON.parse(text));
    },
    async save(value) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, JSON.stringify(value));
      await rename(`${path}.new`, path);
    },
  };
}

/** Saves a checkpoint unless it is the one that was saved last. Never rejects: the first of several failures is logged. */
export function createSave(checkpoints: Checkpoints, logger: Logger): (checkpoint: Checkpoint) => Promise<void> {
  let saved = '';
  let isFailing = false;
  return async function save(value) {
    const text = JSON.stringify(value);
    if (text === saved) return;
    try {
      await checkpoints.save(value);
      [saved, isFailing] = [text, false];
    } catch (err) {
      if (!isFailing) logger.error({ err }, 'the checkpoint cannot be saved');
      isFailing = true;
    }
  };
}
