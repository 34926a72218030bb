const ROUNDS = 400;
const WARM_UP = 50;

/** The median time of each task in milliseconds; they take turns, so that a slow moment hits all of them. */
export async function interleavedMedians(tasks: (() => Promise<unknown>)[]): Promise<number[]> {
  const times = tasks.map((): number[] => []);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [index, task] of tasks.entries()) {
      const start = performance.now();
      await task();
      if (round >= WARM_UP) times[index]?.push(performance.now() - start);
    }
  }
  return times.map((own) => percentile(own, 0.5));
}

/** The smallest value that at least this share of the values does not exceed; NaN of none. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? NaN;
}
