import { readDataDir, readTableConfig } from '../config.ts';
import { runUntilSignal } from '../process.ts';
import { startWorker } from './service.ts';

await runUntilSignal(async () =>
  Promise.resolve(
    startWorker({ ...readTableConfig(process.env), dataDir: readDataDir(process.env), logLevel: 'info' }),
  ),
);
