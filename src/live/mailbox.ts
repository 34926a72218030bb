import type { FeedMessage, Listener } from './feed.ts';

type Typing = Extract<FeedMessage, { kind: 'typing' }>;

export interface News {
  /** From when on there are new rows, or that all has to be read again. */
  from: number | 'all';
  /** Who types, each once. */
  typing: Typing[];
  /** True where nothing was heard for the whole time. */
  isTimeout: boolean;
}

/** What one subscriber has heard and not looked at: of any number of hints the oldest moment stays. */
export interface Mailbox extends Listener {
  /** Resolves at once where something was heard, else when something is, after a time, or on `close`. */
  next(timeoutMs: number): Promise<News>;
  close(): void;
  isClosed(): boolean;
}

export function createMailbox(): Mailbox {
  let from: number | 'all' = Infinity;
  let typing = new Map<string, Typing>();
  let isClosed = false;
  let wake: () => void = () => undefined;

  const isEmpty = () => from === Infinity && typing.size === 0;

  return {
    onMessage(message) {
      if (message.kind === 'typing') typing.set(message.userId, message);
      else if (message.kind === 'rows' && from !== 'all') from = Math.min(from, message.from);
      wake();
    },
    onGap() {
      from = 'all';
      wake();
    },
    async next(timeoutMs) {
      let isTimeout = false;
      if (isEmpty() && !isClosed) {
        isTimeout = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs, true);
          wake = () => {
            clearTimeout(timer);
            resolve(false);
          };
        });
      }
      const news: News = { from: isTimeout ? 'all' : from, typing: [...typing.values()], isTimeout };
      from = Infinity;
      typing = new Map();
      return news;
    },
    close() {
      isClosed = true;
      wake();
    },
    isClosed: () => isClosed,
  };
}
