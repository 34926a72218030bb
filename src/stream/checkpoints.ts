import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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
  save(checkpoint: Checkpoint): Promise<void>;
}

/** Checkpoints in a file, which is always whole: a new one takes the place of the old one in one step. */
export function createFileCheckpoints(path: string): Checkpoints {
  return {
    async load() {
      const text = await readFile(path, 'utf8').catch(() => null);
      return text === null ? null : parse(text);
    },
    async save(value) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, JSON.stringify(value));
      await rename(`${path}.new`, path);
    },
  };
}

function parse(text: string): Checkpoint | null {
  try {
    return checkpoint.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
