/** Yields microseconds since 1970, each later than the one before. */
export type Clock = () => number;

/**
 * A clock for one process: it follows the system's, and never yields the same microsecond twice, also where the
 * system's stands still or is set back. So messages of one process never compete for a sort key.
 */
export function createClock(now: () => number = systemMicroseconds): Clock {
  let last = 0;
  return () => {
    last = Math.max(now(), last + 1);
    return last;
  };
}

/** The system's time, in microseconds since 1970. */
export function systemMicroseconds(): number {
  const withinMillisecond = Number((process.hrtime.bigint() / 1000n) % 1000n);
  return Date.now() * 1000 + withinMillisecond;
}
