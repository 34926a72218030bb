import { DateTime } from 'luxon';
import { microsecondsOf } from '../../src/messages/keys.ts';

/** True for a zone by name (`America/New_York`), `UTC`, or an offset from it (`UTC-5`). */
export function isZone(text: string): boolean {
  return DateTime.now().setZone(text).isValid;
}

/**
 * Microseconds since 1970 of a sort key without an offset, as a clock on the wall of the zone showed it; null where it
 * is no time. An hour that the clock showed twice is read as the first, one that it left out as an hour later.
 */
export function readNaiveTime(sortKey: string, zone: string): number | null {
  const asUtc = microsecondsOf(sortKey);
  if (asUtc === null) return null;
  const wall = DateTime.fromMillis(Math.floor(asUtc / 1000), { zone: 'UTC' });
  return asUtc + (wall.setZone(zone, { keepLocalTime: true }).toMillis() - wall.toMillis()) * 1000;
}
