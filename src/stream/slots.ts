export type WithSlot = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs at most `count` works at once; the others wait, in the order in which they came. */
export function createSlots(count: number): WithSlot {
  const waiting: (() => void)[] = [];
  let free = count;
  return async function withSlot(work) {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
