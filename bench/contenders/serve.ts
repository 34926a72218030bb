import type { AddressInfo } from 'node:net';
import type { OverloadLimits } from '../../src/http/overload.ts';

/** What a contender gets from the benchmark, in its environment. */
export interface Given {
  dynamodbEndpoint: string;
  databaseUrl: string;
  table: string;
  viewerId: string;
  /** Of this project, if it is not to shed load as it does in production. */
  overloadLimits?: Partial<OverloadLimits>;
}

/** What a contender's process has used since it began. */
export interface Usage {
  cpuMicroseconds: number;
  peakBytes: number;
  residentBytes: number;
  dynamodbCalls: number;
  sqlStatements: number;
}

/** What a contender did, counted by itself; this project counts its last request alone. */
export const counted = { dynamodbCalls: 0, sqlStatements: 0 };

export function given(): Given {
  return JSON.parse(process.env['BENCH_GIVEN'] ?? '{}') as Given;
}

/**
 * Tells the benchmark where this contender listens, and from now on what it has used whenever it asks. `count` brings
 * `counted` up to date before.
 */
export function announce(
  server: { address(): AddressInfo | string | null } | { url: string },
  count: () => void = () => undefined,
): void {
  const address = 'url' in server ? { port: Number(new URL(server.url).port) } : server.address();
  if (address === null || typeof address === 'string') throw new Error('A contender listens on a port');
  process.on('message', () => {
    count();
    process.send?.(usage());
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ port: address.port });
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return {
    cpuMicroseconds: user + system,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    residentBytes: process.memoryUsage.rss(),
    ...counted,
  };
}
