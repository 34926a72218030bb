import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { createDocumentClient, createDynamoDbClient, createStreamsClient } from '../clients.ts';
import type { LogLevel, TableConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { createProjector } from '../messages/projector.ts';
import { createFileCheckpoints } from './checkpoints.ts';
import { runWorker } from './worker.ts';

export interface WorkerConfig extends TableConfig {
  /** The directory of the checkpoint; one worker each. */
  dataDir: string;
  logLevel: LogLevel;
}

/** Makes the clients and starts the worker; it logs to standard output unless told otherwise. `stop` resolves when the batch that it is at is done with. */
export function startWorker(config: WorkerConfig, logOutput?: DestinationStream): { stop(): Promise<void> } {
  const { messagesTable: table, dataDir, logLevel } = config;
  const dynamo = createDynamoDbClient(config);
  const streams = createStreamsClient(config);
  const stopping = new AbortController();
  const running = runWorker(
    {
      dynamo,
      streams,
      table,
      project: createProjector({ dynamo: createDocumentClient(dynamo), table }),
      checkpoints: createFileCheckpoints(join(dataDir, 'stream-checkpoint.json')),
      logger: createLogger(logLevel, logOutput),
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
