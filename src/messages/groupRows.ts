import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { GROUP_INDEX, groupsPk } from './keys.ts';
import { MOST_UNREAD } from './reading.ts';
import { type Item, type MessageGroup, parseGroup, parseReading, parseRows } from './rows.ts';
import type { Table } from './table.ts';

/**
 * The group rows of a message group, of all its participants. One Query of the index, which is eventually
 * consistent: rows may be missing or old. Rows that cannot be read are left out, here and below.
 */
export async function listGroupRows(table: Table, groupId: string): Promise<MessageGroup[]> {
  return parseRows(await queryIndex(table, groupId), parseGroup, table.onUnreadable);
}

/**
 * A participant's row for a message group, or null; otherwise as `listGroupRows`. The rows of others are not even
 * parsed: a group of other people answers as one that does not exist, whatever its rows hold.
 */
export async function findIndexedRow(
  table: Table,
  participantId: string,
  groupId: string,
): Promise<MessageGroup | null> {
  const own = (await queryIndex(table, groupId)).filter((item) => item['pk'] === groupsPk(participantId));
  return parseRows(own, parseGroup, table.onUnreadable).at(-1) ?? null;
}

async function queryIndex({ dynamo, table }: Table, groupId: string): Promise<Item[]> {
  const answer = await dynamo.send(
    new QueryCommand({
      TableName: table,
      IndexName: GROUP_INDEX,
      KeyConditionExpression: 'message_group_uuid = :group',
      ExpressionAttributeValues: { ':group': groupId },
    }),
  );
  return answer.Items ?? [];
}

/**
 * All of a participant's own rows for one message group, newest first: one, unless the earlier backend left none or
 * two. Consistent. One Query for each megabyte (about 3,000 groups) of the participant's list.
 */
export async function readGroupRows(table: Table, participantId: string, groupId: string): Promise<MessageGroup[]> {
  const rows: MessageGroup[] = [];
  for await (const row of ownRowsWhere(table, participantId, 'message_group_uuid', groupId)) rows.push(row);
  return rows;
}

/** The newest of a participant's own rows for one message group, or null. As `readGroupRows`, but stops at the row. */
export function findOwnRow(table: Table, participantId: string, groupId: string): Promise<MessageGroup | null> {
  return firstOf(ownRowsWhere(table, participantId, 'message_group_uuid', groupId));
}

/** The newest of a participant's own rows for a group shared with another user, or null. Costs as `findOwnRow`. */
export function findRowSharedWith(table: Table, participantId: string, userId: string): Promise<MessageGroup | null> {
  return firstOf(ownRowsWhere(table, participantId, 'user_uuid', userId));
}

const MOST_GROUPS_SUMMED = 1000;

/** The unread messages in a participant's newest thousand groups, `MOST_UNREAD` at most. Consistent. One Query. */
export async function sumUnread({ dynamo, table }: Table, participantId: string): Promise<number> {
  const answer = await dynamo.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'unread <> :none',
      ProjectionExpression: 'unread',
      ExpressionAttributeValues: { ':pk': groupsPk(participantId), ':none': '' },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: MOST_GROUPS_SUMMED,
    }),
  );
  const sum = (answer.Items ?? []).reduce((total, item) => total + parseReading(item).unread.length, 0);
  return Math.min(sum, MOST_UNREAD);
}

async function firstOf(rows: AsyncIterable<MessageGroup>): Promise<MessageGroup | null> {
  for await (const row of rows) return row;
  return null;
}

async function* ownRowsWhere(
  { dynamo, table, onUnreadable }: Table,
  participantId: string,
  attribute: 'message_group_uuid' | 'user_uuid',
  value: string,
): AsyncGenerator<MessageGroup> {
  let start: Record<string, unknown> | undefined;
  do {
    const answer = await dynamo.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk',
        FilterExpression: '#attribute = :value',
        ExpressionAttributeNames: { '#attribute': attribute },
        ExpressionAttributeValues: { ':pk': groupsPk(participantId), ':value': value },
        ScanIndexForward: false,
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    yield* parseRows(answer.Items ?? [], parseGroup, onUnreadable);
    start = answer.LastEvaluatedKey;
  } while (start !== undefined);
}
