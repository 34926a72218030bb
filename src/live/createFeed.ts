import type { Logger } from 'pino';
import { createLocalFeed, type Feed } from './feed.ts';
import { createRedisFeed } from './redisFeed.ts';

/** Over Redis where there is a URL, else within this process. */
export function createFeed(redisUrl: string | undefined, logger: Logger): Feed {
  return redisUrl === undefined ? createLocalFeed() : createRedisFeed(redisUrl, logger);
}
