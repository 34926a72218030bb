import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { OverloadLimits } from '../../src/http/overload.ts';
import { buildContenders } from '../build.ts';
import { startContender } from '../contender.ts';
import { type Parts, startParts } from '../parts.ts';
import { workloadsOn } from '../workloads.ts';
import type { Figure } from './figure.ts';
import { percentile } from './timing.ts';

/** Of clients that send the next request when they have the answer. */
const CLIENTS_AT_LOAD = 10;
/** Enough that callers do not wait for connections. */
const CONNECTIONS = 2000;
const WARM_UP_SECONDS = 5;
/** What comes before is the time in which it is taken for a burst. */
const SETTLING_MS = 6000;
const SECONDS = 10;
const MOST_TIMES_SLOWER = 3;
const NEVER = 1e9;
/** All requests are of one user. */
const ONE_USER: Partial<OverloadLimits> = { maxUserShare: 1 };
const UNLIMITED: Partial<OverloadLimits> = { maxOperations: NEVER, maxUncrowded: NEVER, maxDelayMs: NEVER };

/** What came of the requests that ended after it had settled; times in milliseconds. */
interface Answers {
  perSecond: number;
  served: number[];
  refused: number[];
}

/** How long pages take at what a node can take, and at twice that: with load shedding, and without. */
export async function measureOverload(log: (line: string) => void): Promise<Figure[]> {
  await buildContenders();
  const parts = await startParts(log);
  try {
    const shedding = await measureNode({ ...parts, given: { ...parts.given, overloadLimits: ONE_USER } });
    const unlimited = await measureNode({ ...parts, given: { ...parts.given, overloadLimits: UNLIMITED } });
    const { load, overload } = shedding;
    const slower = percentile(overload.served, 0.5) / percentile(load.served, 0.5);
    return [
      { name: 'a node takes at most, of pages of 20 messages', value: load.perSecond, unit: 'a second' },
      ...timesOf('they take then', load.served),
      { name: 'of twice as many it serves', value: overload.perSecond, unit: 'a second' },
      ...timesOf('those take', overload.served),
      { name: 'so much longer, p50', value: slower, unit: 'times', atMost: MOST_TIMES_SLOWER },
      ...timesOf('and refusals take', overload.refused),
      ...timesOf('without load shedding all take', unlimited.overload.served),
    ];
  } finally {
    await parts.stop();
  }
}

async function measureNode(parts: Parts): Promise<{ load: Answers; overload: Answers }> {
  const [page] = workloadsOn(parts);
  const server = await startContender('ours', parts);
  const pool = new Pool(new URL(server.url).origin, { connections: CONNECTIONS });
  try {
    if (!page) throw new Error('There is no workload');
    await server.saturate(page, WARM_UP_SECONDS);
    const ask = createAsk(pool, parts.token, page.bodies()[0] ?? '');
    const load = await saturate(ask);
    return { load, overload: await offer(ask, 2 * load.perSecond) };
  } finally {
    await pool.destroy();
    await server.stop();
  }
}

interface Record {
  /** When there is nothing more to send. */
  end: number;
  record: (ask: Ask) => Promise<void>;
  answers: () => Answers;
}

type Ask = () => Promise<number>;

/** Sends a request, and resolves with the status of its answer; 0 if there is none. */
function createAsk(pool: Pool, token: string, body: string): Ask {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return async () => {
    const answer = await pool.request({ path: '/graphql', method: 'POST', headers, body }).catch(() => null);
    await answer?.body.dump();
    return answer?.statusCode ?? 0;
  };
}

/** As many requests as a few clients get answered. */
async function saturate(ask: Ask): Promise<Answers> {
  const { record, answers, end } = startRecord();
  const client = async () => {
    while (performance.now() < end) await record(ask);
  };
  await Promise.all(Array.from({ length: CLIENTS_AT_LOAD }, client));
  return answers();
}

/** So many requests a second, evenly spread, whether or not those before them are answered. */
async function offer(ask: Ask, requestsPerSecond: number): Promise<Answers> {
  const { record, answers, end } = startRecord();
  const startedAt = performance.now();
  const open = new Set<Promise<void>>();
  let sent = 0;
  while (performance.now() < end) {
    for (; sent < ((performance.now() - startedAt) / 1000) * requestsPerSecond; sent++) {
      const request = record(ask).finally(() => open.delete(request));
      open.add(request);
    }
    await sleep(2);
  }
  await Promise.all(open);
  return answers();
}

/** Keeps what is sent between the time that a node takes to settle and the end. */
function startRecord(): Record {
  const settledAt = performance.now() + SETTLING_MS;
  const end = settledAt + SECONDS * 1000;
  const served: number[] = [];
  const refused: number[] = [];
  return {
    end,
    async record(ask: Ask): Promise<void> {
      const sentAt = performance.now();
      const status = await ask();
      if (sentAt >= settledAt) (status === 200 ? served : refused).push(performance.now() - sentAt);
    },
    answers: (): Answers => ({ perSecond: served.length / SECONDS, served, refused }),
  };
}

function timesOf(name: string, times: number[]): Figure[] {
  return [0.5, 0.99].map((share) => ({
    name: `${name}, p${share * 100}`,
    value: percentile(times, share),
    unit: 'ms',
  }));
}
