/** What is being written to somebody, kept in this browser: a reload loses nothing. */
export interface Drafts {
  load: () => string;
  save: (text: string) => void;
}

/** `place` is a group, or a handle where there is none yet. */
export function draftsOf(place: string): Drafts {
  const key = `cruddur.draft.${place}`;
  return {
    load: () => localStorage.getItem(key) ?? '',
    save(text) {
      if (text === '') localStorage.removeItem(key);
      else localStorage.setItem(key, text);
    },
  };
}

/** A message on its way. A retry has the same key, so that it is never sent twice. */
export interface Pending {
  key: string;
  body: string;
  at: string;
  state: 'sending' | 'failed';
  /** Why it was refused, where another try cannot help. */
  problem: string | null;
}

/** Messages on their way, kept in this browser until the server has them. */
export function outboxOf(place: string) {
  const key = `cruddur.outbox.${place}`;
  return {
    load: (): Pending[] =>
      (JSON.parse(localStorage.getItem(key) ?? '[]') as Pending[]).map((pending) => ({ ...pending, state: 'failed' })),
    save(pending: Pending[]) {
      if (pending.length === 0) localStorage.removeItem(key);
      else localStorage.setItem(key, JSON.stringify(pending));
    },
  };
}
