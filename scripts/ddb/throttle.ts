import { setTimeout as sleep } from 'node:timers/promises';

/** Spreads writes over time. */
export interface Throttle {
  /** Resolves when so many write units may be used. */
  take(units: number): Promise<void>;
}

/** At most `unitsPerSecond` on average; without a bound where it is infinite. */
export function createThrottle(unitsPerSecond: number): Throttle {
  let freeAt = Date.now();
  return {
    async take(units) {
      const now = Date.now();
      const startAt = Math.max(now, freeAt);
      freeAt = startAt + (units / unitsPerSecond) * 1000;
      if (startAt > now) await sleep(startAt - now);
    },
  };
}
