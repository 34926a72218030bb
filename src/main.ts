import { readConfig } from './config.ts';
import { runUntilSignal } from './process.ts';
import { startService } from './service.ts';
import { findWebRoot } from './web.ts';

await runUntilSignal(async () => {
  const root = findWebRoot();
  return startService(readConfig(process.env), { web: root === null ? null : { root } });
});
