import { createSession, type Session } from './session';
import { loadSession, saveSession, type StoredSession, tidy } from './storage';
import type { Tokens, UserPool } from './userPool';

/** Whose session this tab shows: always that of the browser, whichever tab began or ended it. */
export interface Sessions {
  current: () => Session | null;
  /**
   * Begins a session in all tabs; one of somebody else ends with it. `askCode` is called if there is a second factor.
   * @throws {UserPoolError} if the pool does not know the two, or the code is not right.
   */
  signIn: (email: string, password: string, askCode: () => Promise<string>) => Promise<void>;
  /** Calls when another session is the current one. Returns how to stop that. */
  subscribe: (listener: () => void) => () => void;
}

/** Created once for the page. */
export function createSessions(pool: UserPool): Sessions {
  const listeners = new Set<() => void>();
  tidy();
  let session = open(loadSession(), null);

  function open(stored: StoredSession | null, tokens: Tokens | null): Session | null {
    return stored && createSession({ stored, tokens, pool, onOver: look });
  }

  function show(stored: StoredSession | null, tokens: Tokens | null): void {
    // What the former person had open is nothing for the next one.
    if (session) history.replaceState(null, '', '/');
    tidy();
    session = open(stored, tokens);
    for (const listener of listeners) listener();
  }

  function look(): void {
    const stored = loadSession();
    if (stored?.id !== session?.id) show(stored, null);
  }

  // Tabs that run are notified by the storage; those that slept, or come back from the history, look when they wake up.
  window.addEventListener('storage', look);
  window.addEventListener('pageshow', look);
  window.addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);

  return {
    current: () => session,
    async signIn(email, password, askCode) {
      const tokens = await pool.signIn(email, password, askCode);
      const { userId, refreshToken } = tokens;
      if (refreshToken === null) throw new Error('The user pool answered without a refresh token.');
      const former = loadSession();
      if (former) void pool.revoke(former.refreshToken);
      const stored = { id: crypto.randomUUID(), userId, refreshToken };
      saveSession(stored);
      show(stored, tokens);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
