import type { MutationResolvers } from '../generated/graphql.ts';
import { blockUser, unblockUser, updateMessageSettings } from './blocking.ts';
import { deleteMessage, editMessage, markRead, setTyping } from './groupChanges.ts';
import { sendMessage } from './sendMessage.ts';

export const Mutation: Required<MutationResolvers> = {
  sendMessage,
  markRead,
  editMessage,
  deleteMessage,
  setTyping,
  blockUser,
  unblockUser,
  updateMessageSettings,
};
