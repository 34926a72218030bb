import { type Client, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Mutation, Query, Subscription } from '../../src/generated/graphql.ts';

export interface SocketAnswer {
  data?: (Subscription & Query & Mutation) | null;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

/** A socket that is terminated while it connects says so with an error, to which graphql-ws no longer listens. */
class QuietSocket extends WebSocket {
  constructor(address: string, protocols: string[]) {
    super(address, protocols);
    this.on('error', () => undefined);
  }
}

/** A client of the package `graphql-ws`, as frontends use it. It does not come back by itself. */
export function connect(url: string, connectionParams?: Record<string, unknown>): Client {
  return createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: QuietSocket,
    lazy: true,
    retryAttempts: 0,
    ...(connectionParams && { connectionParams }),
  });
}

export function bearer(token: string): Record<string, unknown> {
  return { authorization: `Bearer ${token}` };
}

/** What a subscriber hears, as it comes. */
export interface Heard {
  answers: SocketAnswer[];
  /** Resolves when there are so many, and rejects where it ends before. */
  until: (count: number) => Promise<SocketAnswer[]>;
  /** Resolves with what ended the subscription, or null where the server completed it. */
  ended: Promise<unknown>;
  stop(): void;
}

export function subscribe(client: Client, query: string, variables: Record<string, unknown> = {}): Heard {
  const answers: SocketAnswer[] = [];
  let look: () => void = () => undefined;
  let isOver = false;
  let over: (reason: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    over = (reason) => {
      isOver = true;
      resolve(reason);
      look();
    };
  });
  const stop = client.subscribe<SocketAnswer['data']>(
    { query, variables },
    {
      next(answer) {
        answers.push(answer as SocketAnswer);
        look();
      },
      error: over,
      complete: () => {
        over(null);
      },
    },
  );
  return {
    answers,
    ended,
    stop,
    until: (count) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (answers.length >= count) resolve(answers.slice(0, count));
          else if (isOver) reject(new Error(`It ended after ${answers.length} of ${count} events`));
        };
        look();
      }),
  };
}
