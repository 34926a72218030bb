import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { Usage } from './contenders/serve.ts';
import type { Parts } from './parts.ts';
import type { Workload } from './workloads.ts';

export const GRAPHQL_CONTENDERS = ['apollo', 'yoga', 'mercurius', 'ours'] as const;
export const BARE_CONTENDERS = ['limit', 'floor'] as const;
export type Name = (typeof GRAPHQL_CONTENDERS)[number] | (typeof BARE_CONTENDERS)[number];

export interface Contender {
  name: Name;
  /** The answer to one request, as text. */
  ask(workload: Workload): Promise<string>;
  measure(workload: Workload, load: Load): Promise<Measured>;
  stop(): Promise<void>;
}

export interface Load {
  requestsPerSecond: number;
  seconds: number;
}

/** One contender under one workload; times in milliseconds. */
export interface Measured {
  /** Of the server's process, a request. */
  cpuMicroseconds: number;
  p50: number;
  p99: number;
  peakMegabytes: number;
  dynamodbCalls: number;
  sqlStatements: number;
}

const CONNECTIONS = 10;

/** Starts a contender in a process of its own. */
export async function startContender(name: Name, { given, token, environment }: Parts): Promise<Contender> {
  const child = fork(fileURLToPath(new URL(`contenders/${name}.${name === 'yoga' ? 'js' : 'ts'}`, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...environment, BENCH_GIVEN: JSON.stringify(given) },
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const url = `http://127.0.0.1:${port}/graphql`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  /** What this project says of itself; the others count in their own processes. */
  async function spentBy(body: string): Promise<Pick<Usage, 'dynamodbCalls' | 'sqlStatements'>> {
    const response = await fetch(url, { method: 'POST', headers: { ...headers, 'x-cost': '1' }, body });
    const answer = (await response.json()) as { extensions: { cost: { spent: Usage } } };
    return answer.extensions.cost.spent;
  }

  return {
    name,
    async ask({ body }) {
      const response = await fetch(url, { method: 'POST', headers, body });
      return response.text();
    },
    async measure({ body }, { requestsPerSecond, seconds }) {
      const before = await usageOf(child);
      const { requests, latency, non2xx, errors } = await autocannon({
        url,
        method: 'POST',
        headers,
        body,
        connections: CONNECTIONS,
        overallRate: requestsPerSecond,
        duration: seconds,
      });
      if (non2xx + errors > 0) throw new Error(`${name} failed ${non2xx + errors} requests`);
      const after = await usageOf(child);
      const spent = name === 'ours' ? await spentBy(body) : undefined;
      const each = (count: (usage: Usage) => number) => (count(after) - count(before)) / requests.total;
      return {
        cpuMicroseconds: each((usage) => usage.cpuMicroseconds),
        p50: latency.p50,
        p99: latency.p99,
        peakMegabytes: Math.round(after.peakBytes / 1e6),
        dynamodbCalls: spent?.dynamodbCalls ?? each((usage) => usage.dynamodbCalls),
        sqlStatements: spent?.sqlStatements ?? each((usage) => usage.sqlStatements),
      };
    },
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}
