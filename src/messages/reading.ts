import { microsecondsOf } from './keys.ts';
import type { Reading } from './rows.ts';

/** A row knows its unread messages up to this number, and says "at least so many" from there on. */
export const MOST_UNREAD = 100;

/** Of a participant whose group has just come into being. */
export function newReading(unread: number[] = []): Reading {
  return { unread, lastReadAt: null, otherLastReadAt: null, markedAt: null, isTracked: true };
}

/**
 * What is unread with further messages of the other participant, given in any order and any number of times. The
 * unread ones are a set, of which the newest are kept, so it comes to the same in whatever portions they arrive; what
 * was read stays read. A row that did not know what was read takes what it showed for read.
 */
export function withArrivals(reading: Reading, shownAt: string, arrivals: readonly number[]): Reading {
  const tracked = reading.isTracked ? reading : { ...reading, lastReadAt: reading.lastReadAt ?? shownAt };
  return { ...tracked, unread: unreadOf(tracked.lastReadAt, [...tracked.unread, ...arrivals]), isTracked: true };
}

/** What is unread after everything up to a moment was read; unchanged where it was read before. */
export function readUpTo(reading: Reading, lastReadAt: string): Reading {
  if (reading.lastReadAt !== null && reading.lastReadAt >= lastReadAt) return reading;
  return { ...reading, lastReadAt, unread: unreadOf(lastReadAt, reading.unread), isTracked: true };
}

/** The newest of the messages that came after a moment, oldest first, each once. */
export function unreadOf(lastReadAt: string | null, arrivals: readonly number[]): number[] {
  const read = lastReadAt === null ? 0 : (microsecondsOf(lastReadAt) ?? 0);
  return [...new Set(arrivals)]
    .filter((time) => time > read)
    .sort((one, other) => one - other)
    .slice(-MOST_UNREAD);
}

/** What several rows of one participant know together: the earlier backend left some with two. */
export function combined(readings: (Reading | null)[]): Reading {
  return readings
    .filter((reading) => reading !== null)
    .reduce<Reading>(
      (one, other) => {
        const lastReadAt = later(one.lastReadAt, other.lastReadAt);
        return {
          unread: unreadOf(lastReadAt, [...one.unread, ...other.unread]),
          lastReadAt,
          otherLastReadAt: later(one.otherLastReadAt, other.otherLastReadAt),
          markedAt: later(one.markedAt, other.markedAt),
          isTracked: one.isTracked || other.isTracked,
        };
      },
      { ...newReading(), isTracked: false },
    );
}

export function isSameReading(one: Reading, other: Reading): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function later(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}
