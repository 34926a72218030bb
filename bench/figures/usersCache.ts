import { buildContenders } from '../build.ts';
import { type Contender, type Measured, startContender } from '../contender.ts';
import { startParts } from '../parts.ts';
import { workloadsOn } from '../workloads.ts';
import type { Figure } from './figure.ts';
import { percentile } from './timing.ts';

const WITH_USERS = ['A, 20 messages', 'B, 20 groups'];
const LOAD = { requestsPerSecond: 200, seconds: 2 };
const ROUNDS = 7;
const WARM_UP_SECONDS = 3;

/** What a page costs with users from Postgres and with users from the cache of the process, in turns. */
export async function measureUsersCache(log: (line: string) => void): Promise<Figure[]> {
  await buildContenders();
  const parts = await startParts(log);
  const cached = { ...parts, environment: { ...parts.environment, USERS_CACHE_SECONDS: '3600' } };
  const servers: [string, Contender][] = [];
  try {
    servers.push(['from Postgres', await startContender('ours', parts)]);
    servers.push(['from the cache', await startContender('ours', cached)]);
    const figures: Figure[] = [];
    for (const workload of workloadsOn(parts).filter(({ name }) => WITH_USERS.includes(name))) {
      const rounds = servers.map((): Measured[] => []);
      for (const [, server] of servers) await server.saturate(workload, WARM_UP_SECONDS);
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, [, server]] of servers.entries()) rounds[index]?.push(await server.measure(workload, LOAD));
      }
      for (const [index, [source]] of servers.entries()) {
        const median = (value: (measured: Measured) => number) => percentile((rounds[index] ?? []).map(value), 0.5);
        const name = `${workload.name}, users ${source}`;
        figures.push({
          name: `${name}: CPU of a request`,
          value: median(({ cpuMicroseconds }) => cpuMicroseconds),
          unit: 'µs',
        });
        figures.push({ name: `${name}: p50`, value: median(({ p50 }) => p50), unit: 'ms' });
      }
    }
    return figures;
  } finally {
    for (const [, server] of servers) await server.stop();
    await parts.stop();
  }
}
