import type { Kept } from '../session/storage';

/** Who a message is for, as it was when it was written. */
export interface Recipient {
  id: string;
  handle: string;
  displayName: string;
  /** Null before the first message to this person. */
  messageGroupId: string | null;
}

/** A message that the server does not have yet, as far as this browser knows. */
export interface QueuedMessage {
  /** The idempotency key. It stays the same for every attempt, so that the message is sent at most once. */
  key: string;
  to: Recipient;
  body: string;
  /** When it was queued, in milliseconds since 1970: a message is sent after those with smaller numbers. */
  at: number;
  /** Why it is not sent unless the person asks for it; null if it waits to be sent. */
  problem: string | null;
}

/** The messages of one person that are not sent yet, as all tabs see them. Each is kept under a name of its own. */
export interface Queue {
  /** In the order in which they are sent. */
  list: () => QueuedMessage[];
  /** Null if it could not be kept: too many wait, the browser has no room, or the session is over. */
  add: (to: Recipient, body: string) => QueuedMessage | null;
  /** Does nothing if the message is gone. */
  setProblem: (key: string, problem: string) => void;
  /** Puts it behind those that wait, without its problem. */
  requeue: (key: string) => void;
  remove: (key: string) => void;
  /** The key of the message that some tab is sending now; null if none is. */
  attempted: () => string | null;
  /** To be called under the lock that one tab at a time sends under: a key that a closed tab left is replaced. */
  setAttempted: (key: string | null) => void;
  /** Calls when another tab changed the queue. Returns how to stop that. */
  subscribe: (listener: () => void) => () => void;
  /** Calls when another tab began or ended an attempt. Returns how to stop that. */
  subscribeToAttempts: (listener: () => void) => () => void;
}

export const MAX_QUEUED = 100;

const FOLDER = 'outbox.';
const ATTEMPTED = 'attempted';

export function createQueue(kept: Kept): Queue {
  const read = (name: string): QueuedMessage[] => {
    try {
      const message: unknown = JSON.parse(kept.read(name) ?? 'null');
      return isQueued(message) ? [message] : [];
    } catch {
      return [];
    }
  };
  const list = () =>
    kept
      .names(FOLDER)
      .flatMap(read)
      .sort((one, other) => one.at - other.at || one.key.localeCompare(other.key));
  const write = (message: QueuedMessage) => kept.write(FOLDER + message.key, JSON.stringify(message));
  // After all others, also if the clock was set back.
  const nextAt = () => Math.max(Date.now(), (list().at(-1)?.at ?? 0) + 1);
  const change = (key: string, changes: Partial<QueuedMessage>) => {
    for (const message of read(FOLDER + key)) write({ ...message, ...changes });
  };

  return {
    list,
    add({ id, handle, displayName, messageGroupId }, body) {
      if (list().length >= MAX_QUEUED) return null;
      const to = { id, handle, displayName, messageGroupId };
      const message = { key: crypto.randomUUID(), to, body, at: nextAt(), problem: null };
      return write(message) ? message : null;
    },
    setProblem(key, problem) {
      change(key, { problem });
    },
    requeue(key) {
      change(key, { problem: null, at: nextAt() });
    },
    remove(key) {
      kept.remove(FOLDER + key);
    },
    attempted: () => kept.read(ATTEMPTED),
    setAttempted(key) {
      if (key === null) kept.remove(ATTEMPTED);
      else kept.write(ATTEMPTED, key);
    },
    subscribe: (listener) => kept.subscribe(FOLDER, listener),
    subscribeToAttempts: (listener) => kept.subscribe(ATTEMPTED, listener),
  };
}

function isQueued(value: unknown): value is QueuedMessage {
  if (!isRecord(value) || !isRecord(value['to'])) return false;
  const { key, body, at, problem, to } = value;
  const { id, handle, displayName, messageGroupId } = to;
  return (
    [key, body, id, handle, displayName].every((field) => typeof field === 'string') &&
    [problem, messageGroupId].every((field) => field === null || typeof field === 'string') &&
    typeof at === 'number'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> & { to?: Record<string, unknown> } {
  return typeof value === 'object' && value !== null;
}
