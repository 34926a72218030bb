import {
  groupIdOfMessagesPk,
  groupsPk,
  idempotencyRowKey,
  type Key,
  messagesPk,
  pairKey,
  participantIdOfGroupsPk,
  writtenForm,
} from './keys.ts';
import { decodeTimes, encodeTimes } from './times.ts';

/** A user as a row names it: the name is the one of the time when the row was written. */
export interface Participant {
  id: string;
  handle: string;
  displayName: string;
}

export interface Message {
  id: string;
  groupId: string;
  /** Null where the message was deleted. */
  body: string | null;
  /** UTC with six decimals and a Z, whatever form the sort key has. */
  createdAt: string;
  sender: Participant;
  editedAt: string | null;
  deletedAt: string | null;
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
  /** Null where it was not read along: after a message was sent into the group. */
  reading: Reading | null;
  /** Where the newest change that left the row in its place stands in the participant's log of changes. */
  changedAt: string | null;
  /** Grows with every write of the row; 0 for a row of the earlier backend. */
  revision: number;
  sortKey: string;
}

/** The newest message as a group row shows it. Rows of the earlier backend know neither its id nor its sender. */
export interface LastMessage {
  id: string | null;
  senderId: string | null;
  /** Null where the message was deleted. */
  body: string | null;
  editedAt: string | null;
  deletedAt: string | null;
}

/** When a message was last edited or deleted, which is where its entry in the log of changes stands; null for never. */
export function changedAt({ editedAt, deletedAt }: Pick<LastMessage, 'editedAt' | 'deletedAt'>): string | null {
  return deletedAt ?? editedAt;
}

/** Orders messages by their time, and the versions of one message by the time of the change: deletion is the last. */
export function versionOf(createdAt: string, message: Pick<LastMessage, 'editedAt' | 'deletedAt'>): string {
  return `${createdAt} ${changedAt(message) ?? ''}`;
}

/** How far the two participants have read. */
export interface Reading {
  /** When the newest unread messages were sent, at most `MOST_UNREAD`, in microseconds since 1970; oldest first. */
  unread: number[];
  /** When the newest message was sent that the participant has read. */
  lastReadAt: string | null;
  otherLastReadAt: string | null;
  /** Where the participant's last mark stands in the group's log of changes. */
  markedAt: string | null;
  /** False for a row of the earlier backend, which does not know what was read. */
  isTracked: boolean;
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

/** Called with each row that cannot be parsed, and is left out for that. */
export type OnUnreadable = (error: RowError) => void;

/** The rows among the items. One that cannot be parsed suffices to break nothing else: it is reported and left out. */
export function parseRows<Row>(items: Item[], parse: (item: Item) => Row, onUnreadable?: OnUnreadable): Row[] {
  return items.flatMap((item) => {
    try {
      return [parse(item)];
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      onUnreadable?.(error);
      return [];
    }
  });
}

export function messageItem(message: Message): Item & Key {
  return {
    pk: messagesPk(message.groupId),
    sk: message.sortKey,
    message: message.body ?? undefined,
    message_uuid: message.id,
    user_uuid: message.sender.id,
    user_display_name: message.sender.displayName,
    user_handle: message.sender.handle,
    edited_at: message.editedAt ?? undefined,
    deleted_at: message.deletedAt ?? undefined,
  };
}

/** @throws {RowError} where the item is no message row. */
export function parseMessage(item: Item): Message {
  const sortKey = text(item, 'sk');
  const groupId = groupIdOfMessagesPk(text(item, 'pk'));
  if (groupId === null) throw notA('message row', item);
  const deletedAt = optionalText(item, 'deleted_at');
  return {
    id: text(item, 'message_uuid'),
    groupId,
    body: deletedAt === null ? text(item, 'message') : null,
    createdAt: time(item, sortKey),
    sender: participant(item),
    editedAt: optionalText(item, 'edited_at'),
    deletedAt,
    sortKey,
  };
}

export function groupItem(group: MessageGroup): Item & Key {
  const { lastMessage, reading } = group;
  return {
    pk: groupsPk(group.participantId),
    sk: group.sortKey,
    message_group_uuid: group.id,
    message: lastMessage.body ?? '',
    user_uuid: group.otherUser.id,
    user_display_name: group.otherUser.displayName,
    user_handle: group.otherUser.handle,
    last_message_uuid: lastMessage.id ?? undefined,
    last_sender_uuid: lastMessage.senderId ?? undefined,
    last_message_at: group.lastMessageAt,
    last_message_edited_at: lastMessage.editedAt ?? undefined,
    last_message_deleted_at: lastMessage.deletedAt ?? undefined,
    paired: group.paired ? true : undefined,
    unread: reading?.isTracked ? encodeTimes(0, reading.unread) : undefined,
    last_read_at: reading?.lastReadAt ?? undefined,
    other_last_read_at: reading?.otherLastReadAt ?? undefined,
    marked_at: reading?.markedAt ?? undefined,
    changed_at: group.changedAt ?? undefined,
    revision: group.revision,
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
    lastMessage: parseLastMessage(item),
    paired: item['paired'] === true,
    reading: parseReading(item),
    changedAt: optionalText(item, 'changed_at'),
    revision: typeof item['revision'] === 'number' ? item['revision'] : 0,
    sortKey,
  };
}

function parseLastMessage(item: Item): LastMessage {
  const deletedAt = optionalText(item, 'last_message_deleted_at');
  return {
    id: optionalText(item, 'last_message_uuid'),
    senderId: optionalText(item, 'last_sender_uuid'),
    body: deletedAt === null ? (optionalText(item, 'message') ?? '') : null,
    editedAt: optionalText(item, 'last_message_edited_at'),
    deletedAt,
  };
}

export function parseReading(item: Item): Reading {
  const unread = optionalText(item, 'unread');
  return {
    unread: decodeTimes(0, unread ?? '').filter(Number.isSafeInteger),
    lastReadAt: optionalText(item, 'last_read_at'),
    otherLastReadAt: optionalText(item, 'other_last_read_at'),
    markedAt: optionalText(item, 'marked_at'),
    isTracked: unread !== null,
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
  const written = writtenForm(timestamp);
  if (written === null) throw notA('row with a time for a sort key', item);
  return written;
}

export function text(item: Item, attribute: string): string {
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
