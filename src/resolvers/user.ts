import type { Context } from '../context.ts';
import type { Participant } from '../messages/rows.ts';
import type { User } from '../users/users.ts';

/** The user as Postgres has it now, or as the row names it where Postgres does not know it or does not answer. */
export async function resolveUser(named: Participant, { userLoader }: Context): Promise<User> {
  return (await userLoader.load(named.id)) ?? named;
}
