import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { createDocumentClient, createDynamoDbClient, createStreamsClient } from '../clients.ts';
import type { LogLevel, TableConfig } from '../config.ts';
import type { Feed } from '../live/feed.ts';
import { createProjector } from '../messages/projector.ts';
import { followServerClock } from '../serverClock.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Spans } from '../telemetry/spans.ts';
import { countCalls } from '../telemetry/trace.ts';
import { createFileCheckpoints } from './checkpoints.ts';
import { runWorker } from './worker.ts';

export interface WorkerConfig extends TableConfig {
  /** The directory of the checkpoint; one worker each. */
  dataDir: string;
  logLevel: LogLevel;
}

export interface WorkerServiceOptions {
  /** Hears what changed; closed by whoever made it. Nobody hears where there is none. */
  feed?: Feed;
  /** Counts what is projected, and the calls for it. */
  metrics?: Metrics | undefined;
  /** Told of each batch, and of the calls for it. */
  spans?: Spans | undefined;
  /** Standard output unless given. */
  logOutput?: DestinationStream;
}

/** Makes the clients and starts the worker. `stop` resolves when the batch that it is at is done with. */
export function startWorker(
  config: WorkerConfig,
  { feed, metrics, spans, logOutput }: WorkerServiceOptions = {},
): { stop(): Promise<void> } {
  const { messagesTable: table, dataDir, logLevel } = config;
  const dynamo = countCalls(createDynamoDbClient(config), { metrics, spans });
  const streams = createStreamsClient(config);
  const logger = createLogger(logLevel, logOutput, spans);
  const now = followServerClock(dynamo, logger);
  const project = createProjector({ dynamo: createDocumentClient(dynamo), table, now });
  const stopping = new AbortController();
  const running = runWorker(
    {
      dynamo,
      streams,
      table,
      project: spans ? (records) => spans.serve({}, 'project', () => project(records)) : project,
      feed,
      metrics,
      checkpoints: createFileCheckpoints(join(dataDir, 'stream-checkpoint.json')),
      logger,
    },
    stopping.signal,
  );
  return {
    async stop() {
      stopping.abort();
      await running;
      dynamo.destroy();
      streams.destroy();
    },
  };
}
