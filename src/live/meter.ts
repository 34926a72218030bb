import { setTimeout as sleep } from 'node:timers/promises';

/** Charges a user for one subscription. While the user has no points left for events, the subscription waits. */
export interface Meter {
  /** Charges for a page of a log that is about to be read. See `event`. */
  page(): Promise<boolean>;
  /** Charges for an event that is about to be delivered. Resolves when it is paid; with false if the meter was stopped. */
  event(): Promise<boolean>;
  /** Ends all waiting. */
  stop(): void;
  /** How long the subscription has waited. */
  pausedMs(): number;
}

export interface MeterOptions {
  /** Charges points: resolves with 0 if they are paid, else with the milliseconds to wait. None: nothing is charged. */
  charge?: ((points: number) => Promise<number>) | undefined;
  pointsPerEvent: number;
}

/** One call to DynamoDB. Its rows are paid for as events. */
const POINTS_PER_PAGE = 1;
/** Those that wait for the same minute to end do not all go on at once. */
const SPREAD_MS = 1000;

export function createMeter({ charge, pointsPerEvent }: MeterOptions): Meter {
  const stopped = new AbortController();
  const { signal } = stopped;
  let pausedMs = 0;

  async function pause(ms: number): Promise<void> {
    const from = Date.now();
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    pausedMs += Date.now() - from;
  }

  async function pay(points: number): Promise<boolean> {
    while (charge && !signal.aborted) {
      const waitMs = await charge(points);
      if (waitMs === 0) break;
      await pause(waitMs + SPREAD_MS * Math.random());
    }
    return !signal.aborted;
  }

  return {
    page: () => pay(POINTS_PER_PAGE),
    event: () => pay(pointsPerEvent),
    stop() {
      stopped.abort();
    },
    pausedMs: () => pausedMs,
  };
}
