import type { LogPage, LogRow } from '../messages/readLog.ts';
import type { Feed } from './feed.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import type { Progress } from './progress.ts';

/** What a subscriber gets, with the cursor after it. */
export type Followed =
  | { kind: 'row'; log: number; row: LogRow; cursor: string }
  | { kind: 'typing'; userId: string; until: number; cursor: string };

export interface FollowOptions {
  feed: Feed;
  readLog: (pk: string, from: number) => Promise<LogPage>;
  /** The partition keys of the two logs. */
  logs: [string, string];
  /** Topics of the feed that are in no table. */
  topics: string[];
  progress: Progress;
  /** Microseconds since 1970. */
  now: () => number;
  /** Rejects where the subscriber may not follow any longer; asked every few minutes. */
  check: () => Promise<void>;
  /** Hears why the table could not be read; it is read again. */
  onFailure: (error: unknown) => void;
}

/** How long a row may stay unknown at most whose hint was lost. */
export const REREAD_MS = 30_000;
const CHECK_EVERY_REREADS = 10;
const MOST_BEFORE_REREAD = 200;
const RETRY_MS = 1000;

/**
 * The rows of two logs, each once: first what a subscriber does not have yet, then what comes. By time, except for a
 * row that came into being after a newer one, which follows it. Hints of the feed say when to read; without any, it
 * reads every 30 s. Nothing waits in memory but the page that was read last: who takes slowly is read for slowly.
 */
export async function follow(options: FollowOptions): Promise<AsyncIterableIterator<Followed>> {
  const mailbox = createMailbox();
  // Attached before the table is read: what is written in between is read, or hinted at.
  const detach = await options.feed.listen([...options.logs, ...options.topics], mailbox);
  const events = followAttached(options, mailbox);
  const stop = () => {
    detach();
    mailbox.close();
  };
  const iterator: AsyncIterableIterator<Followed> = {
    next: () => events.next(),
    async return() {
      stop();
      return events.return(undefined);
    },
    async throw(error) {
      stop();
      return events.throw(error);
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

async function* followAttached(options: FollowOptions, mailbox: Mailbox): AsyncGenerator<Followed, undefined> {
  const { progress } = options;
  let from: number | 'all' = 'all';
  // Those that begin together do not read together from then on.
  let rereadMs = REREAD_MS * Math.random();
  for (let rereads = 0; !mailbox.isClosed();) {
    let hasFailed = false;
    try {
      if (from !== 'all' && progress.size() <= MOST_BEFORE_REREAD) {
        yield* readFrom(options, Math.max(from, progress.base()));
      }
      if (from === 'all' || progress.size() > MOST_BEFORE_REREAD) {
        // After everything since the base, the base moves on.
        yield* readFrom(options, progress.base(), (readTo) => {
          progress.advance(readTo);
        });
      }
    } catch (error) {
      options.onFailure(error);
      hasFailed = true;
    }
    const news = await mailbox.next(hasFailed ? RETRY_MS : rereadMs);
    rereadMs = REREAD_MS;
    for (const { userId, until } of news.typing) {
      if (until * 1000 > options.now()) yield { kind: 'typing', userId, until, cursor: progress.cursor() };
    }
    if (news.isTimeout && ++rereads % CHECK_EVERY_REREADS === 0) await options.check();
    from = hasFailed ? 'all' : news.from;
  }
  return undefined;
}

/** What is new since a moment; `onRead` hears up to where both logs were read. */
async function* readFrom(
  options: FollowOptions,
  since: number,
  onRead?: (readTo: number) => void,
): AsyncGenerator<Followed> {
  for (let from = since; from !== Infinity;) {
    const { rows, readTo } = await readBoth(options, from);
    yield* deliver(rows, options.progress);
    onRead?.(readTo);
    from = readTo;
    // Where the base stays, all that is delivered is remembered, and is in each cursor.
    if (!onRead && options.progress.size() > MOST_BEFORE_REREAD) return;
  }
}

/** The next rows of both logs, read at one moment; `readTo` is Infinity where these are all. */
async function readBoth({ readLog, logs, progress }: FollowOptions, from: number) {
  const pages = await Promise.all(logs.map((pk) => readLog(pk, from)));
  const readTo = Math.min(...pages.map(({ rows, hasMore }) => (hasMore ? (rows.at(-1)?.at ?? from) : Infinity)));
  const rows = pages
    .flatMap((page, log) => page.rows.map((row) => ({ log, row })))
    .filter(({ log, row }) => row.at <= readTo && progress.isNew(log, row.at))
    .sort((one, other) => one.row.at - other.row.at);
  return { rows, readTo };
}

function* deliver(rows: { log: number; row: LogRow }[], progress: Progress): Generator<Followed> {
  for (const { log, row } of rows) {
    if (progress.take(log, row.at)) yield { kind: 'row', log, row, cursor: progress.cursor() };
  }
}
