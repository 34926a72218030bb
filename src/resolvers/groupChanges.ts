import { viewerOf } from '../context.ts';
import type { MessageErrorCode, MutationResolvers } from '../generated/graphql.ts';
import type { EditResult } from '../messages/edit.ts';
import { timestampOf } from '../messages/keys.ts';
import { parseId } from './arguments.ts';
import { BODY_ERRORS, parseBody } from './body.ts';
import { findReach, showsReading } from './reach.ts';

const GROUP_NOT_FOUND = 'There is no such message group, or you do not take part in it.';

const USER_ERRORS: Record<MessageErrorCode, { message: string; field: string[] }> = {
  ...BODY_ERRORS,
  MESSAGE_GROUP_NOT_FOUND: { message: GROUP_NOT_FOUND, field: ['input', 'messageGroupId'] },
  MESSAGE_NOT_FOUND: { message: 'There is no such message in this group.', field: ['input', 'messageId'] },
  MESSAGE_OF_ANOTHER: {
    message: 'This message is not yours. Only its sender can change it.',
    field: ['input', 'messageId'],
  },
  MESSAGE_DELETED: {
    message: 'This message was deleted. Send a new one instead.',
    field: ['input', 'messageId'],
  },
  RECIPIENT_UNAVAILABLE: {
    message: 'This person takes no messages at present, so that your message stays as it is.',
    field: ['input', 'messageGroupId'],
  },
};

const EDIT_ERRORS: Record<Exclude<EditResult['outcome'], 'changed'>, MessageErrorCode> = {
  'group-not-found': 'MESSAGE_GROUP_NOT_FOUND',
  'message-not-found': 'MESSAGE_NOT_FOUND',
  'not-the-sender': 'MESSAGE_OF_ANOTHER',
  deleted: 'MESSAGE_DELETED',
  unreachable: 'RECIPIENT_UNAVAILABLE',
};

const TYPING_MS = 6000;

export const markRead: NonNullable<MutationResolvers['markRead']> = async (_parent, { input }, context) => {
  const viewer = viewerOf(context);
  const groupId = parseId('input.messageGroupId', input.messageGroupId);
  const messageId = parseId('input.upTo', input.upTo);
  const other = await context.messages.findOtherParticipant(viewer.id, groupId);
  if (!other) return { messageGroup: null, ...refused('MESSAGE_GROUP_NOT_FOUND') };
  const isShown = await showsReading(other.id, context);
  const result = await context.messages.markRead(viewer.id, groupId, messageId, isShown);
  switch (result.outcome) {
    case 'marked':
      return { messageGroup: result.group, userErrors: [] };
    case 'group-not-found':
      return { messageGroup: null, ...refused('MESSAGE_GROUP_NOT_FOUND') };
    case 'message-not-found':
      return { messageGroup: null, ...refused('MESSAGE_NOT_FOUND', ['input', 'upTo']) };
  }
};

export const editMessage: NonNullable<MutationResolvers['editMessage']> = async (_parent, { input }, context) => {
  const { groupId, messageId } = parseMessageIds(input);
  const { body, problem } = parseBody(input.body);
  if (problem) return { message: null, ...refused(problem) };
  const reach = await findReach(groupId, context);
  if (!reach) return editPayload({ outcome: 'group-not-found' });
  const { viewer, isReachable } = reach;
  return editPayload(await context.messages.editMessage(viewer.id, groupId, messageId, body, isReachable));
};

export const deleteMessage: NonNullable<MutationResolvers['deleteMessage']> = async (_parent, { input }, context) => {
  const { groupId, messageId } = parseMessageIds(input);
  return editPayload(await context.messages.deleteMessage(viewerOf(context).id, groupId, messageId));
};

export const setTyping: NonNullable<MutationResolvers['setTyping']> = async (_parent, args, context) => {
  const groupId = parseId('messageGroupId', args.messageGroupId);
  const reach = await findReach(groupId, context);
  if (!reach) return { expiresAt: null, ...refused('MESSAGE_GROUP_NOT_FOUND', ['messageGroupId']) };
  const until = Math.floor(context.messages.now() / 1000) + TYPING_MS;
  if (reach.isReachable && reach.sharesPresence) context.typing.tell(groupId, reach.viewer.id, until);
  return { expiresAt: timestampOf(until * 1000), userErrors: [] };
};

function parseMessageIds(input: { messageGroupId: string; messageId: string }) {
  return {
    groupId: parseId('input.messageGroupId', input.messageGroupId),
    messageId: parseId('input.messageId', input.messageId),
  };
}

function editPayload(result: EditResult) {
  if (result.outcome === 'changed') return { message: result.message, userErrors: [] };
  return { message: null, ...refused(EDIT_ERRORS[result.outcome]) };
}

function refused(code: MessageErrorCode, field = USER_ERRORS[code].field) {
  return { userErrors: [{ code, message: USER_ERRORS[code].message, field }] };
}
