import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createDynamoDbClient, createStreamsClient } from '../../src/clients.ts';
import { readTableConfig } from '../../src/config.ts';
import type { Project, StreamRecord } from '../../src/messages/projector.ts';
import type { Checkpoint, Checkpoints } from '../../src/stream/checkpoints.ts';
import { runWorker, type WorkerOptions } from '../../src/stream/worker.ts';
import { keepLog } from './logged.ts';
import type { StreamDouble } from './streamDouble.ts';

/** Runs a worker on a double, which answers for the table too. */
export function startDoubledWorker(
  double: StreamDouble,
  options: Pick<WorkerOptions, 'project'> & Partial<WorkerOptions>,
) {
  const config = readTableConfig({ DYNAMODB_ENDPOINT: double.url, MESSAGES_TABLE: 'doubled' });
  const [dynamo, streams] = [createDynamoDbClient(config), createStreamsClient(config)];
  const log = keepLog();
  const stopping = new AbortController();
  const running = runWorker(
    { dynamo, streams, table: 'doubled', checkpoints: keptCheckpoints(), logger: pino(log.destination), ...options },
    stopping.signal,
  );
  return {
    log,
    async stop() {
      stopping.abort();
      await running;
      dynamo.destroy();
      streams.destroy();
    },
  };
}

/** Checkpoints in memory; `saved` are all that were saved, oldest first. */
export function keptCheckpoints(first: Checkpoint | null = null): Checkpoints & { saved: Checkpoint[] } {
  const saved: Checkpoint[] = [];
  return {
    saved,
    load: () => Promise.resolve(saved.at(-1) ?? first),
    save(checkpoint) {
      saved.push(checkpoint);
      return Promise.resolve();
    },
  };
}

/** A projector that accepts every record and keeps the ids of the messages that it was given. */
export function recording(): { project: Project; seen: unknown[]; records: StreamRecord[] } {
  const seen: unknown[] = [];
  const records: StreamRecord[] = [];
  const project = (batch: StreamRecord[]) => {
    records.push(...batch);
    seen.push(...batch.flatMap(({ newImage }) => (newImage?.['message_uuid'] ? [newImage['message_uuid']] : [])));
    return Promise.resolve({ failedFrom: null, errors: [], skipped: [] });
  };
  return { project, seen, records };
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('did not come true within 30 s');
    await sleep(20);
  }
}
