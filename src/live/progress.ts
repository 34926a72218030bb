import { newestOf, parseCursor, parsePosition, positionCursorOf } from '../messages/cursors.ts';
import { microsecondsOf } from '../messages/keys.ts';

/**
 * How late a row may come into being after the time that it carries, in microseconds: the clocks of writers differ, and
 * a write may be under way while a newer one is done.
 */
export const OVERLAP = 5_000_000;

/** What a subscriber has of two logs, which says what is new to it and where it can go on. */
export interface Progress {
  /** Everything up to here was delivered, in microseconds since 1970. */
  base(): number;
  /** How many rows after the base were delivered. */
  size(): number;
  isNew(log: number, at: number): boolean;
  /** Takes a row for delivered; true where the subscriber is to get it, false where it had it before it came. */
  take(log: number, at: number): boolean;
  /** Both logs were read from the base up to a moment: nothing that is older than that by the overlap can still come. */
  advance(readTo: number): void;
  cursor(): string;
}

/**
 * Starts after a cursor of an event, which says exactly what the subscriber has; after a cursor of a page, where it is
 * taken to have all that is there up to it when the subscription begins; or now.
 */
export function startAfter(cursor: string | null, now: number): Progress {
  const position = cursor === null ? null : parsePosition(cursor);
  if (position)
    return createProgress(
      position.base,
      position.delivered.map((times) => new Set(times)),
      -Infinity,
    );
  const parsed = cursor === null ? null : parseCursor(cursor);
  const place = parsed && 'sortKey' in parsed ? (microsecondsOf(parsed.sortKey) ?? now) : null;
  return createProgress((place ?? now) - OVERLAP, [new Set(), new Set()], place ?? now);
}

/** `hadUpTo` says up to where the first rows that are read are those that the subscriber had. */
function createProgress(start: number, [one = new Set(), other = new Set()]: Set<number>[], hadUpTo: number): Progress {
  let base = start;
  let had = hadUpTo;
  const delivered: [Set<number>, Set<number>] = [one, other];
  const timesOf = (log: number) => (log === 0 ? delivered[0] : delivered[1]);

  return {
    base: () => base,
    size: () => delivered[0].size + delivered[1].size,
    isNew: (log, at) => at > base && !timesOf(log).has(at),
    take(log, at) {
      timesOf(log).add(at);
      return at > had;
    },
    advance(readTo) {
      const reached = Math.min(readTo, newestOf({ base, delivered }));
      // What comes from now on was not there when the subscription began.
      if (readTo === Infinity) had = -Infinity;
      base = Math.max(base, reached - OVERLAP);
      for (const times of delivered) {
        for (const at of times) if (at <= base) times.delete(at);
      }
    },
    cursor: () => positionCursorOf({ base, delivered }),
  };
}
