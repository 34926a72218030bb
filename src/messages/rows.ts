import {
  groupIdOfMessagesPk,
  groupsPk,
  idempotencyRowKey,
  type Key,
  messagesPk,
  microsecondsOf,
  pairKey,
  participantIdOfGroupsPk,
  timestampOf,
} from './keys.ts';

/** A user as a row names it: the name is the one of the time when the row was written. */
export interface Participant {
  id: string;
  handle: string;
  displayName: string;
}

export interface Message {
  id: string;
  groupId: string;
  body: string;
  /** UTC with six decimals and a Z, whatever form the sort key has. */
  createdAt: string;
  sender: Participant;
  /** As it is stored: what cursors hold. */
  sortKey: string;
}

/** A message group as one of its participants sees it: one row of that participant's list. */
export interface MessageGroup {
  id: string;
  participantId: string;
  otherUser: Participant;
  lastMessageAt: string;
  lastMessage: LastMessage;
  /** True where the row is known to have its pair row: rows of the earlier backend are not. */
  paired: boolean;
  sortKey: string;
}

/** The newest message as a group row shows it. Rows of the earlier backend know neither its id nor its sender. */
export interface LastMessage {
  id: string | null;
  senderId: string | null;
  body: string;
}

/** What an idempotency key stands for. */
export interface IdempotencyRow {
  digest: string;
  groupId: string;
  messageId: string;
  messageSortKey: string;
  isNewGroup: boolean;
}

export type Item = Record<string, unknown>;

/** A row that is not what its key says: it names the key and the attribute. */
export class RowError extends Error {
  override readonly name = 'RowError';
}

export function messageItem(message: Message): Item & Key {
  return {
    pk: messagesPk(message.groupId),
    sk: message.sortKey,
    message: message.body,
    message_uuid: message.id,
    user_uuid: message.sender.id,
    user_display_name: message.sender.displayName,
    user_handle: message.sender.handle,
  };
}

/** @throws {RowError} where the item is no message row. */
export function parseMessage(item: Item): Message {
  const sortKey = text(item, 'sk');
  const groupId = groupIdOfMessagesPk(text(item, 'pk'));
  if (groupId === null) throw notA('message row', item);
  return {
    id: text(item, 'message_uuid'),
    groupId,
    body: text(item, 'message'),
    createdAt: time(item, sortKey),
    sender: participant(item),
    sortKey,
  };
}

export function groupItem(group: MessageGroup): Item & Key {
  return {
    pk: groupsPk(group.participantId),
    sk: group.sortKey,
    message_group_uuid: group.id,
    message: group.lastMessage.body,
    user_uuid: group.otherUser.id,
    user_display_name: group.otherUser.displayName,
    user_handle: group.otherUser.handle,
    last_message_uuid: group.lastMessage.id ?? undefined,
    last_sender_uuid: group.lastMessage.senderId ?? undefined,
    last_message_at: group.lastMessageAt,
    paired: group.paired ? true : undefined,
  };
}

/** @throws {RowError} where the item is no group row. */
export function parseGroup(item: Item): MessageGroup {
  const sortKey = text(item, 'sk');
  const participantId = participantIdOfGroupsPk(text(item, 'pk'));
  if (participantId === null) throw notA('group row', item);
  return {
    id: text(item, 'message_group_uuid'),
    participantId,
    otherUser: participant(item),
    lastMessageAt: time(item, optionalText(item, 'last_message_at') ?? sortKey),
    lastMessage: {
      id: optionalText(item, 'last_message_uuid'),
      senderId: optionalText(item, 'last_sender_uuid'),
      body: optionalText(item, 'message') ?? '',
    },
    paired: item['paired'] === true,
    sortKey,
  };
}

export function pairItem(userId: string, otherUserId: string, groupId: string): Item & Key {
  return { ...pairKey(userId, otherUserId), group_uuid: groupId };
}

/** The id of the group that two users share, from their pair row. */
export function parsePair(item: Item): string {
  return text(item, 'group_uuid');
}

export function idempotencyItem(senderId: string, key: string, row: IdempotencyRow, expiresAt: number): Item & Key {
  return {
    ...idempotencyRowKey(senderId, key),
    digest: row.digest,
    group_uuid: row.groupId,
    message_uuid: row.messageId,
    message_sk: row.messageSortKey,
    is_new_group: row.isNewGroup,
    expires_at: expiresAt,
  };
}

export function parseIdempotency(item: Item): IdempotencyRow {
  return {
    digest: text(item, 'digest'),
    groupId: text(item, 'group_uuid'),
    messageId: text(item, 'message_uuid'),
    messageSortKey: text(item, 'message_sk'),
    isNewGroup: item['is_new_group'] === true,
  };
}

function participant(item: Item): Participant {
  const handle = optionalText(item, 'user_handle') ?? '';
  return { id: text(item, 'user_uuid'), handle, displayName: optionalText(item, 'user_display_name') ?? handle };
}

function time(item: Item, timestamp: string): string {
  const microseconds = microsecondsOf(timestamp);
  if (microseconds === null) throw notA('row with a time for a sort key', item);
  return timestampOf(microseconds);
}

function text(item: Item, attribute: string): string {
  const value = item[attribute];
  if (typeof value !== 'string') throw new RowError(`Row ${keyOf(item)} has no text in its attribute ${attribute}`);
  return value;
}

function optionalText(item: Item, attribute: string): string | null {
  const value = item[attribute];
  return typeof value === 'string' ? value : null;
}

function notA(kind: string, item: Item): RowError {
  return new RowError(`Row ${keyOf(item)} is not a ${kind}`);
}

function keyOf(item: Item): string {
  return `${String(item['pk'])} / ${String(item['sk'])}`;
}
