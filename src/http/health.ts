import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { ProjectionLag } from '../live/projection.ts';
import { type RateLimit, rateLimited } from '../rateLimit.ts';
import { addressOf } from './address.ts';

/** Resolves where a part answers; by the name under which `/health/ready` reports it. */
export type Checks = Record<string, () => Promise<unknown>>;

export interface HealthOptions {
  checks: Checks;
  projectionLag: ProjectionLag;
  isDraining: () => boolean;
  isOverloaded: () => boolean;
  /** None: any address may ask any number of times. */
  rateLimit?: RateLimit | undefined;
  trustedProxies: number;
}

const CHECK_TIMEOUT_MS = 2000;
/** How long one check of the parts serves everybody who asks. */
const CHECK_LIFE_MS = 1000;
/** For an address, on this node. */
const MAX_REQUESTS_A_MINUTE = 600;
const MAX_ADDRESSES = 10_000;
const MINUTE_MS = 60_000;

/**
 * `GET /health/live`: 200 while the process runs. `GET /health/ready`: 200 where every part answers within 2 s and the
 * server neither stops nor is overloaded, else 503; the body says which part does not, and how many milliseconds the
 * stream's door is behind. That it is behind makes no API server less ready. The parts are asked at most once a second,
 * however many callers there are, and an address that asks too often gets 429.
 */
export function addHealth(app: FastifyInstance, options: HealthOptions): void {
  const { projectionLag, isDraining, isOverloaded, rateLimit, trustedProxies } = options;
  const checkParts = createCheck(options.checks);
  const refuseFlood = createFloodRefusal();

  app.register((health, _options, done) => {
    health.addHook('onRequest', (request, _reply, next) => {
      next(rateLimit && refuseFlood(addressOf(request.raw, trustedProxies)));
    });
    health.get('/health/live', { logLevel: 'silent' }, () => ({ status: 'live' }));
    health.get('/health/ready', { logLevel: 'silent' }, async (_request, reply) => {
      const parts = await checkParts();
      const isUp = Object.values(parts).every((part) => part === 'up');
      const status = isDraining() ? 'stopping' : !isUp ? 'not ready' : isOverloaded() ? 'overloaded' : 'ready';
      return reply
        .code(status === 'ready' ? 200 : 503)
        .send({ status, ...parts, projectionLagMs: projectionLag.current() });
    });
    done();
  });
}

type Parts = Record<string, 'up' | 'down'>;

function createCheck(checks: Checks): () => Promise<Parts> {
  let checkedAt = -Infinity;
  let last: Promise<Parts>;

  async function check(): Promise<Parts> {
    const names = Object.entries(checks);
    const answers = await Promise.all(names.map(([, ask]) => answersInTime(ask)));
    return Object.fromEntries(names.map(([name], index) => [name, answers[index] ? 'up' : 'down']));
  }

  return () => {
    const now = performance.now();
    if (now - checkedAt < CHECK_LIFE_MS) return last;
    checkedAt = now;
    last = check();
    return last;
  };
}

/** Counts by itself: what is spent elsewhere must not make a load balancer believe that the node is gone. */
function createFloodRefusal() {
  const counts = new LRUCache<string, number>({ max: MAX_ADDRESSES, ttl: MINUTE_MS, noUpdateTTL: true });
  return (address: string) => {
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return count > MAX_REQUESTS_A_MINUTE ? rateLimited(counts.getRemainingTTL(address)) : undefined;
  };
}

async function answersInTime(check: () => Promise<unknown>): Promise<boolean> {
  const timeout = new AbortController();
  const inTime = check().then(
    () => true,
    () => false,
  );
  const late = sleep(CHECK_TIMEOUT_MS, false, { signal: timeout.signal }).catch(() => false);
  const answer = await Promise.race([inTime, late]);
  timeout.abort();
  return answer;
}
