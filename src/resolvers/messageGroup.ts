import { type GraphQLResolveInfo, Kind, type SelectionSetNode, visit } from 'graphql';
import { type Context, viewerOf } from '../context.ts';
import { notFound } from '../errors.ts';
import type { MessageGroupResolvers } from '../generated/graphql.ts';
import { newReading } from '../messages/reading.ts';
import type { MessageGroup as MessageGroupModel, Reading } from '../messages/rows.ts';
import { connectionOf, parsePage } from './pagination.ts';
import { resolveUser } from './user.ts';

export const MessageGroup: MessageGroupResolvers = {
  otherUser: (group, _args, context) => resolveUser(group.otherUser, context),

  participants: (group, _args, context) =>
    Promise.all([resolveUser(viewerOf(context), context), resolveUser(group.otherUser, context)]),

  lastMessage(group, _args, context, info) {
    const { id, senderId, body, editedAt, deletedAt } = group.lastMessage;
    // A row of the earlier backend does not say which message it shows.
    if (id === null || senderId === null) {
      loadParticipants(group, context, info);
      return context.messages.findNewestMessage(group.id);
    }
    const sender = senderId === group.otherUser.id ? group.otherUser : viewerOf(context);
    const createdAt = group.lastMessageAt;
    return { id, groupId: group.id, body, createdAt, sender, editedAt, deletedAt, sortKey: createdAt };
  },

  unreadCount: async (group, _args, context) => (await readingOf(group, context)).unread.length,

  lastReadAt: async (group, _args, context) => (await readingOf(group, context)).lastReadAt,

  async otherUserLastReadAt(group, _args, context) {
    const [{ otherLastReadAt }, isShown] = await Promise.all([
      readingOf(group, context),
      context.presenceLoader.load(group.otherUser.id),
    ]);
    return isShown ? otherLastReadAt : null;
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

/** What was read of a group that was not read along with its row: one Query, however many fields ask. */
const readings = new WeakMap<MessageGroupModel, Promise<Reading>>();

function readingOf(group: MessageGroupModel, context: Context): Reading | Promise<Reading> {
  if (group.reading) return group.reading;
  const reading = readings.get(group) ?? readReading(group, context);
  readings.set(group, reading);
  return reading;
}

async function readReading({ id }: MessageGroupModel, context: Context): Promise<Reading> {
  const row = await context.messages.findMessageGroup(viewerOf(context).id, id);
  return row?.reading ?? newReading();
}

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
