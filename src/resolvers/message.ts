import type { MessageEventResolvers, MessageResolvers } from '../generated/graphql.ts';
import { resolveUser } from './user.ts';

export const Message: MessageResolvers = {
  messageGroupId: (message) => message.groupId,
  sender: (message, _args, context) => resolveUser(message.sender, context),
};

export const MessageEvent: MessageEventResolvers = {
  user: (event, _args, context) => resolveUser(event.user, context),
};
