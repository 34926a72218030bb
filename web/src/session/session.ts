import { endSession, erase, type Kept, keptFor, loadSession, saveSession, type StoredSession } from './storage';
import { type Tokens, type UserPool, UserPoolError } from './userPool';

/** One person, from signing in to signing out. It never turns into somebody else. */
export interface Session {
  /** Names this sign-in. */
  id: string;
  /** What the browser keeps for this person. */
  kept: Kept;
  /**
   * A token of this person that counts for another minute; a new one if the last has run out, or if `fresh`. Looks at
   * the stored session each time: a tab that slept may not know yet that this one is over.
   * @throws {SessionOverError} if the person signed out, or somebody else signed in, in whatever tab.
   */
  accessToken: (fresh?: boolean) => Promise<string>;
  /** Erases what the browser keeps and ends the session in all tabs at once, offline too; then revokes its token. */
  signOut: () => void;
}

export class SessionOverError extends Error {
  override readonly name = 'SessionOverError';
}

interface SessionOptions {
  stored: StoredSession;
  /** Those of the sign-in, if this tab made it. */
  tokens: Tokens | null;
  pool: UserPool;
  /** Called when this session is found not to be the browser's any more. */
  onOver: () => void;
}

const SPARE_MS = 60_000;

/** Access tokens stay in the memory of the tab; the refresh token is the browser's, until the session ends. */
export function createSession({ stored: { id, userId }, tokens, pool, onOver }: SessionOptions): Session {
  let refreshing: Promise<Tokens> | null = null;

  function over(): SessionOverError {
    tokens = null;
    onOver();
    return new SessionOverError('This session is over.');
  }

  function loadOwn(): StoredSession {
    const stored = loadSession();
    if (stored?.id !== id) throw over();
    return stored;
  }

  function end(): SessionOverError {
    const stored = loadSession();
    if (stored?.id === id) endSession(stored);
    return over();
  }

  async function refresh(): Promise<Tokens> {
    const asked = loadOwn();
    try {
      const answer = await pool.refresh(asked.refreshToken);
      const stored = loadOwn();
      if (answer.userId !== userId) throw end();
      if (answer.refreshToken !== null) saveSession({ ...stored, refreshToken: answer.refreshToken });
      tokens = answer;
      return answer;
    } catch (error) {
      // A pool that cannot be reached, or is busy, is no reason to sign anybody out.
      if (!(error instanceof UserPoolError && error.endsSession)) throw error;
      // Another tab may have got a newer refresh token meanwhile, which made this one worthless.
      if (loadOwn().refreshToken !== asked.refreshToken) return refresh();
      throw end();
    }
  }

  return {
    id,
    kept: keptFor({ id, userId }),
    async accessToken(fresh = false) {
      loadOwn();
      if (!fresh && tokens && tokens.expiresAt > Date.now() + SPARE_MS) return tokens.accessToken;
      refreshing ??= refresh().finally(() => {
        refreshing = null;
      });
      const { accessToken } = await refreshing;
      loadOwn();
      return accessToken;
    },
    signOut() {
      const stored = loadSession();
      if (stored?.id === id) {
        erase();
        void pool.revoke(stored.refreshToken);
      }
      over();
    },
  };
}
