import { z } from 'zod';

/** What is told of a topic. A hint, never the truth: it says what to read again in the table, or who types. */
export const feedMessage = z.union([
  /** A log has new rows from this moment on, in microseconds since 1970. */
  z.object({ kind: z.literal('rows'), from: z.int() }),
  /** Somebody types, until a moment in milliseconds since 1970. */
  z.object({ kind: z.literal('typing'), userId: z.string(), until: z.int() }),
  /** How far the stream's door is behind. */
  z.object({ kind: z.literal('projection'), lagMs: z.int() }),
]);
export type FeedMessage = z.infer<typeof feedMessage>;

export interface Listener {
  onMessage: (message: FeedMessage) => void;
  /** Messages may have been lost. */
  onGap: () => void;
}

/** Carries messages from whoever sees a change to every node that has a subscriber for it. May lose any. */
export interface Feed {
  /** Never fails: what cannot be carried is lost. */
  publish(topic: string, message: FeedMessage): void;
  /** From when it resolves the listener hears of the topics, or of a gap; returns how to stop that. */
  listen(topics: string[], listener: Listener): Promise<() => void>;
  /** Resolves when what is published from now on is carried; after a second at most, when it may be lost. */
  ready(): Promise<void>;
  /** Resolves when what was published was carried or lost, after a second at most. For a process that may be frozen then. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** The topic of those who type in a group. That of a log is its partition key. */
export function typingTopic(groupId: string): string {
  return `TYPING#${groupId}`;
}

/** A feed within one process. */
export function createLocalFeed(): Feed {
  const listeners = createListeners();
  return {
    publish: listeners.tell,
    listen: (topics, listener) => Promise.resolve(listeners.add(topics, listener)),
    ready: () => Promise.resolve(),
    settled: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

export interface Listeners {
  add(topics: string[], listener: Listener): () => void;
  tell: (topic: string, message: FeedMessage) => void;
  /** Tells each listener at a moment of its own within a time. */
  tellGap(withinMs: number): void;
}

/** Who listens to what. `onFirst` and `onLast` hear when a topic gets its first listener and loses its last. */
export function createListeners(onFirst?: (topic: string) => void, onLast?: (topic: string) => void): Listeners {
  const byTopic = new Map<string, Set<Listener>>();

  function remove(topic: string, listener: Listener): void {
    const listeners = byTopic.get(topic);
    listeners?.delete(listener);
    if (listeners?.size !== 0) return;
    byTopic.delete(topic);
    onLast?.(topic);
  }

  return {
    add(topics, listener) {
      for (const topic of topics) {
        const listeners = byTopic.get(topic) ?? new Set();
        byTopic.set(topic, listeners.add(listener));
        if (listeners.size === 1) onFirst?.(topic);
      }
      return () => {
        for (const topic of topics) remove(topic, listener);
      };
    },
    tell(topic, message) {
      for (const { onMessage } of byTopic.get(topic) ?? []) onMessage(message);
    },
    tellGap(withinMs) {
      const listeners = new Set([...byTopic.values()].flatMap((some) => [...some]));
      for (const { onGap } of listeners) setTimeout(onGap, Math.random() * withinMs).unref();
    },
  };
}
