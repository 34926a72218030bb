import { LRUCache } from 'lru-cache';
import { type Feed, typingTopic } from './feed.ts';

/** Who types is told through the feed alone: it is in no table, and gone after a moment. */
export interface Typing {
  /** Tells of it, until a moment in milliseconds since 1970; of each user once a second at most. */
  tell(groupId: string, userId: string, until: number): void;
}

const EVERY_MS = 1000;
const REMEMBERED = 10_000;

export function createTyping(feed: Feed): Typing {
  const told = new LRUCache<string, true>({ max: REMEMBERED, ttl: EVERY_MS });
  return {
    tell(groupId, userId, until) {
      if (told.has(userId)) return;
      told.set(userId, true);
      feed.publish(typingTopic(groupId), { kind: 'typing', userId, until });
    },
  };
}
