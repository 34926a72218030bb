import DataLoader from 'dataloader';
import type { BlockLists } from './blockLists.ts';
import type { Relations } from './relations.ts';
import type { User, Users } from './users.ts';

/** Users by id, gathered into one SQL statement; for one operation. */
export type UserLoader = DataLoader<string, User | null>;

/**
 * A loader whose users are null where Postgres does not know them, and also where it does not answer: then
 * `onFailure` is called once for the statement, and the names on the rows stand in.
 */
export function createUserLoader(users: Users, onFailure: (error: unknown) => void): UserLoader {
  return new DataLoader<string, User | null>(async (ids) => {
    try {
      return await users.usersByIds(ids);
    } catch (error) {
      onFailure(error);
      return ids.map(() => null);
    }
  });
}

/** Whether the viewer blocks users, by their ids, gathered into one SQL statement; for one operation. */
export type BlockLoader = DataLoader<string, boolean | null>;

/** A loader that says null where Postgres does not answer: then `onFailure` is called once for the statement. */
export function createBlockLoader(
  lists: BlockLists,
  viewerId: string,
  onFailure: (error: unknown) => void,
): BlockLoader {
  return new DataLoader<string, boolean | null>(async (ids) => {
    try {
      const blocked = await lists.findBlocked(viewerId, ids);
      return ids.map((id) => blocked.has(id));
    } catch (error) {
      onFailure(error);
      return ids.map(() => null);
    }
  });
}

/** Whether a user shares presence with the viewer, by id, gathered into one SQL statement; for one operation. */
export type PresenceLoader = DataLoader<string, boolean>;

export function createPresenceLoader(relations: Relations, viewerId: string): PresenceLoader {
  return new DataLoader<string, boolean>(async (ids) => {
    const sharing = await relations.presenceSharedWith(viewerId, ids);
    return ids.map((id) => sharing.has(id));
  });
}
