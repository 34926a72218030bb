import { isLogPk, microsecondsOf } from '../messages/keys.ts';
import type { StreamRecord } from '../messages/projector.ts';
import type { Feed } from './feed.ts';

/**
 * Tells of every log that got new rows, from the oldest of them on. After the projector: whoever is told of a message
 * finds the group rows as they follow from it.
 */
export function publishHints(feed: Pick<Feed, 'publish'>, records: StreamRecord[]): void {
  const from = new Map<string, number>();
  for (const { eventName, newImage } of records) {
    const pk = String(newImage?.['pk']);
    const at = microsecondsOf(String(newImage?.['sk']));
    if (eventName !== 'INSERT' || at === null || !isLogPk(pk)) continue;
    from.set(pk, Math.min(at, from.get(pk) ?? at));
  }
  for (const [pk, at] of from) feed.publish(pk, { kind: 'rows', from: at });
}
