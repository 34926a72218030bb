/**
 * Everything that this browser keeps for the client. It is in `localStorage`, which no other file touches: the session,
 * and beside it what belongs to its user.
 */

/** Who is signed in, in all tabs of this browser. */
export interface StoredSession {
  /** Names this sign-in. A user who signs in again has a new one. */
  id: string;
  /** The `sub` of the user's tokens. */
  userId: string;
  refreshToken: string;
}

/** What is kept for the user of one session. When the session is over, nothing can be read or written any more. */
export interface Kept {
  read: (name: string) => string | null;
  /** False if nothing was kept: the browser has no room, or the session is over. */
  write: (name: string, value: string) => boolean;
  remove: (name: string) => void;
  /** The names that begin with a prefix, in no order. */
  names: (prefix: string) => string[];
  /** Calls when another tab changed something under the prefix. Returns how to stop that. */
  subscribe: (prefix: string, listener: () => void) => () => void;
}

const ROOT = 'cruddur.';
const SESSION = `${ROOT}session`;
const USERS = `${ROOT}user.`;

export function loadSession(): StoredSession | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(SESSION) ?? 'null');
    return isSession(stored) ? stored : null;
  } catch {
    return null;
  }
}

export function saveSession(session: StoredSession): void {
  localStorage.setItem(SESSION, JSON.stringify(session));
}

/** Ends the session in all tabs. What is kept for its user stays for the user's next sign-in. */
export function removeSession(): void {
  localStorage.removeItem(SESSION);
}

/** Removes the session and everything that was kept. */
export function erase(): void {
  eraseExcept([]);
}

/** Removes what was kept for anybody but this user. */
export function eraseOthers(userId: string): void {
  eraseExcept([SESSION, folderOf(userId)]);
}

/** Removes what earlier versions kept without saying for whom. */
export function eraseUnowned(): void {
  eraseExcept([SESSION, USERS]);
}

export function keptFor({ id, userId }: Pick<StoredSession, 'id' | 'userId'>): Kept {
  const folder = folderOf(userId);
  const isCurrent = () => loadSession()?.id === id;
  return {
    read: (name) => (isCurrent() ? localStorage.getItem(folder + name) : null),
    write(name, value) {
      if (!isCurrent()) return false;
      try {
        localStorage.setItem(folder + name, value);
        return true;
      } catch {
        return false;
      }
    },
    remove(name) {
      if (isCurrent()) localStorage.removeItem(folder + name);
    },
    names: (prefix) => (isCurrent() ? keysUnder(folder + prefix).map((key) => key.slice(folder.length)) : []),
    subscribe(prefix, listener) {
      // A key of null: everything was removed at once.
      const changed = ({ key }: StorageEvent) => {
        if (key === null || key.startsWith(folder + prefix)) listener();
      };
      window.addEventListener('storage', changed);
      return () => {
        window.removeEventListener('storage', changed);
      };
    },
  };
}

function folderOf(userId: string): string {
  return `${USERS}${userId}.`;
}

function keysUnder(prefix: string): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}

function eraseExcept(prefixes: string[]): void {
  for (const key of keysUnder(ROOT)) {
    if (!prefixes.some((prefix) => key.startsWith(prefix))) localStorage.removeItem(key);
  }
}

function isSession(stored: unknown): stored is StoredSession {
  if (typeof stored !== 'object' || stored === null) return false;
  const { id, userId, refreshToken } = stored as Record<string, unknown>;
  return [id, userId, refreshToken].every((field) => typeof field === 'string' && field !== '');
}
