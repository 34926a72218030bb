import { Redis } from 'ioredis';

/**
 * A connection for what must not wait: a command fails after `timeoutMs`, and at once while Redis is away. It comes back
 * by itself; what is wrong with it is told by the connections of the feed.
 */
export function createImpatientRedis(url: string, timeoutMs: number): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: timeoutMs });
  redis.on('error', () => undefined);
  return redis;
}
