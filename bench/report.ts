import Table from 'cli-table3';
import type { Measured, Name } from './contender.ts';

/** Every round of every contender under every workload. */
export type Results = { workload: string; contender: Name; rounds: Measured[] }[];

/** A ratio of CPU a request that has to hold. */
interface Bound {
  workloads: RegExp;
  to: Name;
  atMost: number;
}

const BOUNDS: Bound[] = [
  { workloads: /^[AB],/, to: 'mercurius', atMost: 0.75 },
  { workloads: /^[AB],/, to: 'apollo', atMost: 0.5 },
  { workloads: /^sendMessage$/, to: 'mercurius', atMost: 0.8 },
  { workloads: /^A,/, to: 'limit', atMost: 3 },
];

/** Medians with their spread, and how many times what this project needs. */
export function tableOf(results: Results): string {
  const table = new Table({
    head: ['workload', 'contender', 'CPU µs a request', 'of ours', 'p50 ms', 'p99 ms', 'peak MB', 'calls', 'SQL'],
    style: { head: [], border: [] },
  });
  for (const { workload, contender, rounds } of results) {
    const cpu = rounds.map(({ cpuMicroseconds }) => cpuMicroseconds);
    const middle = (read: (round: Measured) => number) => String(Math.round(median(rounds.map(read)) * 100) / 100);
    table.push([
      workload,
      contender,
      `${Math.round(median(cpu))} (${Math.round(Math.min(...cpu))} to ${Math.round(Math.max(...cpu))})`,
      `${(median(cpu) / cpuOf(results, workload, 'ours')).toFixed(2)}×`,
      middle(({ p50 }) => p50),
      middle(({ p99 }) => p99),
      middle(({ peakMegabytes }) => peakMegabytes),
      middle(({ dynamodbCalls }) => dynamodbCalls),
      middle(({ sqlStatements }) => sqlStatements),
    ]);
  }
  return table.toString();
}

/** The bounds that are exceeded, each as a sentence. */
export function exceeded(results: Results): string[] {
  const workloads = [...new Set(results.map(({ workload }) => workload))];
  return BOUNDS.flatMap(({ workloads: concerned, to, atMost }) =>
    workloads
      .filter((workload) => concerned.test(workload))
      .map((workload) => ({ workload, ratio: cpuOf(results, workload, 'ours') / cpuOf(results, workload, to) }))
      .filter(({ ratio }) => ratio > atMost)
      .map(
        ({ workload, ratio }) => `${workload}: ours / ${to} is ${ratio.toFixed(2)}, and at most ${atMost} is allowed`,
      ),
  );
}

function cpuOf(results: Results, workload: string, contender: Name): number {
  const found = results.find((result) => result.workload === workload && result.contender === contender);
  return found ? median(found.rounds.map(({ cpuMicroseconds }) => cpuMicroseconds)) : Number.NaN;
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2;
}
