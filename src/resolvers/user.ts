import type { Context } from '../context.ts';
import type { UserResolvers } from '../generated/graphql.ts';
import type { Participant } from '../messages/rows.ts';
import type { User as UserModel } from '../users/users.ts';

export const User: UserResolvers = {
  isBlockedByViewer: ({ id }, _args, { blockLoader }) => blockLoader.load(id),
};

/** The user as Postgres has it now, or as the row names it where Postgres does not know it or does not answer. */
export async function resolveUser(named: Participant, { userLoader }: Context): Promise<UserModel> {
  return (await userLoader.load(named.id)) ?? named;
}
