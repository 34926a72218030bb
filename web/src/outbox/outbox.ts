import type { MessagePartsFragment } from '../generated/graphql';
import { MAX_TIMER_MS, pause, pauseMs } from '../shared/pause';
import type { Queue, QueuedMessage, Recipient } from './queue';
import type { Outcome } from './send';

export interface OutboxMessage extends QueuedMessage {
  /**
   * `sending`: since this tab was asked to, or while any tab attempts it; `waiting`: an attempt failed, others follow;
   * `failed`: see `problem`.
   */
  state: 'sending' | 'waiting' | 'failed';
}

/**
 * Sends what one person wrote, whatever page is open: one message after the other, in the order in which they were
 * written to each recipient, in one tab at a time. What could not be sent is tried again until it is, at the latest
 * after a minute, also after a reload.
 */
export interface Outbox {
  /** In the order in which they are sent. The same array until something changes. */
  list: () => OutboxMessage[];
  subscribe: (listener: () => void) => () => void;
  /** Queues a message. False if there is no room for it: too many wait. */
  send: (to: Recipient, body: string) => boolean;
  retry: (key: string) => void;
  /** Does nothing while the message is being sent, in whatever tab: it cannot be held back any more. */
  discard: (key: string) => void;
  /** Attempts now what waits. */
  wake: () => void;
  /** Calls with each message that this tab sent. */
  onSent: (listener: (message: MessagePartsFragment, to: Recipient, messageGroupId: string) => void) => () => void;
  close: () => void;
}

interface OutboxOptions {
  queue: Queue;
  /** Names the lock that one tab at a time sends under. */
  lock: string;
  attempt: (message: QueuedMessage) => Promise<Outcome>;
  /** Calls when the connection comes or goes. */
  onOnline: (listener: () => void) => () => void;
}

/** The server forgets an idempotency key after 24 hours: a message whose answer was lost could be sent twice then. */
const MAX_WAIT_MS = 23 * 60 * 60 * 1000;
const TOO_OLD = 'This could not be sent for a day.';

export function createOutbox({ queue, lock, attempt, onOnline }: OutboxOptions): Outbox {
  const closing = new AbortController();
  const { signal } = closing;
  const isClosed = () => signal.aborted;
  const listeners = new Set<() => void>();
  const sentListeners = new Set<Parameters<Outbox['onSent']>[0]>();
  /** Asked for in this tab, and not failed since. */
  const eager = new Set<string>();
  let messages = read();
  let waking = new AbortController();

  function read(): OutboxMessage[] {
    const attempted = queue.attempted();
    return queue.list().map((message) => ({
      ...message,
      state:
        message.problem !== null
          ? 'failed'
          : eager.has(message.key) || message.key === attempted
            ? 'sending'
            : 'waiting',
    }));
  }

  function changed(): void {
    if (isClosed()) return;
    messages = read();
    for (const listener of listeners) listener();
  }

  function wake(): void {
    waking.abort();
  }

  function begin(key: string): void {
    eager.add(key);
    changed();
    wake();
  }

  const waiting = () => queue.list().filter(({ problem }) => problem === null);

  /**
   * Sends what waits, one after the other, and what is added meanwhile. After a failure nothing more is sent to the same
   * person, because it would overtake, or to nobody.
   */
  async function sendAll(): Promise<void> {
    const held = new Set<string>();
    for (;;) {
      const next = waiting().find(({ to }) => !held.has(to.id));
      queue.setAttempted(next?.key ?? null);
      changed();
      if (!next || isClosed()) break;
      const isTooOld = Date.now() - next.at > MAX_WAIT_MS;
      const outcome: Outcome = isTooOld ? { type: 'refused', problem: TOO_OLD } : await attempt(next);
      if (isClosed()) return;
      if (outcome.type !== 'unknown') apply(next, outcome);
      else if (outcome.concerns === 'recipient') held.add(next.to.id);
      else break;
    }
    queue.setAttempted(null);
    eager.clear();
    changed();
  }

  function apply({ key, to }: QueuedMessage, outcome: Exclude<Outcome, { type: 'unknown' }>): void {
    eager.delete(key);
    if (outcome.type === 'refused') queue.setProblem(key, outcome.problem);
    else queue.remove(key);
    changed();
    if (outcome.type === 'refused') return;
    for (const listener of sentListeners) listener(outcome.message, to, outcome.messageGroupId);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !isClosed();) {
      waking = new AbortController();
      if (waiting().length > 0) await navigator.locks.request(lock, { signal }, sendAll);
      const isDone = waiting().length === 0;
      await pause(isDone ? MAX_TIMER_MS : pauseMs(failures), waking.signal);
      failures = isDone || waking.signal.aborted ? 0 : failures + 1;
    }
  }

  run().catch((error: unknown) => {
    if (!isClosed()) console.error(error);
  });
  const stops = [
    onOnline(wake),
    queue.subscribe(() => {
      changed();
      wake();
    }),
    // This does not wake: attempts that fail in one tab must not make the others try at once.
    queue.subscribeToAttempts(changed),
  ];

  return {
    list: () => messages,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    send(to, body) {
      const message = queue.add(to, body);
      if (message) begin(message.key);
      return message !== null;
    },
    retry(key) {
      queue.requeue(key);
      begin(key);
    },
    discard(key) {
      if (queue.attempted() === key) return;
      queue.remove(key);
      eager.delete(key);
      changed();
    },
    wake,
    onSent(listener) {
      sentListeners.add(listener);
      return () => sentListeners.delete(listener);
    },
    close() {
      closing.abort();
      wake();
      for (const stop of stops) stop();
    },
  };
}
