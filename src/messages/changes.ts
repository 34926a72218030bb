import { changesPk, groupsPk, messagesPk, type Key } from './keys.ts';
import { type Item, RowError, text } from './rows.ts';
import { putIf, type Write } from './transaction.ts';

/** What changed without a new row in its place: an entry of a log of changes. */
export type Change =
  /** In a group: a message got another text, or lost it. One entry for each message, its newest change. */
  | { kind: 'edited' | 'deleted'; messageId: string; messageSortKey: string }
  /** In a group: a participant has read up to a message. One entry for each participant. */
  | { kind: 'read'; readerId: string; lastReadAt: string }
  /** For a participant: a group row changed and stayed in its place. One entry for each group. */
  | { kind: 'group'; groupId: string };

/**
 * The writes that put a change into the log of a group or participant, in place of the entry that it follows. The
 * first holds only while no other entry has the same time.
 */
export function logChange(
  table: string,
  owner: string,
  change: Change,
  { at, instead }: { at: string; instead: string | null },
): Write[] {
  const put = putIf(table, changeItem(owner, change, at), 'attribute_not_exists(pk)');
  if (instead === null) return [put];
  return [put, { Delete: { TableName: table, Key: { pk: changesPk(owner), sk: instead } } }];
}

/** @throws {RowError} where the item is no entry of a log of changes. */
export function parseChange(item: Item): Change {
  const { kind } = item;
  switch (kind) {
    case 'edited':
    case 'deleted':
      return { kind, messageId: text(item, 'message_uuid'), messageSortKey: text(item, 'message_sk') };
    case 'read':
      return { kind, readerId: text(item, 'user_uuid'), lastReadAt: text(item, 'last_read_at') };
    case 'group':
      return { kind, groupId: text(item, 'group_uuid') };
    default:
      throw new RowError(`Row ${String(item['pk'])} / ${String(item['sk'])} is no change that is known`);
  }
}

/** The two logs of a group: its messages, and the changes in it. */
export function groupLogs(groupId: string): [string, string] {
  return [messagesPk(groupId), changesPk(groupId)];
}

/** The two logs of a participant: the group rows by their newest message, and changes that left one in its place. */
export function inboxLogs(participantId: string): [string, string] {
  return [groupsPk(participantId), changesPk(participantId)];
}

function changeItem(owner: string, change: Change, at: string): Item & Key {
  const key = { pk: changesPk(owner), sk: at, kind: change.kind };
  switch (change.kind) {
    case 'edited':
    case 'deleted':
      return { ...key, message_uuid: change.messageId, message_sk: change.messageSortKey };
    case 'read':
      return { ...key, user_uuid: change.readerId, last_read_at: change.lastReadAt };
    case 'group':
      return { ...key, group_uuid: change.groupId };
  }
}
