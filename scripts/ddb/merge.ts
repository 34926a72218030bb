import { type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { groupsPk, messagesPk, microsecondsOf } from '../../src/messages/keys.ts';
import { queryPage } from '../../src/messages/page.ts';
import { type Item, type MessageGroup, pairItem, parseMessage } from '../../src/messages/rows.ts';
import type { Table } from '../../src/messages/table.ts';
import { write } from '../../src/messages/transaction.ts';
import { type GroupState, readGroup, repairGroup } from './group.ts';
import { moveMessage } from './moveMessage.ts';
import type { Throttle } from './throttle.ts';

const UNITS_OF_A_MOVE = 4;

/**
 * Makes two groups of the same two people one: the one that began first takes all messages, in their order. First the
 * pair row names it, so that nobody starts anew in the other; then the messages move, one by one; then a row says where
 * they went, and the other group's rows go. Cut off anywhere, it goes on from there. Returns the group that is left.
 */
export async function mergeGroups(
  target: Table,
  groupId: string,
  otherId: string,
  throttle: Throttle,
): Promise<string> {
  const [older, younger] = await inOrder(target, groupId, otherId);
  const { participants } = await readGroup(target, older);
  if (participants) {
    const [one, other] = participants;
    await target.dynamo.send(new PutCommand({ TableName: target.table, Item: pairItem(one.id, other.id, older) }));
  }
  let left: GroupState;
  do {
    await moveAll(target, younger, older, throttle);
    await target.dynamo.send(new PutCommand({ TableName: target.table, Item: mergeItem(younger, older) }));
    for (const row of (await readGroup(target, younger)).rows) await dropRow(target, row);
    left = await readGroup(target, younger);
  } while (left.newest !== null || left.rows.length > 0);
  await repairGroup(target, await readGroup(target, older));
  return older;
}

/** The group that took the messages of this one, or null where it was not merged. */
export async function findMergeTarget({ dynamo, table }: Table, groupId: string): Promise<string | null> {
  const { pk, sk } = mergeItem(groupId, '');
  const { Item: item } = await dynamo.send(new GetCommand({ TableName: table, Key: { pk, sk }, ConsistentRead: true }));
  return typeof item?.['group_uuid'] === 'string' ? item['group_uuid'] : null;
}

/** Deletes a group row where it still is one of its group; false where it is not. */
export async function dropRow({ dynamo, table }: Table, row: MessageGroup): Promise<boolean> {
  const refusals = await write(dynamo, [
    {
      Delete: {
        TableName: table,
        Key: { pk: groupsPk(row.participantId), sk: row.sortKey },
        ConditionExpression: 'message_group_uuid = :group',
        ExpressionAttributeValues: { ':group': row.id },
      },
    },
  ]);
  return refusals.length === 0;
}

/** The row that remembers a merge: messages that were on their way into the other group are found by it. */
function mergeItem(groupId: string, into: string) {
  return { pk: `MERGED#${groupId}`, sk: 'MERGED', group_uuid: into };
}

/** The older of two groups first: the one whose first message is older; one that was merged before is the younger. */
async function inOrder(target: Table, one: string, other: string): Promise<[string, string]> {
  if ((await findMergeTarget(target, one)) !== null) return [other, one];
  const [oneBegan, otherBegan] = await Promise.all([firstTime(target, one), firstTime(target, other)]);
  return oneBegan < otherBegan ? [one, other] : [other, one];
}

async function firstTime({ dynamo, table }: Table, groupId: string): Promise<number> {
  const partition = { dynamo, table, pk: messagesPk(groupId) };
  const [first] = (await queryPage(partition, { limit: 1, from: 'oldest' }, parseMessage)).rows;
  return first ? (microsecondsOf(first.createdAt) ?? 0) : Infinity;
}

async function moveAll(target: Table, from: string, to: string, throttle: Throttle): Promise<void> {
  for (;;) {
    const items = await somePage(target.dynamo, target.table, from);
    if (items.length === 0) return;
    for (const item of items) {
      await throttle.take(UNITS_OF_A_MOVE);
      await moveMessage(target, item, messagesPk(to), microsecondsOf(String(item['sk'])) ?? 0);
    }
  }
}

async function somePage(dynamo: DynamoDBDocumentClient, table: string, groupId: string): Promise<Item[]> {
  const { Items: items = [] } = await dynamo.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': messagesPk(groupId) },
      ConsistentRead: true,
    }),
  );
  return items;
}
