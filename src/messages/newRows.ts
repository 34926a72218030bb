import { microsecondsOf } from './keys.ts';
import { newReading } from './reading.ts';
import type { Message, MessageGroup, Participant } from './rows.ts';

/** A message as it is sent, at the time of its sort key. */
export function newMessage(fields: Pick<Message, 'id' | 'groupId' | 'sender' | 'sortKey'> & { body: string }): Message {
  return { ...fields, createdAt: fields.sortKey, editedAt: null, deletedAt: null };
}

/** A group as its sender sees it after a message, without what only the row knows: `reading` and the row's version. */
export function groupAfter(message: Message, otherUser: Participant): MessageGroup {
  const { id, sender, body, editedAt, deletedAt } = message;
  return {
    id: message.groupId,
    participantId: sender.id,
    otherUser,
    lastMessageAt: message.createdAt,
    lastMessage: { id, senderId: sender.id, body, editedAt, deletedAt },
    paired: true,
    reading: null,
    changedAt: null,
    revision: 0,
    sortKey: message.sortKey,
  };
}

/** The two rows of a group that begins with a message: the sender's, and the recipient's, who has not read it. */
export function newGroupRows(message: Message, recipient: Participant): [MessageGroup, MessageGroup] {
  const own = { ...groupAfter(message, recipient), reading: newReading(), revision: 1 };
  const reading = newReading([microsecondsOf(message.createdAt) ?? 0]);
  return [own, { ...own, participantId: recipient.id, otherUser: message.sender, reading }];
}
