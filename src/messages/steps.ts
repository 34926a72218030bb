import { logChange } from './changes.ts';
import { groupsPk, microsecondsOf, timestampOf } from './keys.ts';
import { groupItem, type MessageGroup } from './rows.ts';
import { putIf, type Write } from './transaction.ts';

/** One write of a plan for the rows of a group. `takes` names the participant whose list it takes a new place in. */
export interface Step {
  write: Write;
  takes?: string;
}

/** What the writes of a plan need to know. */
export interface Planning {
  table: string;
  /** A moment that no plan had before: where a change stands in the logs of changes. */
  now: string;
  /** By how many microseconds a participant's row gives way to another group's in the same place. */
  nudges: ReadonlyMap<string, number>;
}

/** After this, in microseconds, who follows the list may be past the place that a row moves to. */
const LATE = 2_000_000;

/**
 * The writes after which a participant has this row in place of all that there are now. Each holds only while its row
 * is as it was read. Where the row stays in its place, or comes late to its new one, the participant's log of changes
 * tells of it.
 */
export function replaceAll(own: MessageGroup[], wanted: MessageGroup, { table, now }: Planning): Step[] {
  const inPlace = own.find(({ sortKey }) => sortKey === wanted.sortKey);
  const isTold = inPlace !== undefined || wanted.sortKey < timestampOf((microsecondsOf(now) ?? 0) - LATE);
  const row = {
    ...wanted,
    revision: Math.max(0, ...own.map(({ revision }) => revision)) + 1,
    changedAt: isTold ? now : wanted.changedAt,
  };
  const change = { kind: 'group', groupId: row.id } as const;
  const told = isTold ? logChange(table, row.participantId, change, { at: now, instead: wanted.changedAt }) : [];
  const deletes = own
    .filter((old) => old !== inPlace)
    .map((old): Step => ({ write: { Delete: { TableName: table, Key: keyOf(old), ...ifAsRead(old) } } }));
  if (!inPlace) {
    const write = putIf(table, groupItem(row), 'attribute_not_exists(pk)');
    return [{ takes: row.participantId, write }, ...deletes, ...told.map((write) => ({ write }))];
  }
  return [{ write: replace(table, inPlace, row) }, ...deletes, ...told.map((write) => ({ write }))];
}

/** Replaces a row in its place, where it is as it was read. */
export function replace(table: string, old: MessageGroup, wanted: MessageGroup): Write {
  const { ConditionExpression: condition, ExpressionAttributeValues: values } = ifAsRead(old);
  return putIf(table, groupItem({ ...wanted, revision: old.revision + 1 }), condition, values);
}

function keyOf({ participantId, sortKey }: MessageGroup) {
  return { pk: groupsPk(participantId), sk: sortKey };
}

function ifAsRead({ id, lastMessage, revision }: MessageGroup) {
  const last = lastMessage.id === null ? {} : { ':last': lastMessage.id };
  const read = revision === 0 ? {} : { ':revision': revision };
  const conditions = [
    'message_group_uuid = :group',
    lastMessage.id === null ? 'attribute_not_exists(last_message_uuid)' : 'last_message_uuid = :last',
    revision === 0 ? 'attribute_not_exists(revision)' : 'revision = :revision',
  ];
  return {
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeValues: { ':group': id, ...last, ...read },
  };
}
