import { viewerOf } from '../context.ts';
import { notFound } from '../errors.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { parsePageCursor } from '../messages/cursors.ts';
import { isBlockPlace } from '../users/blockLists.ts';
import { normalizeHandle } from '../users/users.ts';
import { parseId } from './arguments.ts';
import { connectionOf, parsePage } from './pagination.ts';
import { resolveUser } from './user.ts';

/** As the schema says. */
const MAX_BLOCKED_USERS = 100;

export const Query: Required<QueryResolvers> = {
  me: (_parent, _args, context) => resolveUser(viewerOf(context), context),

  user(_parent, { handle }, context) {
    viewerOf(context);
    return context.users.findUserByHandle(normalizeHandle(handle));
  },

  async messageGroups(_parent, args, context) {
    const page = parsePage(args);
    return connectionOf(await context.messages.listMessageGroups(viewerOf(context).id, page));
  },

  messageGroup(_parent, { id }, context) {
    return context.messages.findMessageGroup(viewerOf(context).id, parseId('id', id));
  },

  async messages(_parent, { messageGroupId, ...args }, context) {
    const groupId = parseId('messageGroupId', messageGroupId);
    const page = await context.messages.listMessages(viewerOf(context).id, groupId, parsePage(args));
    if (!page) throw notFound('There is no such message group, or you do not take part in it.');
    return connectionOf(page);
  },

  unreadTotal: (_parent, _args, context) => context.messages.countUnread(viewerOf(context).id),

  messageSettings: (_parent, _args, context) => context.settings.findSettings(viewerOf(context).id),

  async blocks(_parent, args, context) {
    const page = parsePage(args, (cursor) => parsePageCursor(cursor, isBlockPlace));
    return connectionOf(await context.settings.listBlocked(viewerOf(context).id, page));
  },

  async blockedUsers(_parent, _args, context) {
    const page = { limit: MAX_BLOCKED_USERS, from: 'newest' } as const;
    return (await context.settings.listBlocked(viewerOf(context).id, page)).rows;
  },
};
