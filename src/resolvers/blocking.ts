import { viewerOf } from '../context.ts';
import type { BlockErrorCode, MutationResolvers } from '../generated/graphql.ts';
import type { User } from '../users/users.ts';
import { parseId } from './arguments.ts';

const USER_ERRORS: Record<BlockErrorCode, string> = {
  USER_NOT_FOUND: 'There is no such user. Check the id.',
  USER_IS_VIEWER: 'This is you. Choose someone else.',
};

export const blockUser: NonNullable<MutationResolvers['blockUser']> = async (_parent, { input }, context) => {
  const viewer = viewerOf(context);
  const userId = parseId('input.userId', input.userId);
  if (userId === viewer.id) return refused('USER_IS_VIEWER');
  const user = await context.settings.block(viewer.id, userId);
  context.blockLoader.clear(userId);
  return payload(user);
};

export const unblockUser: NonNullable<MutationResolvers['unblockUser']> = async (_parent, { input }, context) => {
  const viewer = viewerOf(context);
  const userId = parseId('input.userId', input.userId);
  if (userId === viewer.id) return refused('USER_IS_VIEWER');
  const user = await context.settings.unblock(viewer.id, userId);
  context.blockLoader.clear(userId);
  return payload(user);
};

export const updateMessageSettings: NonNullable<MutationResolvers['updateMessageSettings']> = async (
  _parent,
  { input: { readReceipts, receivesMessages } },
  context,
) => {
  const messageSettings = await context.settings.updateSettings(viewerOf(context).id, {
    ...(readReceipts != null && { readReceipts }),
    ...(receivesMessages != null && { receivesMessages }),
  });
  return { messageSettings };
};

function payload(user: User | null) {
  return user ? { user, userErrors: [] } : refused('USER_NOT_FOUND');
}

function refused(code: BlockErrorCode) {
  return { user: null, userErrors: [{ code, message: USER_ERRORS[code], field: ['input', 'userId'] }] };
}
