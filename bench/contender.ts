import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import autocannon from 'autocannon';
import { contenderFile } from './build.ts';
import type { Usage } from './contenders/serve.ts';
import type { Parts } from './parts.ts';
import type { Workload } from './workloads.ts';

export const GRAPHQL_CONTENDERS = ['apollo', 'yoga', 'mercurius', 'ours'] as const;
export const BARE_CONTENDERS = ['limit', 'floor'] as const;
export type Name = (typeof GRAPHQL_CONTENDERS)[number] | (typeof BARE_CONTENDERS)[number] | 'live';

export interface Contender {
  name: Name;
  url: string;
  /** The answer to one request, as text. */
  ask(workload: Workload): Promise<string>;
  /** Gives it as many requests as it can take; how many it took in a second, null of requests that can be made once. */
  saturate(workload: Workload, seconds: number): Promise<number | null>;
  /** Gives it requests at a fixed rate. */
  measure(workload: Workload, load: Load): Promise<Measured>;
  /** What its process takes now. */
  megabytes(): Promise<number>;
  /** What its process has used since it began. */
  cpuMicroseconds(): Promise<number>;
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
/** How often autocannon looks whether it is done. */
const SAMPLE_MS = 100;

/** Starts a contender in a process of its own. */
export async function startContender(name: Name, { given, token, environment }: Parts): Promise<Contender> {
  const child = fork(contenderFile(name), {
    // As docs/operating.md says for a node of 512 MB.
    execArgv: name === 'live' ? ['--max-old-space-size=256'] : [],
    env: { ...process.env, ...environment, BENCH_GIVEN: JSON.stringify(given) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const url = `http://127.0.0.1:${port}/graphql`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  async function ask({ bodies }: Workload): Promise<string> {
    const response = await fetch(url, { method: 'POST', headers, body: bodies()[0] ?? '' });
    return response.text();
  }

  /** What one request takes of this project, which counts its last one alone. */
  async function askOnce(workload: Workload): Promise<Usage> {
    await ask(workload);
    return usageOf(child);
  }

  return {
    name,
    url,
    ask,
    async saturate(workload, seconds) {
      const options = workload.most === undefined ? { duration: seconds } : { amount: workload.most };
      const { requests, duration } = await run(name, { url, workload, headers, ...options });
      return workload.most === undefined ? requests.total / duration : null;
    },
    async measure(workload, { requestsPerSecond, seconds }) {
      const amount = Math.min(requestsPerSecond * seconds, workload.most ?? Infinity);
      const before = await usageOf(child);
      const done = await run(name, { url, workload, headers, overallRate: requestsPerSecond, amount });
      const after = await usageOf(child);
      const spent = name === 'ours' ? await askOnce(workload) : undefined;
      const each = (counter: (usage: Usage) => number) => (counter(after) - counter(before)) / done.requests.total;
      return {
        cpuMicroseconds: each((usage) => usage.cpuMicroseconds),
        p50: done.latency.p50,
        p99: done.latency.p99,
        peakMegabytes: Math.round(after.peakBytes / 1e6),
        dynamodbCalls: spent?.dynamodbCalls ?? each((usage) => usage.dynamodbCalls),
        sqlStatements: spent?.sqlStatements ?? each((usage) => usage.sqlStatements),
      };
    },
    megabytes: async () => Math.round((await usageOf(child)).residentBytes / 1e6),
    cpuMicroseconds: async () => (await usageOf(child)).cpuMicroseconds,
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

interface Run extends autocannon.Options {
  workload: Workload;
}

async function run(name: Name, { workload, ...options }: Run): Promise<autocannon.Result> {
  const requests = workload.bodies().map((body) => ({ method: 'POST' as const, body }));
  // Each connection sends its requests in their order: with one, each is sent once.
  const connections = workload.most === undefined ? CONNECTIONS : 1;
  const result = await autocannon({ ...options, requests, connections, sampleInt: SAMPLE_MS });
  if (result.non2xx + result.errors > 0) throw new Error(`${name} failed ${result.non2xx + result.errors} requests`);
  return result;
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  child.send('usage');
  const [usage] = (await once(child, 'message')) as [Usage];
  return usage;
}
