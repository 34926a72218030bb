import type { Feed } from './feed.ts';

const TOPIC = 'PROJECTION';
/** From when on nobody knows any more. */
const FORGOTTEN_AFTER_MS = 60_000;

/** For the stream's door: tells the API how many milliseconds the group rows are behind the messages. */
export function publishLag(feed: Feed, lagMs: number): void {
  feed.publish(TOPIC, { kind: 'projection', lagMs: Math.round(lagMs) });
}

/** What the stream's door said last. */
export interface ProjectionLag {
  /** Milliseconds, or null where it said nothing for a minute: it is down, has nothing to do on Lambda, or is not heard. */
  current(): number | null;
}

export function followLag(feed: Feed): ProjectionLag {
  let said: { lagMs: number; at: number } | null = null;
  // Listens as long as the feed does.
  void feed.listen([TOPIC], {
    onMessage(message) {
      if (message.kind === 'projection') said = { lagMs: message.lagMs, at: Date.now() };
    },
    onGap: () => undefined,
  });
  return {
    current: () => (said !== null && Date.now() - said.at <= FORGOTTEN_AFTER_MS ? said.lagMs : null),
  };
}
