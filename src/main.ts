import { readConfig } from './config.ts';
import { runUntilSignal } from './process.ts';
import { startService } from './service.ts';

await runUntilSignal(async () => startService(readConfig(process.env)));
