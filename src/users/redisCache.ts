import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { CachedUser, SharedUsers } from './cache.ts';

const PREFIX = 'cruddur:user:';

const cachedUser = z.object({
  id: z.string(),
  handle: z.string(),
  displayName: z.string(),
  until: z.number(),
});

/** Users in Redis or Valkey, a key each, for all nodes. As patient as the connection is. */
export function createRedisCache(redis: Redis): SharedUsers {
  return {
    async find(ids) {
      try {
        return (await redis.mget(ids.map((id) => PREFIX + id))).map(parse);
      } catch {
        return ids.map(() => null);
      }
    },

    store(users) {
      const commands = redis.pipeline();
      for (const user of users) {
        commands.set(PREFIX + user.id, JSON.stringify(user), 'PX', Math.max(1, user.until - Date.now()));
      }
      commands.exec().catch(passedBy);
    },
  };
}

function parse(text: string | null): CachedUser | null {
  try {
    return text === null ? null : cachedUser.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** A cache that does not answer is passed by: Postgres has the users. */
function passedBy(): void {
  return undefined;
}
