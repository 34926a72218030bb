import { type Context, viewerOf } from '../context.ts';
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
  if (user) context.relations.rememberBlock(viewer.id, userId, true);
  forgetLoaded(userId, context);
  return payload(user);
};

export const unblockUser: NonNullable<MutationResolvers['unblockUser']> = async (_parent, { input }, context) => {
  const viewer = viewerOf(context);
  const userId = parseId('input.userId', input.userId);
  if (userId === viewer.id) return refused('USER_IS_VIEWER');
  const user = await context.settings.unblock(viewer.id, userId);
  if (user) context.relations.rememberBlock(viewer.id, userId, false);
  forgetLoaded(userId, context);
  return payload(user);
};

export const updateMessageSettings: NonNullable<MutationResolvers['updateMessageSettings']> = async (
  _parent,
  { input: { readReceipts, receivesMessages } },
  context,
) => {
  const viewer = viewerOf(context);
  const messageSettings = await context.settings.updateSettings(viewer.id, {
    ...(readReceipts != null && { readReceipts }),
    ...(receivesMessages != null && { receivesMessages }),
  });
  context.relations.rememberSettings(viewer.id, messageSettings);
  context.presenceLoader.clearAll();
  return { messageSettings };
};

/** The rest of the operation sees the change. */
function forgetLoaded(userId: string, { blockLoader, presenceLoader }: Context): void {
  blockLoader.clear(userId);
  presenceLoader.clear(userId);
}

function payload(user: User | null) {
  return user ? { user, userErrors: [] } : refused('USER_NOT_FOUND');
}

function refused(code: BlockErrorCode) {
  return { user: null, userErrors: [{ code, message: USER_ERRORS[code], field: ['input', 'userId'] }] };
}
