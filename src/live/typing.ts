import { LRUCache } from 'lru-cache';
import { type Feed, typingTopic } from './feed.ts';

/** Who types is told through the feed alone: it is in no table, and gone after a moment. */
export interface Typing {
  /** Whether the last time that this user was told of is long enough ago to tell of it again: a second. */
  isDue(userId: string): boolean;
  /** Tells of it, until a moment in milliseconds since 1970. */
  tell(groupId: string, userId: string, until: number): void;
}

const EVERY_MS = 1000;
const REMEMBERED = 10_000;

export function createTyping(feed: Feed): Typing {
  const told = new LRUCache<string, true>({ max: REMEMBERED, ttl: EVERY_MS });
  return {
    isDue: (userId) => !told.has(userId),
    tell(groupId, userId, until) {
      told.set(userId, true);
      feed.publish(typingTopic(groupId), { kind: 'typing', userId, until });
    },
  };
}
