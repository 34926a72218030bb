import { GraphQLError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { createImpatientRedis } from './redis.ts';

/** How many points users and addresses may spend in a minute. */
export interface RateLimit {
  /** Charges a user. What is refused is charged too. @throws RATE_LIMITED if it is more than the user has left. */
  takeOfUser(userId: string, points: number): Promise<void>;
  /**
   * Charges a user for an event, or for a page that is read for one. Resolves with 0 if it is charged, else with the
   * milliseconds after which to try again. Events have points of their own, half as many again as the user has for
   * operations: neither can use up the points of the other.
   */
  chargeEvent(userId: string, points: number): Promise<number>;
  /** Charges an address, as `addressOf` names it. @throws RATE_LIMITED if it is more than the address has left. */
  takeOfAddress(address: string, points: number): Promise<void>;
  /**
   * Milliseconds until a user may spend again, 0 if that is now. Costs no call: it is what this node knows from the
   * last refusal, so a user who spent everything on another node is refused by the next charge.
   */
  waitOfUser(userId: string): number;
  close(): void;
}

export interface RateLimitOptions {
  /**
   * Points that a user may spend on operations in a minute, and half as many again on events; an address may spend a
   * tenth of it on requests without a valid token.
   */
  pointsPerMinute: number;
  /** Shared by all nodes where there is one; while it does not answer, each node counts for itself. */
  redisUrl: string | undefined;
  /** Called when a user or an address is refused for the first time in a minute. */
  onLimit?: ((who: { kind: Kind; key: string }) => void) | undefined;
}

type Kind = 'user' | 'events' | 'address';

/** What a key has spent in its window, and when that window ends. */
interface Spent {
  points: number;
  endsAt: number;
}

const WINDOW_MS = 60_000;
/** Nobody needs many requests without a valid token. */
const ADDRESS_SHARE = 0.1;
const EVENT_SHARE = 0.5;
const REDIS_TIMEOUT_MS = 50;
/** Users, and addresses, that a node remembers; the one counted longest ago is forgotten first. */
const MAX_KEYS = 50_000;
/** One script, so that no key is left without an end. */
const COUNT = `
  local points = redis.call('incrby', KEYS[1], ARGV[1])
  local ttl = redis.call('pttl', KEYS[1])
  if ttl < 0 then
    redis.call('pexpire', KEYS[1], ARGV[2])
    ttl = tonumber(ARGV[2])
  end
  return { points, ttl }`;
const counted = z.tuple([z.int(), z.int()]);

/** What a request costs before anybody knows what it asks for: a point for each started kilobyte. */
export function priceOfRequest(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1000));
}

/** What a document costs that has to be parsed and validated: a point for each started hundred characters. */
export function priceOfDocument(text: string): number {
  return Math.ceil(text.length / 100);
}

export function createRateLimit({ pointsPerMinute, redisUrl, onLimit }: RateLimitOptions): RateLimit {
  const connection = redisUrl === undefined ? null : createImpatientRedis(redisUrl, REDIS_TIMEOUT_MS);
  /** The counter of all nodes, while it can be asked. */
  const shared = () => (connection?.status === 'ready' ? connection : null);

  function limiter(kind: Kind, limit: number) {
    const local = new LRUCache<string, Spent>({ max: MAX_KEYS });
    /** When those whom the shared counter refused may come back. */
    const refused = new LRUCache<string, number>({ max: MAX_KEYS });

    async function countTogether(key: string, points: number): Promise<Spent | null> {
      const redis = shared();
      if (!redis) return null;
      try {
        const [spent, ttl] = counted.parse(await redis.eval(COUNT, 1, `cruddur:${kind}:${key}`, points, WINDOW_MS));
        return { points: spent, endsAt: Date.now() + ttl };
      } catch {
        return null;
      }
    }

    function countAlone(key: string, points: number): Spent {
      const known = local.get(key);
      const isOpen = known !== undefined && Date.now() < known.endsAt;
      const spent = isOpen ? { ...known, points: known.points + points } : { points, endsAt: Date.now() + WINDOW_MS };
      local.set(key, spent);
      return spent;
    }

    function waitOf(key: string): number {
      const alone = local.get(key);
      const ends = [alone && alone.points > limit ? alone.endsAt : 0, (shared() && refused.get(key)) ?? 0];
      return Math.max(0, Math.max(...ends) - Date.now());
    }

    /** Charges a key: 0, or if that is too much, the milliseconds until it may spend again. */
    async function charge(key: string, points: number): Promise<number> {
      const wait = waitOf(key);
      if (wait > 0) return wait;
      const together = await countTogether(key, points);
      const { points: spent, endsAt } = together ?? countAlone(key, points);
      if (spent <= limit) return 0;
      if (together) refused.set(key, endsAt);
      onLimit?.({ kind, key });
      return Math.max(1, endsAt - Date.now());
    }

    return { charge, waitOf };
  }

  const users = limiter('user', pointsPerMinute);
  const eventPoints = Math.ceil(pointsPerMinute * EVENT_SHARE);
  const events = limiter('events', eventPoints);
  const addresses = limiter('address', Math.ceil(pointsPerMinute * ADDRESS_SHARE));
  return {
    takeOfUser: async (userId, points) => {
      refuseWait(await users.charge(userId, points));
    },
    // An event that costs more than a whole minute's points would never be charged.
    chargeEvent: (userId, points) => events.charge(userId, Math.min(points, eventPoints)),
    takeOfAddress: async (address, points) => {
      refuseWait(await addresses.charge(address, points));
    },
    waitOfUser: users.waitOf,
    close: () => connection?.disconnect(),
  };
}

/** @throws RATE_LIMITED unless there is nothing to wait for. */
function refuseWait(waitMs: number): void {
  if (waitMs > 0) throw rateLimited(waitMs);
}

/** For each number of seconds: an error is expensive to make, and this one has to be cheap. */
const refusals = new Map<number, GraphQLError>();

/** HTTP 429, with the time after which to try again. */
export function rateLimited(waitMs: number): GraphQLError {
  const retryAfter = Math.min(WINDOW_MS / 1000, Math.max(1, Math.ceil(waitMs / 1000)));
  const known = refusals.get(retryAfter);
  if (known) return known;
  const error = new GraphQLError(`Too much in a minute: try again in ${retryAfter} seconds`, {
    extensions: {
      code: 'RATE_LIMITED',
      retryAfter,
      http: { status: 429, headers: new Map([['retry-after', String(retryAfter)]]) },
    },
  });
  refusals.set(retryAfter, error);
  return error;
}
