import { createSession, type Session } from './session';
import { loadSession, saveSession, type StoredSession, tidy } from './storage';
import type { Tokens, UserPool } from './userPool';

/** Whose session this tab shows: always that of the browser, whichever tab began or ended it. */
export interface Sessions {
  current: () => Session | null;
  /**
   * Begins a session in all tabs. `askCode` is called if there is a second factor. It never ends another session: if
   * one has begun since, in whatever tab, this sign-in is dropped and its refresh token revoked.
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
  /** How many sessions this tab has shown, nobody's included. */
  let shown = 0;

  function open(stored: StoredSession | null, tokens: Tokens | null): Session | null {
    return stored && createSession({ stored, tokens, pool, onOver: look });
  }

  function show(stored: StoredSession | null, tokens: Tokens | null): void {
    tidy();
    session = open(stored, tokens);
    shown++;
    claimEntry();
    for (const listener of listeners) listener();
  }

  function look(): void {
    const stored = loadSession();
    if (stored?.id !== session?.id) show(stored, null);
  }

  /**
   * Each entry of the tab's history belongs to the session that opened it. One of another session loses its address,
   * which says to whom the former person wrote; one of nobody, such as a link that was followed, becomes this session's.
   */
  function claimEntry(): void {
    const owner: unknown = history.state;
    const id = session?.id ?? null;
    if (owner === id) return;
    history.replaceState(id, '', owner === null ? undefined : '/');
  }

  claimEntry();
  // Registered before the router's own listener, which reads the address after this.
  window.addEventListener('popstate', claimEntry);
  // Tabs that run are notified by the storage; those that slept, or come back from the history, look when they wake up.
  window.addEventListener('storage', look);
  window.addEventListener('pageshow', look);
  window.addEventListener('focus', look);
  document.addEventListener('visibilitychange', look);

  return {
    current: () => session,
    async signIn(email, password, askCode) {
      look();
      if (session) return;
      const form = shown;
      const tokens = await pool.signIn(email, password, askCode);
      const { userId, refreshToken } = tokens;
      if (refreshToken === null) throw new Error('The user pool answered without a refresh token.');
      look();
      if (shown !== form) {
        void pool.revoke(refreshToken);
        return;
      }
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
