import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { createLocalFeed } from '../../src/live/feed.ts';
import { startService } from '../../src/service.ts';
import { startWorker } from '../../src/stream/service.ts';
import { announce } from './serve.ts';

/** One node that is all there is: the API as in production, with the stream worker in its process. One user has all sockets. */
const config = {
  ...readConfig(process.env),
  production: true,
  introspection: false,
  maxSocketsPerUser: Infinity,
  maxSubscriptionsPerUser: Infinity,
};
const feed = createLocalFeed();
startWorker({ ...config, dataDir: mkdtempSync(join(tmpdir(), 'bench-live-')) }, { feed });
announce(await startService(config, { feed }));
