import { microsecondsOf } from '../messages/keys.ts';
import type { StreamRecord } from '../messages/projector.ts';

/**
 * The age in milliseconds of the newest row that some records insert; 0 where they insert none. Records of changed rows
 * do not say when they were changed.
 */
export function ageOfNewest(records: readonly StreamRecord[]): number {
  const inserts = records.filter(({ eventName }) => eventName === 'INSERT');
  const times = inserts.map(({ newImage }) => microsecondsOf(String(newImage?.['sk'])) ?? 0);
  const newest = Math.max(0, ...times);
  return newest === 0 ? 0 : Math.max(0, Date.now() - newest / 1000);
}
