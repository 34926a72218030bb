import { readDataDir, readStreamConfig } from '../config.ts';
import { createFeed } from '../live/createFeed.ts';
import { runUntilSignal } from '../process.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startWorker } from './service.ts';

await runUntilSignal(async () => {
  const config = readStreamConfig(process.env);
  const logger = createLogger('info');
  const feed = createFeed(config.redisUrl, logger);
  const metrics = config.metrics && createMetrics();
  const metricsServer = config.metrics && (await metrics?.listen(config.metrics.host, config.metrics.port, logger));
  const tracing = config.tracing ? (await import('../telemetry/tracing.ts')).startTracing() : undefined;
  const options = { ...config, dataDir: readDataDir(process.env), logLevel: 'info' } as const;
  const worker = startWorker(options, { feed, metrics, spans: tracing?.spans });
  return {
    logger,
    async stop() {
      await worker.stop();
      await feed.close();
      await metricsServer?.close();
      await tracing?.stop();
    },
  };
});
