import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createListeners, type Feed, type FeedMessage, feedMessage } from './feed.ts';

const CHANNEL_PREFIX = 'cruddur:';
/** A node that cannot reach Redis serves on: its subscribers read the table from time to time. */
const LONGEST_WAIT_MS = 1000;
const LONGEST_PAUSE_MS = 2000;
/** Told by a publisher whose connection is back: what it told meanwhile is lost. */
const GAP_CHANNEL = `${CHANNEL_PREFIX}gap`;
/** Not all subscribers of a node read at once. */
const SPREAD_MS = 1000;

/**
 * A feed over the channels of Redis or Valkey. Connections come back by themselves, and every listener hears of a gap
 * within a second then, whichever side was cut off. Errors are logged when a connection goes, and once more when it is back.
 */
export function createRedisFeed(url: string, logger: Logger): Feed {
  const retryStrategy = (attempt: number) => Math.min(LONGEST_PAUSE_MS, 50 * 2 ** attempt);
  const publisher = new Redis(url, { retryStrategy, enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  const subscriber = new Redis(url, { retryStrategy, maxRetriesPerRequest: null });
  const attaching = new Map<string, Promise<unknown>>();
  const listeners = createListeners(
    (topic) => attaching.set(topic, subscriber.subscribe(CHANNEL_PREFIX + topic).catch(lost)),
    (topic) => {
      attaching.delete(topic);
      subscriber.unsubscribe(CHANNEL_PREFIX + topic).catch(lost);
    },
  );

  let isDown = false;
  for (const connection of [publisher, subscriber]) {
    connection.on('error', (err: Error) => {
      if (!isDown) logger.warn({ err }, 'Redis does not answer: live events are late until it does');
      isDown = true;
    });
  }
  publisher.on('ready', () => {
    publisher.publish(GAP_CHANNEL, '').catch(lost);
  });
  subscriber.on('ready', () => {
    if (isDown) logger.info('Redis answers again');
    isDown = false;
    subscriber.subscribe(GAP_CHANNEL).catch(lost);
    listeners.tellGap(SPREAD_MS);
  });
  subscriber.on('message', (channel: string, text: string) => {
    if (channel === GAP_CHANNEL) listeners.tellGap(SPREAD_MS);
    const message = parse(text);
    if (message) listeners.tell(channel.slice(CHANNEL_PREFIX.length), message);
  });

  const underWay = new Set<Promise<unknown>>();
  return {
    publish(topic, message) {
      const carried = publisher
        .publish(CHANNEL_PREFIX + topic, JSON.stringify(message))
        .catch(lost)
        .finally(() => underWay.delete(carried));
      underWay.add(carried);
    },
    async ready() {
      if (publisher.status !== 'ready') await atMost(new Promise((resolve) => publisher.once('ready', resolve)));
    },
    async settled() {
      await atMost(Promise.all(underWay));
    },
    async listen(topics, listener) {
      const stop = listeners.add(topics, listener);
      const attached = Promise.all(topics.map(async (topic) => attaching.get(topic)));
      await atMost(attached);
      return stop;
    },
    close() {
      publisher.disconnect();
      subscriber.disconnect();
      return Promise.resolve();
    },
  };
}

async function atMost(work: Promise<unknown>): Promise<void> {
  await Promise.race([work, sleep(LONGEST_WAIT_MS, undefined, { ref: false })]);
}

/** A message that is lost is found in the table; that Redis does not answer is told by its connections. */
function lost(): void {
  return undefined;
}

function parse(text: string): FeedMessage | null {
  try {
    return feedMessage.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
