/**
 * Everything that this browser keeps for the client. It is in `localStorage`, which no other file touches: one record
 * that says whose it is, and beside it what belongs to that user. Without the record nothing is kept.
 */

/** Who is signed in, in all tabs of this browser. */
export interface StoredSession {
  /** Names this sign-in. A user who signs in again has a new one. */
  id: string;
  /** The `sub` of the user's tokens. */
  userId: string;
  /** Empty if the user pool ended the session: the user has to sign in again, and nobody else has since. */
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
const RECORD = `${ROOT}session`;

/** The current session; null if nobody is signed in. */
export function loadSession(): StoredSession | null {
  const record = loadRecord();
  return record && record.refreshToken !== '' ? record : null;
}

/** Begins a session, or goes on with it, in all tabs. */
export function saveSession(session: StoredSession): void {
  localStorage.setItem(RECORD, JSON.stringify(session));
}

/** Ends the session in all tabs. What is kept for its user stays until somebody else signs in. */
export function endSession(session: StoredSession): void {
  saveSession({ ...session, refreshToken: '' });
}

/** Ends the session in all tabs, and removes everything that was kept for its user. */
export function erase(): void {
  localStorage.removeItem(RECORD);
  tidy();
}

/** Removes what is kept for nobody, or for anybody but the user of the record. */
export function tidy(): void {
  const record = loadRecord();
  for (const key of keysUnder(ROOT)) {
    if (!record || (key !== RECORD && !key.startsWith(folderOf(record.userId)))) localStorage.removeItem(key);
  }
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
  return `${ROOT}user.${userId}.`;
}

function keysUnder(prefix: string): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}

function loadRecord(): StoredSession | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(RECORD) ?? 'null');
    return isSession(stored) ? stored : null;
  } catch {
    return null;
  }
}

function isSession(stored: unknown): stored is StoredSession {
  if (typeof stored !== 'object' || stored === null) return false;
  const { id, userId, refreshToken } = stored as Record<string, unknown>;
  return [id, userId, refreshToken].every((field) => typeof field === 'string') && userId !== '';
}
