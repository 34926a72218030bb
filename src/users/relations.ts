import { LRUCache } from 'lru-cache';
import { UnansweredError } from './failures.ts';
import type { Relation, Users } from './users.ts';

/** What two users are to each other, also while Postgres is gone. */
export interface Relations {
  /**
   * What the viewer and the other are to each other. One SQL statement. While Postgres refuses connections, the other is
   * reachable unless this process last knew otherwise, and nothing of the viewer is shown to them.
   *
   * @throws {UnansweredError} if Postgres may only be busy or slow: what many statements cause must not open a block.
   */
  findRelation(viewerId: string, otherId: string): Promise<Relation>;
  /** The same by handle. Throws an UnansweredError also while Postgres refuses connections. */
  findRelationByHandle(viewerId: string, handle: string): Promise<Relation>;
  /** The ids of those users who share presence with the viewer; nobody's if Postgres does not answer. One SQL statement. */
  presenceSharedWith(viewerId: string, otherIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Remembers a block that was just made, for when Postgres is gone. */
  rememberBlock(blockerId: string, blockedId: string): void;
}

const MAX_REMEMBERED = 100_000;

/** `onFailure` is called for every failure that is not thrown. */
export function createRelations(users: Users, onFailure: (error: unknown) => void): Relations {
  /** Senders whose messages do not reach a recipient. The others are not kept, so that they push nobody out. */
  const unreachable = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  const pairOf = (senderId: string, recipientId: string) => `${senderId} ${recipientId}`;

  function remember(viewerId: string, otherId: string, isReachable: boolean): void {
    if (isReachable) unreachable.delete(pairOf(viewerId, otherId));
    else unreachable.set(pairOf(viewerId, otherId), true);
  }

  return {
    async findRelation(viewerId, otherId) {
      try {
        const relation = await users.findRelation(viewerId, otherId);
        // Postgres may not know somebody whose messages are still there.
        const isReachable = relation.other === null || relation.isReachable;
        remember(viewerId, otherId, isReachable);
        return { ...relation, isReachable };
      } catch (error) {
        if (!(error instanceof UnansweredError && error.reason === 'gone')) throw error;
        onFailure(error);
        const isReachable = !unreachable.has(pairOf(viewerId, otherId));
        return { viewer: null, other: null, isReachable, sharesPresence: false };
      }
    },

    async findRelationByHandle(viewerId, handle) {
      const relation = await users.findRelationByHandle(viewerId, handle);
      if (relation.other) remember(viewerId, relation.other.id, relation.isReachable);
      return relation;
    },

    async presenceSharedWith(viewerId, otherIds) {
      try {
        return await users.presenceSharedWith(viewerId, otherIds);
      } catch (error) {
        onFailure(error);
        return new Set();
      }
    },

    rememberBlock(blockerId, blockedId) {
      remember(blockedId, blockerId, false);
    },
  };
}
