import DataLoader from 'dataloader';
import type { Users, UserWithReceipts } from './users.ts';

/** Users by id, gathered into one SQL statement; for one operation. */
export type UserLoader = DataLoader<string, UserWithReceipts | null>;

/**
 * A loader whose users are null where Postgres does not know them, and also where it does not answer: then
 * `onFailure` is called once for the statement, and the names on the rows stand in.
 */
export function createUserLoader(users: Users, onFailure: (error: unknown) => void): UserLoader {
  return new DataLoader<string, UserWithReceipts | null>(async (ids) => {
    try {
      return await users.usersByIds(ids);
    } catch (error) {
      onFailure(error);
      return ids.map(() => null);
    }
  });
}
