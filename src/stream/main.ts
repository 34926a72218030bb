import { ConfigError, readDataDir, readTableConfig } from '../config.ts';
import { startWorker } from './service.ts';

try {
  const worker = startWorker({ ...readTableConfig(process.env), dataDir: readDataDir(process.env), logLevel: 'info' });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      void worker.stop().finally(() => process.exit(0));
    });
  }
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
}
