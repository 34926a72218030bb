import { LRUCache } from 'lru-cache';
import { UnansweredError } from './failures.ts';
import type { MessageSettings } from './settings.ts';
import type { Relation, User, Users } from './users.ts';

/** What is known of two users. */
export interface KnownRelation {
  /** Whether Postgres answered. If it did, a viewer or other that is null does not exist; else neither user is known. */
  isAnswered: boolean;
  viewer: User | null;
  other: User | null;
  /**
   * Whether a message of the viewer's reaches the other: false if the other blocks the viewer or receives from nobody,
   * or if the viewer does not exist.
   */
  isReachable: boolean;
  /** See `Relation`. */
  sharesPresence: boolean;
}

/** What two users are to each other, also while Postgres is gone. */
export interface Relations {
  /**
   * What the viewer and the other are to each other. One SQL statement. While Postgres refuses connections, the other is
   * reachable unless this process last knew otherwise, and nothing of the viewer is shown to them.
   *
   * @throws {UnansweredError} if Postgres may only be busy or slow: what many statements cause must not open a block.
   */
  findRelation(viewerId: string, otherId: string): Promise<KnownRelation>;
  /** The same by handle. Throws an UnansweredError also while Postgres refuses connections. */
  findRelationByHandle(viewerId: string, handle: string): Promise<KnownRelation>;
  /** The ids of those users who share presence with the viewer; nobody's if Postgres does not answer. One SQL statement. */
  presenceSharedWith(viewerId: string, otherIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Remembers a block that was just made, or forgets one that was just taken back, for when Postgres is gone. */
  rememberBlock(blockerId: string, blockedId: string, isBlocked: boolean): void;
  /** Remembers settings that were just made, for when Postgres is gone. */
  rememberSettings(userId: string, settings: MessageSettings): void;
}

/** Blocks, and users who receive from nobody, of each kind; the one that was looked up longest ago is forgotten first. */
const MAX_REMEMBERED = 100_000;

/** `onFailure` is called for every failure that is not thrown. */
export function createRelations(users: Users, onFailure: (error: unknown) => void): Relations {
  /** Blocks, and users who receive from nobody. The others are not kept, so that they push nobody out. */
  const blocks = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  const closed = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  const blockOf = (blockerId: string, blockedId: string) => `${blockerId} ${blockedId}`;

  function remember(known: LRUCache<string, true>, key: string, holds: boolean): void {
    if (holds) known.set(key, true);
    else known.delete(key);
  }

  /** What Postgres answered, remembered. */
  function answered(viewerId: string, { sharesPresence, ...relation }: Relation): KnownRelation {
    const { viewer, other } = relation;
    // The blocks of a viewer who was deleted are gone, and those that are remembered stay.
    if (viewer && other) {
      remember(blocks, blockOf(other.id, viewerId), relation.blocksViewer);
      remember(closed, other.id, !relation.receivesMessages);
    }
    // Postgres may not know somebody whose messages are still there.
    const isOpen = other === null || (relation.receivesMessages && !relation.blocksViewer);
    return { isAnswered: true, viewer, other, isReachable: viewer !== null && isOpen, sharesPresence };
  }

  return {
    async findRelation(viewerId, otherId) {
      try {
        return answered(viewerId, await users.findRelation(viewerId, otherId));
      } catch (error) {
        if (!(error instanceof UnansweredError && error.reason === 'gone')) throw error;
        onFailure(error);
        const isReachable = !blocks.has(blockOf(otherId, viewerId)) && !closed.has(otherId);
        return { isAnswered: false, viewer: null, other: null, isReachable, sharesPresence: false };
      }
    },

    async findRelationByHandle(viewerId, handle) {
      return answered(viewerId, await users.findRelationByHandle(viewerId, handle));
    },

    async presenceSharedWith(viewerId, otherIds) {
      try {
        return await users.presenceSharedWith(viewerId, otherIds);
      } catch (error) {
        onFailure(error);
        return new Set();
      }
    },

    rememberBlock(blockerId, blockedId, isBlocked) {
      remember(blocks, blockOf(blockerId, blockedId), isBlocked);
    },

    rememberSettings(userId, { receivesMessages }) {
      remember(closed, userId, !receivesMessages);
    },
  };
}
