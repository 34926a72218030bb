import { type Client, createClient } from 'graphql-ws';
import type { Session } from '../session/session';
import { pause, pauseMs } from '../shared/pause';

interface SocketOptions {
  session: Session;
  /** When aborted, the socket is not opened again. */
  signal: AbortSignal;
  onOpen: () => void;
  /** The socket was lost, and will be opened again. */
  onLost: () => void;
}

const SIGN_IN_AGAIN = 4401;
const TOKEN_NOT_ACCEPTED = 4403;
const NORMAL = 1000;
const MAX_PAUSE_MS = 10_000;
const MAX_ACK_MS = 10_000;

/** Subscriptions of one person, over one socket, which is opened again whenever it is lost. */
export function createSocket({ session, signal, onOpen, onLost }: SocketOptions): Client {
  let needsFreshToken = false;
  return createClient({
    url: `${location.origin.replace('http', 'ws')}/graphql`,
    connectionParams: async () => ({ authorization: `Bearer ${await session.accessToken(needsFreshToken)}` }),
    connectionAckWaitTimeout: MAX_ACK_MS,
    retryAttempts: Infinity,
    keepAlive: 10_000,
    shouldRetry: (event) => !signal.aborted && !(event instanceof CloseEvent && event.code === SIGN_IN_AGAIN),
    retryWait: (retries) => pause(pauseMs(retries, MAX_PAUSE_MS), signal),
    on: {
      connected() {
        needsFreshToken = false;
        onOpen();
      },
      closed(event) {
        const code = event instanceof CloseEvent ? event.code : 0;
        needsFreshToken = code === TOKEN_NOT_ACCEPTED;
        // The socket is closed normally when nobody subscribes to anything any more.
        if (code !== NORMAL) onLost();
      },
    },
  });
}
