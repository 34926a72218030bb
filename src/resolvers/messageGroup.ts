import { type GraphQLResolveInfo, Kind, type SelectionSetNode, visit } from 'graphql';
import { type Context, viewerOf } from '../context.ts';
import { notFound } from '../errors.ts';
import type { MessageGroupResolvers } from '../generated/graphql.ts';
import type { MessageGroup as MessageGroupModel } from '../messages/rows.ts';
import { connectionOf, parsePage } from './pagination.ts';
import { resolveUser } from './user.ts';

export const MessageGroup: MessageGroupResolvers = {
  otherUser: (group, _args, context) => resolveUser(group.otherUser, context),

  participants: (group, _args, context) =>
    Promise.all([resolveUser(viewerOf(context), context), resolveUser(group.otherUser, context)]),

  lastMessage(group, _args, context, info) {
    const { id, senderId, body } = group.lastMessage;
    // A row of the earlier backend does not say which message it shows.
    if (id === null || senderId === null) {
      loadParticipants(group, context, info);
      return context.messages.findNewestMessage(group.id);
    }
    const sender = senderId === group.otherUser.id ? group.otherUser : viewerOf(context);
    return { id, groupId: group.id, body, createdAt: group.lastMessageAt, sender, sortKey: group.sortKey };
  },

  async messages(group, args, context, info) {
    const viewer = viewerOf(context);
    const request = parsePage(args);
    loadParticipants(group, context, info);
    const page = await context.messages.listMessages(viewer.id, group.id, request);
    if (!page) throw notFound('There is no such message group, or you do not take part in it.');
    return connectionOf(page);
  },
};

/** All senders are participants: asked for now, where they will be needed, the groups of a page share one SQL statement. */
function loadParticipants({ otherUser }: MessageGroupModel, context: Context, info: GraphQLResolveInfo): void {
  if (selectsSender(info)) void context.userLoader.loadMany([viewerOf(context).id, otherUser.id]);
}

function selectsSender({ fieldNodes, fragments }: GraphQLResolveInfo): boolean {
  let found = false;
  const look = (selections: SelectionSetNode | undefined) => {
    if (!selections) return;
    visit(selections, {
      [Kind.FIELD]: (field) => {
        found ||= field.name.value === 'sender';
      },
      [Kind.FRAGMENT_SPREAD]: (spread) => {
        look(fragments[spread.name.value]?.selectionSet);
      },
    });
  };
  for (const field of fieldNodes) look(field.selectionSet);
  return found;
}
