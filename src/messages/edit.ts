import { logChange } from './changes.ts';
import type { Clock } from './clock.ts';
import { findMessage } from './findMessage.ts';
import { messagesPk, microsecondsOf, timestampOf } from './keys.ts';
import { changedAt, type Message } from './rows.ts';
import type { Table } from './table.ts';
import { write, type Write } from './transaction.ts';

export type EditResult =
  | { outcome: 'changed'; message: Message }
  | { outcome: 'group-not-found' | 'message-not-found' | 'not-the-sender' | 'deleted' | 'unreachable' };

export interface Edit {
  /**
   * Gives one of the viewer's own messages another text. On return it stands on the message, also where it stood there
   * before; the group rows follow through the stream. Unless `isReachable` says that messages of the viewer reach the
   * other participant, nothing is written: `unreachable`, if another text stands there. Costs one Query and one
   * transaction.
   */
  editMessage(
    viewerId: string,
    groupId: string,
    messageId: string,
    body: string,
    isReachable: boolean,
  ): Promise<EditResult>;
  /** Takes the text off one of the viewer's own messages; the row stays. Costs as `editMessage`. */
  deleteMessage(viewerId: string, groupId: string, messageId: string): Promise<EditResult>;
}

interface EditOptions extends Table {
  clock: Clock;
  takesPart: (viewerId: string, groupId: string) => Promise<boolean>;
}

const ATTEMPTS = 100;

export function createEdit({ clock, takesPart, ...target }: EditOptions): Edit {
  const { dynamo, table } = target;

  /** The message as it is, then as it becomes; tried again where it changed in between. */
  async function change(
    viewerId: string,
    groupId: string,
    messageId: string,
    changed: (message: Message, now: string) => Message | 'deleted' | 'unreachable',
  ): Promise<EditResult> {
    if (!(await takesPart(viewerId, groupId))) return { outcome: 'group-not-found' };
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const message = await findMessage(target, groupId, messageId);
      if (!message) return { outcome: 'message-not-found' };
      if (message.sender.id !== viewerId) return { outcome: 'not-the-sender' };
      const wanted = changed(message, timeAfter(message));
      if (typeof wanted === 'string') return { outcome: wanted };
      if (wanted === message || (await replace(message, wanted))) return { outcome: 'changed', message: wanted };
    }
    throw new Error(`Message ${messageId} did not hold still for ${ATTEMPTS} tries`);
  }

  async function replace(message: Message, wanted: Message): Promise<boolean> {
    const entry = {
      kind: wanted.deletedAt === null ? 'edited' : 'deleted',
      messageId: message.id,
      messageSortKey: message.sortKey,
    } as const;
    const logged = { at: changedAt(wanted) ?? '', instead: changedAt(message) };
    const refusals = await write(dynamo, [
      updateOf(table, message, wanted),
      ...logChange(table, message.groupId, entry, logged),
    ]);
    return refusals.length === 0;
  }

  /** Later than the last change of the message, whichever clock that was made by. */
  function timeAfter(message: Message): string {
    const last = microsecondsOf(changedAt(message) ?? message.createdAt) ?? 0;
    return timestampOf(Math.max(clock(), last + 1));
  }

  return {
    editMessage: (viewerId, groupId, messageId, body, isReachable) =>
      change(viewerId, groupId, messageId, (message, editedAt) => {
        if (message.deletedAt !== null) return 'deleted';
        if (message.body === body) return message;
        return isReachable ? { ...message, body, editedAt } : 'unreachable';
      }),
    deleteMessage: (viewerId, groupId, messageId) =>
      change(viewerId, groupId, messageId, (message, deletedAt) =>
        message.deletedAt === null ? { ...message, body: null, deletedAt } : message,
      ),
  };
}

/** Changes the row in its place, and leaves attributes alone that it does not know. */
function updateOf(table: string, { id, groupId, sortKey, editedAt }: Message, wanted: Message): Write {
  const asRead = editedAt === null ? 'attribute_not_exists(edited_at)' : 'edited_at = :was';
  const isDeleted = wanted.deletedAt !== null;
  return {
    Update: {
      TableName: table,
      Key: { pk: messagesPk(groupId), sk: sortKey },
      ConditionExpression: `message_uuid = :id AND attribute_not_exists(deleted_at) AND ${asRead}`,
      UpdateExpression: isDeleted ? 'SET deleted_at = :at REMOVE message' : 'SET message = :body, edited_at = :at',
      ExpressionAttributeValues: {
        ':id': id,
        ':at': changedAt(wanted),
        ...(editedAt !== null && { ':was': editedAt }),
        ...(!isDeleted && { ':body': wanted.body }),
      },
    },
  };
}
