import { GraphQLError } from 'graphql';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createImpatientRedis } from './redis.ts';

/** How much anybody may ask for in a minute. */
export interface RateLimit {
  /** Takes what an operation costs from what a user has left. @throws RATE_LIMITED where it is not enough. */
  takeOfUser(userId: string, points: number): Promise<void>;
  /**
   * Charges a user for an event, or for a page that is read for one. Resolves with 0 if it is charged, else with the
   * milliseconds after which to try again. Events spend at most half of the user's points: however many messages other
   * people send, the user can still send operations.
   */
  chargeEvent(userId: string, points: number): Promise<number>;
  /** Takes one request without a viewer from what an address has left. @throws RATE_LIMITED */
  takeOfAddress(address: string): Promise<void>;
  close(): void;
}

export interface RateLimitOptions {
  /** Points of cost that a user may spend in a minute; an address may send a tenth of it in requests without a token. */
  pointsPerMinute: number;
  /** Shared by all nodes where there is one; while it does not answer, each node counts for itself. */
  redisUrl: string | undefined;
}

const WINDOW_SECONDS = 60;
/** Requests without a valid token, which nobody needs many of, for each point of a user. */
const REQUESTS_FOR_A_POINT = 0.1;
const MAX_SHARE_OF_EVENTS = 0.5;
const REDIS_TIMEOUT_MS = 50;

export function createRateLimit({ pointsPerMinute, redisUrl }: RateLimitOptions): RateLimit {
  const redis = redisUrl === undefined ? null : createImpatientRedis(redisUrl, REDIS_TIMEOUT_MS);

  const limiter = (keyPrefix: string, points: number): RateLimiterAbstract => {
    const options = { keyPrefix: `cruddur:${keyPrefix}`, points, duration: WINDOW_SECONDS };
    const local = new RateLimiterMemory(options);
    return redis ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: local }) : local;
  };
  const users = limiter('user', pointsPerMinute);
  const eventPoints = Math.ceil(pointsPerMinute * MAX_SHARE_OF_EVENTS);
  const events = limiter('events', eventPoints);
  const addresses = limiter('address', Math.ceil(pointsPerMinute * REQUESTS_FOR_A_POINT));

  return {
    takeOfUser: (userId, points) => take(users, userId, points),
    async chargeEvent(userId, points) {
      // An event that costs more than a whole minute's points would never be charged.
      const charged = Math.min(points, eventPoints);
      return (await waitFor(events, userId, charged)) || waitFor(users, userId, charged);
    },
    takeOfAddress: (address) => take(addresses, address, 1),
    close: () => redis?.disconnect(),
  };
}

async function take(limiter: RateLimiterAbstract, key: string, points: number): Promise<void> {
  const waitMs = await waitFor(limiter, key, points);
  if (waitMs > 0) throw rateLimited(waitMs);
}

/** Consumes points: 0, or if there are too few, the milliseconds until there are all again. */
async function waitFor(limiter: RateLimiterAbstract, key: string, points: number): Promise<number> {
  try {
    await limiter.consume(key, points);
    return 0;
  } catch (error) {
    if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
    throw error;
  }
}

function rateLimited(waitMs: number): GraphQLError {
  const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
  return new GraphQLError(`Too much in a minute: try again in ${retryAfter} seconds`, {
    extensions: {
      code: 'RATE_LIMITED',
      retryAfter,
      http: { status: 429, headers: new Map([['retry-after', String(retryAfter)]]) },
    },
  });
}
