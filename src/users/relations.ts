import { LRUCache } from 'lru-cache';
import type { Relation, Users } from './users.ts';

/** What two users are to each other, also while Postgres does not answer. */
export interface Relations {
  /**
   * One SQL statement. Where Postgres does not answer, the other is as reachable as when it last did, in this process,
   * and nothing of the viewer is shown to them.
   */
  findRelation(viewerId: string, otherId: string): Promise<Relation>;
}

const REMEMBERED = 100_000;

/** `onFailure` hears of every statement that Postgres did not answer. */
export function createRelations(users: Users, onFailure: (error: unknown) => void): Relations {
  const lastKnown = new LRUCache<string, boolean>({ max: REMEMBERED });

  return {
    async findRelation(viewerId, otherId) {
      const pair = `${viewerId} ${otherId}`;
      try {
        const relation = await users.findRelation(viewerId, otherId);
        // Postgres may not know somebody whose messages are still there.
        const isReachable = relation.other === null || relation.isReachable;
        lastKnown.set(pair, isReachable);
        return { ...relation, isReachable };
      } catch (error) {
        onFailure(error);
        const isReachable = lastKnown.get(pair) ?? true;
        return { viewer: null, other: null, isReachable, isBlocked: true, showsReading: false };
      }
    },
  };
}
