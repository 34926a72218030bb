import { GraphQLError } from 'graphql';
import type { WebSocket } from 'ws';
import type { Authenticate, Session } from '../auth.ts';

const FORBIDDEN = 4403;
/** While Postgres does not answer, the viewer may be looked up again every 5 s. */
const MIN_WAIT_MS = 5000;
const SPREAD_MS = 1000;
/** What a timer can wait for. */
const MAX_WAIT_MS = 2 ** 31 - 1;

export interface KeepSessionOptions {
  socket: WebSocket;
  authenticate: Authenticate;
  /** The header that the socket was let in with. */
  authorization: string | undefined;
  session: Session;
  onViewer: (viewer: Session['viewer']) => void;
}

/**
 * Looks the viewer of an open socket up again at least once a minute, and calls `onViewer` with what Postgres says then.
 * Closes the socket with 4403 when its token expires or its user is gone. While Postgres does not answer, a viewer who
 * was seen stays.
 */
export function keepSession({ socket, authenticate, authorization, session, onViewer }: KeepSessionOptions): void {
  const userId = session.viewer.id;
  const expiry = setTimeout(
    () => {
      socket.close(FORBIDDEN, 'TOKEN_EXPIRED');
    },
    Math.min(MAX_WAIT_MS, session.expiresAt - Date.now()),
  );
  let lookup = schedule(session.askAgainAt);
  socket.once('close', () => {
    clearTimeout(expiry);
    clearTimeout(lookup);
  });

  function schedule(at: number): NodeJS.Timeout {
    const waitMs = Math.max(MIN_WAIT_MS, at - Date.now()) + SPREAD_MS * Math.random();
    return setTimeout(() => void lookUp(), waitMs);
  }

  async function lookUp(): Promise<void> {
    const answer = await authenticate(authorization).catch(reasonOf);
    if (socket.readyState !== socket.OPEN) return;
    if (typeof answer === 'string') socket.close(FORBIDDEN, answer);
    // Somebody else has the identity now.
    else if (answer && answer.viewer.id !== userId) socket.close(FORBIDDEN, 'USER_NOT_REGISTERED');
    else {
      if (answer) onViewer(answer.viewer);
      lookup = schedule(answer?.askAgainAt ?? 0);
    }
  }
}

/** Why a token does not count, or null if nobody can say. */
export function reasonOf(error: unknown): string | null {
  const reason = error instanceof GraphQLError ? error.extensions['reason'] : undefined;
  return typeof reason === 'string' ? reason : null;
}
