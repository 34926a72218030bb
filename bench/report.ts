import Table from 'cli-table3';
import type { Measured, Name } from './contender.ts';
import { percentile } from './figures/timing.ts';

/** Every round of one contender under one workload. */
export interface Result {
  workload: string;
  contender: Name;
  /** Requests a second where it got as many as it could take; null of requests that can be made once. */
  throughput: number | null;
  rounds: Measured[];
}

export type Results = Result[];

/** A ratio of CPU a request that has to hold. */
interface Bound {
  workloads: RegExp;
  to: Name;
  atMost: number;
}

const BOUNDS: Bound[] = [
  { workloads: /^[AB],/, to: 'mercurius', atMost: 0.75 },
  { workloads: /^[AB],/, to: 'apollo', atMost: 0.5 },
  { workloads: /^sendMessage/, to: 'mercurius', atMost: 0.8 },
  { workloads: /^A,/, to: 'limit', atMost: 3 },
];

/** What an operation of this project may cost, once the viewer and the group have been seen. */
const MOST_CALLS = [
  { workloads: /^([AB],|sendMessage$)/, dynamodbCalls: 1, sqlStatements: 1 },
  { workloads: /first contact/, dynamodbCalls: 2, sqlStatements: 1 },
];

/** The median of a figure over the rounds. */
export function medianOf({ rounds }: Result, figure: keyof Measured): number {
  return percentile(
    rounds.map((round) => round[figure]),
    0.5,
  );
}

/** Medians, with the spread of the CPU, and how many times what this project needs. */
export function tableOf(results: Results): string {
  const table = new Table({
    head: [
      ...['workload', 'contender', 'CPU µs a request', 'of ours', 'requests/s', 'p50 ms', 'p99 ms', 'peak MB'],
      ...['calls', 'SQL'],
    ],
    style: { head: [], border: [] },
  });
  for (const result of results) {
    const { workload, contender, throughput, rounds } = result;
    const cpu = rounds.map(({ cpuMicroseconds }) => cpuMicroseconds);
    const middle = (figure: keyof Measured) => String(Math.round(medianOf(result, figure) * 100) / 100);
    table.push([
      workload,
      contender,
      `${Math.round(medianOf(result, 'cpuMicroseconds'))} (${Math.round(Math.min(...cpu))} to ${Math.round(Math.max(...cpu))})`,
      `${(medianOf(result, 'cpuMicroseconds') / cpuOf(results, workload, 'ours')).toFixed(2)}×`,
      throughput === null ? '' : String(Math.round(throughput)),
      middle('p50'),
      middle('p99'),
      middle('peakMegabytes'),
      middle('dynamodbCalls'),
      middle('sqlStatements'),
    ]);
  }
  return table.toString();
}

/** The bounds that are exceeded, each as a sentence. */
export function exceeded(results: Results): string[] {
  return results
    .filter(({ contender }) => contender === 'ours')
    .flatMap((ours) => [...exceededRatios(results, ours.workload), ...exceededCalls(ours)]);
}

function exceededRatios(results: Results, workload: string): string[] {
  return BOUNDS.filter(({ workloads }) => workloads.test(workload)).flatMap(({ to, atMost }) => {
    const ratio = cpuOf(results, workload, 'ours') / cpuOf(results, workload, to);
    return ratio > atMost ? [`${workload}: ours / ${to} is ${ratio.toFixed(2)}, and at most ${atMost} is allowed`] : [];
  });
}

function exceededCalls(ours: Result): string[] {
  const { workload } = ours;
  return MOST_CALLS.filter(({ workloads }) => workloads.test(workload)).flatMap((most) =>
    (['dynamodbCalls', 'sqlStatements'] as const).flatMap((kind) => {
      const made = medianOf(ours, kind);
      return made > most[kind] ? [`${workload}: ${made} ${kind}, and at most ${most[kind]} are allowed`] : [];
    }),
  );
}

function cpuOf(results: Results, workload: string, contender: Name): number {
  const found = results.find((result) => result.workload === workload && result.contender === contender);
  return found ? medianOf(found, 'cpuMicroseconds') : NaN;
}
