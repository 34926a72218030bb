import { LRUCache } from 'lru-cache';
import type { User, Users } from './users.ts';

/** A user as it was read, and until when, in milliseconds since 1970, it may stand for the one in Postgres. */
export interface CachedUser extends User {
  until: number;
}

/** A cache that several nodes share. Nothing here throws: a cache that does not answer knows nobody. */
export interface SharedUsers {
  /** Aligned with `ids`. */
  find(ids: readonly string[]): Promise<(CachedUser | null)[]>;
  store(users: readonly CachedUser[]): void;
}

export interface CacheOptions {
  users: Users;
  /** How long a user may be shown as it was. */
  lifeMs: number;
  /** Known to this node alone where there is none. */
  shared?: SharedUsers | undefined;
  /** Hears how many users were found where. */
  onLookup?: ((found: { hits: number; sharedHits: number; misses: number }) => void) | undefined;
}

const REMEMBERED = 10_000;

/**
 * The same users, where `usersByIds` may answer with what was read within `lifeMs`: from this process, then from the
 * shared cache, and only for the rest from Postgres. A change is seen when `lifeMs` have passed, everywhere. Whom
 * Postgres does not know is asked for again each time.
 */
export function cacheUsers({ users, lifeMs, shared, onLookup }: CacheOptions): Users {
  const local = new LRUCache<string, CachedUser>({ max: REMEMBERED });

  function findLocally(id: string, now: number): CachedUser | undefined {
    const user = local.get(id);
    return user && user.until > now ? user : undefined;
  }

  async function findShared(ids: string[], now: number): Promise<CachedUser[]> {
    if (!shared || ids.length === 0) return [];
    const found = (await shared.find(ids)).filter((user) => user !== null);
    // A node whose clock is ahead must not keep a user alive here.
    return found.filter(({ until }) => until > now && until <= now + lifeMs);
  }

  async function read(ids: string[], now: number): Promise<CachedUser[]> {
    if (ids.length === 0) return [];
    const known = (await users.usersByIds(ids)).filter((user) => user !== null);
    return known.map((user) => ({ ...user, until: now + lifeMs }));
  }

  return {
    ...users,

    async usersByIds(ids) {
      const now = Date.now();
      const found = new Map(ids.map((id) => [id, findLocally(id, now)]));
      const missing = () => [...found].filter(([, user]) => user === undefined).map(([id]) => id);
      const add = (more: CachedUser[]) => {
        for (const user of more) {
          found.set(user.id, user);
          local.set(user.id, user);
        }
      };

      const unknownHere = missing();
      const fromShared = await findShared(unknownHere, now);
      add(fromShared);
      const unknown = missing();
      const fresh = await read(unknown, now);
      add(fresh);
      if (fresh.length > 0) shared?.store(fresh);
      onLookup?.({
        hits: found.size - unknownHere.length,
        sharedHits: fromShared.length,
        misses: unknown.length,
      });
      return ids.map((id) => found.get(id) ?? null);
    },
  };
}
